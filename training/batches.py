"""Windows of the training texts, drawn anew each epoch, gathered into batches of one length as far as possible.

Batches are NumPy arrays, so that they go cheaply from the processes that make them; ``on_device`` makes them tensors.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from training.examples import IGNORED, Example, PieceSegment
from transforms.annotate.pair_features import pair_features
from transforms.annotate.sequence import ROLES
from transforms.annotate.wordpieces import IntArray

CLS, SEP, PAD, MASK = 101, 102, 0, 103
WINDOW_SIZES = (128, 192, 224, 256, 256, 320)
MAX_PAIR_DISTANCE = 256
# A GPU's fused attention takes masks of such lengths as they are.
LENGTH_STEP = 16
# An array as it is made, a tensor once it is on the device.
Values = Any
SOURCE, CUE, CONTENT = (ROLES.index(role) for role in ("source", "cue", "content"))


@dataclass(frozen=True, slots=True)
class PairTargets:
    """G choices of N candidates: ``cues`` and ``others`` [G, N] number segments, ``gold`` [G] is 1-based, 0: none."""

    cues: Values
    others: Values
    features: Values
    mask: Values
    gold: Values


@dataclass(frozen=True, slots=True)
class Batch:
    """B windows of T wordpieces, special ones included.

    ``role_labels`` and ``entity_labels`` are [B, T], IGNORED where there is no gold; ``begins`` [B, T] is true where a
    paragraph begins. ``segment_ends`` [segments, 2] is the first and last of the B * T wordpieces of each gold segment.
    ``soft_index`` [N] are the wordpieces that a teacher labelled and ``soft_rows`` [N] the rows of its scores,
    ``soft_entity_index`` [M] and ``soft_entity_rows`` [M] the same for names.
    """

    ids: Values
    codes: Values
    mask: Values
    entity_labels: Values
    role_labels: Values
    begins: Values
    segment_ends: Values
    content: PairTargets
    source: PairTargets
    soft_index: Values
    soft_rows: Values
    soft_entity_index: Values
    soft_entity_rows: Values


@dataclass(frozen=True, slots=True)
class TrainingWindow:
    """Wordpieces ``start:stop`` of one example."""

    example: Example
    start: int
    stop: int

    @property
    def length(self) -> int:
        """Wordpieces, the two special ones included."""
        return self.stop - self.start + 2


def draw_windows(example: Example, chance: random.Random) -> list[TrainingWindow]:
    """Whole paragraphs up to a drawn size; the first window is shorter, so that cuts differ between epochs."""
    size = chance.choice(WINDOW_SIZES) - 2
    n_pieces = len(example.encoded.ids)
    cuts = [*example.encoded.paragraph_starts().tolist(), n_pieces]
    windows, start, limit = [], 0, chance.randint(size // 3, size)
    while start < n_pieces:
        ends = [cut for cut in cuts if start < cut <= start + limit]
        stop = ends[-1] if ends else min(start + limit, n_pieces)
        windows.append(TrainingWindow(example, start, stop))
        start, limit = stop, size
    return windows


def epoch_batches(examples: Sequence[Example], chance: random.Random, max_pieces: int) -> Iterator[Batch]:
    """All windows once, in random batches of at most ``max_pieces`` padded wordpieces and similar lengths."""
    windows = [window for example in examples for window in draw_windows(example, chance)]
    windows.sort(key=lambda window: window.length + chance.uniform(-8, 8))
    groups: list[list[TrainingWindow]] = [[]]
    for window in windows:
        longest = rounded(max([window.length, *(other.length for other in groups[-1])]))
        if groups[-1] and longest * (len(groups[-1]) + 1) > max_pieces:
            groups.append([])
        groups[-1].append(window)
    chance.shuffle(groups)
    for group in groups:
        yield collate(group, chance)


def collate(windows: Sequence[TrainingWindow], chance: random.Random | None, mask_share: float = 0.08) -> Batch:
    """One batch; with ``chance`` given, a share of the wordpieces is hidden behind the mask piece."""
    longest = rounded(max(window.length for window in windows))
    ids = np.full((len(windows), longest), PAD, dtype=np.int64)
    codes, begins = np.zeros_like(ids), np.zeros(ids.shape, dtype=bool)
    role_labels, entity_labels = np.full_like(ids, IGNORED), np.full_like(ids, IGNORED)
    mask = np.full((len(windows), 1, 1, longest), -1e4, dtype=np.float32)
    for row, (example, start, stop) in enumerate((w.example, w.start, w.stop) for w in windows):
        inside = slice(1, stop - start + 1)
        ids[row, : stop - start + 2] = [CLS, *example.encoded.ids[start:stop], SEP]
        codes[row, inside] = example.encoded.features[start:stop]
        begins[row, inside] = np.diff(example.encoded.paragraphs[start:stop], prepend=-1) != 0
        role_labels[row, inside] = whole_spans(example.role_labels[start:stop])
        entity_labels[row, inside] = example.entity_labels[start:stop]
        mask[row, ..., : stop - start + 2] = 0.0
    if chance is not None:
        hidden = np.random.default_rng(chance.getrandbits(32)).random(ids.shape) < mask_share
        ids[hidden & (ids > MASK)] = MASK
    segments, contents, sources = pair_rows(windows, longest)
    arrays = (ids, codes, mask, entity_labels, role_labels, begins)
    return Batch(
        *arrays,
        np.array(segments, dtype=np.int64).reshape(-1, 2),
        pair_targets(contents),
        pair_targets(sources),
        *soft_targets(windows, longest, "roles"),
        *soft_targets(windows, longest, "entities"),
    )


def rounded(length: int) -> int:
    """The next multiple of ``LENGTH_STEP``."""
    return -(-length // LENGTH_STEP) * LENGTH_STEP


def soft_targets(windows: Sequence[TrainingWindow], longest: int, layer: str) -> tuple[IntArray, IntArray]:
    """Index into the B * T wordpieces and the rows of the teacher's scores for one layer, "roles" or "entities"."""
    none = np.zeros(0, dtype=np.int64)
    index, scores = [none], [none]
    for number, window in enumerate(windows):
        example = window.example
        if example.soft_rows is not None and layer in example.soft_layers:
            rows = example.soft_rows[window.start : window.stop]
            known = rows >= 0
            index.append(number * longest + 1 + np.flatnonzero(known))
            scores.append(rows[known])
    return np.concatenate(index), np.concatenate(scores)


