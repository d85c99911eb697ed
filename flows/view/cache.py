"""Where the reading page keeps what it makes of a snapshot: beside the data, and disposable at any time.

A file's name holds the digest of the parts that it was made from, so that a file is never changed: what a new snapshot
needs is made under a new name, and the ones before are removed once nobody starts with them any more.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from flows.storage.address import is_remote
from flows.store.manifest import StoredFile

FOLDER = ".view"
KEPT = 2  # files of one kind: the one in use, and the one that another reader may have open


def cache_folder(address: str) -> Path:
    """A folder that can be written to: beside the data, else (read-only, or not on this machine) one of the user's."""
    folder = Path(address) / FOLDER
    try:
        if is_remote(address):
            raise FileNotFoundError(address)
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        name = hashlib.sha256(address.encode()).hexdigest()[:16]
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        try:
            (base / "newsmill" / name).mkdir(parents=True, exist_ok=True)
            return base / "newsmill" / name
        except OSError:
            return Path(tempfile.mkdtemp(prefix="newsmill-view-"))


def digest_of(files: Iterable[StoredFile], version: str) -> str:
    """The same for the same parts read by the same version of the code that makes the file."""
    lines = sorted(f"{file.path} {file.sha256}" for file in files)
    return hashlib.sha256("\n".join([version, *lines]).encode()).hexdigest()[:20]


def kept_file(folder: Path, kind: str, digest: str, suffix: str, make: Callable[[Path], None]) -> Path:
    """The file of a kind with this digest; ``make`` writes it, under another name, where it is not there yet."""
    path = folder / f"{kind}-{digest}.{suffix}"
    if path.exists():
        path.touch()
        return path
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    make(fresh)
    fresh.replace(path)
    _forget_older(folder, kind)
    return path


def _forget_older(folder: Path, kind: str) -> None:
    files = sorted(folder.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[KEPT:]:
        path.unlink(missing_ok=True)
