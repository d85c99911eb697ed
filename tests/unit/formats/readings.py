"""Bytes as a file of some name, read and parsed by whichever format takes them."""

from __future__ import annotations

import io

from flows.formats.base import Document, Fault, FormatError, Head, Record
from flows.formats.registry import format_of, parse_record, read_records


def format_name(data: bytes, name: str = "a.bin") -> str | None:
    found = format_of(Head(name, data[: 64 * 1024]))
    return found.name if found else None


def items(data: bytes, name: str = "a.bin") -> list[Record | Fault]:
    return [item for _, item in read_records(io.BytesIO(data), name)]


def documents(data: bytes, name: str = "a.bin") -> list[Document]:
    """The documents of a file without faults."""
    found = items(data, name)
    assert not [item for item in found if isinstance(item, Fault)], found
    return [parse_record(item) for item in found if isinstance(item, Record)]


def document(data: bytes, name: str = "a.bin") -> Document:
    (found,) = documents(data, name)
    return found


def faults(data: bytes, name: str = "a.bin") -> list[str]:
    return [item.reason for item in items(data, name) if isinstance(item, Fault)]


def outcomes(data: bytes, name: str = "a.bin") -> list[Document | str]:
    """Each record's document or the reason why it gives none."""
    found: list[Document | str] = []
    for item in items(data, name):
        if isinstance(item, Fault):
            found.append(item.reason)
            continue
        try:
            found.append(parse_record(item))
        except FormatError as error:
            found.append(error.reason)
    return found
