"""Windows of the training texts, drawn anew each epoch, gathered into batches of one length as far as possible."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from training.examples import IGNORED, Example, PieceSegment
from transforms.annotate.pair_features import pair_features
from transforms.annotate.sequence import ENTITY_LABELS, ROLE_LABELS, ROLES
from transforms.annotate.wordpieces import IntArray

CLS, SEP, PAD, MASK = 101, 102, 0, 103
WINDOW_SIZES = (128, 192, 224, 256, 256, 320)
MAX_PAIR_DISTANCE = 256
SOURCE, CUE, CONTENT = (ROLES.index(role) for role in ("source", "cue", "content"))


@dataclass(frozen=True, slots=True)
class PairTargets:
    """G choices of N candidates: ``cues`` and ``others`` [G, N] number segments, ``gold`` [G] is 1-based, 0: none."""

    cues: Tensor
    others: Tensor
    features: Tensor
    mask: Tensor
    gold: Tensor


@dataclass(frozen=True, slots=True)
class Batch:
    """B windows of T wordpieces, special ones included.

    ``role_index``, ``role_labels`` and ``role_mask`` are [S, L], one row a paragraph with role gold, the index into
    the B * T wordpieces; ``segment_ends`` [segments, 2] is the first and last wordpiece of each gold segment.
    ``soft_index`` [N] are the wordpieces that a teacher labelled with the scores ``soft_roles`` [N, K],
    ``soft_entity_index`` [M] and ``soft_entities`` [M, E] the same for names.
    """

    ids: Tensor
    codes: Tensor
    mask: Tensor
    entity_labels: Tensor
    role_index: Tensor
    role_labels: Tensor
    role_mask: Tensor
    segment_ends: Tensor
    content: PairTargets
    source: PairTargets
    soft_index: Tensor
    soft_roles: Tensor
    soft_entity_index: Tensor
    soft_entities: Tensor


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
        longest = max([window.length, *(other.length for other in groups[-1])])
        if groups[-1] and longest * (len(groups[-1]) + 1) > max_pieces:
            groups.append([])
        groups[-1].append(window)
    chance.shuffle(groups)
    for group in groups:
        yield collate(group, chance)


def collate(windows: Sequence[TrainingWindow], chance: random.Random | None, mask_share: float = 0.08) -> Batch:
    """One batch; with ``chance`` given, a share of the wordpieces is hidden behind the mask piece."""
    longest = max(window.length for window in windows)
    ids = np.full((len(windows), longest), PAD, dtype=np.int64)
    codes = np.zeros_like(ids)
    entity_labels = np.full_like(ids, IGNORED)
    mask = np.full((len(windows), 1, 1, longest), -1e4, dtype=np.float32)
    for row, (example, start, stop) in enumerate((w.example, w.start, w.stop) for w in windows):
        ids[row, : stop - start + 2] = [CLS, *example.encoded.ids[start:stop], SEP]
        codes[row, 1 : stop - start + 1] = example.encoded.features[start:stop]
        entity_labels[row, 1 : stop - start + 1] = example.entity_labels[start:stop]
        mask[row, ..., : stop - start + 2] = 0.0
    if chance is not None:
        hidden = np.random.default_rng(chance.getrandbits(32)).random(ids.shape) < mask_share
        ids[hidden & (ids > MASK)] = MASK
    sequences = [row for number, window in enumerate(windows) for row in role_sequences(window, number * longest)]
    segments, contents, sources = pair_rows(windows, longest)
    role_index, role_labels, role_mask = pad_sequences(sequences)
    soft_index, soft_roles = soft_targets(windows, longest, "roles", len(ROLE_LABELS))
    soft_entity_index, soft_entities = soft_targets(windows, longest, "entities", len(ENTITY_LABELS))
    return Batch(
        ids=torch.from_numpy(ids),
        codes=torch.from_numpy(codes),
        mask=torch.from_numpy(mask),
        entity_labels=torch.from_numpy(entity_labels),
        role_index=role_index,
        role_labels=role_labels,
        role_mask=role_mask,
        segment_ends=torch.tensor(segments, dtype=torch.long),
        content=pair_targets(contents),
        source=pair_targets(sources),
        soft_index=soft_index,
        soft_roles=soft_roles,
        soft_entity_index=soft_entity_index,
        soft_entities=soft_entities,
    )


def soft_targets(windows: Sequence[TrainingWindow], longest: int, layer: str, n_labels: int) -> tuple[Tensor, Tensor]:
    """Index into the B * T wordpieces and the teacher's scores of one layer, "roles" or "entities"."""
    index: list[IntArray] = []
    scores: list[npt.NDArray[np.float32]] = [np.zeros((0, n_labels), dtype=np.float32)]
    for number, window in enumerate(windows):
        example = window.example
        if example.soft is not None and example.soft_rows is not None and layer in example.soft_layers:
            rows = example.soft_rows[window.start : window.stop]
            known = rows >= 0
            index.append(number * longest + 1 + np.flatnonzero(known))
            scores.append(getattr(example.soft, layer)[rows[known]].astype(np.float32))
    places = np.concatenate(index) if index else np.zeros(0, dtype=np.int64)
    return torch.from_numpy(places), torch.from_numpy(np.concatenate(scores))


