"""The staging folder of a run, and what can be saved from the staging of runs that died."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from flows.run.batch import BatchResult
from flows.store.disk import UNCHANGED, writing
from transforms.records import Source


class Staging:
    """``data/staging/<run>/``: batch specs, finished batches in ``done/``, and the snapshot while it is assembled."""

    def __init__(self, root: Path, run_id: str) -> None:
        self.root = root
        self.folder = root / run_id
        self.done = self.folder / "done"

    def open(self) -> None:
        """Make the folders, empty. What an earlier attempt of the same run left counts as a dead run's."""
        with writing(self.root, UNCHANGED):
            if self.folder.exists():
                self.folder.rename(self.root / f"{self.folder.name}.{time.time_ns()}")
            self.done.mkdir(parents=True)

    def adopt(self, pending: Sequence[Source], fingerprint: str) -> list[BatchResult]:
        """Take over the finished batches of dead runs whose sources are all still to do, as they were then.

        Only the holder of the write lock may call this: every other run's staging is then a dead run's.
        """
        to_do: dict[str, str] = {source.uri: source.sha256 for source in pending}
        adopted: list[BatchResult] = []
        for folder, result, sources in self._finished_elsewhere():
            if result.fingerprint == fingerprint and all(to_do.get(uri) == sha for uri, sha in sources.items()):
                with writing(self.root, UNCHANGED):
                    folder.rename(self.done / result.batch_id)
                adopted.append(result)
                for uri in sources:
                    del to_do[uri]
        return adopted

    def clean_others(self) -> None:
        """Remove what dead runs left behind."""
        if self.root.is_dir():
            for entry in self.root.iterdir():
                if entry != self.folder:
                    shutil.rmtree(entry, ignore_errors=True)
                    entry.unlink(missing_ok=True) if entry.is_file() else None

    def remove(self) -> None:
        """Remove this run's own staging, once its rows are in a snapshot."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _finished_elsewhere(self) -> Iterator[tuple[Path, BatchResult, Mapping[str, str]]]:
        for path in sorted(self.root.glob("*/done/*/result.json")):
            folder = path.parent
            if folder.parent == self.done or folder.name.startswith("."):
                continue
            try:
                result = BatchResult.load(folder)
                if _is_whole(folder, result):
                    yield folder, result, _sources_of(folder)
            except (OSError, ValueError, TypeError, KeyError):
                continue  # unreadable garbage; clean_others removes it


def _is_whole(folder: Path, result: BatchResult) -> bool:
    """Whether every part is there in its full size: a power cut can lose what a killed process cannot."""
    return all((folder / f.table / f.name).stat().st_size == f.n_bytes for f in result.files)


def _sources_of(folder: Path) -> Mapping[str, str]:
    sources: Mapping[str, str] = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
    return sources
