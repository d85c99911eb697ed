"""A data set in object storage. ``latest.json`` says which snapshots there are, and is changed by conditional writes.

A snapshot is a folder of its own name, filled by copies on the side of the server, and is one once ``latest.json``
names it. Of two writers, one of which was thought dead, each fills a folder of its own, and the pointer moves only for
the one that still finds it as it was: whoever takes a lease over changes the pointer's tag first.
"""

from __future__ import annotations

import fnmatch
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flows.storage.address import parse_address
from flows.storage.client import Bucket, open_bucket
from flows.storage.errors import ConflictError, StorageError
from flows.storage.multipart import sweep_uploads
from flows.store.base import Origin, SnapshotError, Stage
from flows.store.disk import writing
from flows.store.lease import Lease, held_lease
from flows.store.manifest import MANIFEST, Manifest
from flows.store.pointer import Pointer

LATEST, LOCK, SNAPSHOTS, STAGING, NOTES = "latest.json", "lock.json", "snapshots", "staging", "notes"
FENCE_TRIES = 5


class ObjectStage:
    """``staging/<run>/``."""

    def __init__(self, bucket: Bucket, prefix: str, run_id: str) -> None:
        self.run_id = run_id
        self._bucket = bucket
        self._prefix = f"{prefix}/{run_id}"

    def key(self, name: str) -> str:
        """The key of a file."""
        return f"{self._prefix}/{name}"

    def put(self, path: Path, name: str) -> None:
        """Upload a finished file, whole or not at all."""
        self._bucket.put(self.key(name), path)
        path.unlink()

    def write(self, name: str, data: bytes) -> None:
        """Upload a small file."""
        self._bucket.put(self.key(name), data)

    def read(self, name: str) -> bytes:
        """The bytes of a file."""
        return self._bucket.read(self.key(name))

    def locate(self, name: str) -> str:
        """The file's address."""
        return f"{self._bucket.address}/{self.key(name)}"

    def names(self, pattern: str) -> list[str]:
        """The names that fit a pattern."""
        parts = pattern.split("/")
        fixed = pattern.partition("*")[0].rpartition("/")[0]
        names = [
            entry.key.removeprefix(f"{self._prefix}/") for entry in self._bucket.entries(self.key(fixed).rstrip("/"))
        ]
        return sorted(name for name in names if _fits(name.split("/"), parts))

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder on this machine's own disk."""
        with writing(Path(tempfile.gettempdir())):
            work = tempfile.TemporaryDirectory(prefix="newsmill-", ignore_cleanup_errors=True)
        with work as folder:
            yield Path(folder)

    def remove(self) -> None:
        """Delete all that lies here."""
        self._bucket.delete_below(self._prefix)


def _fits(parts: list[str], pattern: list[str]) -> bool:
    return len(parts) == len(pattern) and all(map(fnmatch.fnmatchcase, parts, pattern))


