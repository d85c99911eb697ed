"""Files that were hashed again and found unchanged, so that the next run need not.

A run with nothing to do makes no snapshot, and a snapshot is never changed; without this note, files that were
touched, or written just before they were first read, would be hashed by every run until something else changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

FILE = ".seen.parquet"
_COLUMNS = ("size", "mtime_ns", "hashed_at_ns")
_SCHEMA = pa.schema(
    [
        pa.field("uri", pa.string()),
        pa.field("sha256", pa.string()),
        *(pa.field(name, pa.int64()) for name in _COLUMNS),
    ]
)


def remember(root: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Note down uri, sha256, size, time stamp and time of hashing of every file."""
    fresh = root / f"{FILE}.new"
    table = pa.Table.from_pylist([{name: row[name] for name in _SCHEMA.names} for row in rows], schema=_SCHEMA)
    pq.write_table(table, fresh)
    fresh.replace(root / FILE)


def recall(root: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a snapshot's sources, with size and times from the note where it is newer and of the same content."""
    noted: dict[str, dict[str, Any]] = {}
    with suppress(OSError, pa.ArrowInvalid):  # it only saves time: a missing or damaged one is as good as none
        noted = {row["uri"]: row for row in pq.ParquetFile(root / FILE).read().to_pylist()}
    return [_newer(row, noted.get(row["uri"])) for row in rows]


def _newer(row: dict[str, Any], note: dict[str, Any] | None) -> dict[str, Any]:
    if note is None or note["sha256"] != row["sha256"] or note["hashed_at_ns"] <= row["hashed_at_ns"]:
        return row
    return {**row, **{name: note[name] for name in _COLUMNS}}
