"""From wordpiece scores to annotations: label sequences, links, and spans of whole words in code points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transforms.annotate.calibration import Calibration, attribution_evidence
from transforms.annotate.encoding import EncodedText
from transforms.annotate.labels import ENTITY_LABELS, ROLE_LABELS, ROLES, may_follow
from transforms.annotate.linking import LinkedSegments, PairWeights, Segment, link_segments
from transforms.annotate.mentions import name_mentions, speaker_mentions
from transforms.annotate.scores import PieceScores
from transforms.annotate.sequence import Chain, FloatArray, decode_sequences, spans_of_labels
from transforms.records import Attribution, Mention, Span


@dataclass(frozen=True, slots=True)
class Heads:
    """What the runtime knows besides the network: chains of both label sets, link weights, calibration."""

    role_chain: Chain
    entity_chain: Chain
    content_link: PairWeights
    source_link: PairWeights
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class Found:
    """One text's segments by role and its entities as (type, segment), all in wordpieces."""

    roles: tuple[list[Segment], list[Segment], list[Segment]]
    entities: list[tuple[str, Segment]]


def chain_of(labels: tuple[str, ...]) -> Chain:
    """A chain that forbids what the label set forbids and scores all else alike."""
    n_labels = len(labels)
    transitions = np.zeros((n_labels, n_labels), dtype=np.float32)
    for row, before in enumerate(labels):
        for column, after in enumerate(labels):
            if not may_follow(before, after):
                transitions[row, column] = -1e4
    starts = np.array([-1e4 if label.startswith("I-") else 0.0 for label in labels], dtype=np.float32)
    return Chain(transitions, starts, np.zeros(n_labels, dtype=np.float32))


ENTITY_CHAIN = chain_of(ENTITY_LABELS)


def find_spans(texts: Sequence[tuple[EncodedText, PieceScores]], heads: Heads) -> list[Found]:
    """The best label sequences of all texts, paragraph by paragraph, so that no span crosses a break."""
    role_spans = decode_layer([(item, scores.roles) for item, scores in texts], heads.role_chain, ROLE_LABELS)
    entity_spans = decode_layer([(item, scores.entities) for item, scores in texts], heads.entity_chain, ENTITY_LABELS)
    found = []
    for roles, entities in zip(role_spans, entity_spans, strict=True):
        by_role = tuple([segment for kind, segment in roles if kind == role] for role in ROLES)
        found.append(Found((by_role[0], by_role[1], by_role[2]), entities))
    return found


def decode_layer(
    layers: Sequence[tuple[EncodedText, FloatArray]], chain: Chain, names: Sequence[str]
) -> list[list[tuple[str, Segment]]]:
    """(kind, segment) of each span of each text under one label set."""
    sequences: list[FloatArray] = []
    owners: list[tuple[int, int]] = []
    for number, (encoded, emissions) in enumerate(layers):
        cuts = np.flatnonzero(np.diff(encoded.paragraphs)) + 1
        for offset, part in zip([0, *cuts.tolist()], np.split(emissions, cuts), strict=True):
            owners.append((number, offset))
            sequences.append(part)
    spans: list[list[tuple[str, Segment]]] = [[] for _ in layers]
    for (number, offset), (labels, marginals) in zip(owners, decode_sequences(sequences, chain), strict=True):
        for kind, start, stop in spans_of_labels(labels, names):
            chances = marginals[np.arange(start, stop), labels[start:stop]]
            probability = float(np.sqrt(chances.min() * chances.mean()))
            spans[number].append((kind, Segment(offset + start, offset + stop, probability)))
    return spans


def find_attributions(encoded: EncodedText, scores: PieceScores, found: Found, heads: Heads) -> list[LinkedSegments]:
    """The attributions of one text in wordpieces."""
    sources, cues, contents = found.roles
    weights = heads.content_link, heads.source_link
    return link_segments(sources, cues, contents, scores.hidden, encoded.paragraphs, weights)


def word_span(segment: Segment, encoded: EncodedText, text: str) -> Span:
    """The code points of a segment, widened to whole words: a wordpiece may end inside one."""
    start, end = int(encoded.starts[segment.start]), int(encoded.ends[segment.stop - 1])
    while start and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return Span(start, end)


def to_attribution(linked: LinkedSegments, encoded: EncodedText, text: str, calibration: Calibration) -> Attribution:
    """One attribution in code points, with its calibrated confidence."""
    return Attribution(
        content=tuple(word_span(segment, encoded, text) for segment in linked.content),
        cue=None if linked.cue is None else word_span(linked.cue, encoded, text),
        source=None if linked.source is None else word_span(linked.source, encoded, text),
        confidence=calibration.attribution(attribution_evidence(linked)),
    )


def to_mentions(
    found: Found, attributions: Sequence[Attribution], encoded: EncodedText, text: str, calibration: Calibration
) -> list[Mention]:
    """Named mentions, and the nominal and pronoun mentions that sources of attributions need; in text order."""
    names = name_mentions(
        [
            (kind, word_span(segment, encoded, text), calibration.mention(segment.probability))
            for kind, segment in found.entities
        ],
        text,
    )
    return sorted([*names, *speaker_mentions(attributions, names, text)], key=lambda mention: mention.span)
