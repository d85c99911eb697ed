"""The files of the snapshot to be, and where each lies now."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.store.base import Origin, Stage, Store
from flows.store.manifest import Manifest, StoredFile
from flows.store.parquet import stage_file, stage_table
from transforms.tables import TABLES


class NextSnapshot:
    """The files of the snapshot to be, and where each lies now."""

    def __init__(self, store: Store, stage: Stage) -> None:
        self.store = store
        self.stage = stage
        self.files: list[StoredFile] = []
        self.origins: dict[str, Origin] = {}

    def add(self, file: StoredFile, origin: Origin) -> None:
        """Take a file as it lies somewhere."""
        self.files.append(file)
        self.origins[file.path] = origin

    def add_table(self, table: str, name: str, data: pa.Table) -> None:
        """Write a file for this snapshot."""
        file = stage_table(self.stage, "new", table, name, data)
        self.add(file, Origin(None, f"new/{file.path}"))

    def add_file(self, table: str, name: str, path: Path, previous: Manifest | None = None) -> None:
        """Take a local Parquet file for this snapshot; that of the snapshot before, where it has the same bytes."""
        file = stage_file(self.stage, "new", table, name, path, pq.ParquetFile(path).metadata.num_rows)
        same = previous is not None and any(file == other for other in previous.parts(table))
        self.add(file, Origin(previous.number, file.path) if same and previous else Origin(None, f"new/{file.path}"))

    def add_text(self, name: str, text: str) -> None:
        """Write a file that describes the snapshot and stands beside the tables' folders."""
        data = text.encode()
        self.stage.write(f"new/{name}", data)
        file = StoredFile("", name, 0, len(data), hashlib.sha256(data).hexdigest())
        self.add(file, Origin(None, f"new/{name}"))

    def table_parts(self) -> dict[str, list[tuple[str, int]]]:
        """Paths and bytes of the files of each table."""
        parts: dict[str, list[tuple[str, int]]] = {table.name: [] for table in TABLES}
        for file in self.files:
            if file.table in parts:
                parts[file.table].append((file.path, file.n_bytes))
        return parts

    def count_rows(self) -> dict[str, int]:
        """Rows a table."""
        counts = {table.name: 0 for table in TABLES}
        for file in self.files:
            if file.table in counts:
                counts[file.table] += file.n_rows
        return counts
