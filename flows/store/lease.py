"""One writer a data set in object storage: a lease that its holder renews, and that lapses when the holder is gone.

Every change of the lease is a conditional write, so of two that want it one wins. A lease that was not renewed for
``LEASE_S`` seconds, told by the storage's own clock, counts as a dead run's; one whose process was on this machine and
is gone counts at once. A holder that was only frozen finds out at the latest when it commits: see objects.py.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from flows.storage.client import Bucket
from flows.storage.errors import ConflictError, StorageError
from flows.store.base import BusyError

LEASE_S = 60.0
RENEW_S = 10.0
POLL_S = 2.0
CLOCK_S = 5.0


class LostLeaseError(StorageError):
    """Another run has taken over, since this one gave no sign of life."""


class Lease:
    """The right to write, held under ``key``. ``is_taken_over`` tells that the holder before did not give it back."""

    def __init__(self, bucket: Bucket, key: str, holder: dict[str, Any], e_tag: str, is_taken_over: bool) -> None:
        self.is_taken_over = is_taken_over
        self._bucket, self._key = bucket, key
        self._holder, self._e_tag = holder, e_tag
        self._writing = threading.Lock()
        self._is_lost = False
        self._ended = threading.Event()

    def renew(self) -> None:
        """Show that the holder lives; LostLeaseError where another one holds the lease by now."""
        with self._writing:
            self._write({**self._holder, "beat": secrets.token_hex(8)})

    def _write(self, content: dict[str, Any]) -> None:
        if not self._is_lost:
            try:
                self._e_tag = self._bucket.put_if(self._key, _packed(content), self._e_tag)
                return
            except (ConflictError, FileNotFoundError):
                self._is_lost = True
        raise LostLeaseError(
            f"another run has taken over {_data_set(self._bucket, self._key)}, since this one gave no"
            " sign of life; run again"
        )

    def beat(self) -> None:
        """Renew the lease until it is given back or lost: the life of a thread."""
        while not self._is_lost and not self._ended.wait(RENEW_S):
            with suppress(StorageError):  # whoever needs the lease will hear of it
                self.renew()

    def give_back(self) -> None:
        """Let the next one have it at once."""
        self._ended.set()
        with self._writing, suppress(StorageError):  # or it lapses
            self._write({"released": secrets.token_hex(8)})


@contextmanager
def held_lease(bucket: Bucket, key: str, run_id: str, *, wait: bool, on_wait: Callable[[str], None]) -> Iterator[Lease]:
    """Hold the lease; where it is taken, wait (after telling ``on_wait`` by whom) or raise BusyError."""
    lease = _acquire(bucket, key, run_id)
    if isinstance(lease, str):
        if not wait:
            raise BusyError(lease)
        on_wait(lease)
        while isinstance(lease, str):
            time.sleep(POLL_S)
            lease = _acquire(bucket, key, run_id)
    threading.Thread(target=lease.beat, daemon=True, name="newsmill-lease").start()
    try:
        yield lease
    finally:
        lease.give_back()


def _acquire(bucket: Bucket, key: str, run_id: str) -> Lease | str:
    """The lease, or who has it."""
    holder = {"run": run_id, **_this_process()}
    try:
        there = _read(bucket, key)
        if there is not None and (busy := _busy(bucket, key, there)):
            return busy
        e_tag = bucket.put_if(key, _packed({**holder, "beat": secrets.token_hex(8)}), there and there.e_tag)
    except ConflictError:
        return f"another run is writing to {_data_set(bucket, key)}"
    return Lease(bucket, key, holder, e_tag, there is not None and "run" in there.content)


def _data_set(bucket: Bucket, key: str) -> str:
    return f"{bucket.address}/{key.rpartition('/')[0]}"


class _Found(NamedTuple):
    content: dict[str, Any]
    e_tag: str
    modified: datetime


def _read(bucket: Bucket, key: str) -> _Found | None:
    try:
        data, entry = bucket.read_tagged(key)
    except FileNotFoundError:
        return None
    try:
        content = json.loads(data)
    except ValueError:
        content = {}
    return _Found(content if isinstance(content, dict) else {}, entry.e_tag, entry.modified)


def _busy(bucket: Bucket, key: str, there: _Found) -> str:
    """Who has the lease; "" where nobody does any more."""
    if "run" not in there.content or _is_gone(there.content):
        return ""
    if (_now(bucket, key) - there.modified).total_seconds() > LEASE_S:
        return ""
    who = "run {run} (process {pid} on {host})".format_map({"pid": "?", "host": "?", **there.content})
    return f"{who} is writing to {_data_set(bucket, key)}"


def _now(bucket: Bucket, key: str) -> datetime:
    """The time by the storage's own clock, that of the lease's last change: clocks of machines differ."""
    probe = f"{key}.clock"
    bucket.put(probe, secrets.token_bytes(8))
    return bucket.head(probe).modified


def _this_process() -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": os.getpid(), "began": _began(os.getpid()), "machine": _machine()}


def _began(pid: int) -> float | None:
    """When a process began, which tells it from a later one of the same number; None where there is no such."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def _machine() -> str:
    """The boot of the machine and the container that processes are numbered in; "" where that is not known."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _is_gone(holder: dict[str, Any]) -> bool:
    """Whether the holder was a process of this machine that has ended."""
    if not holder.get("machine") or holder["machine"] != _machine():
        return False
    began = _began(holder["pid"]) if isinstance(holder.get("pid"), int) else None
    # A clock that is set moves the times of all processes a little.
    return began is None or abs(began - float(holder.get("began") or 0)) > CLOCK_S


def _packed(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode()
