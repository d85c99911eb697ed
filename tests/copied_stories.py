"""Stories, their copies, and the parts that copies are found in: for tests of that step alone."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from flows.copies.find import Copies, find_copies
from flows.copies.signatures import Before
from flows.link.index import Indexed
from flows.store.internal import SIGNATURES_SCHEMA
from transforms.copies.signature import signature
from transforms.document import text_hash
from transforms.text import count_words

ARTICLES_SCHEMA = pa.schema([("article_id", pa.string()), ("text", pa.string()), ("body_char_start", pa.int32())])
WORDS = [a + b for a in ("ba", "ce", "di", "fo", "gu", "ha", "ke", "li") for b in ("ran", "tol", "mer", "sin", "dek")]


class Told(NamedTuple):
    """An article of a test: its sentences, the first of which is the headline."""

    article_id: str
    sentences: tuple[str, ...]
    day: dt.date | None = None
    publisher: str | None = None
    url: str | None = None
    wire_agency: str | None = None

    @property
    def text(self) -> str:
        return "\n\n".join(self.sentences)


def sentences_of(story: int, n: int) -> tuple[str, ...]:
    """Sentences of twelve words that no other story has."""
    chance = random.Random(story)
    return tuple(" ".join(chance.choices(WORDS, k=12)).capitalize() + f" {story}." for _ in range(n))


def rows_of(told: Told) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of an article in its part, and of its signature."""
    text, sentences, at = told.text, [], 0
    for sentence in told.sentences:
        place = {"char_start": at, "char_end": at + len(sentence)}
        sentences.append({**place, "text": sentence, "n_words": count_words(sentence)})
        at += len(sentence) + 2
    article = {
        "article_id": told.article_id,
        "text": text,
        "body_char_start": min(len(text), len(told.sentences[0]) + 2),
        "text_sha256": text_hash(text),
        "published_date": told.day,
        "date_precision": "day" if told.day else None,
        "publisher": told.publisher,
        "wire_agency": told.wire_agency,
        "url": told.url,
        "source_uri": "feed.jsonl",
        "record_key": told.article_id,
    }
    return {name: article[name] for name in ARTICLES_SCHEMA.names}, signature(article, sentences)


class Batch(NamedTuple):
    """The parts of one batch."""

    articles: str
    signatures: str


def write_batch(folder: Path, articles: Iterable[Told]) -> Batch:
    """One part of each table, rows in the order given."""
    folder.mkdir(parents=True)
    rows = [rows_of(told) for told in articles]
    parts = Batch(str(folder / "articles.parquet"), str(folder / "signatures.parquet"))
    pq.write_table(pa.Table.from_pylist([article for article, _ in rows], ARTICLES_SCHEMA), parts.articles)
    pq.write_table(pa.Table.from_pylist([signed for _, signed in rows], SIGNATURES_SCHEMA), parts.signatures)
    return parts


def copies_of(batches: Mapping[str, Batch], scratch: Path, before: Before | None = None) -> Copies:
    """What is found in some batches."""
    articles = {name: [batch.articles] for name, batch in batches.items()}
    signatures = {name: [batch.signatures] for name, batch in batches.items()}
    signed = Indexed(signatures, {name: batch.signatures for name, batch in batches.items()})
    return find_copies(articles, signed, scratch, before=before)


def left_by(copies: Copies, new: Sequence[str], gone: Sequence[str]) -> Before:
    """What a run leaves for the next one, which has some new parts of signatures and lacks others."""
    return Before(str(copies.pairs), str(copies.duplicates), str(copies.boilerplate), copies.index, new, gone)


def copies_among(articles: Sequence[Told], folder: Path) -> Copies:
    """What is found in one batch of articles."""
    return copies_of({"b": write_batch(folder / "b", articles)}, folder / "scratch")


def duplicates(copies: Copies) -> dict[str, tuple[str, str]]:
    """Each copy with the kept article and the kind."""
    rows = pq.read_table(copies.duplicates).to_pylist()
    return {row["article_id"]: (row["kept_article_id"], row["kind"]) for row in rows}


def contents(copies: Copies) -> list[bytes]:
    """All that was found, as bytes."""
    return [path.read_bytes() for path in (copies.duplicates, copies.boilerplate, copies.pairs)]
