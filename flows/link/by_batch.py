"""Rows that joining found, for each batch its own: in a file, so that memory holds those of one batch at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flows.link.database import stream_batches


@dataclass(frozen=True)
class ByBatch:
    """The file, in which each batch that has rows has a group of rows, by number; and one value for equal rows."""

    path: Path
    groups: Mapping[str, int]
    digests: Mapping[str, str]

    def rows(self, batch: str) -> pa.Table | None:
        """The rows of a batch; None where it has none."""
        group = self.groups.get(batch)
        return None if group is None else self._file.read_row_group(group)

    def digest(self, batch: str) -> str:
        """One value for equal rows; "" for none."""
        return self.digests.get(batch, "")

    @cached_property
    def _file(self) -> pq.ParquetFile:
        return pq.ParquetFile(self.path)


def write_by_batch(
    con: duckdb.DuckDBPyConnection, query: str, schema: pa.Schema, batches: Sequence[str], path: Path
) -> ByBatch:
    """Write the rows of a query, which come in the order of ``batch``, the number of their batch in ``batches``.

    Beside it the query has the columns of ``schema``, all of them strings.
    """
    groups: dict[str, int] = {}
    digests: dict[str, str] = {}
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for number, rows in tables_by_batch(con, query):
            rows = rows.select(schema.names).cast(schema)
            groups[batches[number]] = len(groups)
            digests[batches[number]] = _digest(rows)
            writer.write_table(rows, row_group_size=rows.num_rows)
    return ByBatch(path, groups, digests)


def tables_by_batch(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[int, pa.Table]]:
    """The rows of a query with the column ``batch``, in the order of which they come, one batch at a time."""
    return one_by_one(stream_batches(con, query))


def one_by_one(tables: Iterable[pa.Table]) -> Iterator[tuple[int, pa.Table]]:
    """The same of tables, in which the rows of a batch lie one behind the other."""
    waiting: list[pa.Table] = []
    for rows in tables:
        numbers = rows["batch"].to_numpy()
        starts = (np.flatnonzero(np.diff(numbers)) + 1).tolist()
        for start, end in pairwise([0, *starts, len(numbers)]):
            if waiting and waiting[0]["batch"][0].as_py() != numbers[start]:
                yield _joined(waiting)
                waiting = []
            waiting.append(rows.slice(start, end - start))
    if waiting:
        yield _joined(waiting)


def _joined(waiting: Sequence[pa.Table]) -> tuple[int, pa.Table]:
    return waiting[0]["batch"][0].as_py(), pa.concat_tables(waiting).combine_chunks()


def _digest(rows: pa.Table) -> str:
    columns = [column.to_pylist() for column in rows.columns]
    told = ",".join(" ".join(value or "-" for value in row) for row in zip(*columns, strict=True))
    return hashlib.sha256(told.encode()).hexdigest()
