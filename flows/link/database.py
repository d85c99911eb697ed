"""The DuckDB database in which linking works: tables in memory that spill to disk beside the output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flows.storage.database import open_database as connect
from flows.storage.database import rows_of
from transforms.link.components import connected
from transforms.schema import arrow_schema
from transforms.tables import Table

T = TypeVar("T")
BATCH_ROWS = 50_000
MEMORY_LIMITS = ("200MB", "800MB", "3GB")


def within_memory(step: Callable[[str], T]) -> T:
    """The result of ``step`` under the least of MEMORY_LIMITS in which it can be had.

    A step is a function of its files. Most of what DuckDB does spills what does not fit; where something cannot, a step
    that takes more memory is better than a run that fails.
    """
    for limit in MEMORY_LIMITS[:-1]:
        with suppress(duckdb.OutOfMemoryException):
            return step(limit)
    return step(MEMORY_LIMITS[-1])


@contextmanager
def open_database(spill: Path, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that keeps within ``memory_limit`` by writing to the folder ``spill``."""
    with connect(memory_limit=memory_limit, threads=2, temp_directory=str(spill)) as con:
        con.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false")
        yield con


def open_parts(
    con: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str], parts: Mapping[str, Sequence[str]]
) -> None:
    """A view of some columns over all part files; ``batch`` is the number of the row's batch in ``parts``."""
    open_rows(con, table.name, arrow_schema(table), columns, parts)


def open_rows(
    con: duckdb.DuckDBPyConnection,
    name: str,
    schema: pa.Schema,
    columns: Sequence[str],
    parts: Mapping[str, Sequence[str]],
) -> None:
    """The same for part files that are of no table of the contract."""
    located = [(path, number) for number, paths in enumerate(parts.values()) for path in paths]
    chosen = ", ".join(columns)
    rows = rows_of(con, name, [path for path, _ in located], schema)
    batch = f"list_extract(getvariable('{name}_batches'), file_index::BIGINT + 1)" if located else "0"
    con.execute(f"SET VARIABLE {name}_batches = $batches", {"batches": [number for _, number in located]})
    con.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {chosen}, {batch} AS batch FROM {rows}")


def read_batches(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[pa.Table]:
    """The rows of a query, a bounded number at a time, over a cursor of its own."""
    with con.cursor() as cursor:
        for batch in cursor.sql(query).to_arrow_reader(BATCH_ROWS):
            yield pa.Table.from_batches([batch])


def write_query(
    con: duckdb.DuckDBPyConnection, query: str, table: Table, path: Path, *, use_dictionary: bool | list[str] = True
) -> int:
    """Write the rows of a query as one part of a table, a bounded number at a time; how many."""
    schema = arrow_schema(table)
    n_rows = 0
    options = {"compression": "zstd", "use_dictionary": use_dictionary, "write_page_index": True}
    with pq.ParquetWriter(path, schema, **options) as writer:
        for batch in read_batches(con, query):
            writer.write_table(batch.select(schema.names).cast(schema))
            n_rows += batch.num_rows
        if not n_rows:
            writer.write_table(schema.empty_table())
    return n_rows


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Add rows to a table."""
    if rows:
        columns = {f"c{number}": list(values) for number, values in enumerate(zip(*rows, strict=True))}
        con.register("new_rows", pa.table(columns))
        con.execute(f"INSERT INTO {table} SELECT * FROM new_rows")
        con.unregister("new_rows")


def label_components(con: duckdb.DuckDBPyConnection, edges: str, table: str) -> None:
    """The table ``table`` (node, label): nodes of ``edges``, a query for pairs of them; one label hangs together."""
    ends = con.sql(edges).to_arrow_table()
    nodes, labels = connected(*(column.to_numpy().astype(np.uint64) for column in ends.columns))
    con.register("new_rows", pa.table({"node": nodes, "label": labels}))
    con.execute(f"CREATE TABLE {table} AS FROM new_rows")
    con.unregister("new_rows")


def rows_by_batch(
    con: duckdb.DuckDBPyConnection, query: str, columns: tuple[str, str], batches: Sequence[str]
) -> tuple[dict[str, pa.Table], dict[str, str]]:
    """The two columns of each batch's rows, in the order of the first, and one value for equal rows.

    ``query`` gives the number of the batch in ``batches`` beside them; a batch without rows is left out.
    """
    key, value = columns
    con.execute(f"CREATE TABLE batched AS {query}")
    found = con.sql(f"SELECT batch, {key}, {value} FROM batched ORDER BY batch, {key}").to_arrow_table()
    numbers = found["batch"].to_numpy()
    starts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist()] if len(numbers) else []
    rows = found.drop_columns("batch").combine_chunks()
    by_batch = {batches[numbers[i]]: rows.slice(i, end - i) for i, end in pairwise([*starts, len(numbers)])}
    digests = con.execute(
        f"SELECT batch, sha256(string_agg({key} || ' ' || {value}, ',' ORDER BY {key})) FROM batched GROUP BY batch"
    ).fetchall()
    return by_batch, {batches[number]: digest for number, digest in digests}


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """The number of rows of a table."""
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
