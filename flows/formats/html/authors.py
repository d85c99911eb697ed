"""Who wrote it: the persons that the page states, for machines or in its byline, and nobody else.

Machines' statements are often about who put the page into the system, or about the site; the byline on the page is for
readers and decides where the two differ. The site's own name is no author.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flows.formats.html.structured import Stated, clean, listed, objects_named, text_of, types_of
from flows.formats.html.title import folded

MAX_BYLINE_CHARS = 250
MAX_LINE_CHARS = 100  # of a byline that nothing marks as one
MAX_NEAR = 8  # elements around a byline that say what it is part of
FAR = 150  # nodes behind the headline, beyond which no byline stands
MAX_AUTHORS = 60
MAX_NAME_WORDS = 6
MAX_NAME_CHARS = 60
META_NAMES = (
    "author", "article:author", "og:author", "byl", "authors", "parsely-author", "sailthru.author", "dc.creator",
    "dcterms.creator", "dc:creator", "citation_author", "creator", "article:author_name", "cxenseparse:author",
    "shareaholic:article_author_name", "rbauthors", "mediator_author", "atc-metaauthor",
)  # fmt: skip
# The patterns of names are for texts on one line, single spaces between their words.
_BYLINE_MARK = re.compile(
    r"(?<![a-z])(?:by-?line|authors?|writers?|reporter|autor(?:en|es)?|auteur|creator|post-author"
    r"|entry-author|contributors?)(?![a-z])"
    r"|byline|author-?name|post-?author|articleauthor",
    re.I,
)
_NO_BYLINE = re.compile(
    r"comment|related|sidebar|footer|\bbio\b|biograph|about-?(?:the-)?author|author-?(?:box|bio|info"
    r"|desc|card|image|avatar|photo|social|follow|bottom)"
    r"|recirc|popular|trending|promo|newsletter|caption|credit|social|share|follow|recommend"
    r"|more-?from|teaser|reply|quote",
    re.I,
)
_COMMENTS = re.compile(r"comment|disqus|(?<![a-z])(?:respond|replies)(?![a-z])", re.I)
_PREFIX = re.compile(
    r"^(?:(?:written|posted|published|reported|story|words|text|recipe|interview|review(?:ed)?"
    r"|created|contributed|submitted|added|edited|updated|article|analysis|opinion)"
    r"\s(?:and\s\w+\s)?by|by|von|por|par|di|door|av|af|autor(?:in)?|author|authors|writer"
    r"|texte?)(?:\s?:\s?|\s)",
    re.I,
)
_CUT = re.compile(
    r"\s(?:on|in|at|for|of|from|via|with)\s.*|\s?[|•·●‧∙].*|\s[–—-]+\s.*|\s?\(.*|\s\d.*|\s@.*|\s?\[.*"
    r"|\s(?:published|updated|posted|last|follow|view|read|more|share|shares|contributor|facebook"
    r"|twitter|email"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b.*",
    re.I | re.S,
)
_SPLIT = re.compile(r"\s?[;|/&\n•·]\s?|\s?,\s?(?:and\s)?|\s(?:and|und|y|et|en|og|with)\s|\s–\s", re.I)
_SUFFIX = re.compile(r",\s?(jr|sr|ii|iii|iv)\b\.?", re.I)
_DEGREE = re.compile(
    r"(?:,\s|,|\s)(?:ph\.?\s?d|m\.?d|mba|md|rd|msc|m\.?a|esq|j\.?d|rn|dds|faan|mph|cfa|cpa)\b\.?", re.I
)
_ROLE = re.compile(
    r"\b(?:correspondents?|reporters?|editors?|editorial|writers?|columnists?|contribut\w+|producers?"
    r"|journalists?|staff|desk|newsroom"
    r"|bureau|chief|director|analyst|critic|photographers?|intern|freelance\w*|redaktion|redacci[oó]n"
    r"|r[ée]daction|team|news\s+service"
    r"|special\s+to|senior|associate|assistant|professor|webmaster|admin(?:istrator)?|guest"
    r"|no\s+author|author|unknown|anonymous"
    r"|none|null|undefined|view\s+all|posts?|articles?|subscribe|follow|comments?|min\s+read|minutes?"
    r"|ago|today|yesterday"
    r"|january|february|april|june|july|august|september|october|november|december|am|pm|edt|est|pdt"
    r"|pst|gmt|utc|https?|www)\b",
    re.I,
)
_AGENCY = re.compile(
    r"^(?:the\s+)?(?:associated press|ap|reuters|afp|agence france[- ]presse|bloomberg(?: news)?|upi"
    r"|dpa|efe|ansa|xinhua|pti|ians|ani|jiji|kyodo"
    r"|cnn wire|pa media|press association|canadian press|the conversation|getty images?"
    r"|tribune news service|wire reports?|agencies)$",
    re.I,
)
_OUTLET = re.compile(
    r"\b(?:news\w*|times|post|herald|tribune|daily|journal|gazette|today|online|tv|radio|press"
    r"|magazine|media|blog|review|weekly)\b",
    re.I,
)
_PHOTO = re.compile(
    r"^\W*(?:photo\w*|image|picture|foto\w*|illustration|graphic|video|source|credit|©|copyright)\b", re.I
)
_BY_LINE = re.compile(
    r"(?:^|[|•·–—]\s?)(?:(?:[Ww]ritten|[Pp]osted|[Pp]ublished|[Ww]ords|[Ss]tory|[Tt]ext) )?(?:[Bb]y"
    r"|BY|[Vv]on|[Pp]or|[Pp]ar)[:\s]\s*(?=[A-ZÀ-Þ])"
)
_PERSONAL_TYPES = frozenset(["person", "thing", "author", "profilepage"])
_WHOLE = frozenset(["body", "html", "article", "main"])
_NO_NAMES = frozenset(
    ["body", "html", "article", "main", "img", "input", "link", "meta", "form", "iframe", "script", "style"]
)
_ADDRESS = re.compile(
    r"(?:https?:|www\.)\S*|\[email[^\]]{0,20}\]|(?<!\S)@\w+|\S{1,64}@\S+|(?<!\S)[\w-]{1,64}\.(?:com|org|net)\b\S*", re.I
)


def find_authors(tree: Any, stated: Stated, sites: Sequence[str], title: str = "") -> list[str]:
    """The names of the authors, in the page's order; empty where it names none. ``title`` is the headline."""
    names = {folded(name) for name in sites} - {""}
    stated_names = _persons(_article_authors(stated)) or _persons(_meta_authors(stated))
    by_machine = [name for name in stated_names if not _is_site(name, names)]
    on_page = [name for name in _visible(tree, title) if not _is_site(name, names)]
    if not by_machine and not on_page:
        return [name for name in stated_names if _is_personal(name)][:1] or _described(tree, stated, names)
    if not by_machine or not on_page:
        return by_machine or on_page
    shown, told = {folded(name) for name in on_page}, {folded(name) for name in by_machine}
    if told <= shown or shown <= told:
        return by_machine if len(told) >= len(shown) or len(shown) > 2 * len(told) + 1 else on_page
    text = folded("".join(tree.itertext()))
    return by_machine if all(text.count(name) > 1 and len(name) > 5 for name in told) else on_page


