from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from flows.jobs.annotators import load_annotator
from flows.settings import Settings
from tests.reading import read
from transforms.articles import build_article
from transforms.document import document_rows
from transforms.records import Article, RawDocument
from transforms.schema import conform


@pytest.fixture(scope="session")
def rows_of_document() -> Callable[..., dict[str, list[dict[str, Any]]]]:
    """What the product makes of one file with its default settings and an annotator, by default its own, by table."""

    @cache
    def rows(path: Path, annotator: str = "model") -> dict[str, list[dict[str, Any]]]:
        [raw] = read(path)
        assert isinstance(raw, RawDocument)
        article = build_article(raw)
        assert isinstance(article, Article)
        annotation = load_annotator(annotator).annotate([article.text])[0]
        tables = document_rows(article, annotation, min_confidence=Settings().min_confidence)
        conform(tables)
        return tables

    return rows
