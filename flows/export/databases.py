"""Tables in one file of a database: SQLite, or DuckDB with the types as they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.export.cells import flat
from flows.export.writers import Batches
from transforms.tables import BY_NAME

Tables = Mapping[str, tuple[pa.Schema, Batches]]
DatabaseWriter = Callable[[Path, Tables], int]


def write_sqlite(path: Path, tables: Tables) -> int:
    """Each table with its key and indexes on what refers to others; lists as JSON, days and moments as ISO text."""
    n_rows = 0
    with closing(sqlite3.connect(path, isolation_level=None)) as con:
        con.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        for name, (schema, batches) in tables.items():
            key = BY_NAME[name].key
            columns = ", ".join(f'"{f.name}" {_affinity(f.type)}{" PRIMARY KEY" * (f.name == key)}' for f in schema)
            con.execute(f'CREATE TABLE "{name}" ({columns})')
            con.execute("BEGIN")
            for batch in batches:
                rows = zip(*(map(_sqlite_value, column.to_pylist()) for column in batch.columns), strict=True)
                con.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(schema))})', rows)
                n_rows += batch.num_rows
            con.execute("COMMIT")
            for column in BY_NAME[name].columns:
                if column.references and column.name in schema.names:
                    con.execute(f'CREATE INDEX "{name}_{column.name}" ON "{name}" ("{column.name}")')
    return n_rows


def write_duckdb(path: Path, tables: Tables) -> int:
    """Each table as it is, with the descriptions of its columns as comments."""
    n_rows = 0
    with duckdb.connect(str(path)) as con:
        for name, (schema, batches) in tables.items():
            con.register("rows_of_table", pa.RecordBatchReader.from_batches(schema, batches))
            con.execute(f'CREATE TABLE "{name}" AS SELECT * FROM rows_of_table')
            con.unregister("rows_of_table")
            n_rows += con.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
            for column in BY_NAME[name].columns:
                if column.name in schema.names:
                    text = column.description.replace("'", "''")
                    con.execute(f'COMMENT ON COLUMN "{name}"."{column.name}" IS \'{text}\'')
    return n_rows


DATABASES: dict[str, DatabaseWriter] = {"sqlite": write_sqlite, "duckdb": write_duckdb}


def _affinity(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return "INTEGER"
    return "REAL" if pa.types.is_floating(kind) else "TEXT"


def _sqlite_value(value: object) -> object:
    cell = flat(value)
    return cell.isoformat(sep=" ") if isinstance(cell, datetime) else str(cell) if isinstance(cell, date) else cell