def _is_site(name: str, sites: set[str]) -> bool:
    key = folded(name)
    return key in sites or (len(key) > 5 and any(site.startswith(key) for site in sites))


def _described(tree: Any, stated: Stated, sites: set[str]) -> list[str]:
    """The one person that a page describes without saying that they wrote it, if readers see the full name."""
    persons = _persons(text_of(value) for value in stated.objects if "person" in types_of(value))
    if len(persons) != 1 or len(persons[0].split()) < 2 or folded(persons[0]) in sites:
        return []
    seen = "".join(tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]"))
    return persons if persons[0] in seen else []


def _is_personal(name: str) -> bool:
    """Whether a site may be named after its author: two words that are not a newspaper's."""
    return len(name.split()) == 2 and not name.lower().startswith("the ") and not _OUTLET.search(name)


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


def _persons(values: Iterable[str]) -> list[str]:
    return _distinct(name for value in values for name in names_in(value))


def _distinct(names: Iterable[str]) -> list[str]:
    """Each once, none that is a part of another, agencies only where there is nobody else."""
    found = list({folded(name): name for name in names}.values())[:MAX_AUTHORS]
    persons = [name for name in found if not _AGENCY.match(name)] or found
    return [name for name in persons if not any(name != other and f" {name} " in f" {other} " for other in persons)]


