"""An article's own rows, read from the parts that hold them."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

from flows.store.parquet import open_parquet
from flows.view.snapshot import Row, Snapshot


def read_rows(snapshot: Snapshot, table: str, known: Row) -> list[dict[str, Any]]:
    """The rows of one table of an article of the facts, from the one part that holds them."""
    path = snapshot.part(table, known["part"])
    if path is None:
        return []
    file = open_parquet(path)
    ids = file.read(columns=["article_id"])["article_id"]
    places = pc.indices_nonzero(pc.equal(ids, known["article_id"]))
    rows: list[dict[str, Any]] = file.read().take(places).to_pylist() if len(places) else []
    return rows
