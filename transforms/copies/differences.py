"""A copy as it reads beside the kept article: which words were dropped, added, or stand elsewhere there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np

from transforms.copies.matching import Matches, Numbered, match
from transforms.copies.words import word_spans
from transforms.paragraphs import paragraph_starts, split_blocks

_MARKS_AFTER = re.compile(r"\S*")
_MARKS_BEFORE = re.compile(r"\S*\Z")


class Piece(NamedTuple):
    """Some text: "same" in both, "dropped" from the kept article, or "added" in the copy.

    ``moved_from``: the paragraph of the kept article, from 1, in which that stands which stands here; None: in order.
    """

    kind: str
    text: str
    moved_from: int | None = None


class Differences(NamedTuple):
    """The paragraphs of the copy, with what was dropped where it stood; how many words are of which kind."""

    paragraphs: list[list[Piece]]
    n_same: int
    n_moved: int
    n_dropped: int
    n_added: int


def differences(kept: str, copy: str) -> Differences:
    """What differs between two texts, as words: case, and marks around words, do not count. Log-linear in length."""
    texts = {"kept": _Text(kept), "copy": _Text(copy)}
    known: dict[str, int] = {}
    numbers = [_numbered(text, known) for text in texts.values()]
    found = match(*numbers)
    page = _Page(texts["kept"], texts["copy"])
    for run in _runs(found, texts["kept"], texts["copy"]):
        page.add(run)
    n_tied = int((found.partner >= 0).sum())
    n_moved = int(((found.partner >= 0) & (found.passage >= 0)).sum())
    n_dropped, n_added = (len(text.words) - n_tied for text in texts.values())
    return Differences(page.done(), n_tied - n_moved, n_moved, n_dropped, n_added)


class _Run(NamedTuple):
    """Successive words of one text that belong together; ``passage`` is -1 where they stand in order."""

    kind: str
    first: int
    last: int
    passage: int
    moved_from: int | None


class _Text:
    """A text as words, each with the marks that touch it: those between two words without a space are the former's."""

    def __init__(self, text: str) -> None:
        self._text = text
        spans = word_spans(text)
        starts = paragraph_starts(text)
        self.words = [word for word, _, _ in spans]
        # Of each word, from 1; the 0 is of what is before the first and after the last.
        self.paragraphs: list[int] = np.searchsorted(starts, [start for _, start, _ in spans], side="right").tolist()
        self._numbers: list[int] = [*self.paragraphs, 0]
        self._openings = np.flatnonzero(np.diff(self.paragraphs, prepend=0)).tolist()
        bounds = [0, *(place for _, start, end in spans for place in (start, end)), len(text)]
        self._starts, self._ends = [], []
        for at in range(0, len(bounds), 2):
            between = text[bounds[at] : bounds[at + 1]]
            if between == " ":  # as most words are parted: in a long text the rest is what takes time
                self._ends.append(bounds[at])
                self._starts.append(bounds[at + 1])
                continue
            after = _MARKS_AFTER.match(between)[0] if at else ""  # type: ignore[index]
            before = _MARKS_BEFORE.search(between[len(after) :])[0]  # type: ignore[index]
            self._ends.append(bounds[at] + len(after))
            self._starts.append(bounds[at + 1] - len(before))

    def of(self, run: _Run) -> str:
        """The text of a run."""
        return self._text[self._starts[run.first] : self._ends[run.last + 1]]

    def before(self, place: int) -> str:
        """What parts a word from the one before."""
        return self._text[self._ends[place] : self._starts[place]]

    def paragraph(self, place: int) -> int:
        """The number of a word's paragraph, from 1; 0 before the first and after the last."""
        return self._numbers[place]

    def next_opening(self, place: int) -> int:
        """The first word at or after this one that opens a paragraph, or the number of words."""
        at = bisect_left(self._openings, place)
        return self._openings[at] if at < len(self._openings) else len(self.words)

    def is_opening(self, place: int) -> bool:
        """Whether a paragraph begins with this word, or the text ended before it."""
        return self._numbers[place] != self._numbers[place - 1]


def _numbered(text: _Text, known: dict[str, int]) -> Numbered:
    words = np.fromiter((known.setdefault(word, len(known)) for word in text.words), np.uint32, len(text.words))
    return Numbered(words, np.array(text.paragraphs, np.int64))


