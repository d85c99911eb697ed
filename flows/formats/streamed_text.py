"""A stream of bytes as pieces of text, in bounded memory: for formats whose records are found in text.

Which encoding it is, is seen from the start of the stream, in the order of ``encoding.decode``.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO

from flows.formats import encoding as encodings
from flows.formats.base import HEAD_BYTES, FormatError
from flows.formats.unpacked import start_of

PIECE_BYTES = 64 * 1024
MAX_CUT_BYTES = 4  # of a character that the end of a head cuts in two

_STRAY = re.compile("[\udc80-\udcff]")


def encoding_of(start: bytes, declared: str | None) -> str:
    """The encoding of a stream that starts so; raises FormatError where it is no text."""
    if marked := encodings.byte_order_mark(start):
        return marked
    if not start.isascii() and _is_utf8(start):
        return "utf-8"
    if start.isascii() and b"\0" not in start:
        return _known(declared) or "utf-8"
    found = encodings.decode(start, declared=_known(declared))
    return found.encoding


def read_pieces(stream: IO[bytes], encoding: str) -> Iterator[str]:
    """The text of a stream at its start, without its byte order mark. Bytes that are no UTF-8 count as Windows-1252."""
    is_utf8 = codecs.lookup(encoding).name == "utf-8"
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape" if is_utf8 else "replace")
    is_start = True
    while data := stream.read(PIECE_BYTES):
        piece = decoder.decode(data)
        yield _without_strays(piece.removeprefix("\ufeff") if is_start else piece)
        is_start = is_start and not piece
    yield _without_strays(decoder.decode(b"", final=True))


def read_text_lines(stream: IO[bytes], max_chars: int) -> Iterator[str]:
    """The lines of a stream without their ends; raises FormatError where one is longer than ``max_chars``."""
    rest = ""
    for piece in read_pieces(stream, encoding_of(start_of(stream), None)):
        *lines, rest = (rest + piece).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        yield from lines
        if len(rest) > max_chars:
            raise FormatError("too_large", f"more than {max_chars:,} characters in one line")
    yield rest


def _without_strays(text: str) -> str:
    return text if text.isascii() else _STRAY.sub(_stray_character, text)


def _stray_character(found: re.Match[str]) -> str:
    return bytes([ord(found[0]) - 0xDC00]).decode("cp1252", "replace")


def _is_utf8(start: bytes) -> bool:
    """Whether bytes are UTF-8 with at most a few strays, as ``encoding.decode`` takes them."""
    text = start[: len(start) - MAX_CUT_BYTES if len(start) >= HEAD_BYTES else None].decode("utf-8", "surrogateescape")
    n_strays = sum("\udc80" <= ch <= "\udcff" for ch in text if not ch.isascii())
    n_foreign = sum(not ch.isascii() for ch in text)
    return n_strays <= encodings.MAX_STRAY_SHARE * n_foreign


def _known(declared: str | None) -> str | None:
    """A declared encoding that is known and can be read; Latin-1 is Windows-1252, as on web pages."""
    try:
        name = codecs.lookup(declared or "").name
        "".encode(name)
    except (LookupError, ValueError):
        return None
    # Bytes in which the declaration itself could be read are not of two or four bytes a character.
    if name.startswith(("utf-16", "utf-32")):
        return None
    return "cp1252" if name in {"iso8859-1", "ascii"} else name
