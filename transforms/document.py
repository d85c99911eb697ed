"""One article and its annotation in, the rows of every table out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from transforms.entities import article_entity_rows, mention_rows
from transforms.paragraphs import paragraph_spans
from transforms.quotes import place_quotations, quote_rows
from transforms.records import Annotation, Article, Quotation, Reject
from transforms.resolve import resolve_article
from transforms.resolve.whole_names import with_whole_names
from transforms.schema import Rows
from transforms.sentences import sentence_rows
from transforms.text import count_words


def document_rows(article: Article, annotation: Annotation, *, min_confidence: float = 0.0) -> Rows:
    """The rows of one document, by table; quotations below ``min_confidence`` are left out."""
    annotation = with_whole_names(annotation, article.text)
    quotations = place_quotations(article.text, annotation.attributions, min_confidence=min_confidence)
    resolution = resolve_article(article, annotation, quotations)
    return {
        "articles": [article_row(article, len(annotation.sentences), quotations)],
        "sentences": sentence_rows(article, annotation.sentences),
        "quotes": quote_rows(article, annotation.sentences, quotations, resolution.speakers),
        "entity_mentions": mention_rows(article, annotation, quotations, resolution.entities),
        "article_entities": article_entity_rows(article, quotations, resolution),
    }


def text_hash(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def article_row(article: Article, n_sentences: int, quotations: Sequence[Quotation]) -> dict[str, Any]:
    """The row of ``articles``, with the counts of what was found."""
    return {
        "article_id": article.article_id,
        "source_uri": article.source_uri,
        "record_key": article.record_key,
        "record_index": article.record_index,
        "source_sha256": article.source_sha256,
        "media_type": article.media_type,
        "encoding": article.encoding,
        "published_date": _day(article.published_date),
        "date_precision": article.date_precision,
        "date_method": article.date_method,
        "dateline_place": article.dateline_place,
        "dateline_date": _day(article.dateline_date),
        "wire_agency": article.wire_agency,
        "title": article.title,
        "byline": article.byline,
        "publisher": article.publisher,
        "section": article.section,
        "url": article.url,
        "language": article.language,
        "language_score": article.language_score,
        "correction": article.correction,
        "text": article.text,
        "body_char_start": article.body_char_start,
        "text_sha256": text_hash(article.text),
        "duplicate_of": None,
        "copy_cluster_id": article.article_id,
        "n_chars": len(article.text),
        "n_chars_removed": article.n_chars_removed,
        "n_words": count_words(article.text),
        "n_paragraphs": len(paragraph_spans(article.text)),
        "n_sentences": n_sentences,
        "n_quotes": sum(quotation.is_statement for quotation in quotations),
        "n_attributions": len(quotations),
        "quality_flags": list(article.quality_flags),
    }


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None


def quarantine_row(reject: Reject) -> dict[str, Any]:
    """The row of ``quarantine``."""
    return {
        "source_uri": reject.source_uri,
        "record_index": reject.record_index,
        "source_sha256": reject.source_sha256,
        "stage": reject.stage,
        "reason": reject.reason,
        "detail": reject.detail,
    }
