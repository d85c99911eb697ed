"""The DuckDB database in which linking works: tables in memory that spill to disk beside the output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol, TypeVar

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
T_co = TypeVar("T_co", covariant=True)
BATCH_ROWS = 50_000
# As Python objects, rows with texts in them take some kilobytes each.
ROWS_AS_OBJECTS = 5_000
MEMORY_LIMITS = ("200MB", "800MB", "3GB")


class Step(Protocol[T_co]):
    """What is done in a database of its own."""

    def __call__(self, *, memory_limit: str) -> T_co:
        """Do it; ``memory_limit`` is DuckDB's."""
        ...


def within_memory(step: Step[T]) -> T:
    """The result of ``step`` under the least of MEMORY_LIMITS in which it can be had.

    A step is a function of its files. Most of what DuckDB does spills what does not fit; where something cannot, a step
    that takes more memory is better than a run that fails.
    """
    for limit in MEMORY_LIMITS[:-1]:
        with suppress(duckdb.OutOfMemoryException):
            return step(memory_limit=limit)
    return step(memory_limit=MEMORY_LIMITS[-1])


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


def read_batches(con: duckdb.DuckDBPyConnection, query: str, n_rows: int = BATCH_ROWS) -> Iterator[pa.Table]:
    """The rows of a query, about ``n_rows`` at a time, over a cursor of its own, which does not see variables."""
    with con.cursor() as cursor:
        yield from stream_batches(cursor, query, n_rows)


def stream_batches(con: duckdb.DuckDBPyConnection, query: str, n_rows: int = BATCH_ROWS) -> Iterator[pa.Table]:
    """The same where nothing else is asked of the connection until the last of them."""
    batches = con.sql(query).to_arrow_reader(n_rows)
    while True:
        try:
            batch = batches.read_next_batch()
        except StopIteration:
            return
        except OSError as error:  # whatever goes wrong in DuckDB is one to Arrow
            kind = duckdb.OutOfMemoryException if str(error).startswith("Out of Memory Error") else duckdb.Error
            raise kind(str(error)) from error
        yield pa.Table.from_batches([batch])


def write_query(
    con: duckdb.DuckDBPyConnection,
    query: str,
    schema: pa.Schema,
    path: Path,
    *,
    use_dictionary: bool | list[str] = True,
) -> int:
    """Write the rows of a query as one Parquet file, a bounded number at a time; how many."""
    n_rows = 0
    options = {"compression": "zstd", "use_dictionary": use_dictionary, "write_page_index": True}
    with pq.ParquetWriter(path, schema, **options) as writer:
        for batch in stream_batches(con, query):
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


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """The number of rows of a table."""
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
