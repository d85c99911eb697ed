"""The headline as it stands on the page, without the name of the site or of a section.

The title that a page states is written for others (search engines, the browser's tab): it names the site, and often it
is another wording. The headline is the heading on the page. So the stated titles serve to find it, and stand in where
there is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence, Set
from typing import Any
from urllib.parse import urlsplit

from flows.formats.html.structured import Stated, clean, text_of

MAX_HEADING_CHARS = 400
MIN_SHARE = 0.5  # of the words of the shorter of two titles, from which they are about the same
MIN_HEADLINE_WORDS = 3  # below which a heading is a label, unless it is the stated title
MAX_SITE_WORDS = 4
MIN_NAME_CHARS = 6  # of a name of which a part counts too
MAX_ENDING_CHARS = 10
MIN_STORY_CHARS = 400  # of paragraphs
HEADINGS = ("h1", "h2", "h3")
BREAKS = frozenset(["br", "div", "p", "h1", "h2", "small"])
LAID_OUT = frozenset(["span", "strong", "a", "time", "label"])  # inline elements that styles make blocks of
_SEPARATOR = re.compile(r"\s[|•·»«›‹~⋆*—–-]+\s|\s?[|｜：»]+\s?|\s::\s|:\s")
_HEADLINE_CLASS = re.compile(
    r"head-?line|(?:entry|article|post|story|content|page)[-_]{0,2}(?:title|header|heading)", re.I
)
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_OUTSIDE = re.compile(r"comment|related|sidebar|popular|trending|recirc|promo|newsletter|cookie|modal", re.I)
# Words of a whole page's frame too, which then holds the story.
_FRAME = re.compile(r"footer|nav\b|navbar|menu|logo|masthead", re.I)


def find_title(tree: Any, stated: Stated, site_names: Iterable[str]) -> str:
    """The headline, "" where the page has none."""
    headings = [(node, text) for node in tree.iter(*HEADINGS) if (text := _heading_text(node))]
    home = {folded(text) for node, text in headings if _is_way_home(node)}
    sites = ({folded(name) for name in site_names} | home) - {""}
    labels = {folded(name) for name in section_names(stated)} - {""}
    article = stated.article()
    given = [
        text_of(article.get("headline")),
        stated.first("og:title"),
        *stated.items.get("headline", [])[:1],
        stated.first("twitter:title", "parsely-title", "sailthru.title", "dc.title", "headline", "title"),
        next((text for node in tree.iter("title") if (text := clean(node.text or ""))), ""),
    ]
    stripped = [
        title
        for title in (without_site(title[:MAX_HEADING_CHARS], sites, given, labels) for title in given)
        if 0 < len(title) <= MAX_HEADING_CHARS
    ]
    headings = [(node, _own_part(node, text, stripped)) for node, text in headings]
    whole = [title for title in given if n_words(title) >= MIN_HEADLINE_WORDS and folded(title) not in sites]
    found = _headline(headings, stripped, whole, sites)
    return found or next((title for title in stripped if folded(title) not in sites), "")


def section_names(stated: Stated) -> list[str]:
    """Names of the page's section, which titles carry behind the headline."""
    return [stated.first("article:section"), text_of(stated.article().get("articleSection")), stated.first("section")]


def site_names(stated: Stated, url: str) -> list[str]:
    """Names that the site goes by in its titles."""
    article = stated.article()
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    names = [*stated.meta.get("og:site_name", []), *stated.meta.get("application-name", [])]
    names += [text_of(article.get("publisher")), stated.first("twitter:site").lstrip("@"), host, host.rsplit(".", 1)[0]]
    names += [text_of(value) for value in stated.objects if "website" in str(value.get("@type")).lower()]
    return [name for name in names if name]


def without_site(title: str, sites: set[str], others: Sequence[str] = (), labels: Set[str] = frozenset()) -> str:
    """A stated title without what other titles of the page show to be no part of it, and without the site's name.

    ``others`` are other wordings; where one of them is this one without an end, the end is the site's.
    ``labels`` are names of sections, which go where a part of the title is one.
    """
    for _ in range(4):
        cuts = [(found.start(), found.end()) for found in _SEPARATOR.finditer(title)]
        if not cuts:
            break
        (_, first_end), (last_start, last_end) = cuts[0], cuts[-1]
        head, tail = title[: cuts[0][0]], title[last_end:]
        if any(title[:start].strip() in others for start, _ in cuts):
            title = next(title[:start] for start, _ in cuts if title[:start].strip() in others)
        elif (
            folded(tail) in labels
            or _is_site(tail, sites)
            or _is_label(tail, title[last_start:last_end], title[:last_start])
        ):
            title = title[:last_start]
        elif _is_site(head, sites):
            title = title[first_end:]
        else:
            break
    return title.strip(" \t-–—|»·•")


def _is_site(part: str, sites: set[str]) -> bool:
    """Whether a part of a title is the site's name, with a domain's end or a word more or less."""
    name = folded(part)
    return bool(name) and any(
        name == site
        or (len(name) >= MIN_NAME_CHARS and name in site)
        or (len(site) >= MIN_NAME_CHARS and name.startswith(site) and len(name) <= len(site) + MAX_ENDING_CHARS)
        for site in sites
    )


def _is_label(part: str, separator: str, rest: str) -> bool:
    """Whether an end behind a bar looks like the name of a site or section: few words, much shorter than the rest."""
    n_part, n_rest = n_words(part), n_words(rest)
    if "|" in separator or "»" in separator:
        return n_part <= MAX_SITE_WORDS and n_rest > n_part
    is_domain = re.fullmatch(r"[\w-]+\.(?:com|org|net|[a-z]{2})", part.strip()) is not None
    return ":" not in separator and is_domain


