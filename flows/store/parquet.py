"""Parquet in and out: the one writer of every table."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file as it stands on disk: ``path`` relative to the folder that will hold it, rows, bytes, checksum."""

    table: str
    name: str
    n_rows: int
    n_bytes: int
    sha256: str


def write_table(folder: Path, table: str, name: str, data: pa.Table) -> WrittenFile:
    """Write ``folder/table/name`` and have it on the disk before this returns."""
    path = folder / table / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(data, path, compression="zstd", row_group_size=ROW_GROUP_ROWS, write_page_index=True)
    return describe_file(path, table, data.num_rows)


def describe_file(path: Path, table: str, n_rows: int) -> WrittenFile:
    """The checksum and size of a file just written, flushed to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WrittenFile(table, path.name, n_rows, path.stat().st_size, digest)


def parts_of(folder: Path, table: str) -> list[Path]:
    """The parts of one table of a snapshot, in the order of their names.

    DuckDB is to be given this list and never a pattern: in a folder called ``g[1]`` a pattern finds nothing.
    """
    try:
        return sorted(path for path in (folder / table).absolute().iterdir() if path.suffix == ".parquet")
    except FileNotFoundError:
        return []


def read_table(folder: Path, table: str, columns: list[str] | None = None) -> pa.Table:
    """All parts of one table of a snapshot, in the order of their names."""
    from transforms.schema import arrow_schema
    from transforms.tables import BY_NAME

    schema = arrow_schema(BY_NAME[table])
    if columns is not None:
        schema = pa.schema([schema.field(name) for name in columns])
    paths = parts_of(folder, table)
    if not paths:
        return schema.empty_table()
    return pa.concat_tables(pq.ParquetFile(path).read(columns=columns) for path in paths)
