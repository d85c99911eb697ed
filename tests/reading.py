"""What the registry of formats makes of a file, for tests and benchmarks that stop before the annotator."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from flows.formats.base import HEAD_BYTES, Document, Fault, FormatError, Head, Item, Record
from flows.formats.limits import Limits
from flows.formats.registry import format_of, parse_record, read_records
from transforms.records import RawDocument, Reject


def read(path: Path, uri: str | None = None) -> list[RawDocument | Reject]:
    """The documents of a file, and what is refused of it, in order."""
    uri = uri or path.name
    with path.open("rb") as stream:
        return [_read_one(uri, number, item) for number, item in read_records(stream, path.name)]


def parse(data: bytes, name: str = "a.txt", **limits: int) -> list[tuple[int | None, Document | Fault]]:
    """The documents in a file's bytes and what is refused of them, each with its number."""
    return [(number, _parse(item)) for number, item in read_records(io.BytesIO(data), name, limits=Limits(**limits))]


def document(data: bytes, name: str = "a.txt") -> Document:
    """The one document in a file's bytes."""
    ((_, found),) = parse(data, name)
    assert isinstance(found, Document), found
    return found


def refusal(data: bytes, name: str = "a.txt", **limits: int) -> Fault:
    """Why nothing can be read of a file's bytes."""
    ((_, found),) = parse(data, name, **limits)
    assert isinstance(found, Fault), found
    assert found.detail
    assert found.detail.isprintable()
    return found


def format_name(data: bytes, name: str = "a.bin") -> str | None:
    """The name of the format that takes a file."""
    found = format_of(Head(name, data[:HEAD_BYTES]))
    return found.name if found else None


def read_items(data: bytes, name: str = "a.bin", *, fields: Mapping[str, str] | None = None) -> list[Item]:
    """The records of a file, unparsed, and its faults."""
    return [item for _, item in read_records(io.BytesIO(data), name, fields=fields)]


def read_records_of(data: bytes, name: str = "a.bin", *, fields: Mapping[str, str] | None = None) -> list[Record]:
    """The records of a file without faults."""
    found = read_items(data, name, fields=fields)
    assert not [item for item in found if isinstance(item, Fault)], found
    return [item for item in found if isinstance(item, Record)]


def read_documents(data: bytes, name: str = "a.bin", *, fields: Mapping[str, str] | None = None) -> list[Document]:
    """The documents of a file without faults."""
    return [parse_record(record) for record in read_records_of(data, name, fields=fields)]


def read_faults(data: bytes, name: str = "a.bin") -> list[Fault]:
    """What cannot be read of a file."""
    return [item for item in read_items(data, name) if isinstance(item, Fault)]


def fault_reasons(data: bytes, name: str = "a.bin") -> list[str]:
    """Why it cannot."""
    return [fault.reason for fault in read_faults(data, name)]


def outcomes(data: bytes, name: str = "a.bin") -> list[Document | str]:
    """Each record's document or the reason why it gives none."""
    parsed = [_parse(item) for item in read_items(data, name)]
    return [item.reason if isinstance(item, Fault) else item for item in parsed]


def _parse(item: Record | Fault) -> Document | Fault:
    if isinstance(item, Fault):
        return item
    try:
        return parse_record(item)
    except FormatError as error:
        return Fault(error.reason, str(error), item.member)


def _read_one(uri, number, item) -> RawDocument | Reject:  # type: ignore[no-untyped-def]
    if isinstance(item, Fault):
        return Reject(uri, number, None, "extract", item.reason, item.detail)
    try:
        found = parse_record(item)
    except FormatError as error:
        return Reject(uri, number, None, "extract", error.reason, str(error))
    return RawDocument(
        source_uri=uri,
        record_index=number,
        source_sha256="0" * 64,
        media_type=found.media_type,
        encoding=found.encoding,
        text=found.text,
        fields=found.fields,
        quality_flags=found.quality_flags,
        record_key=str(number),
    )