class ObjectStore:
    """The data set at an address. Only the holder of the lease may call what changes it."""

    def __init__(self, address: str) -> None:
        self.address = address
        bucket, self._prefix = parse_address(address)
        self._bucket = open_bucket(bucket)
        self._manifests: dict[str, Manifest] = {}
        self._lease: Lease | None = None
        self._held: Pointer | None = None  # while the lease is held: what the next change must find
        self._seen: Pointer | None = None  # by a reader: the folder of a number never changes
        self._own_stage = ""

    def _key(self, *parts: str) -> str:
        return "/".join(filter(None, (self._prefix, *parts)))

    def probe(self) -> None:
        """Raise StorageError where the bucket cannot be read, without the patience of a run."""
        bucket = Bucket(self._bucket.address, tries=2)
        next(bucket.entries(self._key(NOTES), limit=1), None)

    # The pointer

    def _pointer(self) -> Pointer:
        return self._held if self._held is not None else self._read_pointer()

    def _read_pointer(self) -> Pointer:
        try:
            data, entry = self._bucket.read_tagged(self._key(LATEST))
        except FileNotFoundError:
            return Pointer()
        try:
            return Pointer.from_json(data, entry.e_tag)
        except ValueError as error:
            raise SnapshotError(
                f"{self.address}/{LATEST} is damaged ({error}); put an earlier version of it back"
            ) from error

    def _move(self, pointer: Pointer) -> None:
        """Change the pointer, where it still is what this run found."""
        try:
            tag = self._bucket.put_if(self._key(LATEST), pointer.to_json(), pointer.tag)
        except ConflictError as error:
            raise ConflictError(
                f"another run has changed {self.address} meanwhile; this one has changed nothing: run again"
            ) from error
        except StorageError:  # nobody knows now what it is
            self._held = None
            raise
        self._held = replace(pointer, tag=tag)

    @contextmanager
    def hold(self, run_id: str, *, wait: bool, on_wait: Callable[[str], None]) -> Iterator[None]:
        """Hold the lease, and know the pointer that every change must find."""
        with held_lease(self._bucket, self._key(LOCK), run_id, wait=wait, on_wait=on_wait) as lease:
            self._lease = lease
            try:
                self._held = self._read_pointer()
                if lease.is_taken_over:
                    self._fence()
                yield
            finally:
                self._lease = self._held = None

    def _fence(self) -> None:
        """Give the pointer another tag, so that a holder before that still lives cannot move it any more."""
        for n_left in reversed(range(FENCE_TRIES)):
            try:
                return self._move(self._pointer())
            except ConflictError:  # it has just moved it
                if not n_left:
                    raise
                self._held = self._read_pointer()
        return None

    def _check_lease(self) -> None:
        """Raise LostLeaseError before anything is removed that may be another run's."""
        if self._lease is not None:
            self._lease.renew()

    # Snapshots

    def numbers(self) -> list[int]:
        """The numbers of all snapshots, oldest first."""
        return sorted(self._pointer().folders)

    def latest_number(self) -> int | None:
        """The number that ``latest.json`` names."""
        return self._pointer().latest

    def _folder(self, number: int) -> str:
        try:
            return self._key(self._pointer_with(number).folders[number])
        except KeyError:
            raise SnapshotError(f"there is no snapshot {number}; `newsmill history` lists them") from None

    def _pointer_with(self, number: int) -> Pointer:
        if self._held is not None:
            return self._held
        if self._seen is None or number not in self._seen.folders:
            self._seen = self._read_pointer()
        return self._seen

    def manifest(self, number: int) -> Manifest:
        """The manifest of snapshot ``number``."""
        folder = self._folder(number)
        if folder not in self._manifests:
            try:
                self._manifests[folder] = Manifest.from_json(self._bucket.read(f"{folder}/{MANIFEST}"))
            except StorageError:
                raise
            except (FileNotFoundError, ValueError) as error:
                where = f"{self._bucket.address}/{folder}"
                raise SnapshotError(
                    f"{where} has no readable manifest ({type(error).__name__}); run `newsmill rollback`"
                ) from error
        return self._manifests[folder]

    def locate(self, number: int, name: str) -> str:
        """The address of a snapshot's file."""
        return f"{self._bucket.address}/{self._folder(number)}/{name}"

    def file_names(self, number: int) -> list[str]:
        """All files in a snapshot's folder."""
        folder = self._folder(number)
        return sorted(entry.key.removeprefix(f"{folder}/") for entry in self._bucket.entries(folder))

    # The run's own work

    def stage(self, run_id: str) -> ObjectStage:
        """The stage of a run."""
        return ObjectStage(self._bucket, self._key(STAGING), run_id)

    def open_stage(self, run_id: str) -> ObjectStage:
        """An empty stage, under another name where an earlier attempt of the same run left something."""
        if run_id in self._bucket.folders(self._key(STAGING)):
            run_id = f"{run_id}.{time.time_ns()}"
        self._own_stage = run_id
        return self.stage(run_id)

    def dead_stages(self, run_id: str) -> list[Stage]:
        """The stages of other runs."""
        found = self._bucket.folders(self._key(STAGING))
        return [self.stage(name) for name in found if name != (self._own_stage or run_id)]

    def clean_stages(self, run_id: str) -> None:
        """Delete all but the run's own stage."""
        if dead := self.dead_stages(run_id):
            self._check_lease()
            for stage in dead:
                stage.remove()

    def recover(self) -> None:
        """Delete what a dead run copied and did not commit, and the uploads that it did not finish."""
        known = {folder.rpartition("/")[2] for folder in self._pointer().folders.values()}
        left = [name for name in self._bucket.folders(self._key(SNAPSHOTS)) if name not in known]
        is_dead = self._lease is not None and self._lease.is_taken_over
        if left or is_dead:
            self._check_lease()
        for name in left:
            self._bucket.delete_below(self._key(SNAPSHOTS, name))
        if is_dead or self._bucket.folders(self._key(STAGING)):
            sweep_uploads(self._bucket.address, f"{self._key(STAGING)}/")

    def publish(self, stage: Stage, manifest: Manifest, origins: Mapping[str, Origin]) -> None:
        """Copy all parts into a folder of this run's own, write its manifest, and have the pointer name it."""
        name = f"{SNAPSHOTS}/{manifest.number:06d}-{secrets.token_hex(4)}"
        folder = self._key(name)
        self._check_lease()
        self._bucket.copy((self._origin(stage, origin), f"{folder}/{file}") for file, origin in origins.items())
        self._bucket.put_if(f"{folder}/{MANIFEST}", manifest.to_json(), None)
        self._move(self._pointer().with_snapshot(manifest.number, name))

    def _origin(self, stage: Stage, origin: Origin) -> str:
        if origin.number is not None:
            return f"{self._folder(origin.number)}/{origin.name}"
        return self.stage(stage.run_id).key(origin.name)

    def point_latest(self, number: int) -> None:
        """Name another snapshot the latest."""
        pointer = self._pointer()
        if number not in pointer.folders:
            raise SnapshotError(f"there is no snapshot {number}; `newsmill history` lists them")
        self._move(replace(pointer, latest=number))

    def prune(self, keep: int) -> list[int]:
        """Forget all but the ``keep`` newest snapshots, then delete them; ``latest`` and its parent always stay."""
        pointer = self._pointer()
        parent = self.manifest(pointer.latest).parent if pointer.latest is not None else None
        removed = [n for n in sorted(pointer.folders)[:-keep] if n not in (pointer.latest, parent)]
        if removed:
            folders = [self._folder(number) for number in removed]
            self._move(pointer.without(removed))
            for folder in folders:
                self._bucket.delete_below(folder)
        return removed

    def beside(self, name: str) -> str:
        """An address below the data set's."""
        return f"{self._bucket.address}/{self._key(name)}"

    def lend(self, number: int, files: Mapping[str, str]) -> None:
        """Copy objects of a snapshot, on the side of the server."""
        self._check_lease()
        folders = {target.rpartition("/")[0] for target in files.values()}
        there = {f"{folder}/{name}" for folder in folders for name in self.names_beside(folder)}
        source = self._folder(number)
        missing = {name: target for name, target in files.items() if target not in there}
        self._bucket.copy((f"{source}/{name}", self._key(target)) for name, target in missing.items())

    def names_beside(self, folder: str) -> list[str]:
        """All objects below a prefix of the data set's."""
        prefix = self._key(folder)
        return sorted(entry.key.removeprefix(f"{prefix}/") for entry in self._bucket.entries(prefix))

    def remove_beside(self, names: Iterable[str]) -> None:
        """Delete objects."""
        if keys := [self._key(name) for name in names]:
            self._check_lease()
            self._bucket.delete(keys)

    def note(self, name: str, data: bytes) -> None:
        """Keep a small object beside the snapshots."""
        self._bucket.put(self._key(NOTES, name), data)

    def noted(self, name: str) -> bytes | None:
        """What was noted."""
        try:
            return self._bucket.read(self._key(NOTES, name))
        except FileNotFoundError:
            return None

    def noted_at(self, name: str) -> str:
        """The address of a note."""
        return f"{self._bucket.address}/{self._key(NOTES, name)}"
