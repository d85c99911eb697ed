"""Which word of a copy is which of the kept article: in order, or moved with the passage around it.

Runs that stand once in each text tie them together (the anchors of patience diff, by Bram Cohen); most of them are in
one order, the others were moved. What lies between anchors is short, and its longest common subsequence is found.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq

from transforms.copies.alignment import RUN_WORDS
from transforms.copies.words import Words, shingle_hashes

MOVED_WORDS = 8  # fewer are no passage that somebody moved
EDIT_WORDS = 12  # so much may be edited between two runs of one moved passage
# Two passages of which the product of lengths is more are not aligned: one was dropped and the other added.
MAX_GAP = 16_000_000
MAX_GAPS = 400_000_000  # all passages of two texts together
MAX_STRAY = 2  # words that are the same by chance: more differ on either side, or
LONE_WORDS = 8  # so many times more around them
Numbers = npt.NDArray[np.int64]


class Matches(NamedTuple):
    """For each word of the copy its word in the kept article (-1: none) and its moved passage (-1: in order).

    ``is_moved``: for each word of the kept article whether it stands in a passage that was moved.
    """

    partner: Numbers
    passage: Numbers
    is_moved: npt.NDArray[np.bool_]


class Numbered(NamedTuple):
    """The words of a text, each a number, and the paragraph in which each stands."""

    words: Words
    paragraphs: Numbers


def match(first: Numbered, second: Numbered) -> Matches:
    """Tie a kept article and its copy together; time is log-linear in their length, and bounded where they differ."""
    kept, copy = first.words, second.words
    found = Matches(np.full(len(copy), -1), np.full(len(copy), -1), np.zeros(len(kept), np.bool_))
    i, j = _anchors(first, second)
    is_in_order = _longest_rising(i)
    found.partner[j[is_in_order]] = i[is_in_order]
    gaps = [*_gaps_of_passages(i[~is_in_order], j[~is_in_order], found)]
    room = MAX_GAPS
    for gap in (*_gaps_in_order(found), *gaps):
        own, other = _without_ends(kept, copy, *gap, found.partner)
        size = len(own) * len(other)
        if size <= min(MAX_GAP, room):
            room -= size
            _align(kept, copy, own, other, found.partner)
    return found


def _anchors(kept: Numbered, copy: Numbered) -> tuple[Numbers, Numbers]:
    """The words of both in runs within a paragraph that stand once in each, by their place in the copy."""
    once = []
    for words, paragraphs in (kept, copy):
        hashes, places, counts = np.unique(shingle_hashes(words, RUN_WORDS), return_index=True, return_counts=True)
        is_anchor = (counts == 1) & (paragraphs[places] == paragraphs[places + RUN_WORDS - 1])
        once.append((hashes[is_anchor], places[is_anchor]))
    (hashes, places), (other_hashes, other_places) = once
    _, at, other_at = np.intersect1d(hashes, other_hashes, assume_unique=True, return_indices=True)
    within = np.arange(RUN_WORDS)
    i, j = (starts[:, None] + within for starts in (places[at], other_places[other_at]))
    ties = np.column_stack((i.ravel(), j.ravel()))
    ties = ties[kept.words[ties[:, 0]] == copy.words[ties[:, 1]]]
    for column in (0, 1):  # no word is two words of the other text
        ties = ties[np.unique(ties[:, column], return_index=True)[1]]
    return ties[:, 0], ties[:, 1]


def _longest_rising(places: Numbers) -> npt.NDArray[np.bool_]:
    """Which places make the longest sequence that rises (patience sorting)."""
    tops: list[int] = []
    top_at: list[int] = []
    before = np.full(len(places), -1)
    for at, place in enumerate(places.tolist()):
        pile = bisect_left(tops, place)
        before[at] = top_at[pile - 1] if pile else -1
        if pile == len(tops):
            tops.append(place)
            top_at.append(at)
        else:
            tops[pile], top_at[pile] = place, at
    chosen = np.zeros(len(places), np.bool_)
    at = top_at[-1] if top_at else -1
    while at >= 0:
        chosen[at] = True
        at = int(before[at])
    return chosen


def _gaps_of_passages(i: Numbers, j: Numbers, found: Matches) -> Iterator[tuple[Numbers, Numbers]]:
    """Note the passages that these ties out of order make up; the words between the ties of each."""
    is_taken = np.zeros(len(found.is_moved), np.bool_)
    is_taken[found.partner[found.partner >= 0]] = True
    number = 0
    for first, end in pairwise(_passage_starts(i, j, is_taken, found.partner)):
        own, other = slice(i[first], i[end - 1] + 1), slice(j[first], j[end - 1] + 1)
        if end - first < MOVED_WORDS or is_taken[own].any() or (found.passage[other] >= 0).any():
            continue
        is_taken[own] = found.is_moved[own] = True
        found.passage[other] = number
        number += 1
        found.partner[j[first:end]] = i[first:end]
        yield from _between(i[first:end], j[first:end])


def _passage_starts(i: Numbers, j: Numbers, is_taken: npt.NDArray[np.bool_], partner: Numbers) -> list[int]:
    """Where among ties, sorted by their place in the copy, a new passage begins; and their number."""
    starts = [0] if len(i) else []
    for at in range(1, len(i)):
        own, other = i[at] - i[at - 1], j[at] - j[at - 1]
        if own == other == 1:
            continue
        is_near = 0 < own <= EDIT_WORDS + 1 and other <= EDIT_WORDS + 1
        if not is_near or is_taken[i[at - 1] : i[at]].any() or (partner[j[at - 1] : j[at]] >= 0).any():
            starts.append(at)
    return [*starts, len(i)]


def _gaps_in_order(found: Matches) -> Iterator[tuple[Numbers, Numbers]]:
    """The words between the ties in order, but those of moved passages."""
    j = np.flatnonzero((found.partner >= 0) & (found.passage < 0))
    i = found.partner[j]
    ends = np.array([-1]), np.array([len(found.is_moved)]), np.array([len(found.partner)])
    for own, other in _between(np.concatenate((ends[0], i, ends[1])), np.concatenate((ends[0], j, ends[2]))):
        yield own[~found.is_moved[own]], other[found.passage[other] < 0]


def _between(i: Numbers, j: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """The words between each two ties where both texts have some."""
    for at in np.flatnonzero((np.diff(i) > 1) & (np.diff(j) > 1)):
        yield np.arange(i[at] + 1, i[at + 1]), np.arange(j[at] + 1, j[at + 1])


def _without_ends(kept: Words, copy: Words, own: Numbers, other: Numbers, partner: Numbers) -> tuple[Numbers, Numbers]:
    """Tie the words that two passages both begin or end with; those that are left."""
    for step in (1, -1):
        n = min(len(own), len(other))
        differs = np.flatnonzero(kept[own[::step][:n]] != copy[other[::step][:n]])
        n_same = int(differs[0]) if len(differs) else n
        partner[other[::step][:n_same]] = own[::step][:n_same]
        own, other = own[::step][n_same:][::step], other[::step][n_same:][::step]
    return own, other


def _align(kept: Words, copy: Words, own: Numbers, other: Numbers, partner: Numbers) -> None:
    """Tie the words of two passages."""
    opcodes = LCSseq.opcodes(kept[own].tolist(), copy[other].tolist())
    for a, b, n in _without_strays([(op.tag, op.src_start, op.src_end, op.dest_start, op.dest_end) for op in opcodes]):
        partner[other[b : b + n]] = own[a : a + n]


def _without_strays(opcodes: Sequence[tuple[str, int, int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Where passages agree, as places in both and length, but for a word or two amid more that differ."""
    sizes = [0 if name == "equal" else max(a2 - a1, b2 - b1) for name, a1, a2, b1, b2 in opcodes]
    for at, (name, a1, a2, b1, _) in enumerate(opcodes):
        around = sizes[max(0, at - 1) : at] + sizes[at + 1 : at + 2]
        n_words = a2 - a1
        is_lone = len(around) == 2 and (min(around) > n_words or sum(around) > LONE_WORDS * n_words)
        is_stray = n_words <= MAX_STRAY and is_lone
        if name == "equal" and not is_stray:
            yield a1, b1, n_words
