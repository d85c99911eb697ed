"""Quotations: attributions typed and put in order, and their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from transforms import ids
from transforms.cues import read_cue
from transforms.marks import Quoted, find_quoted, quote_type
from transforms.records import Article, Attribution, Quotation, Span, Speaker
from transforms.resolve.role_titles import role_title
from transforms.sentences import sentence_at


def place_quotations(text: str, attributions: Sequence[Attribution], *, min_confidence: float = 0.0) -> list[Quotation]:
    """The attributions at or above ``min_confidence`` as typed quotations, numbered in text order."""
    quoted = find_quoted(text)
    sure = as_sure_as_begun([a for a in attributions if a.content], quoted)
    kept = [a for a in sure if a.confidence >= min_confidence]
    kept.sort(key=lambda a: (a.content[0].char_start, -a.content[-1].char_end, a.cue or (-1, -1), a.source or (-1, -1)))
    return [_quotation(index, text, a, quote_type(text, a.content, quoted)) for index, a in enumerate(kept)]


def as_sure_as_begun(attributions: Sequence[Attribution], quoted: Sequence[Quoted]) -> list[Attribution]:
    """A paragraph that goes on with a quotation left open is as sure to be one as the paragraph it began in."""
    pieces = [piece for piece in quoted if piece.depth == 1]
    before = {after.outer.char_start: piece for piece, after in pairwise(pieces) if after.continued}
    sure: dict[Quoted, float] = {}
    found = []
    for one in sorted(attributions, key=lambda a: a.content[0].char_start):
        start, end = one.content[0].char_start, one.content[-1].char_end
        begun = before.get(start) or before.get(start - 1)
        if begun is not None and one.cue is None and one.source is None:
            one = replace(one, confidence=max(one.confidence, sure.get(begun, 0.0)))
        for piece in pieces:
            if piece.continues and abs(piece.outer.char_end - end) <= 1:
                sure[piece] = max(one.confidence, sure.get(piece, 0.0))
        found.append(one)
    return found


def _quotation(index: int, text: str, found: Attribution, kind: str) -> Quotation:
    reading = read_cue(text, found, kind)
    return Quotation(
        index,
        kind,
        found.content,
        found.cue,
        found.source,
        found.confidence,
        attribution_type=reading.attribution_type,
        cue_lemma=reading.lemma,
    )


def quote_rows(
    article: Article, sentences: Sequence[Span], quotations: Sequence[Quotation], speakers: Sequence[Speaker]
) -> list[dict[str, Any]]:
    """One row a quotation, in text order; ``speakers`` runs parallel to ``quotations``."""
    return [_row(article, sentences, q, s) for q, s in zip(quotations, speakers, strict=True)]


def innermost_quotation(quotations: Sequence[Quotation], span: Span) -> Quotation | None:
    """The shortest quotation one of whose segments covers ``span``."""
    start, end = span
    around = [q for q in quotations for first, last in q.segments if first <= start and end <= last]
    return min(around, key=lambda q: q.span.char_end - q.span.char_start, default=None)


def _row(article: Article, sentences: Sequence[Span], quotation: Quotation, speaker: Speaker) -> dict[str, Any]:
    span = quotation.span
    first, last = sentence_at(sentences, span.char_start), sentence_at(sentences, span.char_end - 1)
    return {
        "quote_id": ids.quote_id(article.article_id, quotation.index),
        "article_id": article.article_id,
        "quote_index": quotation.index,
        "quote_type": quotation.quote_type,
        "attribution_type": quotation.attribution_type,
        **_span_columns("", article.text, span),
        "segments": [{"char_start": s.char_start, "char_end": s.char_end} for s in quotation.segments],
        "first_sentence_id": ids.sentence_id(article.article_id, first),
        "last_sentence_id": ids.sentence_id(article.article_id, last),
        **_span_columns("cue_", article.text, quotation.cue),
        "cue_lemma": quotation.cue_lemma,
        **_span_columns("speaker_", article.text, quotation.source),
        "speaker_mention_type": speaker.mention_type,
        "speaker_name": speaker.name,
        "speaker_role": speaker.role,
        "role_title": role_title(speaker.role),
        "speaker_entity_id": speaker.entity_id,
        "speaker_entity_ids": list(speaker.entity_ids),
        "speaker_status": speaker.status,
        "attribution_method": speaker.method,
        "confidence": quotation.confidence * speaker.confidence,
        "reuse_cluster_id": None,  # known once all articles are
    }


def _span_columns(prefix: str, text: str, span: Span | None) -> dict[str, Any]:
    if span is None:
        return {f"{prefix}text": None, f"{prefix}char_start": None, f"{prefix}char_end": None}
    return {
        f"{prefix}text": text[span.char_start : span.char_end],
        f"{prefix}char_start": span.char_start,
        f"{prefix}char_end": span.char_end,
    }
