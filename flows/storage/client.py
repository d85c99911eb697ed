"""The one client of object storage: whole objects, ranges, conditional writes, copies, listings.

A request that meets a fault of the moment (503, a lost connection, silence) is made again, for less time than an engine
waits for a worker that shows no sign of life. Nothing is ever published in part: a body that ends early is refused by
its length and its checksum, and what is larger than ``MULTIPART_BYTES`` shows only once all of it is there.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from flows.errors import SettingsError
from flows.storage.errors import (
    DENIED,
    NO_SUCH_BUCKET,
    TORN,
    ConflictError,
    DeniedError,
    StorageError,
    TornError,
    described,
)

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

CONNECT_S, SILENCE_S, REQUEST_S = 5, 15, 60
TRIES, TRIES_AT_FIRST, TRY_S = 9, 2, 45
THREADS = 16
MULTIPART_BYTES = 32 * 1024 * 1024
CHUNK_BYTES, CHUNKS_AT_ONCE = 8 * 1024 * 1024, 4
CONDITIONAL_TRIES, CONDITIONAL_PAUSE_S = 4, 0.5
TORN_TRIES = 5
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
T = TypeVar("T")


class Entry(NamedTuple):
    """What a listing says of an object."""

    key: str
    size: int
    e_tag: str
    modified: datetime

    @property
    def mtime_ns(self) -> int:
        """When it was changed, to the second: a listing and an answer to a request are not equally exact."""
        return int(self.modified.timestamp()) * 1_000_000_000


class Bucket:
    """One bucket. Keys are whole keys in it. Raises StorageError, and FileNotFoundError where there is no object."""

    def __init__(self, address: str, tries: int = TRIES) -> None:
        self.address = address
        self._store = _open(address, tries)

    # Reading

    def entries(self, prefix: str, limit: int | None = None) -> Iterator[Entry]:
        """What lies below a prefix (whole parts of a path), in the order of keys; all of it, or the first ones."""
        n_found, last = 0, None
        for n_left in reversed(range(TORN_TRIES)):
            try:
                for entry in self._entries_behind(prefix, last):
                    yield entry
                    n_found, last = n_found + 1, entry.key
                    if n_found == limit:
                        return
                return
            except TornError:
                if not n_left:
                    raise

    def _entries_behind(self, prefix: str, last: str | None) -> Iterator[Entry]:
        import obstore

        with self._told():
            for chunk in obstore.list(self._store, prefix or None, offset=last, chunk_size=1000):
                yield from map(_entry, chunk)

    def folders(self, prefix: str) -> list[str]:
        """The names of what lies right below a prefix and has something below itself, sorted."""
        import obstore

        found = self._again(lambda: obstore.list_with_delimiter(self._store, prefix or None))
        return sorted(path.rpartition("/")[2] for path in found["common_prefixes"])

    def head(self, key: str) -> Entry:
        """What there is to know of an object."""
        import obstore

        with self._told():
            return _entry(obstore.head(self._store, key))

    def read(self, key: str) -> bytes:
        """All bytes of an object."""
        return self.read_tagged(key)[0]

    def read_tagged(self, key: str) -> tuple[bytes, Entry]:
        """All bytes of an object, and what it was at that moment."""
        import obstore

        with self._told():
            found = obstore.get(self._store, key)
            return found.bytes().to_bytes(), _entry(found.meta)

    def read_range(self, key: str, start: int, end: int, e_tag: str = "") -> tuple[bytes, Entry]:
        """The bytes [start, end) as far as there are any, and what the object is.

        ConflictError where it is not the one with the tag. A ``start`` below 0 counts from the object's end.
        """
        import obstore

        options: Any = {"range": {"suffix": -start} if start < 0 else (start, end)}
        if e_tag:
            options["if_match"] = e_tag
        try:
            with self._told(conflict="it was written to while it was read"):
                found = obstore.get(self._store, key, options=options)
                return found.bytes().to_bytes(), _entry(found.meta)
        except _EmptyError:  # no range of an empty object can be had
            return self.read_tagged(key)

    # Writing

    def put(self, key: str, data: bytes | Path) -> None:
        """Write an object, whole or not at all, in the place of any that is there."""
        import obstore

        size = data.stat().st_size if isinstance(data, Path) else len(data)
        is_large = size > MULTIPART_BYTES
        with self._told():
            obstore.put(
                self._store,
                key,
                data,
                use_multipart=is_large,
                chunk_size=CHUNK_BYTES,
                max_concurrency=CHUNKS_AT_ONCE,
            )

    def put_if(self, key: str, data: bytes, e_tag: str | None) -> str:
        """Write an object where it still has the tag, or (None) where there is none; its new tag.

        Else ConflictError. ``data`` must be unlike anything that anybody else writes there: where an answer was lost,
        the object itself tells whether it was ours.
        """
        import obstore

        mode: Any = "create" if e_tag is None else {"e_tag": e_tag}
        for n_left in reversed(range(CONDITIONAL_TRIES)):
            try:
                with self._told(conflict="another writer was first"):
                    return str(obstore.put(self._store, key, data, mode=mode, use_multipart=False)["e_tag"])
            except StorageError as error:
                with suppress(FileNotFoundError):
                    there, entry = self.read_tagged(key)
                    if there == data:
                        return entry.e_tag
                if isinstance(error, ConflictError) or not n_left:
                    raise
                time.sleep(CONDITIONAL_PAUSE_S)
        raise AssertionError

    def copy(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Copy objects within the bucket, many at a time; FileNotFoundError where one is not there."""
        import obstore

        def copy_one(pair: tuple[str, str]) -> None:
            self._again(lambda: obstore.copy(self._store, *pair))

        self.at_once(copy_one, pairs)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects, be they there or not."""
        import obstore

        if not (found := list(keys)):
            return
        with suppress(FileNotFoundError):
            try:
                self._again(lambda: obstore.delete(self._store, found))
            except DeniedError:
                raise
            except StorageError:  # the library asks once where no answer comes, since it cannot know that this is safe
                self._again(lambda: obstore.delete(self._store, found))

    def delete_below(self, prefix: str) -> None:
        """Delete all that lies below a prefix."""
        self.delete(entry.key for entry in self.entries(prefix))

    @staticmethod
    def at_once(act: Callable[[Any], T], values: Iterable[Any]) -> Sequence[T]:
        """Make many requests at a time; the results in order."""
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(act, values))

    def _again(self, act: Callable[[], T]) -> T:
        """Make a request, and again where its answer broke off, which the library itself does for objects alone."""
        for n_left in reversed(range(TORN_TRIES)):
            try:
                with self._told():
                    return act()
            except TornError:
                if not n_left:
                    raise
        raise AssertionError

    @contextmanager
    def _told(self, conflict: str = "") -> Iterator[None]:
        """Have whatever the library raises in the block raised as one of ours."""
        from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

        try:
            yield
        except (AlreadyExistsError, PreconditionError) as error:
            raise ConflictError(conflict or described(error, self.address)) from error
        except FileNotFoundError as error:
            if NO_SUCH_BUCKET in str(error):
                raise StorageError(described(error, self.address)) from error
            raise FileNotFoundError(errno.ENOENT, "No such object") from error
        except (BaseError, ValueError) as error:
            if any(sign in str(error) for sign in ("InvalidRange", "416 Range", "non-partial")):
                raise _EmptyError(described(error, self.address)) from error
            is_denied = any(f"<Code>{code}<" in str(error) for code in DENIED)
            kind = TornError if TORN in str(error) else DeniedError if is_denied else StorageError
            raise kind(described(error, self.address)) from error


class _EmptyError(StorageError):
    """A range of an object that has not so many bytes."""


@lru_cache(maxsize=16)
def open_bucket(address: str) -> Bucket:
    """The client of a bucket, ``s3://bucket``; one a process, since it keeps connections open."""
    return Bucket(address)


