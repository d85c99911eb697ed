"""Decoding of label sequences, against all sequences tried one by one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from transforms.annotate.sequence import (
    ENTITY_LABELS,
    ROLE_LABELS,
    Chain,
    chain_of,
    decode_sequences,
    label_probabilities,
    may_follow,
    spans_of_labels,
)

N_LABELS = 4


@pytest.fixture
def chain() -> Chain:
    rng = np.random.default_rng(7)
    return Chain(*(rng.normal(size=shape).astype(np.float32) for shape in ((N_LABELS, N_LABELS), N_LABELS, N_LABELS)))


def sequence_score(emissions: np.ndarray, labels: tuple[int, ...], chain: Chain) -> float:
    moves = sum(chain.transitions[a, b] for a, b in itertools.pairwise(labels))
    emitted = sum(emissions[place, label] for place, label in enumerate(labels))
    return float(chain.starts[labels[0]] + emitted + moves + chain.ends[labels[-1]])


@pytest.mark.parametrize("length", [1, 2, 5])
def test_the_best_labels_are_those_of_brute_force(length: int, chain: Chain) -> None:
    emissions = np.random.default_rng(length).normal(size=(length, N_LABELS)).astype(np.float32)
    scores = {
        labels: sequence_score(emissions, labels, chain) for labels in itertools.product(range(N_LABELS), repeat=length)
    }
    (best,) = decode_sequences([emissions], chain)
    assert tuple(best.tolist()) == max(scores, key=lambda labels: scores[labels])


@pytest.mark.parametrize("names", [ROLE_LABELS, ENTITY_LABELS])
def test_what_is_forbidden_is_never_chosen(names: tuple[str, ...]) -> None:
    rng = np.random.default_rng(3)
    sequences = [rng.normal(size=(length, len(names))).astype(np.float32) for length in range(40)]
    for labels in decode_sequences(sequences, chain_of(names)):
        path = ["O", *(names[label] for label in labels)]
        assert all(may_follow(before, after) for before, after in itertools.pairwise(path))


def test_a_sequence_is_decoded_alike_in_any_company(chain: Chain) -> None:
    rng = np.random.default_rng(0)
    sequences = [rng.normal(size=(length, N_LABELS)).astype(np.float32) for length in (3, 90, 0, 17, 17, 1)]
    together = decode_sequences(sequences, chain)
    for sequence, labels in zip(sequences, together, strict=True):
        (alone,) = decode_sequences([sequence], chain)
        assert alone.tolist() == labels.tolist()


def test_label_probabilities_sum_to_one() -> None:
    probabilities = label_probabilities(np.array([[1.0, 1.0], [900.0, -900.0]], dtype=np.float32))
    np.testing.assert_allclose(probabilities, [[0.5, 0.5], [1.0, 0.0]])


def test_spans_of_bioes_labels() -> None:
    labels = [
        ROLE_LABELS.index(name)
        for name in ["S-source", "O", "B-content", "I-content", "E-content", "B-content", "E-content"]
    ]
    expected = [("source", 0, 1), ("content", 2, 5), ("content", 5, 7)]
    assert spans_of_labels(np.array(labels), ROLE_LABELS) == expected


def test_spans_of_bio_labels() -> None:
    labels = [ENTITY_LABELS.index(name) for name in ["B-person", "I-person", "B-person", "O", "I-place"]]
    expected = [("person", 0, 2), ("person", 2, 3), ("place", 4, 5)]
    assert spans_of_labels(np.array(labels), ENTITY_LABELS) == expected


def test_an_inside_label_needs_its_span() -> None:
    assert may_follow("B-person", "I-person")
    assert not may_follow("O", "I-person")
    assert not may_follow("B-place", "I-person")
    assert not may_follow("E-cue", "E-cue")
