"""The body of an article: trafilatura's text, put right by what the page's tree shows.

In this order: what its own marks call comments, related stories or a subscription box goes before extraction; of
trafilatura's two ways the stricter is taken where it finds the article; paragraphs that stand among those found come
back; lines of links, the headline, and furniture at both ends go; the article body that the page states for machines
decides about the ends, where it agrees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flows.formats.html.apart import without_apart
from flows.formats.html.extraction import MIN_CHARS, extracted_lines
from flows.formats.html.fragments import fragment_text
from flows.formats.html.notes import DISCLAIMER, NOTE
from flows.formats.html.placed import key_of, with_lead, with_missed, without_blocks_beside
from flows.formats.html.structured import Stated, clean, text_of
from flows.formats.html.title import folded

MIN_MENU = 3  # links of a line that is a menu
MIN_LINK_CHARS = 12  # of letters; shorter links are names in a text
MAX_SEARCHES = 1_000  # in the whole text, each of which costs its length
MAX_BYLINE_CHARS = 120
MAX_NOTE_CHARS = 220
N_FIRST = 4  # lines among which headline, byline and date may stand
MIN_LINES = 5  # of a text, from which a link at its end is no part of it

_MENU_MARK, _MENU_MARKS = re.compile(r"[|•·›»]"), re.compile(r"[|•·›»;]")
_LAST_DATE = re.compile(r"\s[–—|-]\s[^–—|]{0,12}\d{4}$")
_BYLINE_WORDS = re.compile(
    r"\b(?:by|von|por|par|and|updated|published|posted|on|at|am|pm|[ecmp][ds]t|gmt|staff|writer"
    r"|reporter|correspondent"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}|(?:mon|tues|wednes|thurs|fri"
    r"|satur|sun)day)\b",
    re.I,
)
_BARE = re.compile(r"[\W\d_]*|\S{1,64}@\S+|https?:\S+")
_DATELINE = re.compile(
    r"(?:(?:published|updated|posted|last (?:updated|modified)|first published|written"
    r"|first posted)\b.{0,100}|\W*\d{1,4}[./-]\d{1,2}[./-]\d{2,4}.{0,20})",
    re.I,
)


def find_body(tree: Any, stated: Stated, title: str, authors: Sequence[str] = ()) -> str:
    """The paragraphs of the article, parted by blank lines; "" where nothing is found."""
    linked = {folded(clean(" ".join(node.itertext()))) for node in tree.iter("a")} - {""}
    links = {words for words in linked if len(words) >= MIN_LINK_CHARS}
    tree = without_apart(tree)
    lines = extracted_lines(tree, stated)
    lines = without_blocks_beside(lines, tree)
    lines = with_missed(lines, tree)
    lines = [line for line in lines if not _is_menu(line, linked)] or lines
    lines = _without_link_lists(lines, links)
    lines = _without_ends(lines, title, authors)
    lines = _as_stated(lines, stated)
    return "\n\n".join(with_lead(lines, tree, stated, title))


def _is_menu(line: str, linked: set[str]) -> bool:
    """Whether a line is nothing but links with marks between them, as the menus of a site are."""
    if _MENU_MARK.search(line) is None:  # a row of a table, whose cells may well be links
        return False
    parts = [words for part in _MENU_MARKS.split(line) if (words := folded(part))]
    return len(parts) >= MIN_MENU and all(words in linked for words in parts)


def _without_link_lists(lines: list[str], links: set[str]) -> list[str]:
    """Without runs of lines that are links alone, their heading, and single ones that lead elsewhere by their words."""
    linked = [_is_link(line, links) for line in lines]
    kept: list[str] = []
    for place, line in enumerate(lines):
        in_run = linked[place] and (any(linked[place + 1 : place + 2]) or (place > 0 and linked[place - 1]))
        at_end = linked[place] and place == len(lines) - 1 > MIN_LINES
        if in_run or at_end:
            if kept and (place == 0 or not linked[place - 1]) and _is_heading(kept[-1]):
                kept.pop()
            continue
        if not (linked[place] and NOTE.match(line)):
            kept.append(line)
    return kept if kept else lines


def _is_link(line: str, links: set[str]) -> bool:
    words = _LAST_DATE.sub("", line)
    return folded(words) in links or (":" in words[:30] and folded(words.split(":", 1)[1]) in links)


def _is_heading(line: str) -> bool:
    return len(line) <= 60 and not line.rstrip().endswith((".", "!", "”", '"', "’"))


def _without_ends(lines: list[str], title: str, authors: Sequence[str] = ()) -> list[str]:
    """Without the headline and its dates at the start, and without what follows the article at its end."""
    start, end = 0, len(lines)
    headline = folded(title)
    for place in range(min(N_FIRST, end)):
        if headline and folded(lines[place]) == headline:
            start = place + 1
    while end > start + 1 and _is_after(lines[end - 1]):
        end -= 1
    while start < end - 1 and NOTE.match(_unmarked(lines[start])) and len(lines[start]) <= MAX_BYLINE_CHARS:
        start += 1
    # A summary may stand before the byline and the date.
    first = [line for line in lines[start : start + N_FIRST] if not _is_before(line, authors)]
    rest = [*first, *lines[start + N_FIRST : end]] if end > start + N_FIRST else lines[start:end]
    return [line for line in rest if not (len(line) <= 60 and NOTE.match(line))] or lines


def _unmarked(line: str) -> str:
    """A line without the arrow or bullet that makes it look like a button."""
    return line.strip().lstrip("＞>»›・• ")


def _is_before(line: str, authors: Sequence[str]) -> bool:
    """Whether a line in front of the article is its byline, its date, or a notice."""
    if DISCLAIMER.match(line):
        return True
    if len(line) > MAX_BYLINE_CHARS:
        return False
    for author in authors:
        line = line.replace(author, "")
    return _BARE.fullmatch(_BYLINE_WORDS.sub("", line)) is not None or _DATELINE.fullmatch(line) is not None


def _is_after(line: str) -> bool:
    words = _unmarked(line)
    return DISCLAIMER.match(words) is not None or (
        len(words) <= MAX_NOTE_CHARS and (NOTE.match(words) is not None or _BARE.fullmatch(words) is not None)
    )


def _as_stated(lines: list[str], stated: Stated) -> list[str]:
    """Where the page states the body: without lines before and after it, or the stated one where most was missed."""
    value = stated.article().get("articleBody")
    body = fragment_text(value) if isinstance(value, str) and "<" in value else text_of(value)
    if len(body) < MIN_CHARS or len(lines) > MAX_SEARCHES:
        return lines
    flat = folded(body)
    inside = [bool(key := key_of(line)) and key in flat for line in lines]
    n_inside = sum(len(line) for line, is_in in zip(lines, inside, strict=True) if is_in)
    if n_inside < 0.5 * len(body) and n_inside >= 0.8 * sum(map(len, lines)):
        return [part for part in re.split(r"\n+", body if "\n" in body else str(value)) if part.strip()]
    if n_inside < 0.8 * len(body):
        return lines
    first, last = inside.index(True), len(inside) - 1 - inside[::-1].index(True)
    return lines[first : last + 1]