def whole_spans(labels: IntArray) -> IntArray:
    """The window's labels; a span that its edge cuts begins or ends at the edge: a sequence holds whole spans."""
    beginning, inside, end, single = range(1, 5)
    labels = labels.copy()
    kind = labels - (labels - 1) % 4 - 1

    def part(place: int) -> int:
        return 0 if labels[place] <= 0 else int((labels[place] - 1) % 4 + 1)

    if part(0) in (inside, end):
        labels[0] = kind[0] + (beginning if part(0) == inside else single)
    if part(-1) in (beginning, inside):
        labels[-1] = kind[-1] + (single if part(-1) == beginning else end)
    return labels


# One choice: the (cue, other) segments of each candidate, their pair features, and the right one, 1-based.
PairRow = tuple[list[tuple[int, int]], IntArray, int]


def pair_rows(windows: Sequence[TrainingWindow], longest: int) -> tuple[list[list[int]], list[PairRow], list[PairRow]]:
    """First and last wordpiece of every segment, the cue choices of the contents, the source choices of the cues."""
    ends: list[list[int]] = []
    contents: list[PairRow] = []
    sources: list[PairRow] = []
    for number, window in enumerate(windows):
        inside = [s for s in window.example.segments if s.start >= window.start and s.stop <= window.stop]
        groups = {role: sorted(s for s in inside if s.role == role) for role in (SOURCE, CUE, CONTENT)}
        first = {role: len(ends) + sum(len(groups[r]) for r in range(role)) for role in groups}
        for role in (SOURCE, CUE, CONTENT):
            ends += [
                [number * longest + 1 + s.start - window.start + d for d in (0, s.stop - 1 - s.start)]
                for s in groups[role]
            ]
        if groups[CUE]:
            contents += content_choices(groups, first, window.example)
            sources += source_choices(groups, first, window.example)
    return ends, contents, sources


