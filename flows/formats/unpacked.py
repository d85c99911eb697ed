"""Streams, and those out of a container: their bytes are counted, and any damage to them has one name."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO, Any

from flows.formats.base import HEAD_BYTES, FormatError


@dataclass(slots=True)
class Budget:
    """The bytes that may still be unpacked from one source."""

    n_bytes: int

    def spend(self, n_bytes: int) -> None:
        """Take bytes off; raises FormatError where there are no more."""
        self.n_bytes -= n_bytes
        if self.n_bytes < 0:
            raise FormatError("too_large", "unpacked, it is larger than any source may be")


class Unpacked(io.RawIOBase):
    """What a decompressor or archive gives. Raises FormatError where that is damaged or ends too early."""

    def __init__(self, stream: IO[bytes], budget: Budget) -> None:
        self._read1 = getattr(stream, "read1", stream.read)
        self._stream = stream
        self._budget = budget

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the next bytes at hand go."""
        data = self._attempt(self._read1, len(buffer))
        self._budget.spend(len(data))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset of what is unpacked."""
        return int(self._attempt(self._stream.seek, offset, whence))

    def tell(self) -> int:
        """The offset in what is unpacked."""
        return self._stream.tell()

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Whether the stream below can be read again."""
        return self._stream.seekable()

    def _attempt(self, action: Any, *arguments: int) -> Any:
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


def start_of(stream: IO[bytes]) -> bytes:
    """The first HEAD_BYTES, or as many as a damaged stream still gives; the stream is rewound."""
    found = b""
    try:
        while len(found) < HEAD_BYTES and (piece := stream.read1(HEAD_BYTES - len(found))):  # type: ignore[attr-defined]
            found += piece
    except FormatError:
        if not found:
            raise
    stream.seek(0)
    return found
