"""One writer a data folder: a lock the operating system releases when its holder dies, however it dies."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from flows.store.base import BusyError

POLL_SECONDS = 0.5


@contextmanager
def write_lock(out: Path, run_id: str, *, wait: bool, on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold the data folder's lock; where it is taken, wait (after telling ``on_wait`` by whom) or raise BusyError.

    The lock is an advisory file lock on ``out/.lock``: a killed holder's is free at once, and there is no stale
    file to judge. ``out/.lock-holder.json`` only says who it is.
    """
    lock = FileLock(out / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        holder = _describe_holder(out)
        if not wait:
            raise BusyError(holder) from None
        on_wait(holder)
        lock.acquire(poll_interval=POLL_SECONDS)
    try:
        with suppress(OSError):  # a full disk must not hide behind a note for people
            _holder_file(out).write_text(json.dumps({"run": run_id, "pid": os.getpid(), "host": socket.gethostname()}))
        yield
    finally:
        with suppress(OSError):
            _holder_file(out).unlink()
        lock.release()


def _holder_file(out: Path) -> Path:
    return out / ".lock-holder.json"


def _describe_holder(out: Path) -> str:
    try:
        holder = json.loads(_holder_file(out).read_text())
        return f"run {holder['run']} (process {holder['pid']} on {holder['host']}) is writing to {out}"
    except (OSError, ValueError, KeyError):
        return f"another run is writing to {out}"
