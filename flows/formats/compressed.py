"""Compressed files: one stream inside another. What lies inside goes by the file's own name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator
from typing import IO, Any

import pyarrow as pa
from isal import igzip

from flows.formats.base import Format, Head, Item, Match, Reading


def bare_name(name: str) -> str:
    """A file's name in lower case without the suffixes of compression: what its content is named."""
    name = name.lower()
    while name.endswith(SUFFIXES):
        name = name.rpartition(".")[0]
    return name


def inner_name(name: str) -> str:
    """A file's name without its last suffix of compression."""
    return name.rpartition(".")[0] if name.lower().endswith(SUFFIXES) else name


class _Frames(io.RawIOBase):
    """What an Arrow codec unpacks. Going back means to begin anew."""

    def __init__(self, stream: IO[bytes], codec: str) -> None:
        self._stream = _Unclosed(stream)
        self._codec = codec
        self._unpacked = pa.CompressedInputStream(self._stream, codec)

    def readinto(self, buffer: Any) -> int:
        return int(self._unpacked.readinto(buffer))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("only from the start")
        if offset < self._unpacked.tell():
            self._stream.seek(0)
            self._unpacked = pa.CompressedInputStream(self._stream, self._codec)
        while (missing := offset - self._unpacked.tell()) > 0 and self._unpacked.read(min(missing, 2**20)):
            pass
        return int(self._unpacked.tell())

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


class Gzip(io.RawIOBase):
    """What gzip unpacks, by the fast library; from where that fails, by Python's own.

    The fast one loses what it unpacked just before the damage, and with it some thousand records.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._begin()

    def _begin(self) -> None:
        self._unpacked: gzip.GzipFile = igzip.IGzipFile(fileobj=self._stream)  # type: ignore[no-untyped-call]
        self._is_fast = True
        self._offset = 0

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the next bytes at hand go."""
        try:
            n_bytes = self._unpacked.readinto1(buffer)
        except Exception:
            if not self._is_fast:
                raise
            self._is_fast = False
            self._stream.seek(0)
            self._unpacked = gzip.GzipFile(fileobj=self._stream)
            self._unpacked.seek(self._offset)
            n_bytes = self._unpacked.readinto1(buffer)
        self._offset += n_bytes
        return n_bytes

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset from the start of what is unpacked; back means to begin anew."""
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("only from the start")
        if offset < self._offset:
            self._stream.seek(0)
            self._begin()
        while (missing := offset - self._offset) > 0 and self.read(min(missing, 2**20)):
            pass
        return self._offset

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True


class _Unclosed(io.RawIOBase):
    """A stream that Arrow may close without harm to whom it belongs to."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.read = stream.read  # type: ignore[method-assign]
        self.seek = stream.seek  # type: ignore[method-assign]

    def readable(self) -> bool:
        return True


def _signed(*signatures: bytes) -> Callable[[Head], Match]:
    return lambda head: Match.CONTENT if head.start.startswith(signatures) else Match.NO


def _brotli(head: Head) -> Match:
    # It has no signature. Whatever else the bytes resemble, nobody gives this suffix to what it is not.
    return Match.CONTENT if head.compression == ".br" else Match.NO


def _reader(unpack: Callable[[IO[bytes]], Any]) -> Callable[[IO[bytes], Reading], Iterator[Item]]:
    def read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
        with unpack(stream) as unpacked:
            yield from reading.read_inner(unpacked, "", {})

    return read


# Brotli first: it goes by the suffix, so that no signature that its bytes happen to have may speak against it.
FORMATS = (
    Format("brotli", (".br",), _brotli, _reader(lambda stream: _Frames(stream, "brotli")), is_page=True),
    Format("gzip", (".gz",), _signed(b"\x1f\x8b"), _reader(Gzip), opens=b"\x1f"),
    Format("bzip2", (".bz2",), _signed(b"BZh"), _reader(bz2.BZ2File), opens=b"B"),
    Format("xz", (".xz",), _signed(b"\xfd7zXZ\0"), _reader(lzma.LZMAFile), opens=b"\xfd"),
    Format(
        "zstandard",
        (".zst",),
        _signed(b"\x28\xb5\x2f\xfd"),
        _reader(lambda stream: _Frames(stream, "zstd")),
        opens=b"(",
    ),
)
SUFFIXES = tuple(suffix for format_ in FORMATS for suffix in format_.suffixes)