def spans_of(segments: Sequence[PieceSegment]) -> IntArray:
    """Wordpiece ranges, shape [N, 2]."""
    return np.array([(s.start, s.stop) for s in segments], dtype=np.int64).reshape(-1, 2)


def content_choices(groups: dict[int, list[PieceSegment]], first: dict[int, int], example: Example) -> list[PairRow]:
    """For each content segment: which of the cues near it reports it (none where its cue lies outside)."""
    rows: list[PairRow] = []
    cues = groups[CUE]
    cue_spans, other_spans = spans_of(cues), spans_of(groups[CONTENT])
    for number, segment in enumerate(groups[CONTENT]):
        near = np.array([c for c, cue in enumerate(cues) if is_near(cue, segment)], dtype=np.int64)
        if len(near):
            others = np.full(len(near), number, dtype=np.int64)
            features = pair_features(cue_spans, other_spans, near, others, example.encoded.paragraphs)
            gold = next((1 + i for i, c in enumerate(near) if cues[c].attribution == segment.attribution), 0)
            rows.append(([(first[CUE] + int(c), first[CONTENT] + number) for c in near], features, gold))
    return rows


def source_choices(groups: dict[int, list[PieceSegment]], first: dict[int, int], example: Example) -> list[PairRow]:
    """For each cue: which of the source segments near it names who speaks; a source may serve several cues."""
    rows: list[PairRow] = []
    cues, sources = groups[CUE], groups[SOURCE]
    cue_spans, other_spans = spans_of(cues), spans_of(sources)
    for number, cue in enumerate(cues):
        near = np.array([s for s, source in enumerate(sources) if is_near(cue, source)], dtype=np.int64)
        if len(near):
            cue_index = np.full(len(near), number, dtype=np.int64)
            features = pair_features(cue_spans, other_spans, cue_index, near, example.encoded.paragraphs)
            wanted = example.source_of.get(cue.attribution)
            gold = next((1 + i for i, s in enumerate(near) if wanted == (sources[s].start, sources[s].stop)), 0)
            rows.append(([(first[CUE] + number, first[SOURCE] + int(s)) for s in near], features, gold))
    return rows


def is_near(one: PieceSegment, other: PieceSegment) -> bool:
    """Whether at most ``MAX_PAIR_DISTANCE`` wordpieces lie between two segments."""
    return max(one.start - other.stop, other.start - one.stop) <= MAX_PAIR_DISTANCE


def pair_targets(rows: list[PairRow]) -> PairTargets:
    """The choices as padded arrays."""
    widest = max((len(pairs) for pairs, _, _ in rows), default=0)
    pairs = np.zeros((len(rows), widest, 2), dtype=np.int64)
    features = np.zeros((len(rows), widest, 3), dtype=np.int64)
    mask = np.zeros((len(rows), widest), dtype=bool)
    for row, (candidates, values, _) in enumerate(rows):
        pairs[row, : len(candidates)] = candidates
        features[row, : len(candidates)] = values
        mask[row, : len(candidates)] = True
    gold = np.array([gold for _, _, gold in rows], dtype=np.int64)
    return PairTargets(pairs[..., 0], pairs[..., 1], features, mask, gold)


def on_device(batch: Batch, device: torch.device) -> Batch:
    """The batch as tensors on ``device``."""

    def moved(value: Values) -> Values:
        if isinstance(value, PairTargets):
            return PairTargets(*(moved(getattr(value, name)) for name in PairTargets.__slots__))
        return torch.from_numpy(np.ascontiguousarray(value)).to(device)

    return Batch(*(moved(getattr(batch, name)) for name in Batch.__slots__))
