"""From wordpiece scores to annotations: label sequences, pairs of segments, and spans of whole words in code points."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transforms.annotate.agreement import agree_on_types, share_evidence
from transforms.annotate.calibration import Calibration, attribution_evidence
from transforms.annotate.pairing import PairedSegments, PairWeights, Segment, pair_segments
from transforms.annotate.scores import PieceScores
from transforms.annotate.sequence import (
    ENTITY_LABELS,
    ROLE_LABELS,
    ROLES,
    Chain,
    decode_sequences,
    label_probabilities,
    spans_of_labels,
)
from transforms.annotate.typed_mentions import name_mentions, speaker_mentions
from transforms.annotate.wordpieces import EncodedText, FloatArray
from transforms.records import Attribution, Mention, Span

# A name below this is wrong more often than right.
MIN_NAME_CONFIDENCE = 0.4


@dataclass(frozen=True, slots=True)
class Heads:
    """What the runtime knows besides the network: chains of both label sets, pair weights, calibration."""

    role_chain: Chain
    entity_chain: Chain
    content_pairs: PairWeights
    source_pairs: PairWeights
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class Found:
    """One text's segments by role and its entities as (type, segment), all in wordpieces."""

    roles: tuple[list[Segment], list[Segment], list[Segment]]
    entities: list[tuple[str, Segment]]


def find_spans(texts: Sequence[tuple[EncodedText, PieceScores]], heads: Heads) -> list[Found]:
    """The best label sequences of all texts, paragraph by paragraph, so that no span crosses a break."""
    role_spans = decode_layer([(item, scores.roles) for item, scores in texts], heads.role_chain, ROLE_LABELS)
    shared = [(item, share_evidence(item, scores.entities)) for item, scores in texts]
    entity_spans = decode_layer(shared, heads.entity_chain, ENTITY_LABELS)
    found = []
    for (encoded, _), roles, entities in zip(texts, role_spans, entity_spans, strict=True):
        by_role = tuple([segment for kind, segment in roles if kind == role] for role in ROLES)
        found.append(Found((by_role[0], by_role[1], by_role[2]), agree_on_types(entities, encoded)))
    return found


def decode_layer(
    layers: Sequence[tuple[EncodedText, FloatArray]], chain: Chain, names: Sequence[str]
) -> list[list[tuple[str, Segment]]]:
    """(kind, segment) of each span of each text under one label set; no span crosses the end of a paragraph."""
    spans: list[list[tuple[str, Segment]]] = [[] for _ in layers]
    sequences = [part for encoded, emissions in layers for part in encoded.by_paragraph(emissions)]
    if not sequences:
        return spans
    labels = np.concatenate(decode_sequences(sequences, chain))
    chances = label_probabilities(np.concatenate(sequences))[np.arange(len(labels)), labels]
    paragraph_starts = np.cumsum([0, *(len(part) for part in sequences[:-1])]).tolist()
    text_starts = np.cumsum([0, *(len(encoded.ids) for encoded, _ in layers)]).tolist()
    for kind, start, stop in spans_of_labels(labels, names, paragraph_starts):
        number = bisect_right(text_starts, start) - 1
        offset = text_starts[number]
        spans[number].append((kind, Segment(start - offset, stop - offset, span_probability(chances[start:stop]))))
    return spans


def span_probability(chances: FloatArray) -> float:
    """That of a span, by those of its labels: between the mean and the least of them."""
    # What ndarray.mean does, without the cost of its generality: it is called for every span.
    mean = np.add.reduce(chances) / np.float32(len(chances))
    return float(np.sqrt(np.minimum.reduce(chances) * mean))


def find_attributions(encoded: EncodedText, scores: PieceScores, found: Found, heads: Heads) -> list[PairedSegments]:
    """The attributions of one text in wordpieces."""
    sources, cues, contents = found.roles
    weights = heads.content_pairs, heads.source_pairs
    return pair_segments(sources, cues, contents, scores.hidden, encoded.paragraphs, weights)


def word_span(segment: Segment, encoded: EncodedText, text: str) -> Span:
    """The code points of a segment, widened to whole words: a wordpiece may end inside one."""
    start, end = int(encoded.starts[segment.start]), int(encoded.ends[segment.stop - 1])
    while start and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return Span(start, end)


def content_spans(segments: Sequence[Segment], encoded: EncodedText, text: str) -> tuple[Span, ...]:
    """The code points of content segments; two that share a word are one."""
    spans: list[Span] = []
    for span in (word_span(segment, encoded, text) for segment in segments):
        if spans and span.char_start < spans[-1].char_end:
            span = Span(spans.pop().char_start, span.char_end)
        spans.append(span)
    return tuple(spans)


def to_attribution(paired: PairedSegments, encoded: EncodedText, text: str, calibration: Calibration) -> Attribution:
    """One attribution in code points, with its calibrated confidence."""
    return Attribution(
        content=content_spans(paired.content, encoded, text),
        cue=None if paired.cue is None else word_span(paired.cue, encoded, text),
        source=None if paired.source is None else word_span(paired.source, encoded, text),
        confidence=calibration.attribution(attribution_evidence(paired)),
    )


def to_mentions(
    found: Found, attributions: Sequence[Attribution], encoded: EncodedText, text: str, calibration: Calibration
) -> list[Mention]:
    """Named mentions, and the nominal and pronoun mentions that sources of attributions need; in text order."""
    scored = [
        (kind, word_span(segment, encoded, text), calibration.mention(segment.probability))
        for kind, segment in found.entities
    ]
    sure = [item for item in scored if item[2] >= MIN_NAME_CONFIDENCE]
    names = name_mentions(without_overlaps(sure), text)
    return sorted([*names, *speaker_mentions(attributions, names, text)], key=lambda mention: mention.span)


def without_overlaps(found: Sequence[tuple[str, Span, float]]) -> list[tuple[str, Span, float]]:
    """(type, span, confidence) items in text order; of two that share a word the surer one stays."""
    kept: list[tuple[str, Span, float]] = []
    for item in found:
        if kept and item[1].char_start < kept[-1][1].char_end:
            if item[2] > kept[-1][2]:
                kept[-1] = item
        else:
            kept.append(item)
    return kept
