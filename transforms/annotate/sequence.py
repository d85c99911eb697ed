"""Label sequences: the label sets of the model's outputs, the best sequence by a chain, and the spans in it.

The chain is a linear-chain conditional random field (Lafferty et al., 2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from transforms.annotate.wordpieces import FloatArray, IntArray

ROLES = ("source", "cue", "content")
ENTITY_KINDS = ("person", "organization", "place", "group", "product", "misc")
# A score this low stands for a move that the label set forbids.
FORBIDDEN = -5e3
# Places decoded at once: what a processor's cache holds.
MAX_PLACES = 30_000


def bio_labels(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Outside first, then a beginning and an inside label a kind."""
    return ("O", *(f"{prefix}-{kind}" for kind in kinds for prefix in "BI"))


def bioes_labels(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Outside first, then beginning, inside, end and single labels a kind: both ends of a long span have a score."""
    return ("O", *(f"{prefix}-{kind}" for kind in kinds for prefix in "BIES"))


def may_follow(before: str, after: str) -> bool:
    """Whether ``after`` may stand right after ``before``, in BIO or BIOES."""
    has_ends = before[:1] in "BI" and after[:1] in "IE" and before[2:] == after[2:]
    return has_ends or after[:1] not in "IE"


def must_go_on(label: str, labels: tuple[str, ...]) -> bool:
    """Whether a span that has got to ``label`` still lacks its end: only where the label set marks ends."""
    return label[:1] in "BI" and any(other.startswith("E-") for other in labels)


ROLE_LABELS = bioes_labels(ROLES)
ENTITY_LABELS = bio_labels(ENTITY_KINDS)


@dataclass(frozen=True)
class Chain:
    """Scores of moving between K labels: ``transitions`` [from, to], ``starts`` and ``ends`` [K]."""

    transitions: FloatArray
    starts: FloatArray
    ends: FloatArray

    @cached_property
    def only_forbids(self) -> bool:
        """Whether every allowed move scores zero."""
        scores = (self.transitions, self.starts, self.ends)
        return all(bool(np.all((values == 0) | (values <= FORBIDDEN))) for values in scores)


def chain_of(labels: tuple[str, ...]) -> Chain:
    """A chain that forbids what the label set forbids and scores all else alike."""
    n_labels = len(labels)
    transitions = np.zeros((n_labels, n_labels), dtype=np.float32)
    for row, before in enumerate(labels):
        for column, after in enumerate(labels):
            if not may_follow(before, after) or (must_go_on(before, labels) and after[:1] not in "IE"):
                transitions[row, column] = -1e4
    starts = np.array([-1e4 if label[:1] in "IE" else 0.0 for label in labels], dtype=np.float32)
    ends = np.array([-1e4 if must_go_on(label, labels) else 0.0 for label in labels], dtype=np.float32)
    return Chain(transitions, starts, ends)


ENTITY_CHAIN = chain_of(ENTITY_LABELS)


@dataclass(frozen=True, slots=True)
class Padded:
    """Sequences sorted longest first: ``emissions`` [S, L, K] and ``lengths`` [S]."""

    emissions: FloatArray
    lengths: IntArray

    def active(self) -> list[int]:
        """How many sequences are longer than each step: those that still run then."""
        steps = np.arange(self.emissions.shape[1])
        return [int(count) for count in np.searchsorted(-self.lengths, -steps, side="left")]


def pad(sequences: Sequence[FloatArray]) -> Padded:
    """Sequences [length, K] as one array; they must come longest first."""
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    padded = np.zeros((len(sequences), int(lengths[0]), sequences[0].shape[1]), dtype=np.float32)
    for row, sequence in enumerate(sequences):
        padded[row, : len(sequence)] = sequence
    return Padded(padded, lengths)


def decode_sequences(sequences: Sequence[FloatArray], chain: Chain) -> list[IntArray]:
    """Best labels [length] of each sequence of emissions [length, K], in the given order.

    Each result depends on its own sequence alone: all arithmetic is element-wise over the sequences.
    """
    results = [np.asarray(sequence.argmax(axis=1), dtype=np.int64) for sequence in sequences]
    order = [number for number, labels in enumerate(results) if not is_best_path(labels, chain)]
    order.sort(key=lambda number: -len(sequences[number]))
    while order:
        n_rows = max(1, MAX_PLACES // len(sequences[order[0]]))
        group, order = order[:n_rows], order[n_rows:]
        labels = viterbi(pad([sequences[number] for number in group]), chain)
        for row, number in enumerate(group):
            results[number] = labels[row, : len(sequences[number])]
    return results


def is_best_path(labels: IntArray, chain: Chain) -> bool:
    """Whether the best label at each place makes the best path: sure where the chain only forbids and nothing is."""
    if not len(labels):
        return True
    if not chain.only_forbids:
        return False
    return bool(chain.starts[labels[0]] == 0 and np.all(chain.transitions[labels[:-1], labels[1:]] == 0))


def viterbi(padded: Padded, chain: Chain) -> IntArray:
    """The best label sequence of each row (Viterbi, 1967), shape [S, L].

    Rows lie innermost. The way back is found again from the scores, which is cheaper than to keep it for labels that no
    best path takes.
    """
    scores = padded.emissions.transpose(1, 2, 0).copy()
    n_steps, _, n_rows = scores.shape
    active = padded.active()
    moves = chain.transitions[:, :, None]
    scores[0] += chain.starts[:, None]
    for step in range(1, n_steps):
        before, after = scores[step - 1, :, : active[step]], scores[step, :, : active[step]]
        after += np.maximum.reduce(before[:, None] + moves, axis=0)
    labels = np.zeros((n_steps, n_rows), dtype=np.int64)
    rows = np.arange(n_rows)
    last = padded.lengths - 1
    labels[last, rows] = (scores[last, :, rows] + chain.ends).argmax(axis=1)
    for step in range(n_steps - 1, 0, -1):
        arrived = chain.transitions.take(labels[step, : active[step]], axis=1)
        arrived += scores[step - 1, :, : active[step]]
        labels[step - 1, : active[step]] = arrived.argmax(axis=0)
    return labels.T


def label_probabilities(emissions: FloatArray) -> FloatArray:
    """The probability of each label at each place by the emissions alone, [length, K]."""
    raised = np.exp(emissions - emissions.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def spans_of_labels(labels: IntArray, names: Sequence[str], breaks: Sequence[int] = ()) -> list[tuple[str, int, int]]:
    """(kind, start, stop) of each span in BIO or BIOES labels; ``names`` are the label set's.

    No span crosses one of the ``breaks``, places before which it would. An inside label without its beginning starts a
    span: nothing that was found is lost.
    """
    kinds, leads_on, follows = _parts_of(tuple(names))
    is_inside = labels != 0
    begins = is_inside.copy()
    # Places that go on with the span of the place before.
    begins[1:] &= ~(follows[labels[1:]] & leads_on[labels[:-1]] & (kinds[labels[1:]] == kinds[labels[:-1]]))
    begins[list(breaks)] = is_inside[list(breaks)]
    starts = np.flatnonzero(begins)
    ends = np.append(np.flatnonzero(begins | ~is_inside), len(labels))
    stops = ends[np.searchsorted(ends, starts, side="right")]
    return [
        (names[label][2:], start, stop)
        for label, start, stop in zip(labels[starts].tolist(), starts.tolist(), stops.tolist(), strict=True)
    ]


@cache
def _parts_of(names: tuple[str, ...]) -> tuple[IntArray, IntArray, IntArray]:
    """Of each label, the number of its kind, whether its span may go on after it and whether it may go on with one."""
    kinds = sorted({name[2:] for name in names})
    return (
        np.array([kinds.index(name[2:]) for name in names]),
        np.array([name[:1] in "BI" for name in names]),
        np.array([name[:1] in "IE" for name in names]),
    )
