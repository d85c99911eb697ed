"""Objects as files to read: a block at a time, in any order, and all of one version."""

from __future__ import annotations

import errno
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

from flows.storage.address import is_remote, parse_address
from flows.storage.client import Entry, open_bucket
from flows.storage.errors import ConflictError, StorageError

FIRST_BLOCK_BYTES, LARGEST_BLOCK_BYTES = 256 * 1024, 8 * 1024 * 1024
TAIL_BYTES = 64 * 1024  # a Parquet file is opened from its end; of a small one that is all
TAILS_KEPT = 512


def open_file(path: str, *, is_source: bool = False) -> io.BufferedReader:
    """A file or an object, to read; OSError where there is none, for the rest see RemoteFile."""
    if is_remote(path):
        return io.BufferedReader(RemoteFile(path, is_source=is_source))
    return Path(path).open("rb")


class _ObjectFile(io.RawIOBase):
    """What both kinds have: an object, and an offset in it."""

    def __init__(self, address: str) -> None:
        self._bucket_address, self._key = parse_address(address)
        self._bucket = open_bucket(self._bucket_address)
        self._offset = 0

    @property
    def entry(self) -> Entry:
        """What the object is."""
        raise NotImplementedError

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset."""
        if whence == io.SEEK_CUR:
            offset += self._offset
        elif whence == io.SEEK_END:
            offset += self.entry.size
        if offset < 0:
            raise ValueError(f"negative offset {offset}")
        self._offset = offset
        return offset

    def tell(self) -> int:
        """The offset."""
        return self._offset

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True


class RemoteFile(_ObjectFile):
    """An object at an address. Whoever reads on and on gets larger blocks.

    All bytes are of one version, that of ``entry`` or the one found first: OSError where somebody writes to it
    meanwhile. With ``is_source`` a failure of storage is an OSError too, so that it is a fault of what is read.
    """

    def __init__(self, address: str, entry: Entry | None = None, *, is_source: bool = False) -> None:
        super().__init__(address)
        self._entry = entry
        self._is_source = is_source
        self._block, self._block_start = b"", 0
        self._n_next = FIRST_BLOCK_BYTES

    def hold(self, start: bytes) -> None:
        """Have the start of the object, which need not be asked for then."""
        self._block = start

    @property
    def entry(self) -> Entry:
        """What the object is."""
        if self._entry is None:
            self._fetch(self._offset)
        assert self._entry is not None
        return self._entry

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the block at hand goes."""
        if not len(buffer) or (self._entry is not None and self._offset >= self._entry.size):
            return 0
        if not self._block_start <= self._offset < self._block_start + len(self._block):
            self._fetch(self._offset, len(buffer))
        data = self._block[self._offset - self._block_start :][: len(buffer)]
        buffer[: len(data)] = data
        self._offset += len(data)
        return len(data)

    def _fetch(self, start: int, n_wanted: int = 0) -> None:
        goes_on = bool(self._block) and start == self._block_start + len(self._block)
        self._n_next = min(2 * self._n_next, LARGEST_BLOCK_BYTES) if goes_on else FIRST_BLOCK_BYTES
        e_tag = self._entry.e_tag if self._entry is not None else ""
        end = start + max(n_wanted, self._n_next)
        try:
            data, self._entry = self._bucket.read_range(self._key, start, end, e_tag)
        except ConflictError as error:
            raise OSError(errno.EIO, str(error)) from error
        except StorageError as error:
            if not self._is_source:
                raise
            raise OSError(errno.EIO, str(error)) from error
        self._block, self._block_start = data, start


class PartFile(_ObjectFile):
    """An object that never changes and is read from its end, as Parquet is. What is asked for is what is fetched."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._tail, self._entry = _tail_of(self._bucket_address, self._key)

    @property
    def entry(self) -> Entry:
        """What the object is."""
        return self._entry

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all that are left."""
        n_left = max(0, self.entry.size - self._offset)
        size = n_left if size < 0 else min(size, n_left)
        if not size:
            return b""
        tail_start = self.entry.size - len(self._tail)
        if self._offset >= tail_start:
            data = self._tail[self._offset - tail_start :][:size]
        else:
            data, _ = self._bucket.read_range(self._key, self._offset, self._offset + size, self.entry.e_tag)
        self._offset += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@lru_cache(maxsize=TAILS_KEPT)
def _tail_of(bucket: str, key: str) -> tuple[bytes, Entry]:
    """The end of a part, kept: DuckDB opens each file several times over."""
    return open_bucket(bucket).read_range(key, -TAIL_BYTES, 0)
