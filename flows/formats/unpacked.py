"""Streams, and those out of a container: their bytes are counted, and any damage to them has one name."""

from __future__ import annotations

import io
import shutil
import tempfile
from dataclasses import dataclass
from typing import IO, Any

from flows.formats.base import HEAD_BYTES, FormatError
from flows.formats.limits import MAX_SPOOL_IN_MEMORY_BYTES, MIN_BOMB_BYTES, Limits

BUFFER_BYTES = 64 * 1024
SMALL_BYTES = 2 * HEAD_BYTES  # of a member that is unpacked at once, which most are


class ArchiveBombError(FormatError):
    """More is unpacked than any honest source holds: nothing more of the source is read."""

    def __init__(self, detail: str) -> None:
        super().__init__("archive_bomb", detail)


@dataclass(slots=True)
class Budget:
    """The bytes that one source of ``n_packed`` bytes may still unpack, and what it may at most."""

    n_packed: int
    limits: Limits
    n_bytes: int = 0
    n_spent: int = 0

    def __post_init__(self) -> None:
        most = max(MIN_BOMB_BYTES, self.limits.unpacking_ratio * self.n_packed)
        self.n_bytes = min(self.limits.unpacked_bytes, most)

    def spend(self, n_bytes: int) -> None:
        """Count bytes; raises ArchiveBombError where there are too many."""
        self.n_spent += n_bytes
        if self.n_spent > self.n_bytes:
            raise ArchiveBombError(f"{self.n_packed:,} bytes unpack to more than {self.n_bytes:,}")


class Unpacked(io.RawIOBase):
    """What a decompressor or archive gives. Raises FormatError where that is damaged or ends too early.

    Its start is kept, so that a format can look at it and begin anew where the stream below cannot go back, or could
    only by unpacking all over again.
    """

    def __init__(self, stream: IO[bytes], budget: Budget, start: bytes = b"", damage: Exception | None = None) -> None:
        """``start`` has been read of the stream, and counted; behind it comes ``damage``, if there is any."""
        self._readinto = getattr(stream, "readinto1", None) or stream.readinto  # type: ignore[attr-defined]
        self._stream = stream
        self._budget = budget
        self._damage = damage
        self._start = bytearray(start)
        self._is_start_whole = True  # of what was read so far
        self._offset = 0

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the next bytes at hand go."""
        if self._is_start_whole and self._offset < len(self._start):
            data = self._start[self._offset : self._offset + len(buffer)]
            n_bytes = len(data)
            buffer[:n_bytes] = data
        else:
            n_bytes = self._attempt(self._readinto if self._damage is None else self._fail, buffer)
            self._budget.spend(n_bytes)
            self._keep(buffer[:n_bytes])
        self._offset += n_bytes
        return n_bytes

    def _fail(self, _buffer: Any) -> int:
        assert self._damage is not None
        raise self._damage

    def _keep(self, data: Any) -> None:
        if self._is_start_whole:
            self._start += data
            if len(self._start) > 2 * HEAD_BYTES + BUFFER_BYTES:  # whoever looked at the start has seen it
                self._is_start_whole = False
                self._start.clear()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset of what is unpacked."""
        if whence == io.SEEK_CUR:
            offset, whence = self._offset + offset, io.SEEK_SET
        if whence == io.SEEK_SET and (offset == self._offset or (self._is_start_whole and offset <= len(self._start))):
            self._offset = offset
        elif whence == io.SEEK_SET and self._offset < offset:  # read, and so counted
            while self._offset < offset and self.read(min(BUFFER_BYTES, offset - self._offset)):
                pass
        else:
            self._is_start_whole = False
            self._offset = int(self._attempt(self._stream.seek, offset, whence))
        return self._offset

    def tell(self) -> int:
        """The offset in what is unpacked."""
        return self._offset

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes; far back only where the stream below can."""
        return True

    def _attempt(self, action: Any, *arguments: Any) -> Any:
        try:
            return action(*arguments)
        except FormatError:
            raise
        except EOFError:
            raise FormatError("truncated_archive", "the packed data ends too early") from None
        except OSError as error:
            if error.errno is not None:
                raise
            raise FormatError("truncated_archive", f"the packed data is damaged: {error}") from None
        except Exception as error:
            raise FormatError("truncated_archive", f"the packed data is damaged: {error}") from None


def unpacking(stream: IO[bytes], budget: Budget) -> IO[bytes]:
    """What a decompressor or archive gives, as a stream at its start: in memory where it is small."""
    if isinstance(stream, io.BytesIO):
        budget.spend(stream.getbuffer().nbytes)
        return stream
    read1 = getattr(stream, "read1", stream.read)
    pieces: list[bytes] = []
    n_bytes, is_whole = 0, False
    damage: Exception | None = None
    try:
        while n_bytes < SMALL_BYTES and not is_whole:
            pieces.append(read1(SMALL_BYTES))
            n_bytes += len(pieces[-1])
            is_whole = not pieces[-1]
    except Exception as error:
        damage = error
    budget.spend(n_bytes)
    start = b"".join(pieces)
    if is_whole:
        return io.BytesIO(start)
    return io.BufferedReader(Unpacked(stream, budget, start, damage), BUFFER_BYTES)


def start_of(stream: IO[bytes]) -> bytes:
    """The first HEAD_BYTES of a stream at its start, or as many as a damaged one still gives; it is rewound."""
    if isinstance(stream, io.BytesIO):
        return stream.getvalue()[:HEAD_BYTES]
    found = b""
    try:
        while len(found) < HEAD_BYTES and (piece := stream.read1(HEAD_BYTES - len(found))):  # type: ignore[attr-defined]
            found += piece
    except ArchiveBombError:
        raise
    except FormatError:
        if not found:
            raise
    stream.seek(0)
    return found


def random_access(stream: IO[bytes]) -> IO[bytes]:
    """The stream itself where it is a file, else a copy that can be read in any order: on disk, if it is large.

    The copy is closed, and so gone, with its last reference.
    """
    if not isinstance(getattr(stream, "raw", None), Unpacked):
        return stream
    copy = tempfile.SpooledTemporaryFile(MAX_SPOOL_IN_MEMORY_BYTES)  # noqa: SIM115 - it outlives this function
    shutil.copyfileobj(stream, copy, 2**20)
    copy.seek(0)
    return copy
