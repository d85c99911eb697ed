"""Plain articles as the parts that copies are found in, without any annotator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from flows.store.internal import SIGNATURES_SCHEMA
from transforms.copies.signature import signature
from transforms.document import text_hash
from transforms.sentence_splitting import split_by_script
from transforms.text import count_words

ARTICLES_A_PART = 500
ARTICLES_SCHEMA = pa.schema([("article_id", pa.string()), ("text", pa.string()), ("body_char_start", pa.int32())])
Parts = dict[str, list[str]]
Rows = tuple[dict[str, Any], dict[str, Any]]


class Plain(NamedTuple):
    """What an article is made from."""

    article_id: str
    title: str
    body: str
    day: dt.date | None = None
    publisher: str | None = None
    url: str | None = None


def write_parts(folder: Path, plain: Iterable[Plain]) -> tuple[Parts, Parts]:
    """Write parts of articles and of signatures; where those of each batch lie."""
    return write_rows(folder, map(rows_of, plain))


def write_rows(folder: Path, rows: Iterable[Rows]) -> tuple[Parts, Parts]:
    """The same from the rows of both."""
    folder.mkdir(parents=True)
    articles, signatures = {}, {}
    rows = iter(rows)
    for number, batch in enumerate(iter(lambda: list(islice(rows, ARTICLES_A_PART)), [])):
        name = f"{folder.name}-{number}"
        articles[name], signatures[name] = [str(folder / f"a{number}.parquet")], [str(folder / f"s{number}.parquet")]
        pq.write_table(pa.Table.from_pylist([a for a, _ in batch], ARTICLES_SCHEMA), articles[name][0])
        pq.write_table(pa.Table.from_pylist([s for _, s in batch], SIGNATURES_SCHEMA), signatures[name][0])
    return articles, signatures


def rows_of(plain: Plain) -> Rows:
    """The rows of an article and of its signature."""
    head = f"{plain.title}\n\n" if plain.title else ""
    text = head + plain.body
    article = {
        "article_id": plain.article_id,
        "text": text,
        "body_char_start": len(head),
        "text_sha256": text_hash(text),
        "published_date": plain.day,
        "date_precision": "day" if plain.day else None,
        "publisher": plain.publisher,
        "wire_agency": None,
        "url": plain.url,
        "source_uri": "plain.jsonl",
        "record_key": plain.article_id,
    }
    return {name: article[name] for name in ARTICLES_SCHEMA.names}, signature(article, list(_sentences(text)))


def _sentences(text: str) -> Iterator[dict[str, Any]]:
    for start, end in split_by_script(text, "en"):
        yield {"char_start": start, "char_end": end, "text": text[start:end], "n_words": count_words(text[start:end])}
