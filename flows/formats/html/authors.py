"""Who wrote it: the persons that the page states, for machines or in its byline, and nobody else.

Machines' statements are often about who put the page into the system, or about the site; the byline on the page is for
readers and decides where the two differ. The site's own name is no author, except where the byline that readers see
is nothing else ("By Coast Foundation"): then it is what the page gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flows.formats.html.bylines import Byline, find_byline, visible_text
from flows.formats.html.names import desk_in, distinct, is_organisation, names_in
from flows.formats.html.structured import Stated, listed, objects_named, text_of, types_of
from flows.formats.html.title import folded

META_NAMES = (
    "author", "article:author", "og:author", "og:article:author", "byl", "authors", "parsely-author", "sailthru.author",
    "dc.creator", "dcterms.creator", "dc:creator", "citation_author", "creator", "article:author_name",
    "cxenseparse:author", "shareaholic:article_author_name", "rbauthors", "mediator_author", "atc-metaauthor",
    "dcsext.author", "article_author", "author_name",
)  # fmt: skip
MIN_SITE_CHARS = 6  # of a name, from which a site's longer name may begin with it
_OWNED = re.compile(
    r"([^\W\d_][\w.-]+(?: [^\W\d_][\w.-]*){1,2})['’]s? (?:\w+ )?"
    r"(?:blog|weblog|home ?page|home|web ?site|site|page|journal|notes|notebook|diary)",
    re.I,
)
_PARTED = re.compile(r" [|–—-] ")
_PERSONAL_TYPES = frozenset(["person", "thing", "author", "profilepage"])


def find_authors(tree: Any, stated: Stated, sites: Sequence[str], title: str = "") -> list[str]:
    """The names of the authors, in the page's order; empty where it names none. ``title`` is the headline."""
    names = {folded(name) for name in sites} - {""}
    given = [*_article_authors(stated)] or [*_meta_authors(stated)]
    given = [value for value in given if not _is_site_taken_apart(value, names)]
    stated_names = [name for value in given for name in names_in(value)]
    by_machine = distinct(own for name in stated_names if (own := _without_site(name, names)))
    by_machine = by_machine or _described(tree, stated, names)
    byline = find_byline(tree, title, lambda name: _without_site(name, names))
    if byline.names and by_machine:
        return _decided(tree, by_machine, byline.names)
    found = byline.names or _seen(tree, by_machine) or _personal_site(stated_names)
    return (
        found or _desk(tree, byline, given, names) or _owner([*sites, *_PARTED.split(tree.findtext(".//title") or "")])
    )


def _decided(tree: Any, told: list[str], shown: list[str]) -> list[str]:
    """Of the names told to machines and those shown to readers, the ones that are the authors."""
    told_keys, shown_keys = ({folded(name) for name in names} for names in (told, shown))
    if told_keys == shown_keys:
        return told
    if all(_is_within(name, shown) for name in told):
        if all(" " not in name for name in told):
            return shown
        # More are shown: the others who wrote it, or what stands beside their names.
        others = [name for name in shown if folded(name) not in told_keys and not _is_within(name, told)]
        are_persons = all(" " in name and not is_organisation(name) for name in others)
        is_many = len(shown) > 2 * len(told) + 1
        return told if not are_persons or is_many else shown
    if shown_keys <= told_keys or all(_is_within(name, told) for name in shown):
        return told
    text = folded("".join(tree.itertext()))
    return told if all(text.count(key) > 1 and len(key) > 5 for key in told_keys) else shown


def _is_within(name: str, names: Iterable[str]) -> bool:
    """Whether a name is one of these, or the first or last part of one."""
    words = name.casefold().split()
    others = (other.casefold().split() for other in names)
    return any(words in (other, other[: len(words)], other[-len(words) :]) for other in others)


def _is_site(name: str, sites: set[str]) -> bool:
    key = folded(name)
    spelled = "".join(ch for ch in name.casefold() if ch.isalnum())  # with its "the"
    return key in sites or (len(spelled) >= MIN_SITE_CHARS and any(site.startswith(key) for site in sites))


def _is_site_taken_apart(value: str, sites: set[str]) -> bool:
    """Whether a value is the site's name and would be read as parts of it: "Coast & Sea"."""
    return folded(value) in sites and names_in(value) != [value]


def _without_site(name: str, sites: set[str]) -> str:
    """A name without the site's behind it ("Ada Osei The Coast"), "" where it is the site's alone."""
    words = name.split()
    for place in range(2, len(words)):
        if folded(" ".join(words[place:])) in sites:
            return " ".join(words[:place])
    return "" if _is_site(name, sites) else name


def _personal_site(names: list[str]) -> list[str]:
    """The one name that a page states, where its site is named after a person: two words, not a newspaper's."""
    names = [name for name in names if not is_organisation(name)]
    return [name for name in names if len(name.split()) == 2 and not name.lower().startswith("the ")][:1]


def _owner(sites: Sequence[str]) -> list[str]:
    """Whose the site is by its name ("Ada Osei's blog"), where nothing on the page names anybody."""
    owned = (_OWNED.fullmatch(site.strip()) for site in sites)
    return [found[1] for found in owned if found and names_in(found[1]) == [found[1]]][:1]


def _seen(tree: Any, names: list[str]) -> list[str]:
    """The names without those of one word that readers do not see: who put the page into the system."""
    if all(" " in name or not name[0].isascii() for name in names):
        return names
    words = set(visible_text(tree).split())
    return [name for name in names if " " in name or name in words]


def _described(tree: Any, stated: Stated, sites: set[str]) -> list[str]:
    """The one person that a page describes without saying that they wrote it, if readers see the full name."""
    described = (text_of(value) for value in stated.objects if "person" in types_of(value))
    found = distinct(name for value in described for name in names_in(value))
    is_full = len(found) == 1 and " " in found[0] and not _is_site(found[0], sites)
    return found if is_full and found[0] in visible_text(tree) else []


def _desk(tree: Any, byline: Byline, given: list[str], sites: set[str]) -> list[str]:
    """The desk or the institution that the byline names; else one that the page states, if readers see it."""
    if byline.desk:
        return [byline.desk]
    desks = [desk for value in given if (desk := desk_in(value)) and not _is_site(desk, sites)]
    return [desk for desk in desks if f"By {desk}" in visible_text(tree)][:1]


def _article_authors(stated: Stated) -> Iterator[str]:
    known = {value["@id"]: value for value in stated.objects if isinstance(value.get("@id"), str) and text_of(value)}
    for author in objects_named(stated.article(), ("author", "creator")):
        if isinstance(author, dict) and isinstance(author.get("@id"), str) and not text_of(author):
            author = known.get(author["@id"], author)
        if isinstance(author, dict) and (kinds := types_of(author)) and not kinds & _PERSONAL_TYPES:
            continue
        if isinstance(author, dict) and not text_of(author):
            parts = (text_of(author.get(part)) for part in ("givenName", "additionalName", "familyName"))
            yield " ".join(part for part in parts if part)
        else:
            for name in listed(author.get("name")) if isinstance(author, dict) else [author]:
                yield text_of(name)


def _meta_authors(stated: Stated) -> Iterator[str]:
    for name in META_NAMES:
        if values := [value for value in stated.meta.get(name, []) if names_in(value)]:
            yield from values
            return
