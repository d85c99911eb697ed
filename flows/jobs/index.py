"""Which records some files hold: each with its key, the hash of its bytes, and where those lie. Nothing is parsed.

The bytes of a record that does not lie in its file as it is (packed, one of an archive) are written to a spool in the
stage, so that whoever parses it later, on whichever worker, need not unpack the file again.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from flows.formats.base import Fault, Item, Record
from flows.formats.limits import Limits
from flows.formats.registry import read_records, weight_of
from flows.jobs.specs import IndexResult, IndexSpec
from flows.jobs.steps import Progress, Step
from flows.sources.opened import Source, open_all
from flows.store import open_store
from flows.store.disk import writing
from flows.store.internal import INDEX_SCHEMA
from transforms.text import replace_surrogates

FLUSH_ENTRIES = 10_000
PROGRESS_RECORDS = 500
# Below this an entry costs about as much as so many characters of text: rows, keys, one more call.
MIN_WEIGHT = 200
BYTES_A_SECOND = 5_000  # hashing reads 100,000 times as fast as this weight of a character is annotated


def run_index(spec: IndexSpec, progress: Progress) -> IndexResult:
    """List the records of the job's files in ``index/<job_id>.parquet`` of the run's stage."""
    stage = open_store(spec.store).stage(spec.run_id)
    sources = []
    with stage.scratch() as work, writing(work):
        attempt = f"-{spec.attempt}" if spec.attempt else ""
        with _IndexWriter(work, f"spool/{spec.job_id}{attempt}.bin") as writer:
            for uri, path in spec.files:
                if uri in spec.skip:
                    writer.add(_fault_entry(uri, path, None, Fault(*spec.skip[uri])))
                    sources.append({"uri": uri, "sha256": None, "hashed_at_ns": 0})
            wanted = [(uri, path) for uri, path in spec.files if uri not in spec.skip]
            with open_all([path for _, path in wanted]) as opening:
                for (uri, path), open_it in zip(wanted, opening, strict=True):
                    progress(Step("read", (uri,)), 0)
                    sources.append(_index_file(uri, path, open_it, spec, writer, progress))
        if writer.n_spooled:
            stage.put(work / "spool.bin", writer.spool_name)
        stage.put(work / "index.parquet", f"index/{spec.job_id}.parquet")
    return IndexResult(spec.job_id, tuple(sources), writer.n_entries)


def _index_file(
    uri: str, path: str, open_it: Callable[[], Source], spec: IndexSpec, writer: _IndexWriter, progress: Progress
) -> dict[str, Any]:
    """Add the entries of one file; what is known of the file itself, with no hash where it did not hold still."""
    hashed_at_ns = time.time_ns()
    try:
        source = open_it()
        with source.stream as stream:
            before = source.state()
            progress(Step("read", (uri,), before.size // BYTES_A_SECOND), 0)
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            items = _lookahead(stream, path, spec)
            _add_records(uri, path, sha256, source, items, writer, progress)
            after = source.state()
    except OSError as error:
        fault = Fault("unreadable", error.strerror or type(error).__name__)
        writer.add(_fault_entry(uri, path, None, fault))
        return {"uri": uri, "sha256": None, "hashed_at_ns": hashed_at_ns}
    return {"uri": uri, "sha256": sha256 if before == after else None, "hashed_at_ns": hashed_at_ns, **before._asdict()}


def _lookahead(stream: IO[bytes], path: str, spec: IndexSpec) -> Iterator[tuple[int | None, Item]]:
    """The records of a file; the fault of a file that gives nothing else is about the whole of it."""
    name = os.path.basename(path)  # noqa: PTH119 - a Path would change odd names
    items = read_records(stream, name, limits=Limits(**spec.limits), fields=spec.fields)
    first = next(items, (None, Fault("empty", "no record in it")))
    second = next(items, None)
    if second is None:
        yield (None, first[1]) if isinstance(first[1], Fault) else first
        return
    yield first
    yield second
    yield from items


def _add_records(
    uri: str,
    path: str,
    file_sha256: str,
    source: Source,
    items: Iterator[tuple[int | None, Item]],
    writer: _IndexWriter,
    progress: Progress,
) -> None:
    in_member: Counter[str] = Counter()
    size = source.state().size
    for number, item in items:
        if isinstance(item, Fault):
            writer.add(_fault_entry(uri, path, number, item))
        else:
            is_whole_file = item.byte_start == 0 and len(item.data) == size
            entry = {
                "uri": uri,
                "path": path,
                "number": number,
                "key": record_key(item, number, in_member[item.member]),
                "sha256": file_sha256 if is_whole_file and not item.stated else content_hash(item),
                "weight": max(MIN_WEIGHT, weight_of(item)),
                "format": item.format,
                "name": replace_surrogates(item.name),
                "stated": json.dumps(dict(item.stated), sort_keys=True) if item.stated else None,
                "source_start": item.source_start,
            }
            writer.add({**entry, **writer.place(item, may_stay=not source.is_fetched)})
        in_member[item.member] += 1
        if number is not None and number % PROGRESS_RECORDS == 0:
            progress(Step("read", (uri,)), 0)


def record_key(record: Record, number: int | None, number_in_member: int) -> str:
    """The record's own id where it has one, else its number; behind its path where it lies in an archive."""
    # A key and the number behind it (see todo.py) must not look like another record's id.
    own = f"id:{record.own_id.replace('#', '##')}" if record.own_id is not None else None
    if record.member:
        return replace_surrogates(f"{record.member}#{own or number_in_member}")
    return replace_surrogates(own or str(number))


