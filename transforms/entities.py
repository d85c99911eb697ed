"""Rows of ``entity_mentions`` and ``article_entities``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from transforms import ids
from transforms.quotes import innermost_quotation
from transforms.records import Annotation, Article, ArticleEntity, Mention, Quotation, Resolution
from transforms.sentences import sentence_at


def mention_rows(
    article: Article, annotation: Annotation, quotations: Sequence[Quotation], entities: Sequence[ArticleEntity]
) -> list[dict[str, Any]]:
    """One row a mention, in text order."""
    owners = {index: entity.entity_id for entity in entities for index in entity.mentions}
    return [
        _mention_row(article, annotation, quotations, index, mention, owners.get(index))
        for index, mention in enumerate(annotation.mentions)
    ]


def article_entity_rows(
    article: Article, quotations: Sequence[Quotation], resolution: Resolution
) -> list[dict[str, Any]]:
    """One row an entity of the article, in the order of first mention."""
    spoken = list(zip(quotations, resolution.speakers, strict=True))
    n_attributions = Counter(speaker.entity_id for _, speaker in spoken)
    n_quotes = Counter(speaker.entity_id for quotation, speaker in spoken if quotation.is_statement)
    return [
        {
            "article_entity_id": ids.article_entity_id(article.article_id, index),
            "article_id": article.article_id,
            "entity_id": entity.entity_id,
            "name": entity.name,
            "entity_type": entity.entity_type,
            "aliases": sorted(entity.aliases),
            "external_id": entity.external_id,
            "merge_rules": sorted(entity.merge_rules),
            "n_mentions": len(entity.mentions),
            "n_quotes": n_quotes[entity.entity_id],
            "n_attributions": n_attributions[entity.entity_id],
            "pronouns": dict(entity.pronouns),
        }
        for index, entity in enumerate(resolution.entities)
    ]


def _mention_row(
    article: Article,
    annotation: Annotation,
    quotations: Sequence[Quotation],
    index: int,
    mention: Mention,
    entity_id: str | None,
) -> dict[str, Any]:
    span = mention.span
    sentence = sentence_at(annotation.sentences, span.char_start)
    quotation = innermost_quotation(quotations, span)
    return {
        "mention_id": ids.mention_id(article.article_id, index),
        "article_id": article.article_id,
        "sentence_id": ids.sentence_id(article.article_id, sentence),
        "entity_id": entity_id,
        "text": article.text[span.char_start : span.char_end],
        "entity_type": mention.entity_type,
        "mention_type": mention.mention_type,
        "char_start": span.char_start,
        "char_end": span.char_end,
        "quote_id": ids.quote_id(article.article_id, quotation.index) if quotation else None,
        "confidence": mention.confidence,
    }
