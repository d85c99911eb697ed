"""JSON lines: one JSON object a line. A bad line is one Fault, whatever it does to the parser."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import IO, Any

import orjson

from flows.formats import encoding as encodings
from flows.formats import json_record
from flows.formats.base import HEAD_BYTES, Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.unpacked import start_of
from transforms.field_names import named_values
from transforms.text import replace_surrogates

SUFFIXES = (".jsonl", ".ndjson")
MAX_NESTING = 200  # the standard parser gives up at the depth of the caller's stack, so the limit is set here

_LENIENT = json.JSONDecoder(strict=False)
_MARK = b"\xef\xbb\xbf"
_BLANK = _MARK + b" \t\r\n"
_SKIPPED_BYTES = 64 * 1024
# An object whose first line is longer than what is looked at.
_OBJECT_START = re.compile(rb'\{\s*+"(?:[^"\\]|\\.)*+"\s*+:', re.S)


# Which files


def _recognise(head: Head) -> Match:
    start = head.start
    is_binary = encodings.is_binary(start)
    start = encodings.decode_start(start).encode("utf-8", "replace")
    if _starts_with_object(start, is_whole=len(head.start) < HEAD_BYTES):
        return Match.CONTENT
    is_blank = not start.strip() and len(head.start) < HEAD_BYTES
    return Match.NAME if head.name.endswith(SUFFIXES) and not is_blank and not is_binary else Match.NO


def _starts_with_object(start: bytes, *, is_whole: bool) -> bool:
    line, end, _ = start.lstrip(_BLANK).partition(b"\n")
    if not line.startswith(b"{"):
        return False
    if not end and not is_whole:
        return _OBJECT_START.match(line) is not None
    try:
        return isinstance(_load(line), dict)
    except FormatError:
        return False


# Records


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    start = start_of(stream)
    if start.lstrip(_BLANK).startswith(b"[") and not _is_json(start.lstrip(_BLANK).partition(b"\n")[0]):
        yield Fault("bad_json", "a JSON array; one JSON object a line is expected")
        return
    marked = encodings.byte_order_mark(start)
    if marked and marked != "utf-8":
        lines: Iterator[tuple[int | None, bytes | None]] = _wide_lines(stream, marked, reading.max_record_bytes)
    else:
        lines = _lines(stream, reading.max_record_bytes)
    for offset, line in lines:
        if line is None:
            yield Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one line")
        else:
            yield _record(line, reading.name, offset)


def _is_json(line: bytes) -> bool:
    try:
        _load(line)
    except FormatError:
        return False
    return True


def _lines(stream: IO[bytes], max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """Where each line that is not blank starts, and it without outer white space; None where it is too long."""
    offset = 0
    while line := stream.readline(max_bytes + 1):
        mark = len(_MARK) if not offset and line.startswith(_MARK) else 0
        if len(line) > max_bytes:
            yield offset, None
            offset += 0 if line.endswith(b"\n") else _skip_line(stream)
        elif data := line[mark:].lstrip():
            yield offset + len(line) - len(data), data.rstrip()
        offset += len(line)


def _skip_line(stream: IO[bytes]) -> int:
    n_bytes = 0
    while rest := stream.readline(_SKIPPED_BYTES):
        n_bytes += len(rest)
        if rest.endswith(b"\n"):
            break
    return n_bytes


def _wide_lines(stream: IO[bytes], encoding: str, max_bytes: int) -> Iterator[tuple[None, bytes | None]]:
    """The same of a text with two or four bytes a character, whose line ends are found in the text only.

    Each line keeps its encoding and gets a byte order mark, so that it can be read alone.
    """
    text = io.TextIOWrapper(stream, encoding, "replace", newline="\n")
    try:
        while line := text.readline(max_bytes + 1):
            if len(line) > max_bytes:
                yield None, None
                while line and not line.endswith("\n"):
                    line = text.readline(_SKIPPED_BYTES)
            elif data := line.removeprefix("\ufeff").strip():
                yield None, f"\ufeff{data}".encode(encoding, "replace")
    finally:
        text.detach()  # or it would close the stream, which is not its own


def _record(data: bytes, name: str, byte_start: int | None) -> Item:
    try:
        value = _load(data)
    except FormatError as error:
        return Fault(error.reason, str(error))
    if not isinstance(value, dict):
        return Fault("bad_json", f"a JSON object was expected, not a {type(value).__name__}")
    named = named_values(value)
    if not json_record.has_text(named):
        names = ", ".join(sorted(value)[:10]) or "none"
        return Fault("no_text", f"no field holds the text; the record's fields: {names}")
    return Record(data, "json_lines", name, json_record.own_id(named), byte_start=byte_start)


def _load(data: bytes) -> Any:
    """What a line holds, to find its id by; raises FormatError where it is no JSON, or is nested too deep.

    The strict and fast parser first. What it refuses may still be read: control characters inside strings, NaN, half
    a surrogate pair, another encoding. Which one is seen when the record is parsed: JSON's own characters are ASCII.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    if encodings.byte_order_mark(data):
        return _load_text(encodings.decode(data).text)
    try:
        return _load_text(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _load_text(data.decode("latin-1"))


def _load_text(text: str) -> Any:
    try:
        value = _LENIENT.decode(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise FormatError("bad_json", f"not JSON: {error}") from None
    if json_record.is_nested_deeper(value, MAX_NESTING):
        raise _too_deep()
    return value


def _too_deep() -> FormatError:
    return FormatError("bad_json", f"not JSON: nested more than {MAX_NESTING} deep")


# One record


def _parse(record: Record) -> Document:
    value, line = _decode(record)
    text, fields = json_record.text_and_fields(value)
    if not text.strip():
        raise FormatError("no_text", "the fields of the text hold no words")
    decoded = encodings.repaired(encodings.Decoded(replace_surrogates(text), line.encoding, line.quality_flags))
    fields = {name: replace_surrogates(encodings.repair_mojibake(found)[0]) for name, found in fields.items()}
    return Document(decoded.text, "application/x-ndjson", decoded.encoding, fields, decoded.quality_flags)


def _decode(record: Record) -> tuple[dict[str, Any], encodings.Decoded]:
    try:
        return orjson.loads(record.data), encodings.Decoded("", "utf-8")
    except orjson.JSONDecodeError:
        pass
    try:
        decoded = encodings.Decoded(record.data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        decoded = encodings.decode(record.data, declared=record.stated.get("charset"))
    return _load_text(decoded.text), decoded


FORMAT = Format("json_lines", SUFFIXES, _recognise, _read, _parse)
