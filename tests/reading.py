"""What the registry of formats makes of a file, for tests and benchmarks that stop before the annotator."""

from __future__ import annotations

import io
from pathlib import Path

from flows.formats.base import Document, Fault, FormatError, Record
from flows.formats.registry import parse_record, read_records
from transforms.records import RawDocument, Reject


def read(path: Path, uri: str | None = None) -> list[RawDocument | Reject]:
    """The documents of a file, and what is refused of it, in order."""
    uri = uri or path.name
    with path.open("rb") as stream:
        return [_read_one(uri, number, item) for number, item in read_records(stream, path.name)]


def parse(data: bytes, name: str = "a.txt", **limits: int) -> list[tuple[int | None, Document | Fault]]:
    """The documents in a file's bytes and what is refused of them, each with its number."""
    return [(number, _parse(item)) for number, item in read_records(io.BytesIO(data), name, **limits)]


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
