"""Gold texts as token-level targets: labels a wordpiece, segments, and the pairs of segments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from tokenizers import Tokenizer

from training.gold import GoldAttribution, GoldText, Segment
from training.soft_labels import SoftLabels
from transforms.annotate.sequence import ENTITY_LABELS, ROLE_LABELS, ROLES
from transforms.annotate.wordpieces import EncodedText, IntArray, encode

IGNORED = -100


class PieceSegment(NamedTuple):
    """Wordpieces ``start:stop`` of one role, and the number of the attribution they belong to."""

    role: int
    start: int
    stop: int
    attribution: int


@dataclass(frozen=True, slots=True)
class Example:
    """One gold text, encoded, with its targets (arrays of shape [T]; IGNORED where a layer has no gold).

    ``source_of`` is the source's first segment by attribution: several attributions may share one. With a teacher,
    ``soft_rows`` [T] is the row of each wordpiece in the table of its scores, -1 for none, and ``soft_layers`` what is
    learned from them ("roles", "entities").
    """

    text_id: str
    encoded: EncodedText
    role_labels: IntArray
    entity_labels: IntArray
    segments: list[PieceSegment] = field(default_factory=list)
    source_of: dict[int, tuple[int, int]] = field(default_factory=dict)
    soft_rows: IntArray | None = None
    soft_layers: frozenset[str] = frozenset()


def make_example(
    gold: GoldText, tokenizer: Tokenizer, soft: SoftLabels | None = None, *, only_gaps: bool = False
) -> Example:
    """Targets of one text; a span that shares no wordpiece with the text is left out.

    Where nobody annotated attributions, the teacher's best path stands in, if the text's marks are all its own. With
    ``only_gaps`` the labels count only as such, and only in the layers that have no gold.
    """
    encoded = encode(gold.text, tokenizer)
    rows = None if soft is None else soft.rows_of(encoded)
    n_pieces = len(encoded.ids)
    roles = np.full(n_pieces, IGNORED, dtype=np.int64)
    entities = np.full(n_pieces, IGNORED, dtype=np.int64)
    segments: list[PieceSegment] = []
    if gold.attributions is not None:
        roles[:] = 0
        segments = attribution_segments(gold.text, gold.attributions, encoded)
        for segment in segments:
            write_bioes(roles, segment.start, segment.stop, ROLE_LABELS.index(f"B-{ROLES[segment.role]}"))
    elif soft is not None and rows is not None and not only_gaps:
        roles = whole_path(soft, rows)
    if gold.entities is not None:
        entities[:] = 0
        for start, end, kind in gold.entities:
            first, stop = piece_range(encoded, start, end)
            write_bio(entities, first, stop, ENTITY_LABELS.index(f"B-{kind}"))
    layers = {"roles": gold.attributions, "entities": gold.entities}
    soft_layers = frozenset(name for name, gold_layer in layers.items() if gold_layer is None or not only_gaps)
    sources = source_ranges(gold, encoded)
    return Example(gold.text_id, encoded, roles, entities, segments, sources, rows, soft_layers)


def whole_path(soft: SoftLabels, rows: IntArray) -> IntArray:
    """The teacher's best path where its wordpieces are just these, so that it has no holes; else nothing."""
    if soft.path is None or len(soft.path) != len(rows) or bool(np.any(rows < 0)):
        return np.full(len(rows), IGNORED, dtype=np.int64)
    return soft.path.astype(np.int64)


def attribution_segments(
    text: str, attributions: tuple[GoldAttribution, ...], encoded: EncodedText
) -> list[PieceSegment]:
    """The segments of every attribution, cut at paragraph breaks; first come, first served where two overlap."""
    taken = np.zeros(len(encoded.ids), dtype=bool)
    segments: list[PieceSegment] = []
    for number, attribution in enumerate(attributions):
        for role, spans in enumerate((attribution.source, attribution.cue, attribution.content)):
            for start, end in joined_spans(text, spans):
                first, stop = piece_range(encoded, start, end)
                if stop > first and not taken[first:stop].any():
                    taken[first:stop] = True
                    segments += paragraph_pieces(role, first, stop, number, encoded.paragraphs)
    return segments


def source_ranges(gold: GoldText, encoded: EncodedText) -> dict[int, tuple[int, int]]:
    """The wordpieces of each attribution's source (its first segment), where it has one."""
    attributions = gold.attributions or ()
    return {
        number: piece_range(encoded, *joined_spans(gold.text, attribution.source)[0])
        for number, attribution in enumerate(attributions)
        if attribution.source
    }


def joined_spans(text: str, spans: tuple[Segment, ...]) -> list[Segment]:
    """Spans with nothing but spaces or punctuation of one line between them are one: no letter parts them."""
    joined: list[Segment] = []
    for start, end in spans:
        if joined and re.fullmatch(r"[^\w\n]*", text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def paragraph_pieces(role: int, start: int, stop: int, number: int, paragraphs: IntArray) -> list[PieceSegment]:
    """One segment as one a paragraph, so that no segment crosses a break."""
    cuts = [start, *(start + 1 + np.flatnonzero(np.diff(paragraphs[start:stop]))), stop]
    return [PieceSegment(role, int(a), int(b), number) for a, b in pairwise(cuts)]


def piece_range(encoded: EncodedText, start: int, end: int) -> tuple[int, int]:
    """The wordpieces that share a character with ``start:end``, as a half-open range."""
    first = int(np.searchsorted(encoded.ends, start, side="right"))
    stop = int(np.searchsorted(encoded.starts, end, side="left"))
    return first, max(first, stop)


def write_bioes(labels: IntArray, start: int, stop: int, beginning: int) -> None:
    """Mark ``start:stop`` as one span: beginning, inside and end follow each other, the single label is the fourth."""
    if stop - start == 1:
        labels[start] = beginning + 3
    elif stop > start:
        labels[start + 1 : stop - 1] = beginning + 1
        labels[start], labels[stop - 1] = beginning, beginning + 2


def write_bio(labels: IntArray, start: int, stop: int, beginning: int) -> None:
    """Mark ``start:stop`` as one span: its beginning label, then the inside label that follows it."""
    if stop > start:
        labels[start + 1 : stop] = beginning + 1
        labels[start] = beginning
