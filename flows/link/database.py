"""The DuckDB database in which linking works: tables in memory that spill to disk beside the output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.storage.address import is_remote
from flows.storage.database import let_read
from flows.storage.database import open_database as connect
from transforms.schema import arrow_schema
from transforms.tables import Table

BATCH_ROWS = 50_000


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
    located = [(path, number) for number, paths in enumerate(parts.values()) for path in paths]
    name, chosen = table.name, ", ".join(columns)
    if not located:
        con.register(f"no_{name}", arrow_schema(table).empty_table())
        con.execute(f"CREATE VIEW {name} AS SELECT {chosen}, 0 AS batch FROM no_{name}")
        return
    let_read(con, (path for path, _ in located))
    con.execute(f"SET VARIABLE {name}_paths = $paths", {"paths": [literal(path) for path, _ in located]})
    con.execute(f"SET VARIABLE {name}_batches = $batches", {"batches": [number for _, number in located]})
    con.execute(
        f"CREATE VIEW {name} AS SELECT {chosen}, "
        f"list_extract(getvariable('{name}_batches'), file_index::BIGINT + 1) AS batch "
        f"FROM read_parquet(getvariable('{name}_paths'), hive_partitioning = false)"
    )


def literal(path: str) -> str:
    """The path as a DuckDB pattern that fits nothing but that path; an address is never taken for a pattern."""
    if is_remote(path):
        return path
    return "".join(f"[{char}]" if char in "*?[" else char for char in path)


def read_batches(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[pa.Table]:
    """The rows of a query, a bounded number at a time, over a cursor of its own."""
    with con.cursor() as cursor:
        for batch in cursor.sql(query).to_arrow_reader(BATCH_ROWS):
            yield pa.Table.from_batches([batch])


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Add rows to a table."""
    if rows:
        columns = {f"c{number}": list(values) for number, values in enumerate(zip(*rows, strict=True))}
        con.register("new_rows", pa.table(columns))
        con.execute(f"INSERT INTO {table} SELECT * FROM new_rows")
        con.unregister("new_rows")


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """The number of rows of a table."""
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
