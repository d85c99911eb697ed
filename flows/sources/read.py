"""Extract: sources to decoded records. Whatever cannot be read becomes a Reject with a reason; nothing raises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flows.formats.base import MAX_RECORD_BYTES, Fault, FormatError, Item
from flows.formats.registry import parse_record, read_records
from flows.sources.files import FoundFile, SeedsError, find_files, hash_file
from transforms.records import RawDocument, Reject, Source
from transforms.text import replace_surrogates

__all__ = ["MAX_RECORD_BYTES", "FoundFile", "SeedsError", "find_files", "hash_file", "read_source"]


def read_source(source: Source) -> Iterator[RawDocument | Reject]:
    """The records of one source, one by one: a RawDocument each, or a Reject where one cannot be used.

    Never raises for what a file holds; never holds more than one record in memory.
    """
    try:
        with Path(source.path).open("rb") as stream:
            for number, item in read_records(stream, Path(source.path).name, max_record_bytes=MAX_RECORD_BYTES):
                yield _parsed(source, number, item)
    except OSError as error:
        yield _reject(source, None, "unreadable", error.strerror or str(error))


def _parsed(source: Source, number: int | None, item: Item) -> RawDocument | Reject:
    if isinstance(item, Fault):
        return _reject(source, number, item.reason, item.detail)
    try:
        document = parse_record(item)
    except FormatError as error:
        return _reject(source, number, error.reason, str(error))
    return RawDocument(
        source.uri,
        number or 0,
        source.sha256,
        document.media_type,
        document.encoding,
        document.text,
        document.fields,
        document.quality_flags,
    )


def _reject(source: Source, record_index: int | None, reason: str, detail: str) -> Reject:
    return Reject(source.uri, record_index, source.sha256 or None, "extract", reason, replace_surrogates(detail))