def role_sequences(window: TrainingWindow, offset: int) -> list[tuple[IntArray, IntArray]]:
    """(index, labels) of each paragraph of the window, where its text has role gold."""
    labels = window.example.role_labels[window.start : window.stop]
    if not len(labels) or labels[0] == IGNORED:
        return []
    index = offset + 1 + np.arange(len(labels))
    cuts = 1 + np.flatnonzero(np.diff(window.example.encoded.paragraphs[window.start : window.stop]))
    parts = [part.copy() for part in np.split(labels, cuts)]
    for part in parts:
        repair_edges(part)
    return list(zip(np.split(index, cuts), parts, strict=True))


def repair_edges(labels: IntArray) -> None:
    """A span that the window's edge cuts begins or ends at the edge, in place: a sequence holds whole spans."""
    beginning, inside, end, single = range(1, 5)
    kind = labels - (labels - 1) % 4 - 1

    def part(place: int) -> int:
        return 0 if labels[place] == 0 else int((labels[place] - 1) % 4 + 1)

    if part(0) in (inside, end):
        labels[0] = kind[0] + (beginning if part(0) == inside else single)
    if part(-1) in (beginning, inside):
        labels[-1] = kind[-1] + (single if part(-1) == beginning else end)


def pad_sequences(sequences: list[tuple[IntArray, IntArray]]) -> tuple[Tensor, Tensor, Tensor]:
    """Index, labels and mask, each [S, L]; padding points at wordpiece 0 with label 0."""
    longest = max((len(index) for index, _ in sequences), default=0)
    index = torch.zeros(len(sequences), longest, dtype=torch.long)
    labels = torch.zeros_like(index)
    mask = torch.zeros_like(index, dtype=torch.bool)
    for row, (places, values) in enumerate(sequences):
        index[row, : len(places)] = torch.from_numpy(places)
        labels[row, : len(places)] = torch.from_numpy(values)
        mask[row, : len(places)] = True
    return index, labels, mask


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
    """The choices as padded tensors."""
    widest = max((len(pairs) for pairs, _, _ in rows), default=0)
    pairs = torch.zeros(len(rows), widest, 2, dtype=torch.long)
    features = torch.zeros(len(rows), widest, 3, dtype=torch.long)
    mask = torch.zeros(len(rows), widest, dtype=torch.bool)
    for row, (candidates, values, _) in enumerate(rows):
        pairs[row, : len(candidates)] = torch.tensor(candidates)
        features[row, : len(candidates)] = torch.from_numpy(values)
        mask[row, : len(candidates)] = True
    gold = torch.tensor([gold for _, _, gold in rows], dtype=torch.long)
    return PairTargets(pairs[..., 0], pairs[..., 1], features, mask, gold)
