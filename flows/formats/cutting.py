"""Cutting a stream of bytes into the records that a marker begins, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import IO

from flows.formats.base import Fault, Item, Reading, Record
from flows.formats.html import declared_encoding
from flows.formats.unpacked import start_of

PIECE_BYTES = 256 * 1024
MAX_MARKER_BYTES = 200


def cut_page(
    stream: IO[bytes],
    marker: re.Pattern[bytes],
    reading: Reading,
    format_name: str,
    own_id: Callable[[bytes, str | None], str | None] = lambda data, charset: None,
) -> Iterator[Item]:
    """The articles of one long page of HTML, a record for each marker, parsed by ``format_name``.

    The page states its encoding once, for all; ``own_id`` finds an article's id in its bytes.
    """
    charset = declared_encoding(start_of(stream))
    stated = {"charset": charset} if charset else {}
    for offset, data in cut(stream, marker, reading.max_record_bytes):
        if data is None:
            yield Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one article")
        else:
            yield Record(data, format_name, reading.name, own_id(data, charset), stated=stated, byte_start=offset)


def cut(stream: IO[bytes], marker: re.Pattern[bytes], max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """Where each record starts and its bytes, its marker first; None where it is larger than ``max_bytes``.

    What precedes the first marker is left out. A marker is at most MAX_MARKER_BYTES long.
    """
    held, offset, searched = b"", 0, 0
    is_inside = is_too_large = False
    while piece := stream.read(PIECE_BYTES):
        held += piece
        starts = [0] if is_inside and not is_too_large else []
        starts += [found.start() for found in marker.finditer(held, searched) if found.start() or not is_inside]
        for begin, end in pairwise(starts):
            yield offset + begin, held[begin:end] if end - begin <= max_bytes else None
        if starts:
            is_inside, is_too_large = True, False
            held, offset = held[starts[-1] :], offset + starts[-1]
        if not is_inside or is_too_large or len(held) > max_bytes:
            if is_inside and not is_too_large:
                yield offset, None
                is_too_large = True
            n_seen = max(0, len(held) - MAX_MARKER_BYTES)
            held, offset = held[n_seen:], offset + n_seen
        searched = max(0, len(held) - MAX_MARKER_BYTES)
    if is_inside and not is_too_large:
        yield offset, held if len(held) <= max_bytes else None