def content_hash(record: Record) -> str:
    """SHA-256 of a record's bytes and of what its container states of it."""
    digest = hashlib.sha256(record.data)
    if record.stated:
        digest.update(json.dumps(dict(record.stated), sort_keys=True).encode())
    return digest.hexdigest()


def _fault_entry(uri: str, path: str, number: int | None, fault: Fault) -> dict[str, Any]:
    key = "!" if number is None else str(number)
    digest = hashlib.sha256(f"{fault.reason}\n{fault.detail}".encode("utf-8", "replace")).hexdigest()
    told = {"reason": fault.reason, "detail": replace_surrogates(fault.detail)}
    return {"uri": uri, "path": path, "number": number, "key": key, "sha256": digest, "weight": MIN_WEIGHT, **told}


class _IndexWriter:
    """Entries to Parquet and records to the spool, a bounded number at a time."""

    def __init__(self, work: Path, spool_name: str) -> None:
        self.spool_name = spool_name
        self.n_entries = self.n_spooled = 0
        self._rows: list[dict[str, Any]] = []
        self._parquet = pq.ParquetWriter(work / "index.parquet", INDEX_SCHEMA, compression="zstd")
        self._spool = (work / "spool.bin").open("wb")

    def __enter__(self) -> _IndexWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        self._parquet.close()
        self._spool.close()

    def place(self, record: Record, *, may_stay: bool) -> dict[str, Any]:
        """Where the record's bytes lie: in the source, where they may stay, or, from now on, in the spool."""
        if record.byte_start is not None and may_stay:
            return {"byte_start": record.byte_start, "n_bytes": len(record.data)}
        packed = pa.compress(record.data, codec="zstd", asbytes=True)
        start = self._spool.tell()
        self._spool.write(packed)
        self.n_spooled += 1
        return {
            "location": self.spool_name,
            "byte_start": start,
            "n_bytes": len(packed),
            "n_unpacked": len(record.data),
        }

    def add(self, entry: dict[str, Any]) -> None:
        """Take one entry."""
        self._rows.append(entry)
        self.n_entries += 1
        if len(self._rows) >= FLUSH_ENTRIES:
            self._flush()

    def _flush(self) -> None:
        self._parquet.write_table(pa.Table.from_pylist(self._rows, schema=INDEX_SCHEMA))
        self._rows = []
