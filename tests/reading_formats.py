"""Bytes to what a format makes of them, for tests."""

from __future__ import annotations

import io
from collections.abc import Mapping

from flows.formats.base import Document, Fault, Item, Record
from flows.formats.registry import parse_record, read_records


def read_items(data: bytes, name: str, *, fields: Mapping[str, str] | None = None) -> list[Item]:
    return [item for _, item in read_records(io.BytesIO(data), name, fields=fields)]


def read_records_of(data: bytes, name: str, *, fields: Mapping[str, str] | None = None) -> list[Record]:
    items = read_items(data, name, fields=fields)
    faults = [item for item in items if isinstance(item, Fault)]
    assert not faults, faults
    return [item for item in items if isinstance(item, Record)]


def read_documents(data: bytes, name: str, *, fields: Mapping[str, str] | None = None) -> list[Document]:
    return [parse_record(record) for record in read_records_of(data, name, fields=fields)]


def read_faults(data: bytes, name: str) -> list[Fault]:
    return [item for item in read_items(data, name) if isinstance(item, Fault)]