def _open(address: str, tries: int) -> ObjectStore:
    try:
        from obstore.store import from_url
    except ImportError:
        raise SettingsError(f"{address} needs object storage: pip install 'newsmill[s3]'") from None
    _check_endpoint()
    client: ClientConfig = {
        "allow_http": True,  # of an endpoint that says so itself
        "connect_timeout": timedelta(seconds=CONNECT_S),
        "read_timeout": timedelta(seconds=SILENCE_S),
        "timeout": timedelta(seconds=REQUEST_S),
    }
    retry: RetryConfig = {
        "max_retries": tries,
        "retry_timeout": timedelta(seconds=TRY_S),
        "backoff": {
            "init_backoff": timedelta(milliseconds=100),
            "max_backoff": timedelta(seconds=5),
            "base": 2,
        },
    }
    try:
        return from_url(address, client_options=client, retry_config=retry)
    except Exception as error:
        raise StorageError(described(error, address)) from error


def _check_endpoint() -> None:
    """The library would panic at an address it cannot read."""
    for name in ENDPOINTS:
        if endpoint := os.environ.get(name):
            try:
                parts = urlsplit(endpoint)
                is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
            except ValueError:
                is_good = False
            if not is_good:
                raise SettingsError(f"{name} is {endpoint!r}; it must look like https://host or http://host:port")


def _entry(meta: Any) -> Entry:
    return Entry(meta["path"], meta["size"], meta["e_tag"] or "", meta["last_modified"])
