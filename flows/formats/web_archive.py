"""WARC and ARC, as crawlers write them: the pages and texts of their records, each with its address and crawl date.

Requests, redirects, revisits, pictures and the like are what such a file is made of, so they are no faults; only where
nothing else is in it does a Fault count them.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO, Any

import pyarrow as pa

from flows.formats import encoding as encodings
from flows.formats import html
from flows.formats.base import Fault, Format, FormatError, Head, Item, Match, Reading, Record, read_at_most
from flows.formats.extras import needs

SUFFIXES = (".warc", ".arc", ".wet", ".wat")
MAX_HEADER_BYTES = 2**16
PAGE_TYPES = frozenset(["text/html", "application/xhtml+xml"])
TYPES_READ = PAGE_TYPES | {"text/plain", ""}
KINDS_READ = ("response", "resource", "conversion")

_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.I)
_OWN_NOTES = re.compile(r"metadata:|dns:|whois:|warcinfo:|urn:X-wpull", re.I)
_CHUNK = re.compile(rb"\s*([0-9a-fA-F]{1,8})[^\r\n]{0,200}\r?\n")
_LOOKED_AT_BYTES = 1024  # of a body, to see what it is
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,99}<(?:[?!]|[a-zA-Z][\w:-]{0,40}[\s>])")
_WIDE_CONTENT = ("gzip", "x-gzip", "deflate", "br", "zstd")


@dataclass(slots=True)
class _Entry:
    """A record of either kind of archive: its own headers, and of a response those of HTTP, names in lower case."""

    kind: str
    record_id: str
    url: str
    crawled_at: str
    media_type: str
    content: IO[bytes]
    n_bytes: int = 0  # of the content, as its header says
    status: int | None = None
    http: Mapping[str, str] = field(default_factory=dict)


# Which files


def _recognise(head: Head) -> Match:
    start = head.start.lstrip(b"\r\n")
    return Match.CONTENT if re.match(rb"WARC/\d|filedesc://", start) else Match.NO


# Records


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    is_arc = stream.read(512).lstrip().startswith(b"filedesc:")
    stream.seek(0)
    passed_over: Counter[str] = Counter()
    has_items = False
    for entry in _arc_entries(stream) if is_arc else _warc_entries(stream):
        item = _item(entry, reading, passed_over)
        if item is not None:
            has_items = True
            yield item
    if not has_items:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in passed_over.most_common(6))
        raise FormatError("no_text", f"no page with text among its records: {kinds or 'none'}")


def _item(entry: _Entry, reading: Reading, passed_over: Counter[str]) -> Item | None:
    reason = _why_passed_over(entry)
    if reason is None:
        try:
            data = _content(entry, reading.max_record_bytes)
        except FormatError as error:
            return Fault(error.reason, str(error))
        if data is None:
            return Fault("too_large", f"more than {reading.max_record_bytes:,} bytes at {entry.url}")
        if not data or data.isspace():
            reason = "empty response"
        elif encodings.is_binary(data[:_LOOKED_AT_BYTES]):
            reason = "binary response"
        elif _MARKUP.match(data) and not _is_page(entry, data):
            reason = "of markup sent as text"
        else:
            return _record(entry, data, reading)
    passed_over[reason if reason in passed_over or len(passed_over) < 50 else "others"] += 1
    return None


def _why_passed_over(entry: _Entry) -> str | None:
    """What a record is that gives no article; None where it may give one."""
    if entry.kind not in KINDS_READ:
        return f"{entry.kind} records"
    if entry.kind == "response" and entry.status != 200:
        return f"responses with status {entry.status}" if entry.status else "responses without HTTP"
    if entry.media_type not in TYPES_READ:
        return f"of {entry.media_type[:60]}"
    if _OWN_NOTES.match(entry.url):
        return "notes of the crawler"
    is_robots = "robots.txt" in entry.url and entry.url.partition("?")[0].endswith("/robots.txt")
    return "robots.txt" if is_robots else None


def _is_page(entry: _Entry, data: bytes) -> bool:
    return entry.media_type in PAGE_TYPES or html.is_page(encodings.decode_start(data[:_LOOKED_AT_BYTES]))


def _record(entry: _Entry, data: bytes, reading: Reading) -> Record:
    is_text = entry.kind == "conversion"
    charset = "utf-8" if is_text else _charset(entry.http.get("content-type", ""))
    stated = {"url": entry.url, "crawled_at": entry.crawled_at, "charset": charset}
    if not all(stated.values()):
        stated = {name: value for name, value in stated.items() if value}
    format_ = "text" if is_text or not _is_page(entry, data) else "html"
    return Record(data, format_, reading.name, entry.record_id or None, "", stated)


@lru_cache(maxsize=256)  # archives hold few, again and again
def _charset(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return found[1] if found else ""


# WARC


def _warc_entries(stream: IO[bytes]) -> Iterator[_Entry]:
    fastwarc = needs("fastwarc.warc", "web", "a web archive")
    position = 0
    try:
        # In its quirks mode it goes on behind what is no record, and takes what wget and others wrote against the norm.
        for record in fastwarc.ArchiveIterator(
            stream, parse_http=False, quirks_mode=True, stream_detect=False, max_header_len=MAX_HEADER_BYTES
        ):
            position = record.stream_pos
            yield _warc_entry(record)
    except FormatError:
        raise
    except (OSError, ValueError, EOFError) as error:
        raise FormatError("truncated_archive", f"damaged behind byte {position:,}: {error}") from None


def _warc_entry(record: Any) -> _Entry:
    # All at once, since asking for each goes over all; of a name that comes twice the first counts.
    headers = {name.lower(): value for name, value in reversed(record.headers.items())}
    kind = (headers.get("warc-type") or "unknown").strip().lower()
    entry = _Entry(
        kind=kind,
        record_id=headers.get("warc-record-id", "").strip("<> "),
        url=headers.get("warc-target-uri", "").strip("<> "),
        crawled_at=headers.get("warc-date", ""),
        media_type=_media_type(headers.get("content-type", "")),
        content=record.reader,
        n_bytes=record.content_length or 0,
    )
    if kind == "response" and entry.url[:4].lower() not in {"dns:", "ftp:"}:
        record.is_http = True  # also where the record's own headers do not say so
        _parse_http(record, entry)
    return entry


def _parse_http(record: Any, entry: _Entry) -> None:
    try:
        record.parse_http(auto_decode="none", quirks_mode=True, max_header_len=MAX_HEADER_BYTES)
    except (OSError, ValueError):
        return
    if record.http_headers is not None:
        entry.http = {name.lower(): value for name, value in record.http_headers.items()}
        entry.status = record.http_headers.status_code
        entry.media_type = _media_type(entry.http.get("content-type", ""))
        entry.content, entry.n_bytes = record.reader, record.content_length or 0


# ARC


def _arc_entries(stream: IO[bytes]) -> Iterator[_Entry]:
    archiveiterator = needs("warcio.archiveiterator", "web", "an ARC web archive")
    exceptions = needs("warcio.exceptions", "web", "an ARC web archive")
    try:
        records = archiveiterator.ArchiveIterator(stream, arc2warc=False)
        records.INC_RECORD = ""  # it would write what follows a wrong length to the terminal
        for record in records:
            if record.rec_type == "arc_header":
                continue
            yield _arc_entry(record)
    except FormatError:
        raise
    except (exceptions.ArchiveLoadFailed, EOFError, ValueError) as error:
        raise FormatError("truncated_archive", f"the ARC is damaged: {error}") from None


def _arc_entry(record: Any) -> _Entry:
    headers = record.rec_headers
    url, date = headers.get_header("uri") or "", headers.get_header("archive-date") or ""
    entry = _Entry("response", f"{url} {date}", url, _iso_time(date), "", record.raw_stream)
    if record.http_headers is not None:
        entry.http = {name.lower(): value for name, value in record.http_headers.headers}
        status = record.http_headers.get_statuscode()
        entry.status = int(status) if status.isdecimal() else None
        entry.media_type = _media_type(entry.http.get("content-type", ""))
    return entry


def _iso_time(date: str) -> str:
    """A time of 14 digits as ISO 8601 in UTC."""
    if len(date) != 14 or not date.isdecimal():
        return ""
    return f"{date[:4]}-{date[4:6]}-{date[6:8]}T{date[8:10]}:{date[10:12]}:{date[12:]}Z"


@lru_cache(maxsize=256)
def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


# What a response carries


def _content(entry: _Entry, max_bytes: int) -> bytes | None:
    """The bytes of a page as they were before they were sent; None where they are too many.

    Where they are not what the headers say, they stay: crawlers store unpacked bodies under the old headers.
    """
    data = read_at_most(entry.content, min(entry.n_bytes or max_bytes + 1, max_bytes + 1))
    if len(data) > max_bytes:
        return None
    if len(data) < entry.n_bytes:
        raise FormatError("truncated_archive", f"{len(data):,} of {entry.n_bytes:,} bytes at {entry.url}")
    if "chunked" in entry.http.get("transfer-encoding", "").lower():
        data = unchunked(data)
    codings = entry.http.get("content-encoding", "")
    for coding in reversed(codings.lower().split(",")) if codings else ():
        unpacked = _unpacked(data, coding.strip(), max_bytes)
        if unpacked is None:
            return None
        data = unpacked
    return data


def unchunked(data: bytes) -> bytes:
    """A chunked body put together; as it is from the first place on where it is not chunked."""
    pieces, at = [], 0
    while (size := _CHUNK.match(data, at)) is not None:
        n_bytes = int(size[1], 16)
        pieces.append(data[size.end() : size.end() + n_bytes])
        at = size.end() + n_bytes
        if n_bytes == 0 or at >= len(data):
            return b"".join(pieces)
    return b"".join([*pieces, data[at:]])


def _unpacked(data: bytes, coding: str, max_bytes: int) -> bytes | None:
    if coding not in _WIDE_CONTENT:
        return data
    try:
        found = _inflated(data, max_bytes) if coding not in {"br", "zstd"} else _decoded(data, coding, max_bytes)
    except (zlib.error, OSError, pa.ArrowException):
        return data
    return None if len(found) > max_bytes else found


def _inflated(data: bytes, max_bytes: int) -> bytes:
    """Gzip, zlib, or deflate without a header, as far as the data goes."""
    try:
        return zlib.decompressobj(wbits=47).decompress(data, max_bytes + 1)
    except zlib.error:
        return zlib.decompressobj(wbits=-15).decompress(data, max_bytes + 1)


def _decoded(data: bytes, coding: str, max_bytes: int) -> bytes:
    codec = {"br": "brotli", "zstd": "zstd"}[coding]
    found: bytes = pa.CompressedInputStream(pa.BufferReader(data), codec).read(max_bytes + 1)
    return found


FORMAT = Format("web_archive", SUFFIXES, _recognise, _read, opens=b"Wf")
