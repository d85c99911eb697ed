"""The rows of all parts of a table in two sorted files, so that a run finds those it needs without opening every part.

One file has the rows themselves in a useful order, the other a row for each value of a list column and the row that has
it, in the order of these values. Both stay as they are from run to run while parts come and go: rows of parts that are
no more are passed over, and parts that came since are read themselves. Once those are many, both are made anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from flows.link.database import open_rows
from flows.storage.database import let_read, literal, quoted
from flows.store.parquet import open_parquet

# Rows that came since or are no more, as a share of those indexed, from which on an index is made anew.
MAX_STALE_SHARE = 0.1
# Small groups of rows: what is asked for lies in a few of them, and the others are not read.
ROWS_A_GROUP, VALUES_A_GROUP = 2_048, 8_192
# Up to so many values that a file is searched for, its groups that have none of them are passed over.
WANTED_ONE_BY_ONE = 1_000
PARTS = "newsmill.parts"

Parts = Mapping[str, Sequence[str]]


class Index(NamedTuple):
    """Where the two files lie."""

    rows: str
    values: str


@dataclass(frozen=True)
class Indexed:
    """What there is to index: the parts of each batch, and what tells two contents of a batch apart."""

    parts: Parts
    digests: Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """How a table is indexed: in which order its rows lie, and by which list column they are found."""

    schema: pa.Schema
    order: str
    listed: str

    @property
    def columns(self) -> str:
        """All columns, as SQL."""
        return ", ".join(self.schema.names)


def open_index(con: duckdb.DuckDBPyConnection, kind: Kind, given: Indexed, index: Index | None, folder: Path) -> Index:
    """The index of the run before, or one made below ``folder`` where there is none or too much of it is stale.

    Leaves the view ``indexed`` (row, batch, the columns of the table, and n_listed: how many values it is found by) of
    all rows that are there, ``postings`` (value, row) of those in the index, and ``unindexed``, those that are not.
    """
    con.execute(f"SET dynamic_or_filter_threshold = {WANTED_ONE_BY_ONE}")
    if index is None or not _use(con, kind, given, index):
        index = _build(con, kind, given, folder)
        _use(con, kind, given, index)
    con.execute("CREATE VIEW indexed AS FROM in_index UNION ALL FROM unindexed")
    return index


def _use(con: duckdb.DuckDBPyConnection, kind: Kind, given: Indexed, index: Index) -> bool:
    """Open the views over an index; False where it is damaged or stale."""
    let_read(con, index)
    try:
        known = json.loads(open_parquet(index.rows).metadata.metadata[PARTS.encode()])
        number_of = {digest: number for number, digest in enumerate(known)}
        _note_live(con, [(number_of.get(given.digests[batch]), batch) for batch in given.parts])
        for name, path in (("rows", index.rows), ("values", index.values)):
            con.execute(f"SET VARIABLE indexed_{name} = $path", {"path": literal(path)})
        con.execute(IN_INDEX.format(columns=kind.columns))
        others = {batch: paths for batch, paths in given.parts.items() if given.digests[batch] not in number_of}
        _open_others(con, kind, given.parts, others)
        n_indexed, n_live, n_others = con.execute(STALE).fetchall()[0]
    except (duckdb.Error, OSError, pa.ArrowException, KeyError, ValueError):  # it only saves time
        return False
    return bool(n_indexed - n_live + n_others <= MAX_STALE_SHARE * n_indexed)


def _note_live(con: duckdb.DuckDBPyConnection, numbered: Sequence[tuple[int | None, str]]) -> None:
    """The table ``live``: the number of each part that is still there, in the index, and that of its batch today."""
    live = [(part, batch) for batch, (part, _) in enumerate(numbered) if part is not None]
    columns = {"part": [part for part, _ in live], "batch": [batch for _, batch in live]}
    con.register("live_parts", pa.table({name: pa.array(values, pa.int32()) for name, values in columns.items()}))
    con.execute("CREATE OR REPLACE TABLE live AS FROM live_parts")
    con.unregister("live_parts")


def _open_others(con: duckdb.DuckDBPyConnection, kind: Kind, parts: Parts, others: Parts) -> None:
    open_rows(con, "other_parts", kind.schema, kind.schema.names, others)
    numbers = {batch: number for number, batch in enumerate(parts)}
    con.execute("SET VARIABLE other_batches = $numbers", {"numbers": [numbers[batch] for batch in others]})
    con.execute(UNINDEXED.format(columns=kind.columns, listed=kind.listed))


def _build(con: duckdb.DuckDBPyConnection, kind: Kind, given: Indexed, folder: Path) -> Index:
    index = Index(str(folder / "indexed_rows.parquet"), str(folder / "indexed_values.parquet"))
    open_rows(con, "to_index", kind.schema, kind.schema.names, given.parts)
    parts = json.dumps([given.digests[batch] for batch in given.parts])
    by_value = BY_VALUE.format(listed=kind.listed, path=quoted(literal(index.rows)))
    for query, path, group in (
        (IN_ORDER.format(listed=kind.listed, order=kind.order), index.rows, ROWS_A_GROUP),
        (by_value, index.values, VALUES_A_GROUP),
    ):
        con.execute(
            f"COPY ({query}) TO '{quoted(path)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group}, "
            f"KV_METADATA {{'{PARTS}': '{quoted(parts)}'}})"
        )
    return index


IN_ORDER = """
    SELECT * EXCLUDE (batch), batch::INTEGER AS part, len({listed})::INTEGER AS n_listed FROM to_index ORDER BY {order}
"""

BY_VALUE = """
    SELECT unnest({listed}) AS value, file_row_number::INTEGER AS row
    FROM read_parquet('{path}', hive_partitioning = false, file_row_number = true) ORDER BY value
"""

IN_INDEX = """
    CREATE OR REPLACE VIEW in_index AS
    SELECT file_row_number::INTEGER AS row, batch, {columns}, n_listed
    FROM read_parquet(getvariable('indexed_rows'), hive_partitioning = false, file_row_number = true)
    JOIN live USING (part);
    CREATE OR REPLACE VIEW postings AS
    SELECT value, row FROM read_parquet(getvariable('indexed_values'), hive_partitioning = false)
"""

# Their rows are numbered on behind those of the index.
UNINDEXED = """
    CREATE OR REPLACE TABLE unindexed AS
    SELECT ((SELECT count(*) FROM read_parquet(getvariable('indexed_rows'), hive_partitioning = false))
           + row_number() OVER () - 1)::INTEGER AS row,
           list_extract(getvariable('other_batches'), batch::BIGINT + 1)::INTEGER AS batch,
           {columns}, len({listed})::INTEGER AS n_listed
    FROM other_parts
"""

STALE = """
    SELECT (SELECT count(*) FROM read_parquet(getvariable('indexed_rows'), hive_partitioning = false)),
           (SELECT count(*) FROM in_index), (SELECT count(*) FROM unindexed)
"""
