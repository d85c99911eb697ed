from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flows.link import entities as E
from flows.link import rules

ID_COLUMNS = E.ID_COLUMNS


@dataclass
class Linked:
    entities: Path
    names: Path
    _by_batch: dict

    def changes(self, batch):
        return tuple(self._by_batch.get(batch, ()))

    def digest(self, batch):
        c = self.changes(batch)
        return hashlib.sha256(repr(c).encode()).hexdigest()[:16] if c else ""


def link_entities(articles, article_entities, catalog, scratch, *, names):
    con = duckdb.connect()
    parts = {
        "articles": [p for ps in articles.values() for p in ps],
        "article_entities": [p for ps in article_entities.values() for p in ps],
    }
    E.open_parts(con, {k: [Path(p) for p in v] for k, v in parts.items()})
    E.read_forms(con)
    E.add_catalog(con, catalog)
    rules.apply(con)
    E.write_entities(con, scratch)
    rows = con.execute(
        "SELECT DISTINCT p.filename, m.article_id, m.local_id, m.final_id FROM article_entities p JOIN changes m ON p.entity_id = m.local_id AND (m.article_id IS NULL OR m.article_id = p.article_id) ORDER BY ALL"
    ).fetchall()
    owner = {p: b for b, ps in article_entities.items() for p in ps}
    by = {}
    for f, a, l, t in rows:
        by.setdefault(owner[f], []).append((a, l, t))
    pq.write_table(pa.table({"x": pa.array([], pa.string())}), scratch / "names.parquet")
    return Linked(scratch / "entities" / "part-0.parquet", scratch / "names.parquet", by)


def with_final_ids(data, table, changes):
    new = E.with_final_ids(data, ID_COLUMNS[table], [c for c in changes])
    return data if new.equals(data) else new
