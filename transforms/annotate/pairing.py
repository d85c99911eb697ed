"""Which source says which content by which cue: choices among the segments that the model found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.annotate.pair_features import pair_features
from transforms.annotate.wordpieces import FloatArray, IntArray

# What the network makes of each wordpiece [T, width].
Hidden = npt.NDArray[np.float16] | npt.NDArray[np.float32]

MAX_PAIR_DISTANCE = 256
# Chosen on dev: a second segment less sure of its cue than this is a quotation of its own.
SURE_PAIR = 0.7
# What a pair pays for each paragraph it leaps (two at most), on the scale of the scores. The trained scorer leaps too
# readily: where a paragraph's own cue went unfound, its content hangs itself on a far one. Chosen on polnear/dev.
CONTENT_LEAP_COST = 4.0
SOURCE_LEAP_COST = 8.0


class Segment(NamedTuple):
    """Wordpieces ``start:stop`` that play one role, with the model's mean probability of it."""

    start: int
    stop: int
    probability: float


@dataclass(frozen=True, slots=True)
class PairWeights:
    """Two projections of segment ends ([width * 2, D] and biases [D]) and one bias a pair feature."""

    cue: FloatArray
    cue_bias: FloatArray
    other: FloatArray
    other_bias: FloatArray
    biases: FloatArray


class Choice(NamedTuple):
    """The chosen candidate's number (None: none of them) and the probability of that choice."""

    candidate: int | None
    probability: float


class PairedSegments(NamedTuple):
    """One attribution in wordpieces, with the probability that its contents and its source belong to its cue."""

    cue: Segment | None
    source: Segment | None
    content: tuple[Segment, ...]
    content_probability: float
    source_probability: float


def segment_ends(segments: Sequence[Segment], hidden: Hidden) -> FloatArray:
    """The vectors of first and last wordpiece of each segment side by side, [N, width * 2], to half precision."""
    firsts = hidden[[segment.start for segment in segments]]
    lasts = hidden[[segment.stop - 1 for segment in segments]]
    return np.concatenate([firsts, lasts], axis=1).astype(np.float16).astype(np.float32)


def near_pairs(cue_spans: IntArray, other_spans: IntArray) -> tuple[IntArray, IntArray]:
    """The numbers of the cues and of the other segments that stand near enough, pair by pair.

    Both are wordpiece ranges [N, 2] in text order without overlaps, so that what is near a cue is one run.
    """
    firsts = np.searchsorted(other_spans[:, 1], cue_spans[:, 0] - MAX_PAIR_DISTANCE, side="left")
    stops = np.searchsorted(other_spans[:, 0], cue_spans[:, 1] + MAX_PAIR_DISTANCE, side="right")
    counts = stops - firsts
    cue_index = np.repeat(np.arange(len(cue_spans)), counts)
    before = np.repeat(np.cumsum(counts) - counts, counts)
    return cue_index, np.repeat(firsts, counts) + np.arange(len(cue_index)) - before


def score_pairs(
    cues: Sequence[Segment],
    others: Sequence[Segment],
    hidden: Hidden,
    paragraphs: IntArray,
    weights: PairWeights,
    leap_cost: float,
) -> tuple[IntArray, IntArray, FloatArray]:
    """(cue numbers, segment numbers, scores) of all pairs that stand near enough to be paired."""
    cue_spans = np.array([cue[:2] for cue in cues], dtype=np.int64)
    other_spans = np.array([other[:2] for other in others], dtype=np.int64)
    left = np.maximum(segment_ends(cues, hidden) @ weights.cue + weights.cue_bias, 0.0)
    right = np.maximum(segment_ends(others, hidden) @ weights.other + weights.other_bias, 0.0)
    cue_index, other_index = near_pairs(cue_spans, other_spans)
    scores = (left[cue_index] * right[other_index]).sum(axis=1) * np.float32(left.shape[1] ** -0.5)
    features = pair_features(cue_spans, other_spans, cue_index, other_index, paragraphs)
    scores += weights.biases[features].sum(axis=1)
    leaps = np.abs(paragraphs[cue_spans[cue_index, 0]] - paragraphs[other_spans[other_index, 0]])
    scores -= np.float32(leap_cost) * np.minimum(leaps, 2)
    return cue_index, other_index, scores.astype(np.float32)