def names_in(value: str) -> list[str]:
    """The names of a byline, without its roles, places and dates."""
    text = clean(value)
    if len(text) > MAX_BYLINE_CHARS:
        return []
    text = _ADDRESS.sub(" ", text).strip()
    if _PHOTO.match(text):
        return []
    text = _SUFFIX.sub(r" \1", text)
    text = _DEGREE.sub("", text)
    pieces = [_name(_PREFIX.sub("", piece)) for piece in _SPLIT.split(_PREFIX.sub("", text))]
    return [piece for piece in pieces if piece]


def _name(piece: str) -> str:
    """A piece of a byline if it looks like a name, "" otherwise."""
    piece = _CUT.sub("", f" {piece.strip()}").strip(" \t.,:;–—-*\"“”'’")
    if not piece or len(piece) > MAX_NAME_CHARS or len(piece.split()) > MAX_NAME_WORDS or len(piece) < 2:
        return ""
    if _PREFIX.match(f"{piece} ") or _ROLE.search(piece) or not any(ch.isalpha() for ch in piece):
        return ""
    words = piece.split()
    capital = sum(not word[0].islower() for word in words)
    return piece if capital * 2 >= len(words) or len(words) == 1 else ""


# The byline on the page


def _visible(tree: Any, title: str) -> list[str]:
    """The names in the byline: of those that are marked as one, the nearest to the headline, else a line "By ..."."""
    nodes = [node for node in tree.iter() if isinstance(node.tag, str)]
    here = _place_of_title(nodes, title)
    found: list[tuple[int, int, list[str]]] = []
    for place, node in enumerate(nodes):
        strength = _strength(node)
        if not strength or _is_elsewhere(node):
            continue
        if names := _distinct(_names_of_node(node)):
            distance = place - here if place >= here else 3 * (here - place)
            found.append((distance - 100 * (strength - 1), place, names))
    if found:
        best = min(found)
        return best[2]
    return _unmarked(nodes[here : here + FAR])


def _place_of_title(nodes: list[Any], title: str) -> int:
    wanted = folded(title)
    for place, node in enumerate(nodes):
        if wanted and node.tag in {"h1", "h2", "h3"} and folded("".join(node.itertext())) == wanted:
            return place
    return next((place for place, node in enumerate(nodes) if node.tag in {"h1", "body"}), 0)


def _unmarked(nodes: list[Any]) -> list[str]:
    for node in nodes:
        if node.tag in {"script", "style", "figure", "figcaption", "noscript"} or len(node) > 6:
            continue
        text = clean(" ".join(node.itertext()))
        if len(text) > MAX_LINE_CHARS or not (found := _BY_LINE.search(text)) or _is_elsewhere(node):
            continue
        if names := _distinct(names_in(text[found.end() :])):
            return names
    return []


def _strength(node: Any) -> int:
    """How surely a node is a byline: 2 by its relation or property, 1 by its class alone, 0 not at all."""
    if not node.attrib or node.tag in _NO_NAMES:
        return 0
    marks = " ".join(node.get(name) or "" for name in ("class", "id", "data-testid"))
    if _NO_BYLINE.search(marks):
        return 0
    if (node.get("itemprop") or "").lower() in {"author", "creator"} or "author" in (node.get("rel") or "").split():
        return 2
    return 2 if re.search(r"by-?line", marks, re.I) else 1 if _BYLINE_MARK.search(marks) else 0


def _is_elsewhere(node: Any) -> bool:
    is_near = True
    for depth, above in enumerate(node.iterancestors()):
        is_near = is_near and depth <= MAX_NEAR and above.tag not in {"body", "article", "main"}
        marks = f"{above.get('class') or ''} {above.get('id') or ''}" if above.tag not in _WHOLE else ""
        if is_near and (above.tag in {"nav", "footer", "aside", "figure"} or _NO_BYLINE.search(marks)):
            return True
        if marks and _COMMENTS.search(marks):
            return True
    return False


def _names_of_node(node: Any) -> Iterator[str]:
    text = clean(" ".join(node.itertext()))
    if not text or len(text) > MAX_BYLINE_CHARS:
        return
    parts = node.xpath(".//*[@itemprop='name'] | .//a[contains(@rel, 'author')]") or [
        link
        for link in node.iter("a")
        if re.search(r"/(?:authors?|staff|people|profiles?|by|contributors?|writers?)/", link.get("href") or "")
    ]
    if parts:
        for part in parts:
            yield from names_in(clean(" ".join(part.itertext())))
    else:
        yield from names_in(text)