def folded(text: str) -> str:
    """Letters and digits alone, to compare names that are spelled in several ways."""
    plain = unicodedata.normalize("NFKD", text).casefold().removeprefix("the ")
    return "".join(ch for ch in plain if ch.isalnum())


def n_words(text: str) -> int:
    """How many words a title has; of a script without spaces, two characters are one."""
    return max(len(text.split()), len(_UNSPACED.findall(text)) // 2)


def words_of(text: str) -> list[str]:
    """Words without case and punctuation."""
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))


def _heading_text(node: Any) -> str:
    """The words of a heading, a space where a browser parts them: at a break, and at what is laid out by itself."""
    pieces: list[str] = []
    for piece in node.xpath(".//text()[not(ancestor::script or ancestor::style or ancestor::svg or ancestor::button)]"):
        edge = piece.getparent()
        is_edge = edge is not node and (edge.tag in BREAKS or _is_laid_out(edge, pieces, str(piece), piece.is_tail))
        pieces += [" " if is_edge else "", str(piece)]
    text = " ".join("".join(pieces).split())
    return text if len(text) <= MAX_HEADING_CHARS else ""


def _is_laid_out(edge: Any, before: Sequence[str], piece: str, is_tail: bool) -> bool:
    """Whether an inline element with a class stands by itself: it ends, or begins, where two words would run together.

    A drop capital, and an element in the middle of a word, have no capital letter behind a small one.
    """
    if edge.tag not in LAID_OUT or not (edge.get("class") or edge.get("style")):
        return False
    last = next((part[-1] for part in reversed(before) if part), " ")
    whole = len("".join(edge.itertext()).strip()) > 1 if is_tail else True
    return whole and (last.islower() or last.isdigit() or last in ".!?:)”") and piece[:1].isupper()


def _own_part(node: Any, text: str, stated: Sequence[str]) -> str:
    """Of a heading that holds a label or a second heading too, the part that is a stated title."""
    spelled = {folded(title) for title in stated if n_words(title) >= MIN_HEADLINE_WORDS}
    if len(node) == 0:
        return text
    parts = [
        clean(node.text or ""),
        *(clean("".join(inner.itertext())) for inner in node),
        *(clean(inner.tail or "") for inner in node),
    ]
    return next((part for part in parts if folded(part) in spelled), text)


def likeness(a: str, b: str) -> float:
    """The share of the shorter title's words that the other has."""
    first, second = set(words_of(a)), set(words_of(b))
    return len(first & second) / min(len(first), len(second)) if first and second else 0.0


def _headline(headings: list[tuple[Any, str]], stated: list[str], whole: list[str], sites: set[str]) -> str:
    """Of the headings: one that is a stated title, the ``h1`` most like one, the only or marked ``h1``.

    ``whole`` are the stated titles with all that may be the site's name.
    """
    spelled = {folded(title) for title in (*stated, *whole)}
    for node, text in headings:
        if node.tag == "h1" and folded(text) in spelled and n_words(text) >= MIN_HEADLINE_WORDS:
            return text
    usable = [(node, text) for node, text in headings if not _is_outside(node) and folded(text) not in sites]
    for node, text in usable:
        if node.tag == "h1" and folded(text) in spelled:
            return text
    for _, text in usable:
        if folded(text) in spelled and n_words(text) >= MIN_HEADLINE_WORDS:
            return text
    first = [(node, text) for node, text in usable if node.tag == "h1" and n_words(text) > 1]
    alike = [(max(likeness(text, title) for title in stated), text) for _, text in first] if stated else []
    if alike and (best := max(alike, key=lambda pair: pair[0]))[0] >= MIN_SHARE and n_words(best[1]) > 1:
        return best[1]
    parts = {folded(part) for title in stated for part in _SEPARATOR.split(title)}
    for _, text in usable:
        if folded(text) in parts and n_words(text) > MIN_HEADLINE_WORDS:
            return text
    marked = [text for node, text in first if _is_marked(node) and n_words(text) >= MIN_HEADLINE_WORDS]
    if marked:
        return marked[0]
    return first[0][1] if len(first) == 1 and n_words(first[0][1]) >= MIN_HEADLINE_WORDS else ""


def _is_way_home(node: Any) -> bool:
    """Whether a heading is one link to the front page: the name of the site."""
    links = list(node.iter("a"))
    href = links[0].get("href") or "" if len(links) == 1 else ""
    return bool(href) and (href == "/" or (urlsplit(href).netloc != "" and urlsplit(href).path in {"", "/"}))


def _is_outside(node: Any) -> bool:
    """Whether a heading stands in what surrounds an article."""
    for depth, above in enumerate(node.iterancestors()):
        if above.tag in {"article", "main", "body"} or depth > 8:
            return False
        marks = _marks(above)
        if above.tag in {"nav", "footer", "aside"} or _OUTSIDE.search(marks):
            return True
        if _FRAME.search(marks) and not _holds_story(above):
            return True
    return False


def _holds_story(node: Any) -> bool:
    return sum(len(part.text or "") for part in node.iter("p")) >= MIN_STORY_CHARS


def _is_marked(node: Any) -> bool:
    inside = any(above.tag in {"article", "main"} for above in node.iterancestors())
    return inside or node.get("itemprop") == "headline" or _HEADLINE_CLASS.search(_marks(node)) is not None


def _marks(node: Any) -> str:
    return f"{node.get('class') or ''} {node.get('id') or ''}"
