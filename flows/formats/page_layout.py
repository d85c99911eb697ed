"""Lines on printed pages to paragraphs: columns in their order, words divided at line ends joined, running heads out.

Columns are found by cutting a page along its white gaps, across and down in turn (Nagy's recursive XY cut).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

MAX_DEPTH = 40  # of cuts in each other
MIN_GUTTER_POINTS = 6.0
MIN_GUTTER_HEIGHTS = 0.8  # of a line, that the gap between columns is wide at least
MIN_BAND_HEIGHTS = 0.5
MIN_COLUMN_LINES = 2
MAX_HEIGHT_RATIO = 1.6  # of lines of one print: a line without tall letters or tails is lower than another
EDGE_SHARE = 0.09  # of a page's height, in which running heads and page numbers stand
MIN_REPEATS = 3  # of pages, before a line at an edge counts as a running head

_HYPHENS = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010\x02\ufffe]\Z")
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)\]]*\Z")
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"(?:page|seite|p\.)?\s*\d{1,4}(?:\s*(?:/|of|de|von)\s*\d{1,4})?", re.I)


class Line(NamedTuple):
    """A line of print: its edges in points from the lower left corner of the page, and its words."""

    left: float
    bottom: float
    right: float
    top: float
    text: str

    @property
    def height(self) -> float:
        """From descenders to ascenders."""
        return max(self.top - self.bottom, 0.1)


def without_running_heads(pages: Sequence[tuple[float, list[Line]]]) -> list[list[Line]]:
    """The lines of pages, each with its height in points, without page numbers and what repeats at their edges."""
    edges = [{_comparable(line) for line in lines if _is_at_edge(line, height)} for height, lines in pages]
    counts = Counter(text for edge in edges for text in edge)
    repeated = {text for text, n in counts.items() if n >= max(MIN_REPEATS, len(pages) / 3)}

    def is_kept(line: Line, height: float) -> bool:
        if not _is_at_edge(line, height):
            return True
        return _comparable(line) not in repeated and not _PAGE_NUMBER.fullmatch(line.text.strip())

    return [[line for line in lines if is_kept(line, height)] for height, lines in pages]


def _is_at_edge(line: Line, height: float) -> bool:
    return line.bottom > height * (1 - EDGE_SHARE) or line.top < height * EDGE_SHARE


def _comparable(line: Line) -> str:
    return _DIGITS.sub("0", line.text.strip())


def read_blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """The columns and bands of a page in reading order, each as its lines from top to bottom."""
    if not lines:
        return []
    return list(_cut(list(lines), median(line.height for line in lines), 0))


def _cut(lines: list[Line], height: float, depth: int) -> Iterator[list[Line]]:
    min_gutter = max(MIN_GUTTER_POINTS, MIN_GUTTER_HEIGHTS * height)
    gutter = _widest_gap([(line.left, line.right) for line in lines], min_gutter)
    if depth < MAX_DEPTH and gutter is not None:
        halves = [line for line in lines if line.right <= gutter], [line for line in lines if line.right > gutter]
        if all(len(_rows(half)) >= MIN_COLUMN_LINES for half in halves):
            for half in halves:
                yield from _cut(half, height, depth + 1)
            return
    band = _widest_gap([(line.bottom, line.top) for line in lines], MIN_BAND_HEIGHTS * height)
    if depth < MAX_DEPTH and band is not None:
        for half in ([line for line in lines if line.top > band], [line for line in lines if line.top <= band]):
            yield from _cut(half, height, depth + 1)
        return
    yield _rows(lines)


def _widest_gap(spans: list[tuple[float, float]], minimum: float) -> float | None:
    """The left or lower edge of the widest gap between spans that is at least so wide; None where there is none."""
    widest, found, reached = minimum, None, float("-inf")
    for start, end in sorted(spans):
        if reached != float("-inf") and start - reached >= widest:
            widest, found = start - reached, reached
        reached = max(reached, end)
    return found


def _rows(lines: list[Line]) -> list[Line]:
    """The lines from top to bottom, pieces of one line joined from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -(line.top + line.bottom) / 2):
        middle = (line.top + line.bottom) / 2
        if rows and rows[-1][0].bottom < middle < rows[-1][0].top:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_joined(sorted(row)) for row in rows]


def _joined(pieces: list[Line]) -> Line:
    text = pieces[0].text
    for before, after in pairwise(pieces):
        is_apart = after.left - before.right > 0.12 * after.height
        text += (" " if is_apart and not text.endswith(" ") else "") + after.text
    bottom, top = min(piece.bottom for piece in pieces), max(piece.top for piece in pieces)
    return Line(pieces[0].left, bottom, max(piece.right for piece in pieces), top, text.strip())


def paragraphs_of(blocks: Sequence[list[Line]]) -> list[tuple[float, str]]:
    """The paragraphs of blocks in reading order, each with its height of print; one may go on in the next block."""
    found: list[tuple[float, str]] = []
    for block in blocks:
        for number, line in enumerate(block):
            if not line.text:
                continue
            goes_on = _goes_on(block, number) if number else bool(found) and _continues(found[-1], line)
            if found and goes_on:
                found[-1] = (found[-1][0], _join(found[-1][1], line.text))
            else:
                found.append((line.height, line.text))
    return [(height, _HYPHENS.sub("-", text)) for height, text in found]


def _goes_on(block: list[Line], number: int) -> bool:
    """Whether a line goes on with the paragraph of the line above: same print, no gap, no indent, no short line."""
    above, line = block[number - 1], block[number]
    if not 1 / MAX_HEIGHT_RATIO < line.height / above.height < MAX_HEIGHT_RATIO:
        return False
    gaps = [before.bottom - after.bottom for before, after in pairwise(block)]
    if above.bottom - line.bottom > 1.35 * median(gaps):
        return False
    left, right = min(one.left for one in block), max(one.right for one in block)
    is_indented = line.left - left > 0.6 * line.height and line.left - above.left > 0.6 * line.height
    is_short = above.right < right - 0.15 * (right - left) and _SENTENCE_END.search(above.text) is not None
    return not is_indented and not is_short


def _continues(above: tuple[float, str], line: Line) -> bool:
    """Whether the first line of a column goes on with the last paragraph of the one before."""
    same_print = 1 / MAX_HEIGHT_RATIO < line.height / above[0] < MAX_HEIGHT_RATIO
    return same_print and not _SENTENCE_END.search(above[1]) and line.text[:1].islower()


def _join(text: str, line: str) -> str:
    if _HYPHENS.search(text) and line[:1].islower():
        return text[:-1] + line
    return f"{_HYPHENS.sub('-', text)}{'' if text.endswith('-') else ' '}{line}"
