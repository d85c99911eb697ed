"""The parts of a batch, written bit by bit: memory is bounded by WAITING_BYTES a table, whatever the batch holds."""

from __future__ import annotations

from collections import defaultdict
from contextlib import AbstractContextManager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.store.base import Stage
from flows.store.disk import writing
from flows.store.manifest import StoredFile
from flows.store.parquet import open_writer, stage_file

# A batch of the default size stays below it, so that each of its parts is one group of rows.
WAITING_BYTES = 8 * 1024 * 1024


class Parts:
    """One part of each table, from rows given a few at a time; in the stage, at ``folder``, once ``finish`` is called.

    Raises OutputError where the disk cannot be written.
    """

    def __init__(self, stage: Stage, folder: str, name: str) -> None:
        self._stage = stage
        self._folder = folder
        self._name = name
        self._waiting: dict[str, list[pa.Table]] = defaultdict(list)
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._n_rows: dict[str, int] = defaultdict(int)
        self._scratch: AbstractContextManager[Path] = stage.scratch()
        self._work = Path()

    def __enter__(self) -> Parts:
        self._work = self._scratch.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        for writer in self._writers.values():
            writer.close()
        self._scratch.__exit__(None, None, None)

    def add(self, table: str, rows: pa.Table) -> None:
        """Take more rows of a table."""
        if not rows.num_rows:
            return
        self._waiting[table].append(rows)
        if sum(waiting.nbytes for waiting in self._waiting[table]) >= WAITING_BYTES:
            self._write(table)

    def finish(self) -> tuple[StoredFile, ...]:
        """Write what waits and put the parts into the stage; a table without rows has none."""
        for table in [*self._waiting]:
            self._write(table)
        return tuple(self._put(table) for table in [*self._writers])

    def _path(self, table: str) -> Path:
        return self._work / f"{table.replace('/', '-')}.parquet"

    def _write(self, table: str) -> None:
        rows = pa.concat_tables(self._waiting.pop(table))
        with writing(self._work):
            if table not in self._writers:
                self._writers[table] = open_writer(self._path(table), rows.schema)
            self._writers[table].write_table(rows)
        self._n_rows[table] += rows.num_rows

    def _put(self, table: str) -> StoredFile:
        with writing(self._work):
            self._writers.pop(table).close()
            return stage_file(self._stage, self._folder, table, self._name, self._path(table), self._n_rows[table])
