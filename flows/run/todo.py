"""What a run has to do with each record: which are new or changed, which rows must go, and the batches of work.

Records are compared by key and content hash in DuckDB, so that a file of millions of them needs no more memory than a
small one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flows.link.by_batch import one_by_one
from flows.link.database import MEMORY_LIMITS, stream_batches
from flows.run.plan import FilePlan
from flows.storage.database import open_database, read_parquet
from flows.store.base import Stage, Store
from flows.store.disk import writing
from flows.store.internal import INDEX_SCHEMA, PASSING_REASONS, RECORDS, RECORDS_SCHEMA
from transforms.ids import short_hash

# Below this a second worker takes longer to start than it saves.
MIN_SHARED_CHARS = 50_000
# Cores are not equally fast, least of all those of a shared machine. So no batch takes more than a part of a worker's
# share of what is left, and the last ones, down to a twentieth of the largest, leave none idle for long.
BATCHES_A_SHARE = 1.5
SMALLEST_PART = 20
# Each is a task run, and a run of many more is more than Prefect's server and history are good for. So batches grow,
# up to what takes a core some twenty minutes.
MANY_BATCHES = 5_000
LARGE_BATCH_CHARS = 20_000_000
# Wide rows: as many as joining reads at once would take 30 MB more.
ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Batch:
    """Records for one task; they are listed in the stage, in ``batches/<batch_id>/todo.parquet``."""

    batch_id: str
    n_records: int
    n_files: int
    weight: int


@dataclass(frozen=True)
class Todo:
    """The work on records.

    ``dropped`` (batch, uri, key, number, article_id) are known records whose rows must go, ``moved`` (the same with
    new_number and new_byte_start) those that stay at another place in their file. ``n_retried`` of the records to do
    are there only because a passing fault kept them out before.
    """

    batches: tuple[Batch, ...]
    dropped: pa.Table
    moved: pa.Table
    n_records: int = 0
    n_kept: int = 0
    n_retried: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether every row of the snapshot stays, and none is to come."""
        return not (self.n_records or self.dropped.num_rows or self.moved.num_rows)


def _rows(**columns: pa.DataType) -> pa.Table:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()]).empty_table()


_KEY = {"batch": pa.string(), "uri": pa.string(), "key": pa.string(), "number": pa.int64(), "article_id": pa.string()}
NOTHING = Todo((), _rows(**_KEY), _rows(**_KEY, new_number=pa.int64(), new_byte_start=pa.int64()))


def sources_to_retry(store: Store, base: int | None) -> list[str]:
    """The files with a record that a passing fault kept out."""
    if base is None:
        return []
    with _database() as con:
        _known_view(con, store, base)
        found = con.execute("SELECT DISTINCT uri FROM known WHERE reason IN ?", [list(PASSING_REASONS)]).fetchall()
    return [uri for (uri,) in found]


def plan_records(
    store: Store,
    stage: Stage,
    base: int | None,
    files: FilePlan,
    *,
    fingerprint: str,
    batch_chars: int,
    n_workers: int,
    memory_limit: str = MEMORY_LIMITS[0],
) -> Todo:
    """Compare the records of the files read with those of the snapshot ``base`` (None: all are new)."""
    with stage.scratch() as scratch, writing(scratch), _database(memory_limit, temp_directory=str(scratch)) as con:
        _known_view(con, store, base)
        _entries_view(con, stage)
        _register(con, "files_read", files.primary_read)
        _register(con, "files_kept", files.primary_kept)
        for statement in (_KEPT, _TODO):
            con.execute(statement, {"passing": list(PASSING_REASONS)})
        dropped = con.sql(_DROPPED).to_arrow_table()
        moved = con.sql(_MOVED).to_arrow_table()
        [(n_kept,)] = con.execute("SELECT count(*) FROM kept").fetchall()
        [(n_retried,)] = con.execute("SELECT count(*) FROM todo WHERE is_retried").fetchall()
        batches = tuple(_write_batches(con, stage, fingerprint, batch_chars, n_workers))
    return Todo(batches, dropped, moved, sum(batch.n_records for batch in batches), n_kept, n_retried)


