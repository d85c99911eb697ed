"""Parquet in and out: the one writer of every table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.storage.address import is_remote
from flows.store.base import Stage, Store
from flows.store.disk import writing
from flows.store.manifest import StoredFile

ROW_GROUP_ROWS = 100_000


def stage_table(stage: Stage, folder: str, table: str, name: str, data: pa.Table) -> StoredFile:
    """Write one part and have it in the stage at ``folder/table/name``, safe when this returns."""
    with stage.scratch() as work, writing(work):
        path = work / "part.parquet"
        with open_writer(path, data.schema) as writer:
            writer.write_table(data, row_group_size=ROW_GROUP_ROWS)
        return stage_file(stage, folder, table, name, path, data.num_rows)


def open_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """The writer of a part."""
    return pq.ParquetWriter(path, schema, compression="zstd", write_page_index=True)


def stage_file(stage: Stage, folder: str, table: str, name: str, path: Path, n_rows: int) -> StoredFile:
    """Have a file that was just written in the stage, with its checksum and size."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    n_bytes = path.stat().st_size
    stage.put(path, "/".join(filter(None, (folder, table, name))))
    return StoredFile(table, name, n_rows, n_bytes, digest)


def open_parquet(path: str) -> pq.ParquetFile:
    """The Parquet file at a path or an address."""
    if not is_remote(path):
        return pq.ParquetFile(path)
    from flows.storage.files import PartFile

    return pq.ParquetFile(PartFile(path), pre_buffer=True)


def read_parts(paths: Iterable[str], schema: pa.Schema) -> pa.Table:
    """The rows of some parts, in the order given."""
    tables = [open_parquet(path).read(columns=schema.names) for path in paths]
    return pa.concat_tables(tables) if tables else schema.empty_table()


def table_paths(store: Store, number: int, table: str) -> list[str]:
    """The paths or addresses of one table of a snapshot, in the order of the parts' names.

    DuckDB is to be given this list and never a pattern: in a folder called ``g[1]`` a pattern finds nothing.
    """
    return [store.locate(number, path) for path in sorted(file.path for file in store.manifest(number).parts(table))]


def read_table(store: Store, number: int, table: str, columns: list[str] | None = None) -> pa.Table:
    """All parts of one table of a snapshot, in the order of their names."""
    from transforms.schema import arrow_schema
    from transforms.tables import BY_NAME

    schema = arrow_schema(BY_NAME[table])
    if columns is not None:
        schema = pa.schema([schema.field(name) for name in columns])
    return read_parts(table_paths(store, number, table), schema)
