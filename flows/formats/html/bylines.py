"""The byline that readers see: marked as one, or a line "By ..." near the headline, or a name under the last words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flows.formats.html.names import MAX_BYLINE_CHARS, MAX_NAME_CHARS, desk_in, distinct, is_agency, names_in
from flows.formats.html.structured import clean
from flows.formats.html.title import folded

MAX_LINE_CHARS = 100  # of a byline that nothing marks as one
MAX_NEAR = 8  # elements around a byline that say what it is part of
FAR = 150  # nodes behind the headline, beyond which no byline stands
BESIDE = 20  # nodes behind the headline, where an agency's name alone is a byline
MAX_INNER = 6  # elements of a line
N_LAST = 3  # paragraphs at the end, among which the author may sign
_MARK = re.compile(
    r"(?<![a-z])(?:by-?line|authors?|writers?|reporter|autor(?:en|es)?|auteur|creator|post-author"
    r"|entry-author|contributors?)(?![a-z])"
    r"|byline|author-?name|post-?author|articleauthor",
    re.I,
)
# Boxes about the author are not the byline, yet they name who wrote it where there is none.
_BOX = re.compile(
    r"\bbio\b|biograph|about-?(?:the-)?author|author-?(?:box|bio|info|desc|card|bottom|profile)|mini-?profile", re.I
)
_ELSEWHERE = re.compile(
    r"comment|related|sidebar|footer|author-?(?:image|avatar|photo|social|follow)"
    r"|recirc|popular|trending|promo|newsletter|caption|credit|social|share|follow|recommend"
    r"|more-?from|teaser|reply|quote|recent|latest",
    re.I,
)
_COMMENTS = re.compile(r"comment|disqus|(?<![a-z])(?:respond|replies)(?![a-z])", re.I)
_BY = re.compile(
    r"(?:^|[|•·–—]\s?|\d{4},? |\d ?[ap]\.?m\.? )(?:(?:[Ww]ritten|[Pp]osted|[Pp]ublished|[Ww]ords|[Ss]tory|[Tt]ext) )?"
    r"(?:[Bb]y|BY|[Vv]on|[Pp]or|[Pp]ar|Author:|Autor:)[:\s]\s*(?=[A-ZÀ-Þ])"
)
_NAME = r"[A-ZÀ-Þ][\w.’'-]*(?:\s(?:[A-ZÀ-Þ][\w.’'-]*|de|da|van|von|del|la|bin|al)){1,3}"
_SIGNED = re.compile(rf"(?:[–—-]{{1,2}}\s?(?:By\s)?|By\s)({_NAME})(?:\s?(?:Follow\b.*|\|.*)?)")
_ABOUT = re.compile(rf"About the [Aa]uthor\s?[:–—-]\s?({_NAME})")
_WHOLE = frozenset(["body", "html", "article", "main"])
_NO_NAMES = frozenset(
    ["body", "html", "article", "main", "img", "input", "link", "meta", "form", "iframe", "script", "style"]
)
_UNSEEN = frozenset(["script", "style", "figure", "figcaption", "noscript"])
_AUTHOR_PAGE = re.compile(r"/(?:authors?|staff|people|profiles?|by|contributors?|writers?)/")


@dataclass(frozen=True, slots=True)
class Byline:
    """Persons, or an agency; and the desk or institution that signs where the byline says "By" and names nobody."""

    names: list[str] = field(default_factory=list)
    desk: str = ""


def find_byline(tree: Any, title: str, own_name: Callable[[str], str]) -> Byline:
    """Of the bylines that are marked as one, the nearest to the headline, else a line "By ...".

    ``own_name`` takes the site's name off a name, and gives "" for what is no author's.
    """
    nodes = [node for node in tree.iter() if isinstance(node.tag, str)]
    here = _place_of_title(nodes, title)
    marked = [*_marked(nodes, here, own_name)]
    if surely := [found for is_box, _, found in sorted(marked) if not is_box]:
        return Byline(surely[0])
    behind = nodes[here : here + FAR]
    lines = [
        text[found.end() :] for node, text in _lines(behind) if (found := _BY.search(text)) and not _is_elsewhere(node)
    ]
    named = [names for line in lines if (names := _without(names_in(line), own_name))]
    named += [[text] for _, text in _lines(nodes[here : here + BESIDE]) if is_agency(text)]
    if named or marked:
        return Byline(distinct(named[0]) if named else min(marked)[2])
    if signed := _signed(tree):
        return Byline([signed])
    return Byline([], next((desk for line in lines if (desk := desk_in(line))), ""))


def visible_text(tree: Any) -> str:
    """All words of a page but those of its comments."""
    return "".join(
        tree.xpath(
            "//body//text()[not(ancestor::script or ancestor::style or ancestor::*[contains(@class, 'comment')"
            " or contains(@id, 'comment')])]"
        )
    )


def _without(names: Iterable[str], own_name: Callable[[str], str]) -> list[str]:
    return [own for name in names if (own := own_name(name))]


def _place_of_title(nodes: list[Any], title: str) -> int:
    wanted = folded(title)
    for place, node in enumerate(nodes):
        if wanted and node.tag in {"h1", "h2", "h3"} and folded("".join(node.itertext())) == wanted:
            return place
    return next((place for place, node in enumerate(nodes) if node.tag in {"h1", "body"}), 0)


def _marked(nodes: list[Any], here: int, own_name: Callable[[str], str]) -> Iterator[tuple[bool, int, list[str]]]:
    """Whether it is a box about the author, how far it is from the headline, and its names."""
    for place, node in enumerate(nodes):
        strength = _strength(node)
        if not strength or _is_elsewhere(node):
            continue
        is_box = _is_in_box(node)
        found = _names_of_node(node, MAX_NAME_CHARS if is_box else MAX_BYLINE_CHARS)
        if names := distinct(_without(found, own_name)):
            distance = place - here if place >= here else 3 * (here - place)
            yield is_box, distance - 100 * (strength - 1), names


def _lines(nodes: list[Any]) -> Iterator[tuple[Any, str]]:
    for node in nodes:
        if node.tag in _UNSEEN or len(node) > MAX_INNER:
            continue
        text = clean(" ".join(node.itertext()))
        if text and len(text) <= MAX_LINE_CHARS:
            yield node, text


def _signed(tree: Any) -> str:
    """A name alone in one of the last paragraphs of the longest text, or in a heading "About the author: ..."."""
    held: dict[Any, list[str]] = {}
    for node in tree.iter("p"):
        if text := clean("".join(node.itertext())):
            held.setdefault(node.getparent(), []).append(text)
    longest: list[str] = max(held.values(), key=lambda texts: sum(map(len, texts)), default=[])
    lines = longest[-N_LAST:] if len(longest) > N_LAST else []
    found = [match[1] for line in lines if (match := _SIGNED.fullmatch(line))]
    headings = (clean("".join(node.itertext())) for node in tree.iter("h2", "h3", "h4", "h5"))
    found += [match[1] for text in headings if (match := _ABOUT.fullmatch(text))]
    return next((name for name in found if names_in(name) == [name]), "")


def _marks(node: Any) -> str:
    return " ".join(node.get(name) or "" for name in ("class", "id", "data-testid"))


def _strength(node: Any) -> int:
    """How surely a node is a byline: 2 by its relation or property, 1 by its class alone, 0 not at all."""
    if not node.attrib or node.tag in _NO_NAMES:
        return 0
    marks = _marks(node)
    if _ELSEWHERE.search(marks):
        return 0
    if (node.get("itemprop") or "").lower() in {"author", "creator"} or "author" in (node.get("rel") or "").split():
        return 2
    return 2 if re.search(r"by-?line", marks, re.I) else 1 if _MARK.search(marks) else 0


def _is_in_box(node: Any) -> bool:
    around = [node, *node.iterancestors()][:MAX_NEAR]
    return any(above.tag not in _WHOLE and _BOX.search(_marks(above)) for above in around)


def _is_elsewhere(node: Any) -> bool:
    is_near = True
    for depth, above in enumerate(node.iterancestors()):
        is_near = is_near and depth <= MAX_NEAR and above.tag not in {"body", "article", "main"}
        marks = f"{above.get('class') or ''} {above.get('id') or ''}" if above.tag not in _WHOLE else ""
        if is_near and (above.tag in {"nav", "footer", "aside", "figure"} or _ELSEWHERE.search(marks)):
            return True
        if marks and _COMMENTS.search(marks):
            return True
    return False


def _names_of_node(node: Any, max_chars: int) -> Iterator[str]:
    text = clean(" ".join(node.itertext()))
    if not text or len(text) > max_chars:
        return
    parts = node.xpath(".//*[@itemprop='name'] | .//a[contains(@rel, 'author')]") or [
        link for link in node.iter("a") if _AUTHOR_PAGE.search(link.get("href") or "")
    ]
    if parts:
        for part in parts:
            yield from names_in(clean(" ".join(part.itertext())))
    else:
        yield from names_in(text)
