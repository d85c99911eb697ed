"""A data set in a local folder: snapshots are folders of hard-linked files, and ``latest`` is a link to one of them.

A snapshot is assembled in staging, renamed into place, and only then pointed at: a reader sees the one before or the
one after, never a part.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from flows.store.base import Origin, SnapshotError, Stage
from flows.store.disk import writing
from flows.store.lock import write_lock
from flows.store.manifest import MANIFEST, Manifest


class LocalStage:
    """``staging/<run>/``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run_id = folder.name

    def put(self, path: Path, name: str) -> None:
        """Move a finished file here."""
        target = self.folder / name
        with writing(self.folder):
            target.parent.mkdir(parents=True, exist_ok=True)
            _sync(path)
            path.replace(target)

    def write(self, name: str, data: bytes) -> None:
        """Put a small file."""
        with self.scratch() as work:
            with writing(self.folder):
                (work / "file").write_bytes(data)
            self.put(work / "file", name)

    def read(self, name: str) -> bytes:
        """The bytes of a file."""
        return (self.folder / name).read_bytes()

    def locate(self, name: str) -> str:
        """The file's path."""
        return str(self.folder / name)

    def names(self, pattern: str) -> list[str]:
        """The names that fit a pattern."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.glob(pattern))

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder beside the finished files, so that ``put`` is a rename."""
        with writing(self.folder):
            (self.folder / "scratch").mkdir(parents=True, exist_ok=True)
            work = Path(tempfile.mkdtemp(dir=self.folder / "scratch"))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