def choose(n_rows: int, rows: IntArray, candidates: IntArray, scores: FloatArray) -> list[Choice]:
    """For each row its best candidate, or none of them where all score below zero, which none scores.

    ``rows``, ``candidates`` and ``scores`` [P] are the pairs; a row without a pair chooses none.
    """
    best = np.zeros(n_rows, dtype=np.float32)
    np.maximum.at(best, rows, scores)
    total = np.exp(-best)
    np.add.at(total, rows, np.exp(scores - best[rows]))
    chosen: list[int | None] = [None] * n_rows
    for row, candidate, score in zip(rows.tolist(), candidates.tolist(), scores.tolist(), strict=True):
        if score > 0 and score == best[row] and chosen[row] is None:
            chosen[row] = candidate
    return [Choice(candidate, float(1.0 / chance)) for candidate, chance in zip(chosen, total, strict=True)]


def pair_segments(
    sources: Sequence[Segment],
    cues: Sequence[Segment],
    contents: Sequence[Segment],
    hidden: Hidden,
    paragraphs: IntArray,
    weights: tuple[PairWeights, PairWeights],
) -> list[PairedSegments]:
    """Attributions in the order of their first content; a cue without content is none, a content without cue is one.

    ``hidden`` is [T, width], ``weights`` those of the content pairs and of the source pairs.
    """
    cue_of = [Choice(None, 1.0)] * len(contents)
    source_of = [Choice(None, 1.0)] * len(cues)
    if cues and contents:
        cue_index, index, scores = score_pairs(cues, contents, hidden, paragraphs, weights[0], CONTENT_LEAP_COST)
        cue_of = choose(len(contents), index, cue_index, scores)
    if cues and sources:
        cue_index, index, scores = score_pairs(cues, sources, hidden, paragraphs, weights[1], SOURCE_LEAP_COST)
        source_of = choose(len(cues), cue_index, index, scores)
    found = [
        paired(cue, [contents[i] for i in numbers], [cue_of[i] for i in numbers], sources, cues, source_of)
        for cue, numbers in group_contents(cue_of)
    ]
    return sorted(found, key=lambda item: item.content[0].start)


def group_contents(cue_of: Sequence[Choice]) -> list[tuple[int, list[int]]]:
    """(cue, contents) of each attribution; the cue is negative where there is none.

    What is surely paired to a cue is one quotation in several segments. A content that is not sure of its cue beside
    one that is surer stands for itself, with the same cue and source: often its own cue was not found.
    """
    surest: dict[int, int] = {}
    for number, choice in enumerate(cue_of):
        if choice.candidate is not None:
            best = surest.setdefault(choice.candidate, number)
            if choice.probability > cue_of[best].probability:
                surest[choice.candidate] = number
    groups = {number: [number] for number in surest.values()}
    alone: list[tuple[int, list[int]]] = []
    for number, choice in enumerate(cue_of):
        if choice.candidate is None:
            alone.append((-1, [number]))
        elif number not in groups and choice.probability >= SURE_PAIR:
            groups[surest[choice.candidate]].append(number)
        elif number not in groups:
            alone.append((choice.candidate, [number]))
    return [(cue, sorted(groups[number])) for cue, number in surest.items()] + alone


def paired(
    cue: int,
    content: list[Segment],
    choices: list[Choice],
    sources: Sequence[Segment],
    cues: Sequence[Segment],
    source_of: Sequence[Choice],
) -> PairedSegments:
    """One attribution from its cue's number (negative: no cue) and its content segments."""
    certainty = min(choice.probability for choice in choices)
    if cue < 0:
        return PairedSegments(None, None, tuple(content), certainty, 1.0)
    chosen = source_of[cue]
    source = None if chosen.candidate is None else sources[chosen.candidate]
    return PairedSegments(cues[cue], source, tuple(content), certainty, chosen.probability)
