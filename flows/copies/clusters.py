"""From the pairs of all articles to the table of copies; its rows stay for clusters that no change touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from flows.copies.signatures import ORDER_OF_KEEPING
from flows.link.database import ROWS_AS_OBJECTS, label_components, read_batches, write_query
from flows.storage.database import rows_of
from transforms.copies.alignment import Aligned
from transforms.copies.clusters import Copy, Pair, find_clusters
from transforms.schema import arrow_schema
from transforms.tables import ARTICLE_DUPLICATES

PAIRS_SCHEMA = pa.schema(
    [pa.field(name, pa.string(), nullable=False) for name in ("first", "second")]
    + [pa.field(name, pa.int32(), nullable=False) for name in ("n_shared", "n_first", "n_second")]
    + [pa.field(name, pa.bool_(), nullable=False) for name in ("has_same_text", "has_same_address")]
)
COPIES_SCHEMA = arrow_schema(ARTICLE_DUPLICATES)


def take_over_pairs(con: duckdb.DuckDBPyConnection, before: str | None) -> None:
    """The table ``pairs`` of the run before, but for those that something new bears on.

    Leaves ``disturbed``: the articles that changed, were touched, or lost a pair.
    """
    rows = rows_of(con, "old_pairs", [before] if before else [], PAIRS_SCHEMA)
    con.execute(f"CREATE VIEW pairs_before AS FROM {rows}")
    for step in (DISTURBED, PAIRS, BEREFT):
        con.execute(step)


def add_pairs(con: duckdb.DuckDBPyConnection, pairs: Iterable[Pair]) -> None:
    """Add new ones to ``pairs``, and their articles to ``disturbed``."""
    pairs = iter(pairs)
    while some := list(islice(pairs, ROWS_AS_OBJECTS)):
        con.register("new_pairs", _pairs_table(some))
        con.execute("INSERT INTO pairs FROM new_pairs")
        con.execute("INSERT INTO disturbed SELECT first FROM new_pairs UNION SELECT second FROM new_pairs")
        con.unregister("new_pairs")


def _pairs_table(pairs: Iterable[Pair]) -> pa.Table:
    rows = ((p.first, p.second, *p.aligned[:3], p.has_same_text, p.has_same_address) for p in pairs)
    return pa.table(dict(zip(PAIRS_SCHEMA.names, map(list, zip(*rows, strict=True)), strict=True)), PAIRS_SCHEMA)


def write_pairs(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write all pairs for the next run."""
    write_query(con, "FROM pairs ORDER BY first, second", PAIRS_SCHEMA, path)


def write_duplicates(con: duckdb.DuckDBPyConnection, path: Path, before: str | None) -> int:
    """Write the table ``article_duplicates`` and leave it as the table ``duplicates``; how many rows it has."""
    rows = rows_of(con, "old_copies", [before] if before else [], COPIES_SCHEMA)
    con.execute(f"CREATE VIEW duplicates_before AS FROM {rows}")
    _find_shaken(con)
    con.execute("CREATE TABLE duplicates AS FROM duplicates_before ANTI JOIN shaken USING (article_id)")
    for pairs, places in _whole_clusters(con):
        copies = [_row(copy) for copy in find_clusters(pairs, places)]
        con.register("found", pa.Table.from_pylist(copies, schema=COPIES_SCHEMA))
        con.execute("INSERT INTO duplicates FROM found")
        con.unregister("found")
    return write_query(con, "FROM duplicates ORDER BY article_id", COPIES_SCHEMA, path)


def _find_shaken(con: duckdb.DuckDBPyConnection) -> None:
    """The tables ``shaken`` of articles that hang together with a disturbed one, ``placed_pairs`` of their pairs."""
    label_components(con, "SELECT hash(first) AS one, hash(second) AS other FROM pairs", "labelled")
    for step in (TO_CLUSTER, SHAKEN, PLACES, PLACED_PAIRS):
        con.execute(step)


def _whole_clusters(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[list[Pair], dict[str, int]]]:
    """Pairs that are to be clustered, with the places of their articles: all that hang together at a time."""
    waiting: list[dict[str, Any]] = []
    for batch in read_batches(con, "FROM placed_pairs ORDER BY label", ROWS_AS_OBJECTS):
        waiting += batch.to_pylist()
        last = waiting[-1]["label"]
        open_from = next(at for at, row in enumerate(waiting) if row["label"] == last)
        if open_from:
            yield _pairs_and_places(waiting[:open_from])
            waiting = waiting[open_from:]
    yield _pairs_and_places(waiting)


def _pairs_and_places(rows: Sequence[Mapping[str, Any]]) -> tuple[list[Pair], dict[str, int]]:
    pairs: list[Pair] = []
    places: dict[str, int] = {}
    for row in rows:
        aligned = Aligned(row["n_shared"], row["n_first"], row["n_second"])
        pairs.append(Pair(row["first"], row["second"], aligned, row["has_same_text"], row["has_same_address"]))
        places |= {row["first"]: row["first_place"], row["second"]: row["second_place"]}
    return pairs, places


def _row(copy: Copy) -> dict[str, Any]:
    return {
        "article_id": copy.article_id,
        "kept_article_id": copy.kept_article_id,
        "kind": copy.pair.kind,
        "similarity": copy.pair.aligned.similarity,
        "containment": copy.pair.aligned.containment,
        "shared_words": copy.pair.aligned.n_shared,
        "method": "text_hash" if copy.pair.has_same_text else "aligned_words",
        "compared_article_id": copy.compared_article_id,
    }


DISTURBED = """
    CREATE TABLE disturbed AS
    SELECT article_id FROM changed_ids UNION SELECT article_id FROM articles SEMI JOIN touched USING (row)
"""

PAIRS = """
    CREATE TABLE pairs AS
    SELECT * FROM pairs_before WHERE first NOT IN (FROM changed_ids) AND second NOT IN (FROM disturbed)
"""

BEREFT = """
    INSERT INTO disturbed
    SELECT unnest([first, second]) FROM pairs_before WHERE first IN (FROM changed_ids) OR second IN (FROM disturbed)
"""

# Articles go by a hash of their id there: where two share one, no more than two clusters are looked at together.
TO_CLUSTER = """
    CREATE TABLE to_cluster AS
    SELECT p.*, label FROM pairs p JOIN labelled ON node = hash(first)
    SEMI JOIN (SELECT label FROM labelled SEMI JOIN (SELECT hash(article_id) AS node FROM disturbed) USING (node))
    USING (label)
"""

SHAKEN = """
    CREATE TABLE shaken AS
    SELECT article_id FROM disturbed UNION SELECT first FROM to_cluster UNION SELECT second FROM to_cluster
"""

PLACES = f"""
    CREATE TABLE places AS
    SELECT article_id, row_number() OVER (ORDER BY {ORDER_OF_KEEPING}) AS place
    FROM articles SEMI JOIN shaken USING (article_id) WHERE NOT is_gone
"""

PLACED_PAIRS = """
    CREATE TABLE placed_pairs AS
    SELECT p.*, a.place AS first_place, b.place AS second_place
    FROM to_cluster p JOIN places a ON a.article_id = first JOIN places b ON b.article_id = second
"""