def _runs(found: Matches, kept: _Text, copy: _Text) -> Iterator[_Run]:
    """The copy's words in their order, and before each that is not dropped what was dropped there."""
    for (kind, passage, moved_from), group in groupby(_steps(found, kept, copy), lambda step: (step[0], *step[2:])):
        places = [place for _, place, _, _ in group]
        # What was dropped need not be one piece: a passage between may have moved.
        breaks = [0, *(at for at in range(1, len(places)) if places[at] != places[at - 1] + 1), len(places)]
        for at, end in pairwise(breaks):
            yield _Run(kind, places[at], places[end - 1], passage, moved_from)


def _steps(found: Matches, kept: _Text, copy: _Text) -> Iterator[tuple[str, int, int, int | None]]:
    """Each word as its kind, its place in its own text, its passage, and the paragraph where that stood."""
    told = {-1: 0}  # how far the kept article is told, in order and in each passage
    partners, passages, is_moved = (column.tolist() for column in (found.partner, found.passage, found.is_moved))

    def dropped(passage: int, until: int) -> Iterator[tuple[str, int, int, int | None]]:
        for place in range(told[passage], until):
            if passage >= 0 or not is_moved[place]:
                yield "dropped", place, passage, kept.paragraph(place) if passage >= 0 else None
        told[passage] = max(told[passage], until)

    moved_from = None
    for place, (own, in_order) in enumerate(_next_partners(found)):
        partner, passage = partners[place], passages[place]
        if passage not in told:  # what was dropped before goes before
            yield from dropped(-1, in_order)
            told[passage] = own
        # What ends one paragraph in both texts goes together, before what was dropped below it.
        is_amid = partner < 0 and not copy.is_opening(place)
        if told[passage] < own:
            yield from dropped(passage, min(own, kept.next_opening(told[passage])) if is_amid else own)
        if partner >= 0:
            told[passage] = own + 1
        moved_from = (kept.paragraph(partner) if partner >= 0 else moved_from) if passage >= 0 else None
        yield "same" if partner >= 0 else "added", place, passage, moved_from
    yield from dropped(-1, len(found.is_moved))


def _next_partners(found: Matches) -> list[tuple[int, int]]:
    """For each word of the copy the next tied word of the kept article, here or after: of its passage, and in order."""
    nexts, upcoming = [], {-1: len(found.is_moved)}
    for partner, passage in zip(found.partner[::-1].tolist(), found.passage[::-1].tolist(), strict=True):
        if partner >= 0:
            upcoming[passage] = partner
        nexts.append((upcoming[passage], upcoming[-1]))
    return nexts[::-1]


class _Page:
    """Puts runs into paragraphs: those of the copy, and those that were dropped whole."""

    def __init__(self, kept: _Text, copy: _Text) -> None:
        self._texts = {"dropped": kept, "same": copy, "added": copy}
        self._paragraphs: list[list[Piece]] = [[]]
        self._last: _Run | None = None
        self._is_parted = True  # whether a paragraph began since the copy's last words

    def add(self, run: _Run) -> None:
        """Add a run after what parts it from the one before."""
        text = self._texts[run.kind]
        if self._is_break(run):
            self._begin()
        elif self._last:
            between = self._texts[self._last.kind].before(self._last.last + 1) or text.before(run.first)
            is_within = self._last.moved_from == run.moved_from
            self._write("same", between if between in ("", "\n") else " ", run.moved_from if is_within else None)
        for number, part in enumerate(split_blocks(text.of(run))):
            if number:
                self._begin()
            self._write(run.kind, part, run.moved_from)
        self._last = run
        self._is_parted = self._is_parted and run.kind == "dropped"

    def done(self) -> list[list[Piece]]:
        """The paragraphs."""
        return [paragraph for paragraph in self._paragraphs if any(piece.text.strip() for piece in paragraph)]

    def _begin(self) -> None:
        self._paragraphs.append([])
        self._is_parted = True

    def _write(self, kind: str, text: str, moved_from: int | None) -> None:
        paragraph = self._paragraphs[-1]
        if paragraph and paragraph[-1][::2] == (kind, moved_from):
            text = paragraph.pop().text + text
        paragraph.append(Piece(kind, text, moved_from))

    def _is_break(self, run: _Run) -> bool:
        is_opening = self._texts[run.kind].is_opening(run.first)
        if self._last is None or self._last.kind != "dropped":
            return is_opening
        is_closed = self._texts["dropped"].is_opening(self._last.last + 1)
        if run.kind == "dropped":
            return is_closed or is_opening
        return is_closed if self._is_parted else is_opening
