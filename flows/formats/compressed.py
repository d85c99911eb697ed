"""Compressed files: one stream inside another. What lies inside goes by the file's own name."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import IO

from flows.formats.base import Format, Head, Item, Match, Reading

_GZIP_SIGNATURE = b"\x1f\x8b"


def bare_name(name: str) -> str:
    """A file's name in lower case without the suffixes of compression: what its content is named."""
    name = name.lower()
    while name.endswith(SUFFIXES):
        name = name.rpartition(".")[0]
    return name


def _recognise_gzip(head: Head) -> Match:
    return Match.CONTENT if head.start.startswith(_GZIP_SIGNATURE) else Match.NO


def _read_gzip(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    with gzip.GzipFile(fileobj=stream) as unpacked:
        yield from reading.read_inner(unpacked, "", {})  # type: ignore[arg-type]


FORMATS = (Format("gzip", (".gz",), _recognise_gzip, _read_gzip),)
SUFFIXES = tuple(suffix for format_ in FORMATS for suffix in format_.suffixes)
