"""What a store offers: the one place that knows where a data set lies.

A local folder is in ``local.py``, object storage in ``objects.py``. Names inside a snapshot or a stage are paths with
``/``: ``quotes/part-4f6k.parquet``. ``locate`` turns one into a path or an address, which ``open_parquet`` and
``let_read`` open. A store's ``address`` is a plain string, so that a worker anywhere can open the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

from flows.errors import UserError
from flows.store.manifest import Manifest


class SnapshotError(UserError):
    """A snapshot that is missing or damaged; the message says what to do."""


class BusyError(RuntimeError):
    """Another run holds the data set."""


class Origin(NamedTuple):
    """Where a file of the next snapshot lies now: in snapshot ``number``, or in the run's stage (None)."""

    number: int | None
    name: str


class Stage(Protocol):
    """What one run has made and not yet committed; a crash leaves garbage here and nowhere else."""

    run_id: str

    def put(self, path: Path, name: str) -> None:
        """Move a finished local file here, safe on the disk when this returns."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Put a small file, whole or not at all."""
        ...

    def read(self, name: str) -> bytes:
        """The bytes of a file; FileNotFoundError where there is none."""
        ...

    def locate(self, name: str) -> str:
        """The path or the address."""
        ...

    def names(self, pattern: str) -> list[str]:
        """The names that fit a pattern with ``*`` for one part of a path, sorted."""
        ...

    def scratch(self) -> AbstractContextManager[Path]:
        """A local folder to work in, removed afterwards; ``put`` from there costs no copy where that can be."""
        ...

    def remove(self) -> None:
        """Remove the stage with all that is in it."""
        ...


class Store(Protocol):
    """A data set: its snapshots, and the one writer's work on the next."""

    address: str

    def hold(self, run_id: str, *, wait: bool, on_wait: Callable[[str], None]) -> AbstractContextManager[None]:
        """Be the one writer; where there is one, wait (after telling ``on_wait`` who it is) or raise BusyError."""
        ...

    def recover(self) -> None:
        """Finish or forget the commit that a dead run left half done."""
        ...

    def numbers(self) -> list[int]:
        """The numbers of all snapshots, oldest first."""
        ...

    def latest_number(self) -> int | None:
        """The number of the snapshot that readers open; None before the first."""
        ...

    def manifest(self, number: int) -> Manifest:
        """What a snapshot holds; SnapshotError where that cannot be read."""
        ...

    def locate(self, number: int, name: str) -> str:
        """The path or the address of a file of a snapshot."""
        ...

    def file_names(self, number: int) -> list[str]:
        """All files that lie in a snapshot, whatever its manifest says, sorted."""
        ...

    def open_stage(self, run_id: str) -> Stage:
        """The stage of a run; one of the same run that was there before counts as a dead run's."""
        ...

    def stage(self, run_id: str) -> Stage:
        """The stage that the run has open: what its workers call."""
        ...

    def dead_stages(self, run_id: str) -> Sequence[Stage]:
        """The stages of all other runs; dead ones, for the holder of the lock."""
        ...

    def clean_stages(self, run_id: str) -> None:
        """Remove what dead runs left behind."""
        ...

    def publish(self, stage: Stage, manifest: Manifest, origins: Mapping[str, Origin]) -> None:
        """Make the files (name in the snapshot to where it lies now) a snapshot, and it the latest, in one step."""
        ...

    def point_latest(self, number: int) -> None:
        """Make another snapshot the latest in one atomic step; SnapshotError where there is none."""
        ...

    def prune(self, keep: int) -> list[int]:
        """Remove all but the newest snapshots, never the latest or its parent; the numbers removed."""
        ...

    def beside(self, name: str) -> str:
        """The path or the address of what lies beside the snapshots and is disposable."""
        ...

    def lend(self, number: int, files: Mapping[str, str]) -> None:
        """Have files of a snapshot (name to name) lie beside the snapshots too, without a copy where that can be.

        A name there stands for its bytes: what is there already stays.
        """
        ...

    def names_beside(self, folder: str) -> list[str]:
        """All that lies below a folder beside the snapshots, by its path in the folder, sorted."""
        ...

    def remove_beside(self, names: Iterable[str]) -> None:
        """Remove files beside the snapshots."""
        ...

    def note(self, name: str, data: bytes) -> None:
        """Keep a small disposable file beside the snapshots."""
        ...

    def noted(self, name: str) -> bytes | None:
        """What was noted; None where nothing was."""
        ...

    def noted_at(self, name: str) -> str:
        """The path or the address of what is noted under a name."""
        ...


def latest_of(store: Store, out: str) -> int:
    """The number of the latest snapshot; SnapshotError where there is none yet."""
    number = store.latest_number()
    if number is None:
        raise SnapshotError(f"there is no snapshot in {out} yet; `newsmill run` makes one")
    return number


def latest_manifest(store: Store) -> Manifest | None:
    """The manifest of the latest snapshot; None before the first."""
    number = store.latest_number()
    return store.manifest(number) if number is not None else None
