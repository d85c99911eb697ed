"""Sources opened for reading, wherever they lie, with what they were at that moment."""

from __future__ import annotations

import errno
import io
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from flows.storage.address import is_remote

# An object up to this size is read in one request, with those behind it under way.
FETCH_BYTES = 1024 * 1024
FETCHES_AHEAD = 16


class State(NamedTuple):
    """What tells one version of a source from another."""

    size: int
    mtime_ns: int
    e_tag: str


class Source(NamedTuple):
    """A source to read. ``state`` says what it is now; an object whose state changes cannot be read on.

    ``is_fetched`` tells that all of it is in memory: whoever needs a record again would have to ask for it again.
    """

    stream: io.BufferedReader
    state: Callable[[], State]
    is_fetched: bool


def open_source(path: str) -> Source:
    """A file or an object; raises OSError where it cannot be read, StorageError where storage does not answer."""
    if is_remote(path):
        return _open_object(path)
    stream = Path(path).open("rb")  # noqa: SIM115 - the caller closes it

    def state() -> State:
        status = os.fstat(stream.fileno())
        return State(status.st_size, status.st_mtime_ns, "")

    return Source(stream, state, is_fetched=False)


def open_all(paths: Sequence[str]) -> AbstractContextManager[Iterator[Callable[[], Source]]]:
    """A call for each path that opens it as ``open_source`` does; small objects are fetched some ahead."""
    if not any(map(is_remote, paths)):
        return nullcontext(_later(path) for path in paths)
    return _Ahead(paths)


def _later(path: str) -> Callable[[], Source]:
    return lambda: open_source(path)


class _Ahead:
    """Sources in order, the next ones being opened meanwhile."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = deque(paths)
        self._pool = ThreadPoolExecutor(FETCHES_AHEAD)
        self._opening: deque[Future[Source]] = deque()

    def __enter__(self) -> Iterator[Callable[[], Source]]:
        return self._results()

    def _results(self) -> Iterator[Callable[[], Source]]:
        while self._paths or self._opening:
            while self._paths and len(self._opening) < FETCHES_AHEAD:
                self._opening.append(self._pool.submit(open_source, self._paths.popleft()))
            yield self._opening.popleft().result

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _open_object(path: str) -> Source:
    from flows.storage.address import parse_address
    from flows.storage.client import open_bucket
    from flows.storage.errors import DeniedError
    from flows.storage.files import RemoteFile

    bucket, key = parse_address(path)
    try:
        data, entry = open_bucket(bucket).read_range(key, 0, FETCH_BYTES)
    except DeniedError as error:  # of this one object
        raise PermissionError(errno.EACCES, str(error)) from error
    state = State(entry.size, entry.mtime_ns, entry.e_tag)
    is_fetched = len(data) == entry.size
    raw = RemoteFile(path, entry, is_source=True)
    raw.hold(data)
    return Source(io.BufferedReader(raw), lambda: state, is_fetched)
