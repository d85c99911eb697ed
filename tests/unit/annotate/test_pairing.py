"""Choices among segments, and the confidence of what they give."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.annotate.small_model import WIDTH, nearest_first
from transforms.annotate.calibration import N_EVIDENCE, Calibration, attribution_evidence
from transforms.annotate.pairing import (
    MAX_PAIR_DISTANCE,
    Choice,
    PairedSegments,
    Segment,
    choose,
    group_contents,
    near_pairs,
    pair_segments,
)


def segment(start: int, stop: int) -> Segment:
    return Segment(start, stop, 0.9)


def paired(sources: list[Segment], cues: list[Segment], contents: list[Segment]) -> list[PairedSegments]:
    n_pieces = 1000
    hidden = np.zeros((n_pieces, WIDTH), dtype=np.float16)
    paragraphs = np.zeros(n_pieces, dtype=np.int64)
    return pair_segments(sources, cues, contents, hidden, paragraphs, (nearest_first(), nearest_first()))


def test_an_interrupted_quotation_is_one_attribution() -> None:
    source, cue, before, after = segment(10, 12), segment(12, 13), segment(0, 10), segment(14, 20)
    (found,) = paired([source], [cue], [before, after])
    assert (found.source, found.cue, found.content) == (source, cue, (before, after))


def test_an_unsure_second_content_stands_for_itself() -> None:
    choices = [Choice(0, 0.95), Choice(0, 0.8), Choice(0, 0.5), Choice(None, 0.9), Choice(1, 0.4)]
    assert sorted(group_contents(choices)) == [(-1, [3]), (0, [0, 1]), (0, [2]), (1, [4])]


def test_a_source_serves_several_cues() -> None:
    source, cues, contents = segment(0, 1), [segment(1, 2), segment(4, 5)], [segment(2, 4), segment(5, 9)]
    assert [item.source for item in paired([source], cues, contents)] == [source, source]


def test_a_cue_without_content_is_no_attribution() -> None:
    assert paired([segment(0, 1)], [segment(1, 2)], []) == []


def test_a_content_without_cue_stands_alone() -> None:
    found = paired([segment(0, 1)], [], [segment(2, 5), segment(6, 9)])
    assert [(item.cue, item.source) for item in found] == [(None, None)] * 2


def test_what_is_too_far_away_is_not_linked() -> None:
    (found,) = paired([], [segment(0, 1)], [segment(600, 610)])
    assert found.cue is None


def test_none_is_chosen_where_all_score_below_zero() -> None:
    rows, candidates = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    choices = choose(3, rows, candidates, np.array([-3.0, -1.0, 2.0, -1.0], dtype=np.float32))
    assert [choice.candidate for choice in choices] == [None, 0, None]
    assert all(0.5 < choice.probability <= 1.0 for choice in choices)


def test_near_pairs_are_those_of_all_pairs() -> None:
    rng = np.random.default_rng(5)
    bounds = np.sort(rng.choice(3000, size=80, replace=False)).reshape(-1, 2)
    cues, others = bounds[::2], bounds[1::2]
    expected = [
        (c, o)
        for c, cue in enumerate(cues)
        for o, other in enumerate(others)
        if max(other[0] - cue[1], cue[0] - other[1]) <= MAX_PAIR_DISTANCE
    ]
    assert list(zip(*(index.tolist() for index in near_pairs(cues, others)), strict=True)) == expected


@pytest.mark.parametrize("has_source", [True, False])
def test_confidence_grows_with_the_evidence(has_source: bool) -> None:
    source = segment(0, 1) if has_source else None
    found = PairedSegments(segment(1, 2), source, (segment(2, 5),), 0.9, 0.9)
    surer = found._replace(content_probability=0.99)
    assert len(attribution_evidence(found)) == N_EVIDENCE
    calibration = Calibration()
    assert calibration.attribution(attribution_evidence(found)) < calibration.attribution(attribution_evidence(surer))
