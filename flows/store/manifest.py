"""What a snapshot holds, said by itself: ``manifest.json`` with the checksum of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

MANIFEST = "manifest.json"
# Files that readers of the data set need not know lie below this folder.
INTERNAL = "internal"
BASE = f"{INTERNAL}/base"
SOURCES = f"{INTERNAL}/sources.parquet"
NAMES = f"{INTERNAL}/names.parquet"
SAYING_PAIRS = f"{INTERNAL}/saying_pairs.parquet"
SAYING_SPEAKERS = f"{INTERNAL}/saying_speakers.parquet"
SAYING_INDEX = tuple(f"{INTERNAL}/saying_index/{name}.parquet" for name in ("sayings", "prints"))
COPIES = f"{INTERNAL}/copies.parquet"
SIGNATURE_INDEX = tuple(f"{INTERNAL}/signature_index/{name}.parquet" for name in ("signatures", "fingerprints"))
CORRECTIONS = f"{INTERNAL}/corrections.parquet"
LAYOUT = 2  # raised where older snapshots can no longer be built upon


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a snapshot: its folder (a table's name, one below ``internal``, "" for none), rows, bytes, checksum.

    ``linked`` is the digest of the entity ids that linking changed in it, "" for a file as its batch wrote it.
    """

    table: str
    name: str
    n_rows: int
    n_bytes: int
    sha256: str
    linked: str = ""

    @property
    def path(self) -> str:
        """The name in the snapshot."""
        return f"{self.table}/{self.name}" if self.table else self.name

    @property
    def batch(self) -> str:
        """The batch it belongs to; "" for a file of the whole data set."""
        stem = self.name.removesuffix(".parquet")
        return stem.removeprefix("part-") if stem.startswith("part-") and stem not in _WHOLE else ""


_WHOLE = ("part-0", "part-empty")


def part_name(batch: str) -> str:
    """The file name of a batch's part in every table."""
    return f"part-{batch}.parquet"


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
    files: tuple[StoredFile, ...]
    layout: int = LAYOUT

    @classmethod
    def from_json(cls, data: bytes | str) -> Manifest:
        """Read a manifest; ValueError where it is damaged."""
        try:
            raw = json.loads(data)
            if raw.pop("checksum", None) not in (None, _checksum(raw)):  # none in those of the first version
                raise ValueError("its checksum differs")
            raw["files"] = tuple(StoredFile(**entry) for entry in raw["files"])
            return cls(**{"layout": 1, **raw})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(str(error)) from error

    def to_json(self) -> bytes:
        """The manifest as it is stored."""
        entries = asdict(self)
        return json.dumps({**entries, "checksum": _checksum(entries)}, indent=1).encode()

    def parts(self, table: str) -> Iterator[StoredFile]:
        """The files of one table, or of one folder below ``internal``."""
        return (file for file in self.files if file.table == table)


def _checksum(entries: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()
