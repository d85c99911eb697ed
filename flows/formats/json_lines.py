"""JSON lines: one JSON object a line. A bad line is one Fault, whatever it does to the parser."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from flows.formats import encoding as encodings
from flows.formats import json_record
from flows.formats.base import (
    HEAD_BYTES,
    Document,
    Fault,
    Format,
    FormatError,
    Head,
    Item,
    Match,
    Reading,
    Record,
    field_names_of,
)
from flows.formats.unpacked import start_of
from transforms.field_names import field_sources
from transforms.source_text import SourceText, decoded, without_json_escapes

SUFFIXES = (".jsonl", ".ndjson")
_MARK = b"\xef\xbb\xbf"
_BLANK = _MARK + b" \t\r\n"
_BLOCK_BYTES = 64 * 1024
# An object whose first line is longer than what is looked at.
_OBJECT_START = re.compile(rb'\{\s*+"(?:[^"\\]|\\.)*+"\s*+:', re.S)


# Which files


def _recognise(head: Head) -> Match:
    start = head.start
    is_binary = encodings.is_binary(start)
    start = encodings.decode_start(start).encode("utf-8", "replace") if encodings.first_of(start) == "{" else start
    if start and _starts_with_lines(start, head):
        return Match.CONTENT
    is_blank = not start.strip() and len(head.start) < HEAD_BYTES
    return Match.NAME if head.name.endswith(SUFFIXES) and not is_blank and not is_binary else Match.NO


def _starts_with_lines(start: bytes, head: Head) -> bool:
    """Whether there is an object a line. One alone is such a file by its name only: it may be anything in JSON."""
    line, end, rest = start.lstrip(_BLANK).partition(b"\n")
    if not line.startswith(b"{"):
        return False
    if not end and len(head.start) == HEAD_BYTES:
        return not head.name.endswith(".json") and _OBJECT_START.match(line) is not None
    if not (rest.lstrip().startswith(b"{") or head.name.endswith(SUFFIXES)):
        return False
    try:
        return isinstance(json_record.load(line), dict)
    except FormatError:
        return False


# Records


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    marked = encodings.byte_order_mark(start_of(stream))
    if marked and marked != "utf-8":
        lines = _wide_lines(stream, marked, reading.max_record_bytes)
    else:
        lines = _lines(stream, reading.max_record_bytes)
    for offset, line in lines:
        if line is None:
            yield Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one line")
        else:
            yield _record(line, reading, offset, is_as_it_is=not marked or marked == "utf-8")


def _lines(stream: IO[bytes], max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """Where each line that is not blank starts, and it without outer white space; None where it is too long."""
    start = len(_MARK) if start_of(stream).startswith(_MARK) else 0
    stream.seek(start)
    for line in _whole_lines(stream, max_bytes):
        if isinstance(line, int):
            yield start, None
            start += line
            continue
        data = line.strip()
        if data:
            yield start + (0 if line.startswith(b"{") else len(line) - len(line.lstrip())), data
        start += len(line) + 1


def _whole_lines(stream: IO[bytes], max_bytes: int) -> Iterator[bytes | int]:
    """Each line without its end; of one that is too long its number of bytes, its end included.

    Read in blocks, which is a third faster than line by line.
    """
    pieces: list[bytes] = []  # of the line that no end was found of
    n_bytes = 0
    while block := stream.read1(_BLOCK_BYTES):  # type: ignore[attr-defined] # what is before any damage comes first
        first, *lines = block.split(b"\n")
        n_bytes += len(first)
        if lines:
            yield b"".join((*pieces, first)) if n_bytes <= max_bytes else n_bytes + 1
            *whole, first = lines
            yield from whole if max_bytes >= _BLOCK_BYTES else (w if len(w) <= max_bytes else len(w) + 1 for w in whole)
            pieces, n_bytes = [], len(first)
        if n_bytes <= max_bytes:
            pieces.append(first)
        else:
            pieces.clear()
    if n_bytes:
        yield b"".join(pieces) if n_bytes <= max_bytes else n_bytes


def _wide_lines(stream: IO[bytes], encoding: str, max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """The same of a text with two or four bytes a character, whose line ends are found in the text only.

    Each line keeps its encoding and gets a byte order mark, so that it can be read alone.
    """
    text = io.TextIOWrapper(stream, encoding, "replace", newline="\n")
    offset = 0
    try:
        while line := text.readline(max_bytes + 1):
            # What is no character of the encoding has as many bytes as the U+FFFD that stands for it.
            n_bytes = len(line.encode(encoding, "replace"))
            if len(line) > max_bytes:
                yield offset, None
                while line and not line.endswith("\n"):
                    line = text.readline(_BLOCK_BYTES)
                    n_bytes += len(line.encode(encoding, "replace"))
            elif data := line.removeprefix("\ufeff").strip():
                start = line[: line.index(data)]
                yield offset + len(start.encode(encoding)), f"\ufeff{data}".encode(encoding, "replace")
            offset += n_bytes
    finally:
        text.detach()  # or it would close the stream, which is not its own


def _record(data: bytes, reading: Reading, offset: int, *, is_as_it_is: bool) -> Item:
    try:
        value = json_record.load(data)
    except FormatError as error:
        return Fault(error.reason, str(error))
    byte_start = offset if is_as_it_is else None
    return json_record.record_of(value, "json_lines", reading, data=data, byte_start=byte_start, source_start=offset)


def _parse(record: Record) -> Document:
    return json_record.parse(record, "application/x-ndjson")


def _source_text(record: Record, document: Document) -> SourceText | None:
    found = decoded(record.data[encodings.mark_length(record.data) :], document.encoding)
    if found is None:
        return None
    found = without_json_escapes(found)
    names = field_names_of(record)
    value = json_record.unwrapped(json_record.decode(record)[0], names)
    chosen = {column: name for column, name in field_sources(value, names).items() if column in {"title", "text"}}
    values = {name: value[name] for name in chosen.values()}
    return replace(found, fields={column: _range(found.text, name, values[name]) for column, name in chosen.items()})


def _range(line: str, name: str, value: object) -> tuple[int, int]:
    """Where the value of a field stands in a line whose escapes are undone; up to the line's end if it is no string."""
    starts = [key.end() for key in re.finditer(rf'"{re.escape(name)}"\s*+:\s*+"?', line)]
    if isinstance(value, str):
        start = next((start for start in starts if line.startswith(value, start)), None)
        if start is not None:
            return start, start + len(value)
    return starts[0] if starts else 0, len(line)


FORMAT = Format("json_lines", SUFFIXES, _recognise, _read, _parse, source_text=_source_text)
