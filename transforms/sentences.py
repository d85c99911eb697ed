"""Rows of ``sentences``, and the search for the sentence that an offset falls in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from transforms import ids
from transforms.paragraphs import paragraph_starts
from transforms.records import Article, Span
from transforms.text import count_words


def sentence_rows(article: Article, sentences: Sequence[Span]) -> list[dict[str, Any]]:
    """One row a sentence, in text order."""
    starts, languages = paragraph_starts(article.text), dict(article.paragraph_languages)
    return [_row(article, index, span, starts, languages) for index, span in enumerate(sentences)]


def sentence_at(sentences: Sequence[Span], offset: int) -> int:
    """The index of the sentence that holds ``offset``, or of the last one that starts before it."""
    return max(0, bisect_right(sentences, offset, key=lambda span: span.char_start) - 1)


def _row(article: Article, index: int, span: Span, starts: list[int], languages: Mapping[int, str]) -> dict[str, Any]:
    paragraph = bisect_right(starts, span.char_start) - 1
    text = article.text[span.char_start : span.char_end]
    return {
        "sentence_id": ids.sentence_id(article.article_id, index),
        "article_id": article.article_id,
        "sentence_index": index,
        "paragraph_index": paragraph,
        "char_start": span.char_start,
        "char_end": span.char_end,
        "text": text,
        "n_words": count_words(text),
        "is_headline": span.char_start < article.body_char_start,
        "language": languages.get(paragraph),
    }
