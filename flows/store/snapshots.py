"""Snapshots: whole, immutable versions of the data set, and the link ``latest`` that readers open.

A snapshot is assembled in staging, renamed into place, and only then pointed at: a reader sees the one before or
the one after, never a part. Layout of one: a folder of Parquet parts a table, ``sources.parquet`` (what was read
and where its rows lie), ``unlinked/`` (parts as they were before entities were merged across the data set, kept
only where they differ) and ``manifest.json`` with the checksum of every file.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flows.errors import UserError
from flows.store.disk import UNCHANGED
from flows.store.parquet import WrittenFile, describe_file

MANIFEST = "manifest.json"
UNLINKED = "unlinked"
SOURCES_SCHEMA = pa.schema(
    [
        pa.field("uri", pa.string(), nullable=False),
        pa.field("size", pa.int64(), nullable=False),
        pa.field("mtime_ns", pa.int64(), nullable=False),
        pa.field("hashed_at_ns", pa.int64(), nullable=False),
        pa.field("sha256", pa.string()),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("duplicate_of", pa.string()),
        pa.field("batch", pa.string()),
        pa.field("n_articles", pa.int32(), nullable=False),
        pa.field("n_quarantined", pa.int32(), nullable=False),
    ]
)


class SnapshotError(UserError):
    """A snapshot that is missing or damaged; the message says what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds. ``versions`` decides whether its parts can be carried over."""

    number: int
    parent: int | None
    run_id: str
    created_at: str
    versions: dict[str, str]
    linked_with: str
    counts: dict[str, int]
    changes: dict[str, int]
    files: tuple[WrittenFile, ...]

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read ``folder/manifest.json``; SnapshotError where it is missing or damaged."""
        try:
            raw = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if raw.pop("checksum", None) not in (None, _checksum(raw)):  # none in those of the first version
                raise ValueError("its checksum differs")
            raw["files"] = tuple(WrittenFile(**entry) for entry in raw["files"])
            return cls(**raw)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise SnapshotError(f"{folder} has no readable manifest ({error}); run `newsmill rollback`") from error

    def save(self, folder: Path) -> None:
        """Write the manifest and have it on the disk."""
        entries = asdict(self)
        with (folder / MANIFEST).open("w", encoding="utf-8") as file:
            json.dump({**entries, "checksum": _checksum(entries)}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())


def _checksum(entries: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()


class Store:
    """The data folder at ``root``. Only the holder of the write lock may call what changes it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.snapshots = root / "snapshots"
        self.staging = root / "staging"
        self.latest = root / "latest"

    def numbers(self) -> list[int]:
        """The numbers of all snapshots, oldest first."""
        if not self.snapshots.is_dir():
            return []
        return sorted(int(entry.name) for entry in self.snapshots.iterdir() if entry.name.isdigit())

    def folder(self, number: int) -> Path:
        """Where snapshot ``number`` lies."""
        return self.snapshots / f"{number:06d}"

    def latest_number(self) -> int | None:
        """The number ``latest`` points at; None where there is no snapshot yet."""
        try:
            return int(self.latest.readlink().name)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise SnapshotError(f"{self.latest} is not a link to a snapshot; move it away and run again") from error

    def point_latest(self, number: int) -> None:
        """Move ``latest`` in one atomic step."""
        if not (self.folder(number) / MANIFEST).is_file():
            raise SnapshotError(f"there is no snapshot {number}; `newsmill history` lists them")
        fresh = self.root / f".latest-{os.getpid()}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path("snapshots") / f"{number:06d}")
        fresh.replace(self.latest)
        sync_folder(self.root)

    def publish(self, assembled: Path, number: int) -> None:
        """Make the assembled folder snapshot ``number`` and point ``latest`` at it.

        The journal lets ``recover`` finish the step where the machine dies between the two renames.
        """
        journal = self.root / ".commit.json"
        with journal.open("w", encoding="utf-8") as file:
            json.dump({"number": number, "parent": self.latest_number()}, file)
            file.flush()
            os.fsync(file.fileno())
        self.snapshots.mkdir(exist_ok=True)
        sync_tree(assembled)
        assembled.rename(self.folder(number))
        sync_folder(self.snapshots)
        self.point_latest(number)
        journal.unlink()

    def recover(self) -> None:
        """Finish or forget the commit that a dead run left half done."""
        for link in self.root.glob(".latest-*"):
            link.unlink()
        journal = self.root / ".commit.json"
        if not journal.exists():
            return
        try:
            entry = json.loads(journal.read_text())
        except ValueError:  # died while writing the journal: nothing was renamed yet
            entry = None
        if entry and self.latest_number() == entry["parent"] and self.folder(entry["number"]).is_dir():
            self.point_latest(entry["number"])
        journal.unlink()

    def prune(self, keep: int) -> list[int]:
        """Remove all but the ``keep`` newest snapshots; ``latest`` and its parent always stay.

        A reader that opened ``latest`` just before a commit still reads the parent.
        """
        current = self.latest_number()
        parent = Manifest.load(self.folder(current)).parent if current is not None else None
        removed = [n for n in self.numbers()[:-keep] if n not in (current, parent)]
        for number in removed:
            doomed = self.staging / f"removed-{number:06d}"
            doomed.parent.mkdir(exist_ok=True)
            self.folder(number).rename(doomed)  # first out of sight in one step, so that no half snapshot is seen
            shutil.rmtree(doomed, ignore_errors=True)
        return removed


def latest_manifest(store: Store) -> Manifest | None:
    """The manifest of the snapshot that ``latest`` points at; None before the first."""
    number = store.latest_number()
    return Manifest.load(store.folder(number)) if number is not None else None


def outcome_since(store: Store, before: int | None) -> str:
    """What is true of the data set when a run breaks off that began with ``before`` as its latest snapshot."""
    now = store.latest_number()
    return UNCHANGED if now is None or now == before else f"snapshot {now:06d} is committed"


def write_sources(folder: Path, rows: list[dict[str, Any]]) -> WrittenFile:
    """Write ``sources.parquet``, one row a file found, sorted by uri."""
    table = pa.Table.from_pylist(sorted(rows, key=lambda row: str(row["uri"])), schema=SOURCES_SCHEMA)
    path = folder / "sources.parquet"
    pq.write_table(table, path, compression="zstd")
    return describe_file(path, "", table.num_rows)


def read_sources(folder: Path) -> list[dict[str, Any]]:
    """The rows of ``sources.parquet``."""
    rows: list[dict[str, Any]] = pq.ParquetFile(folder / "sources.parquet").read().to_pylist()
    return rows


def sync_folder(folder: Path) -> None:
    """Have the folder's entries on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Have the entries of a folder and all folders in it on the disk."""
    for path, _, _ in os.walk(folder):
        sync_folder(Path(path))
