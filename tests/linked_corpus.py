"""Articles given by their entities alone, as parts on disk: for tests of the linking step."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flows.link.entities import Linked, link_entities
from transforms import ids
from transforms.catalog import Catalog
from transforms.link.final_ids import ID_COLUMNS, with_final_ids
from transforms.resolve.keys import canonical_key
from transforms.schema import arrow_schema
from transforms.tables import BY_NAME

TABLES = ("articles", "quotes", "entity_mentions", "article_entities")
FILLERS = {"string": "x", "int32": 0, "date32[day]": dt.date(2020, 1, 1), "float": 0.5}
# By batch and table, the paths of the parts.
Batches = dict[str, dict[str, list[str]]]


def filler(field: pa.Field) -> Any:
    if pa.types.is_struct(field.type):
        return {part.name: 0 for part in field.type}
    return [] if pa.types.is_list(field.type) else None if field.nullable else FILLERS[str(field.type)]


def row(table: str, **values: Any) -> dict[str, Any]:
    return {field.name: filler(field) for field in arrow_schema(BY_NAME[table])} | values


def local_id(entity_type: str, name: str, article: str) -> str:
    """The id that resolving one article gives: a person known by one word is the article's own."""
    key = canonical_key(entity_type, name)
    scoped = entity_type == "person" and " " not in key
    return ids.entity_id(entity_type, f"{key} @{article}" if scoped else key)


class Corpus:
    """Articles as lists of (type, name), each mentioned twice and quoted once."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def article(self, *entities: tuple[str, str] | tuple[str, str, dict[str, Any]]) -> str:
        article = f"article{len(self.rows) + 1:04d}"
        day = dt.date(2021, 1, 1) + dt.timedelta(days=len(self.rows) + 1)
        rows = self.rows[article] = {table: [] for table in TABLES}
        rows["articles"].append(row("articles", article_id=article, source_uri=f"{article}.txt", published_date=day))
        for number, (entity_type, name, *more) in enumerate(entities):
            values = {"aliases": [], "merge_rules": [], **(more[0] if more else {})}
            entity = values.setdefault("entity_id", local_id(entity_type, name, article))
            if entity in {other["entity_id"] for other in rows["article_entities"]}:
                continue
            key = ids.article_entity_id(article, number)
            given = {
                "name": name,
                "entity_type": entity_type,
                "n_mentions": 2,
                "n_quotes": 1,
                "n_attributions": 1,
                **values,
            }
            rows["article_entities"].append(row("article_entities", article_entity_id=key, article_id=article, **given))
            for mention in (ids.mention_id(article, 2 * number + twice) for twice in range(2)):
                given = {"mention_id": mention, "article_id": article, "entity_id": entity, "text": name}
                rows["entity_mentions"].append(row("entity_mentions", **given))
            given = {"article_id": article, "speaker_name": name, "speaker_entity_id": entity}
            given["speaker_entity_ids"] = [entity]
            rows["quotes"].append(row("quotes", quote_id=ids.quote_id(article, number), **given))
        return article

    def write(
        self, folder: Path, batches: Iterable[Sequence[str]], order: random.Random, tables: Sequence[str] = TABLES
    ) -> Batches:
        """The articles of each batch in one part or two, the rows of each in any order."""
        return {f"b{n}": self._write_batch(folder / f"b{n}", batch, order, tables) for n, batch in enumerate(batches)}

    def _write_batch(
        self, folder: Path, batch: Sequence[str], order: random.Random, tables: Sequence[str]
    ) -> dict[str, list[str]]:
        pieces = [batch] if len(batch) < 2 or order.random() < 0.5 else [batch[::2], batch[1::2]]
        parts: dict[str, list[str]] = {table: [] for table in tables}
        for table in tables:
            (folder / table).mkdir(parents=True)
            for number, piece in enumerate(pieces):
                rows = [row for article in piece for row in self.rows[article][table]]
                order.shuffle(rows)
                path = folder / table / f"part-{number}.parquet"
                pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(BY_NAME[table])), path)
                parts[table].append(str(path))
        return parts

    def dealt(self, n_batches: int, order: random.Random) -> list[list[str]]:
        """The articles dealt out to batches at random, in any order; a batch can be empty."""
        dealt: list[list[str]] = [[] for _ in range(n_batches)]
        for article in order.sample(sorted(self.rows), len(self.rows)):
            order.choice(dealt).append(article)
        return dealt


def link_batches(batches: Batches, scratch: Path, catalog: Catalog | None = None, names: str | None = None) -> Linked:
    """Link the batches as the commit step does."""
    articles, entities = ({b: parts[t] for b, parts in batches.items()} for t in ("articles", "article_entities"))
    return link_entities(articles, entities, catalog or Catalog(), scratch, names=names)


def final_parts(parts: Mapping[str, Sequence[str]], linked: Linked, batch: str) -> dict[str, list[pa.Table]]:
    """The parts of one batch under their final ids."""
    return {
        table: [with_final_ids(pq.ParquetFile(path).read(), table, linked.changes(batch)) for path in parts[table]]
        for table in ID_COLUMNS
        if table in parts
    }


def rows_by_key(table: str, parts: Iterable[pa.Table]) -> dict[str, dict[str, Any]]:
    """All rows of a table by their key."""
    return {row[BY_NAME[table].key]: row for part in parts for row in part.to_pylist()}