def batch_weights(total: int, batch_chars: int, n_workers: int) -> list[int]:
    """The weights of the batches in the order that they are begun, together ``total``.

    At most ``batch_chars``, or more where there would be MANY_BATCHES, up to LARGE_BATCH_CHARS; the last are smaller.
    """
    largest = max(batch_chars, min(-(-total // MANY_BATCHES), LARGE_BATCH_CHARS))
    smallest = min(max(largest // SMALLEST_PART, MIN_SHARED_CHARS), largest)
    weights, left = [], total
    while left:
        share = left if n_workers == 1 else int(left / (n_workers * BATCHES_A_SHARE))
        weight = min(max(share, smallest), largest)
        if left <= largest and left - weight < smallest // 2:  # too little for one more
            weight = left
        weights.append(weight)
        left -= weight
    return weights


@contextmanager
def _database(memory_limit: str = MEMORY_LIMITS[0], **config: str) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_database(memory_limit=memory_limit, threads=2, **config) as con:
        con.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false")
        yield con


def _known_view(con: duckdb.DuckDBPyConnection, store: Store, base: int | None) -> None:
    """``known``: every record of the snapshot with its batch."""
    parts = list(store.manifest(base).parts(RECORDS)) if base is not None else []
    if not parts:
        con.register("no_records", RECORDS_SCHEMA.empty_table())
        con.execute("CREATE VIEW known AS SELECT *, '' AS batch FROM no_records")
        return
    paths = {store.locate(base, part.path): part.batch for part in parts if base is not None}
    con.register("parts", pa.table({"filename": list(paths), "batch": list(paths.values())}))
    con.execute(
        f"CREATE VIEW known AS SELECT * EXCLUDE (filename) FROM {read_parquet(con, paths)} JOIN parts USING (filename)"
    )


def _entries_view(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """``entries``: the records of the files read. The second record with a key gets ``#2`` behind it, and so on."""
    paths = [stage.locate(name) for name in stage.names("index/*.parquet")]
    if not paths:
        con.register("no_entries", INDEX_SCHEMA.empty_table())
    source = f"(SELECT * EXCLUDE (filename) FROM {read_parquet(con, paths)})" if paths else "no_entries"
    con.execute(
        f"CREATE VIEW entries AS SELECT * EXCLUDE (key, nth), if(nth = 1, key, key || '#' || nth) AS key FROM "
        f"(SELECT *, row_number() OVER (PARTITION BY uri, key ORDER BY number) AS nth FROM {source})"
    )


def _register(con: duckdb.DuckDBPyConnection, name: str, uris: list[str]) -> None:
    con.register(name, pa.table({"uri": pa.array(uris, pa.string())}))


_KEPT = """
    CREATE TABLE kept AS
    SELECT k.uri, k.key, k.number, k.byte_start, e.number AS new_number, e.source_start AS new_byte_start
    FROM known k JOIN entries e USING (uri, key)
    WHERE k.sha256 = e.sha256 AND (k.reason IS NULL OR NOT list_contains($passing, k.reason))
      AND k.uri IN (SELECT uri FROM files_read)
    UNION ALL SELECT k.uri, k.key, k.number, k.byte_start, k.number, k.byte_start FROM known k
    WHERE k.uri IN (SELECT uri FROM files_kept)
"""
_TODO = """
    CREATE TABLE todo AS
    SELECT e.*, k.key IS NOT NULL AS is_retried FROM entries e LEFT JOIN known k
      ON k.uri = e.uri AND k.key = e.key AND k.sha256 = e.sha256 AND list_contains($passing, k.reason)
    WHERE e.uri IN (SELECT uri FROM files_read)
      AND NOT EXISTS (SELECT 1 FROM kept WHERE kept.uri = e.uri AND kept.key = e.key)
"""
_DROPPED = """
    SELECT k.batch, k.uri, k.key, k.number, k.article_id FROM known k
    WHERE NOT EXISTS (SELECT 1 FROM kept WHERE kept.uri = k.uri AND kept.key = k.key) ORDER BY ALL
"""
_MOVED = """
    SELECT k.batch, k.uri, k.key, k.number, k.article_id, kept.new_number, kept.new_byte_start
    FROM known k JOIN kept USING (uri, key)
    WHERE kept.new_number IS DISTINCT FROM kept.number OR kept.new_byte_start IS DISTINCT FROM kept.byte_start
    ORDER BY ALL
"""
# Records of the same content stand together, wherever they were found: the batch that has them annotates one.
_REPEATED = """
    CREATE TABLE repeated AS
    SELECT sha256, min({'uri': uri, 'number': number}) AS lead FROM todo GROUP BY sha256 HAVING count(*) > 1
"""
_IN_ORDER = """
    SELECT todo.* FROM todo LEFT JOIN repeated USING (sha256)
    ORDER BY coalesce(lead.uri, uri), if(lead IS NULL, number, lead.number), uri, number
"""


def _write_batches(
    con: duckdb.DuckDBPyConnection, stage: Stage, fingerprint: str, batch_chars: int, n_workers: int
) -> Iterator[Batch]:
    [(total,)] = con.execute("SELECT coalesce(sum(weight), 0)::BIGINT FROM todo").fetchall()
    if not total:
        return
    weights = batch_weights(total, batch_chars, n_workers)
    con.execute(_REPEATED)
    for _, records in one_by_one(_numbered(stream_batches(con, _IN_ORDER, ROWS_AT_ONCE), weights)):
        yield _write_batch(stage, records.select(INDEX_SCHEMA.names).cast(INDEX_SCHEMA), fingerprint)


def _numbered(tables: Iterable[pa.Table], weights: Sequence[int]) -> Iterator[pa.Table]:
    """The records, in order, each with the number of the batch in whose share of the weight it begins.

    Not a running sum of DuckDB's, which holds all rows in memory.
    """
    ends = np.cumsum(weights)
    n_before = 0
    for records in tables:
        weight = records["weight"].to_numpy()
        begins = n_before + np.cumsum(weight) - weight
        n_before += weight.sum()
        yield records.append_column("batch", pa.array(np.searchsorted(ends, begins, side="right")))


def _write_batch(stage: Stage, records: pa.Table, fingerprint: str) -> Batch:
    columns = zip(*(records[name].to_pylist() for name in ("uri", "key", "sha256")), strict=True)
    batch_id = short_hash("batch", fingerprint, *(f"{uri}:{key}:{sha256}" for uri, key, sha256 in columns))
    with stage.scratch() as work, writing(work):
        pq.write_table(records, work / "todo.parquet", compression="zstd")
        stage.put(work / "todo.parquet", f"batches/{batch_id}/todo.parquet")
    n_files = len(records["uri"].unique())
    return Batch(batch_id, records.num_rows, n_files, sum(records["weight"].to_pylist()))
