"""Which formats there are, and reading by whichever takes a stream.

Limits, numbers and the handling of faults are the same for all formats, and are here. Nothing that a file holds raises:
it is a Fault, of a record or of the rest of a stream.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import IO

from flows.formats import (
    compressed,
    epub,
    europresse,
    factiva,
    feeds,
    html,
    json_feed,
    json_lines,
    markdown,
    newsml_1,
    newsml_g2,
    nexis,
    ninjs,
    nitf,
    open_document,
    pdf,
    text,
    wire_text,
    word,
    xml_records,
)
from flows.formats import encoding as encodings
from flows.formats.base import (
    MAX_RECORD_BYTES,
    Document,
    Fault,
    Format,
    FormatError,
    Head,
    Item,
    Match,
    Reading,
    Record,
)
from flows.formats.unpacked import Budget, Unpacked, start_of

# Of formats that are equally sure of a file the earlier takes it: those that look closer come first.
FORMATS: tuple[Format, ...] = (
    feeds.FORMAT,
    newsml_g2.FORMAT,
    newsml_1.FORMAT,
    nitf.FORMAT,
    json_feed.FORMAT,
    ninjs.FORMAT,
    wire_text.FORMAT,
    nexis.HTML,
    nexis.TEXT,
    factiva.HTML,
    factiva.XML,
    europresse.FORMAT,
    xml_records.FORMAT,
    word.DOCX,
    open_document.FORMAT,
    epub.FORMAT,
    pdf.FORMAT,
    word.NEXIS,
    text.FORMAT,
    markdown.FORMAT,
    html.FORMAT,
    json_lines.FORMAT,
    *compressed.FORMATS,
)
MAX_DEPTH = 3  # containers inside each other: a page in a gzip in a zip in a gzip
MAX_UNPACKED_BYTES = 64 * 2**30
MAX_FAULTS_A_SOURCE = 1000
MAX_DETAIL_CHARS = 300

_BUFFER_BYTES = 64 * 1024
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


# Which format


def suffixes() -> tuple[str, ...]:
    """The suffixes of what formats hold, those of compression aside: each may have one of them behind it."""
    return tuple(suffix for format_ in FORMATS if format_ not in compressed.FORMATS for suffix in format_.suffixes)


def is_supported_name(name: str) -> bool:
    """Whether a file's name says that a format reads it."""
    return compressed.bare_name(name).endswith(suffixes())


def format_of(head: Head) -> Format | None:
    """The format that is surest of a file, the earlier in the registry among equals; None where none takes it."""
    best, best_match = None, Match.NO
    for format_ in FORMATS:
        match = format_.recognise(head)
        if match > best_match:
            best, best_match = format_, match
    return best


# Records


def read_records(
    stream: IO[bytes], name: str, *, max_record_bytes: int = MAX_RECORD_BYTES
) -> Iterator[tuple[int | None, Item]]:
    """The records of a seekable stream at its start, each with its number in the source, counted from 0.

    A Fault is a record that cannot be read and has its number too; one that ended the reading is the last item. Where
    there are more than ``MAX_FAULTS_A_SOURCE``, the rest is counted and a last item without a number says how many.
    Never raises for what the stream holds.
    """
    n_faults = 0
    for number, item in enumerate(_Source(max_record_bytes).read(stream, name)):
        if isinstance(item, Record):
            yield number, item
            continue
        n_faults += 1
        if n_faults <= MAX_FAULTS_A_SOURCE:
            yield number, replace(item, detail=_one_line(item.detail))
    if n_faults > MAX_FAULTS_A_SOURCE:
        yield None, Fault("too_many_faults", f"{n_faults - MAX_FAULTS_A_SOURCE:,} more records like these")


def parse_record(record: Record) -> Document:
    """The document of a record; raises FormatError and nothing else.

    What the container states of it stands in ``fields`` too, except where the document states it itself.
    """
    try:
        document = _NAMED[record.format].parse(record)
    except BaseException as error:
        raise FormatError(*_reason(error)) from error
    stated = {name: value for name, value in record.stated.items() if name != "charset"}
    return replace(document, fields={**stated, **document.fields})


def weight_of(record: Record) -> int:
    """About how many characters of text a record gives, for batches of equal work."""
    return int(len(record.data) * _NAMED[record.format].chars_per_byte)


_NAMED = {format_.name: format_ for format_ in FORMATS}


class _Source:
    """One source while it is read: what its containers may unpack is counted over all of them."""

    def __init__(self, max_record_bytes: int) -> None:
        self._max_record_bytes = max_record_bytes
        self._budget = Budget(MAX_UNPACKED_BYTES)

    def read(self, stream: IO[bytes], name: str, depth: int = 0) -> Iterator[Item]:
        """The items of a stream, at least one; whatever is raised is the last of them."""
        n_items = 0
        try:
            for item in self._items(stream, name, depth):
                n_items += 1
                yield item
        except BaseException as error:
            yield Fault(*_reason(error))
        else:
            if not n_items:
                yield Fault("empty", "it holds no records")

    def _items(self, stream: IO[bytes], name: str, depth: int) -> Iterator[Item]:
        head = Head(compressed.bare_name(name), start_of(stream))
        format_ = format_of(head)
        if format_ is None:
            raise _unknown(head)

        def read_inner(inner: IO[bytes], inner_name: str, stated: Mapping[str, str]) -> Iterator[Item]:
            if depth == MAX_DEPTH:
                yield Fault("too_deep", f"containers in containers, more than {MAX_DEPTH} deep", inner_name)
                return
            unpacked = io.BufferedReader(Unpacked(inner, self._budget), _BUFFER_BYTES)
            for item in self.read(unpacked, inner_name or name, depth + 1):
                member = f"{inner_name}/{item.member}".strip("/")
                if isinstance(item, Fault):
                    yield replace(item, member=member)
                else:
                    yield replace(item, member=member, byte_start=None, stated={**stated, **item.stated})

        yield from format_.read(stream, Reading(name, read_inner, self._max_record_bytes))


# Faults


def _unknown(head: Head) -> FormatError:
    try:
        encodings.refuse_binary(head.start)
    except FormatError as error:
        return error
    return FormatError("unknown_format", "no format that is known takes its content")


def _reason(error: BaseException) -> tuple[str, str]:
    """The reason and the detail of a Fault; raises what ends the process or the reading from outside."""
    if isinstance(error, FormatError):
        return error.reason, _one_line(str(error))
    if isinstance(error, OSError) and error.errno is not None:
        return "unreadable", _one_line(error.strerror or str(error))
    # Extensions written in Rust raise a PanicException, which is no Exception.
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return "bad_record", _one_line(f"{type(error).__name__}: {error}")
    raise error


def _one_line(detail: str) -> str:
    detail = _UNPRINTABLE.sub(" ", detail[: 2 * MAX_DETAIL_CHARS])
    return detail if len(detail) <= MAX_DETAIL_CHARS else detail[: MAX_DETAIL_CHARS - 1] + "…"
