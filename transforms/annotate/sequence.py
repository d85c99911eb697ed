"""Label sequences under a linear-chain conditional random field: the best one, and how sure each label is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.annotate.encoding import IntArray

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Chain:
    """Scores of moving between K labels: ``transitions`` [from, to], ``starts`` and ``ends`` [K]."""

    transitions: FloatArray
    starts: FloatArray
    ends: FloatArray


@dataclass(frozen=True, slots=True)
class Padded:
    """Sequences sorted longest first: ``emissions`` [S, L, K] and ``lengths`` [S]; ``active(t)`` still run at t."""

    emissions: FloatArray
    lengths: IntArray

    def active(self, step: int) -> int:
        """How many sequences are longer than ``step``."""
        return int(np.searchsorted(-self.lengths, -step, side="left"))


def pad(sequences: Sequence[FloatArray]) -> Padded:
    """Sequences [length, K] as one array; they must come longest first."""
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    padded = np.zeros((len(sequences), int(lengths[0]), sequences[0].shape[1]), dtype=np.float32)
    for row, sequence in enumerate(sequences):
        padded[row, : len(sequence)] = sequence
    return Padded(padded, lengths)


def decode_sequences(sequences: Sequence[FloatArray], chain: Chain) -> list[tuple[IntArray, FloatArray]]:
    """Best labels [length] and label probabilities [length, K] of each sequence [length, K], in the given order.

    Each result depends on its own sequence alone: all arithmetic is element-wise over the sequences.
    """
    order = sorted(range(len(sequences)), key=lambda number: -len(sequences[number]))
    order = [number for number in order if len(sequences[number])]
    results: list[tuple[IntArray, FloatArray]] = [(np.zeros(0, dtype=np.int64), sequence[:0]) for sequence in sequences]
    if order:
        padded = pad([sequences[number] for number in order])
        labels, marginals = viterbi(padded, chain), forward_backward(padded, chain)
        for row, number in enumerate(order):
            length = len(sequences[number])
            results[number] = labels[row, :length], marginals[row, :length]
    return results


def viterbi(padded: Padded, chain: Chain) -> IntArray:
    """The best label sequence of each row (Viterbi, 1967), shape [S, L]."""
    emissions = padded.emissions
    n_rows, n_steps, n_labels = emissions.shape
    back = np.zeros((n_rows, n_steps, n_labels), dtype=np.int64)
    score = chain.starts + emissions[:, 0]
    for step in range(1, n_steps):
        active = padded.active(step)
        moves = score[:active, :, None] + chain.transitions
        back[:active, step] = moves.argmax(axis=1)
        score[:active] = moves.max(axis=1) + emissions[:active, step]
    labels = np.zeros((n_rows, n_steps), dtype=np.int64)
    last = (score + chain.ends).argmax(axis=1)
    labels[np.arange(n_rows), padded.lengths - 1] = last
    for step in range(n_steps - 1, 0, -1):
        rows = np.arange(padded.active(step))
        labels[rows, step - 1] = back[rows, step, labels[rows, step]]
    return labels


def forward_backward(padded: Padded, chain: Chain) -> FloatArray:
    """The probability of each label at each place (Baum et al., 1970), shape [S, L, K].

    Runs on scaled probabilities: each step is normalised, so that no product underflows.
    """
    emissions = np.exp(padded.emissions - padded.emissions.max(axis=2, keepdims=True))
    transitions = np.exp(chain.transitions - chain.transitions.max())
    n_rows, n_steps, _ = emissions.shape
    forward = np.zeros_like(emissions)
    forward[:, 0] = normalised(np.exp(chain.starts - chain.starts.max()) * emissions[:, 0])
    for step in range(1, n_steps):
        active = padded.active(step)
        moved = (forward[:active, step - 1, :, None] * transitions).sum(axis=1)
        forward[:active, step] = normalised(moved * emissions[:active, step])
    backward = np.ones_like(emissions)
    backward[np.arange(n_rows), padded.lengths - 1] = np.exp(chain.ends - chain.ends.max())
    for step in range(n_steps - 1, 0, -1):
        active = padded.active(step)
        seen = (emissions[:active, step] * backward[:active, step])[:, None, :]
        backward[:active, step - 1] = normalised((transitions * seen).sum(axis=2))
    return normalised(forward * backward)


def normalised(values: FloatArray) -> FloatArray:
    """Values whose last axis sums to one; the floor keeps an impossible row finite."""
    return np.asarray(values / np.maximum(values.sum(axis=-1, keepdims=True), np.float32(1e-30)), dtype=np.float32)


def spans_of_labels(labels: IntArray, names: Sequence[str]) -> list[tuple[str, int, int]]:
    """(kind, start, stop) of each span in BIO or BIOES labels; ``names`` are the label set's.

    An inside label without its beginning starts a span: nothing that was found is lost.
    """
    spans: list[tuple[str, int, int]] = []
    is_open = False
    for place, label in enumerate(labels.tolist()):
        part, kind = names[label][:1], names[label][2:]
        if part == "O":
            is_open = False
            continue
        if is_open and part in "IE" and spans[-1][0] == kind:
            spans[-1] = (kind, spans[-1][1], place + 1)
        else:
            spans.append((kind, place, place + 1))
        is_open = part in "BI"
    return spans
