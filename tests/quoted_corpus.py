"""Articles given by their quotations alone, as parts on disk: for tests of reuse."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from flows.link.index import Indexed
from flows.link.reuse import Reused, link_reuse
from flows.link.reuse_before import Known
from flows.store.internal import SAYINGS_SCHEMA
from tests.linked_corpus import row
from transforms import ids
from transforms.link.sayings import saying_rows
from transforms.marks import find_quoted, quote_type
from transforms.records import Span
from transforms.schema import arrow_schema
from transforms.tables import BY_NAME, ENTITIES, QUOTES

Batches = dict[str, dict[str, list[str]]]


class Said(NamedTuple):
    """A quotation with its marks, who says it by which name, and the day and publisher of its article."""

    text: str
    speaker: str | None = None
    day: int | None = 1
    publisher: str | None = None


def article_rows(article: str, quotations: Sequence[Said]) -> dict[str, list[dict[str, Any]]]:
    """The rows of one article, whose text is its quotations."""
    text, quotes = "", []
    for number, said in enumerate(quotations):
        start, text = len(text), f"{text}{said.text}\n\n"
        end = start + len(said.text)
        given = {
            "quote_id": ids.quote_id(article, number),
            "article_id": article,
            "quote_type": quote_type(said.text, [Span(0, len(said.text))], find_quoted(said.text)),
            "text": said.text,
            "char_start": start,
            "char_end": end,
            "segments": [{"char_start": start, "char_end": end}],
            "speaker_name": said.speaker,
            "speaker_mention_type": "name" if said.speaker else "none",
            "speaker_entity_id": said.speaker and f"e-{said.speaker}",
        }
        quotes.append(row("quotes", **given))
    day = quotations[0].day if quotations else None
    date = dt.date(2021, 1, day) if day else None
    about = row(
        "articles", article_id=article, published_date=date, publisher=quotations[0].publisher if quotations else None
    )
    types = {quote["speaker_entity_id"]: "person" for quote in quotes}
    return {"articles": [about], "quotes": quotes, "sayings": saying_rows(text, quotes, types)}


class QuotedCorpus:
    """Articles as lists of what is said in them, by their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._n_parts = 0

    def write(self, articles: dict[str, Sequence[Said]], order: random.Random | None = None) -> dict[str, str]:
        """One batch's parts: the path by table, rows in any order."""
        self._n_parts += 1
        paths = {}
        schemas = {
            "sayings": SAYINGS_SCHEMA,
            "quotes": arrow_schema(QUOTES),
            "articles": arrow_schema(BY_NAME["articles"]),
        }
        made = [article_rows(name, said) for name, said in articles.items()]
        for table, schema in schemas.items():
            rows = [row for article in made for row in article[table]]
            (order or random.Random(0)).shuffle(rows)
            path = self.folder / f"{table}-{self._n_parts}.parquet"
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
            paths[table] = str(path)
        return paths

    def entities(self, articles: Iterable[Sequence[Said]]) -> Path:
        """The table of all speakers, each one an entity."""
        names = sorted({said.speaker for quotations in articles for said in quotations if said.speaker})
        rows = [row("entities", entity_id=f"e-{name}", name=name, entity_type="person") for name in names]
        path = self.folder / "entities.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(ENTITIES)), path)
        return path


def link(
    corpus: QuotedCorpus,
    articles: dict[str, Sequence[Said]],
    parts: Sequence[dict[str, str]],
    *,
    known: Known | None = None,
    **files: Any,
) -> Reused:
    """Link parts as the commit step does."""
    by_table = {t: {str(n): [part[t]] for n, part in enumerate(parts)} for t in ("sayings", "articles", "quotes")}
    corpus._n_parts += 1
    scratch = corpus.folder / f"linked-{corpus._n_parts}"
    said = Indexed(by_table["sayings"], {batch: str(paths) for batch, paths in by_table["sayings"].items()})
    entities = corpus.entities(articles.values())
    return link_reuse(said, by_table["articles"], by_table["quotes"], scratch, entities=entities, known=known, **files)


def left_by(reused: Reused, *, gone: Sequence[str], fresh: Sequence[str], touched: Path | None = None) -> Known:
    """What a run leaves for the next one, which lacks some parts of sayings and has others."""
    files = (reused.pairs, reused.speakers, reused.sayings, reused.quote_reuse)
    return Known(*map(str, files), reused.index, gone, fresh, touched)


def tables(reused: Reused) -> dict[str, list[dict[str, Any]]]:
    """The rows of both tables in the order of their keys."""
    files = {"sayings": reused.sayings, "quote_reuse": reused.quote_reuse}
    return {name: pq.ParquetFile(path).read().to_pylist() for name, path in files.items()}


def clusters_of(reused: Reused) -> dict[str, list[dict[str, Any]]]:
    """The clusters of quotations of each batch that has any."""
    found = {batch: reused.clusters(batch) for batch in reused.clusters_by_batch.groups}
    return {batch: rows.to_pylist() for batch, rows in found.items() if rows is not None}