class LocalStore:
    """The data folder at ``root``. Only the holder of the write lock may call what changes it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.address = str(root)
        self.snapshots = root / "snapshots"
        self.staging = root / "staging"
        self.latest = root / "latest"

    def hold(self, run_id: str, *, wait: bool, on_wait: Callable[[str], None]) -> AbstractContextManager[None]:
        """Hold the folder's lock, which the operating system frees when its holder dies."""
        return write_lock(self.root, run_id, wait=wait, on_wait=on_wait)

    def numbers(self) -> list[int]:
        """The numbers of all snapshots, oldest first."""
        if not self.snapshots.is_dir():
            return []
        return sorted(int(entry.name) for entry in self.snapshots.iterdir() if entry.name.isdigit())

    def folder(self, number: int) -> Path:
        """Where snapshot ``number`` lies."""
        return self.snapshots / f"{number:06d}"

    def locate(self, number: int, name: str) -> str:
        """The path of a snapshot's file."""
        return str(self.folder(number) / name)

    def file_names(self, number: int) -> list[str]:
        """All files of a snapshot's folder."""
        return _files_below(self.folder(number))

    def manifest(self, number: int) -> Manifest:
        """The manifest of snapshot ``number``."""
        folder = self.folder(number)
        try:
            return Manifest.from_json((folder / MANIFEST).read_bytes())
        except (OSError, ValueError) as error:
            raise SnapshotError(f"{folder} has no readable manifest ({error}); run `newsmill rollback`") from error

    def latest_number(self) -> int | None:
        """The number ``latest`` points at."""
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
        _sync(self.root)

    def stage(self, run_id: str) -> LocalStage:
        """The stage of a run."""
        return LocalStage(self.staging / run_id)

    def open_stage(self, run_id: str) -> LocalStage:
        """An empty stage; what an earlier attempt of the same run left counts as a dead run's."""
        stage = self.stage(run_id)
        with writing(self.root):
            if stage.folder.exists():
                stage.folder.rename(self.staging / f"{run_id}.{time.time_ns()}")
            stage.folder.mkdir(parents=True)
        return stage

    def dead_stages(self, run_id: str) -> list[Stage]:
        """The stages of other runs."""
        if not self.staging.is_dir():
            return []
        return [
            LocalStage(entry) for entry in sorted(self.staging.iterdir()) if entry.is_dir() and entry.name != run_id
        ]

    def clean_stages(self, run_id: str) -> None:
        """Remove all but the run's own stage."""
        if self.staging.is_dir():
            for entry in self.staging.iterdir():
                if entry.name != run_id:
                    shutil.rmtree(entry, ignore_errors=True)
                    entry.unlink(missing_ok=True) if entry.is_file() else None

    def publish(self, stage: Stage, manifest: Manifest, origins: Mapping[str, Origin]) -> None:
        """Assemble the snapshot by hard links, rename it into place and point ``latest`` at it.

        The journal lets ``recover`` finish the step where the machine dies between the two renames.
        """
        assembled = self.stage(stage.run_id).folder / "snapshot"
        with writing(self.root):
            shutil.rmtree(assembled, ignore_errors=True)
            self._assemble(assembled, stage, manifest, origins)
            self._journal(manifest.number)
            self.snapshots.mkdir(exist_ok=True)
            assembled.rename(self.folder(manifest.number))
            _sync(self.snapshots)
            self.point_latest(manifest.number)
            self._journal_path.unlink()

    def _assemble(self, folder: Path, stage: Stage, manifest: Manifest, origins: Mapping[str, Origin]) -> None:
        for parent in sorted({str(Path(name).parent) for name in origins}):
            (folder / parent).mkdir(parents=True, exist_ok=True)
        for name, origin in origins.items():
            at = stage.locate(origin.name) if origin.number is None else self.locate(origin.number, origin.name)
            _hard_link(at, folder / name)
        (folder / MANIFEST).write_bytes(manifest.to_json())
        _sync(folder / MANIFEST)
        for path, _, _ in os.walk(folder):
            _sync(Path(path))

    @property
    def _journal_path(self) -> Path:
        return self.root / ".commit.json"

    def _journal(self, number: int) -> None:
        self._journal_path.write_text(json.dumps({"number": number, "parent": self.latest_number()}), encoding="utf-8")
        _sync(self._journal_path)

    def recover(self) -> None:
        """Finish or forget the commit that a dead run left half done."""
        for link in self.root.glob(".latest-*"):
            link.unlink()
        if not self._journal_path.exists():
            return
        try:
            entry = json.loads(self._journal_path.read_text())
        except ValueError:  # died while writing the journal: nothing was renamed yet
            entry = None
        if entry and self.latest_number() == entry["parent"] and self.folder(entry["number"]).is_dir():
            self.point_latest(entry["number"])
        self._journal_path.unlink()

    def prune(self, keep: int) -> list[int]:
        """Remove all but the ``keep`` newest snapshots; ``latest`` and its parent always stay.

        A reader that opened ``latest`` just before a commit still reads the parent.
        """
        current = self.latest_number()
        parent = self.manifest(current).parent if current is not None else None
        removed = [n for n in self.numbers()[:-keep] if n not in (current, parent)]
        for number in removed:
            doomed = self.staging / f"removed-{number:06d}"
            doomed.parent.mkdir(exist_ok=True)
            self.folder(number).rename(doomed)  # first out of sight in one step, so that no half snapshot is seen
            shutil.rmtree(doomed, ignore_errors=True)
        return removed

    def beside(self, name: str) -> str:
        """A path in the data folder."""
        return str(self.root / name)

    def lend(self, number: int, files: Mapping[str, str]) -> None:
        """Hard-link files of a snapshot."""
        with writing(self.root):
            for name, target in files.items():
                path = self.root / target
                path.parent.mkdir(parents=True, exist_ok=True)
                if not path.exists():
                    _hard_link(self.locate(number, name), path)

    def names_beside(self, folder: str) -> list[str]:
        """All files below a folder of the data folder."""
        return _files_below(self.root / folder)

    def remove_beside(self, names: Iterable[str]) -> None:
        """Remove files of the data folder."""
        with writing(self.root):
            for name in names:
                (self.root / name).unlink(missing_ok=True)

    def note(self, name: str, data: bytes) -> None:
        """Keep a small file, hidden beside the snapshots."""
        fresh = self.root / f".{name}.new"
        try:
            fresh.write_bytes(data)
            fresh.replace(self.root / f".{name}")
        finally:
            fresh.unlink(missing_ok=True)  # of a disk that is full, half a file

    def noted(self, name: str) -> bytes | None:
        """What was noted."""
        with suppress(OSError):
            return (self.root / f".{name}").read_bytes()
        return None

    def noted_at(self, name: str) -> str:
        """The path of a note."""
        return str(self.root / f".{name}")


def _files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _hard_link(source: str, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno == errno.ENOENT:
            raise
        shutil.copyfile(source, target)  # a file system without hard links
        _sync(target)


def _sync(path: Path) -> None:
    """Have a file's bytes, or a folder's entries, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
