"""Extract: sources to decoded records. Whatever cannot be read becomes a Reject with a reason; nothing raises.

``find_files`` says which files there are, ``read_source`` reads one of them. What a file holds
is decided by its content first and by its suffix where the content leaves it open.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, NamedTuple

from flows.formats import encoding as encodings
from flows.formats import html, json_record
from flows.sources.files import FoundFile, Listing, SeedsError, bare_name, describe_passed_over, find_files, hash_file
from transforms.records import RawDocument, Reject, Source
from transforms.text import replace_surrogates

__all__ = [
    "MAX_RECORD_BYTES",
    "FoundFile",
    "Listing",
    "SeedsError",
    "describe_passed_over",
    "find_files",
    "hash_file",
    "read_source",
]

MAX_RECORD_BYTES = 20 * 1024 * 1024  # one document, unpacked; the longest news text has about 1 MB
PLAIN, MARKDOWN, PAGE, RECORDS = "text/plain", "text/markdown", "text/html", "application/x-ndjson"

_GZIP_SIGNATURE = b"\x1f\x8b"
_SNIFFED_BYTES = 64 * 1024
_BLANK = b"\xef\xbb\xbf \t\r\n"
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile)


class _Refusal(NamedTuple):
    reason: str
    detail: str


def read_source(source: Source) -> Iterator[RawDocument | Reject]:
    """The records of one source, one by one: a RawDocument each, or a Reject where one cannot be used.

    A JSON-lines source gives an item for each line that is not blank, numbered from 0 in ``record_index``; any other
    source gives one item. Never raises for what a file holds; never holds more than one record in memory.
    """
    try:
        with Path(source.path).open("rb") as raw:
            yield from _read_stream(source, raw)
    except OSError as error:
        yield _reject(source, None, _Refusal("unreadable", error.strerror or str(error)))


def _read_stream(source: Source, raw: IO[bytes]) -> Iterator[RawDocument | Reject]:
    is_packed = raw.read(len(_GZIP_SIGNATURE)) == _GZIP_SIGNATURE
    raw.seek(0)
    stream: IO[bytes] = gzip.GzipFile(fileobj=raw) if is_packed else raw  # type: ignore[assignment]
    try:
        start = _peek(stream)
    except _DAMAGE as error:
        yield _reject(source, None, _damaged_archive(raw, error))
        return
    if not _holds_json_lines(source.path, start):
        yield _read_document(source, stream, raw)
    elif _is_array(start):
        yield _reject(source, None, _Refusal("bad_json", "a JSON array; one JSON object a line is expected"))
    else:
        yield from _read_json_lines(source, stream, raw, start)


def _peek(stream: IO[bytes]) -> bytes:
    """The first bytes of a stream, as many as an archive that ends early still gives; the stream is rewound."""
    found = b""
    try:
        while len(found) < _SNIFFED_BYTES and (piece := stream.read1(_SNIFFED_BYTES)):  # type: ignore[attr-defined]
            found += piece
    except _DAMAGE:
        if not found:
            raise
    stream.seek(0)
    return found


def _damaged_archive(raw: IO[bytes], error: Exception) -> _Refusal:
    if isinstance(error, EOFError):
        return _Refusal("truncated_archive", f"the gzip data ends too early, after {raw.tell():,} bytes")
    return _Refusal("truncated_archive", f"the gzip data is damaged: {error}")


def _reject(source: Source, record_index: int | None, refusal: _Refusal) -> Reject:
    detail = replace_surrogates(refusal.detail)
    return Reject(source.uri, record_index, source.sha256 or None, "extract", refusal.reason, detail)


# One document a file


def _read_document(source: Source, stream: IO[bytes], raw: IO[bytes]) -> RawDocument | Reject:
    try:
        data = stream.read(MAX_RECORD_BYTES + 1)
    except _DAMAGE as error:
        return _reject(source, None, _damaged_archive(raw, error))
    if len(data) > MAX_RECORD_BYTES:
        return _reject(source, None, _Refusal("too_large", f"more than {MAX_RECORD_BYTES:,} bytes in one document"))
    if not data.strip():
        return _reject(source, None, _Refusal("empty", "no bytes" if not data else "white space only"))
    try:
        decoded = encodings.decode(data, declared=html.declared_encoding(data))
    except encodings.UndecodableError as error:
        return _reject(source, None, _Refusal(error.reason, str(error)))
    return _interpret(source, decoded)


def _interpret(source: Source, decoded: encodings.Decoded) -> RawDocument | Reject:
    """The text of a decoded file, by its format."""
    media_type, text, fields, flags = _media_type(source.path, decoded.text), decoded.text, {}, decoded.quality_flags
    if media_type == PAGE:
        page = html.read_page(text)
        text, fields, flags = page.text, page.fields, (*flags, *(["html_fallback"] if page.is_fallback else []))
        if not text:
            return _reject(source, None, _Refusal("no_text", "the HTML page holds no article text"))
    elif media_type == MARKDOWN:
        from flows.formats.markdown import plain_text

        text = plain_text(text)
    if not text.strip():
        return _reject(source, None, _Refusal("empty", "no characters but white space"))
    return RawDocument(
        source.uri, 0, source.sha256, media_type, decoded.encoding, replace_surrogates(text), fields, flags
    )


def _media_type(path: str, text: str) -> str:
    name = bare_name(path)
    if html.is_page(text) or (name.endswith((".html", ".htm")) and html.holds_markup(text)):
        return PAGE
    return MARKDOWN if name.endswith(".md") else PLAIN


# Many records a file


def _holds_json_lines(path: str, start: bytes) -> bool:
    """By content: the first line is a JSON object. By suffix, where the content is no page: a bad line is then one."""
    if bare_name(path).endswith((".jsonl", ".ndjson")):
        return bool(start.strip()) and not html.is_page(start[:4096].decode("latin-1")) and b"\0\0" not in start
    return isinstance(_first_value(start), dict)


def _is_array(start: bytes) -> bool:
    return start.lstrip(_BLANK).startswith(b"[") and _first_value(start) is None


def _first_value(start: bytes) -> object:
    """What the first line holds, read as JSON; None where it is not JSON."""
    first_line, _, _ = start.lstrip(_BLANK).partition(b"\n")
    if not first_line.startswith((b"{", b"[")):
        return None
    try:
        return json.loads(first_line)
    except (ValueError, RecursionError):
        return None


def _read_json_lines(source: Source, stream: IO[bytes], raw: IO[bytes], start: bytes) -> Iterator[RawDocument | Reject]:
    wide = encodings.byte_order_mark(start)
    if wide is not None and wide != "utf-8":  # two or four bytes a character: line ends are found in the text only
        text_lines = io.TextIOWrapper(stream, wide.removesuffix("-le").removesuffix("-be"), "replace", newline="\n")
        stream = _EncodedLines(text_lines)  # type: ignore[assignment]
    index = 0
    while True:
        try:
            line = stream.readline(MAX_RECORD_BYTES + 1)
            is_too_large = len(line) > MAX_RECORD_BYTES
            if is_too_large:
                _skip_line(stream)
        except _DAMAGE as error:
            yield _reject(source, index, _damaged_archive(raw, error))
            return
        if not line:
            return
        if is_too_large:
            yield _reject(source, index, _Refusal("too_large", f"more than {MAX_RECORD_BYTES:,} bytes in one line"))
        elif line.strip():
            yield _read_record(source, index, line, wide)
        else:
            continue
        index += 1


class _EncodedLines:
    """Lines of text as lines of UTF-8."""

    def __init__(self, lines: io.TextIOWrapper) -> None:
        self._lines = lines

    def readline(self, size: int) -> bytes:
        return self._lines.readline(size).encode("utf-8", "replace")


def _skip_line(stream: IO[bytes]) -> None:
    while (rest := stream.readline(_SNIFFED_BYTES)) and not rest.endswith(b"\n"):
        pass


def _read_record(source: Source, index: int, line: bytes, marked: str | None) -> RawDocument | Reject:
    try:
        decoded = encodings.decode(line.strip())
    except encodings.UndecodableError as error:
        return _reject(source, index, _Refusal(error.reason, str(error)))
    try:
        record = json.loads(decoded.text, strict=False)
    except (ValueError, RecursionError) as error:
        return _reject(source, index, _Refusal("bad_json", f"not JSON: {error}"))
    if not isinstance(record, dict):
        return _reject(
            source, index, _Refusal("bad_json", f"a JSON object was expected, not a {type(record).__name__}")
        )
    return _record_document(source, index, record, replace(decoded, encoding=marked or decoded.encoding))


def _record_document(
    source: Source, index: int, record: dict[str, object], decoded: encodings.Decoded
) -> RawDocument | Reject:
    text, fields = json_record.text_and_fields(record)
    if not text.strip():
        names = ", ".join(sorted(record)[:10]) or "none"
        return _reject(source, index, _Refusal("no_text", f"no field holds the text; the record's fields: {names}"))
    repaired, was_repaired = encodings.repair_mojibake(replace_surrogates(text))
    flags = list(decoded.quality_flags)
    flags += [encodings.REPAIRED] if was_repaired else []
    flags += [encodings.REPLACED] if "\ufffd" in repaired else []
    clean_fields = {name: replace_surrogates(encodings.repair_mojibake(value)[0]) for name, value in fields.items()}
    return RawDocument(
        source.uri,
        index,
        source.sha256,
        RECORDS,
        decoded.encoding,
        repaired,
        clean_fields,
        tuple(dict.fromkeys(flags)),
    )
