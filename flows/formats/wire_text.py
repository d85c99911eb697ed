"""Agency copy as it comes over the wire: IPTC 7901, ANPA 1312 and the older frame ZCZC ... NNNN.

A message is framed by control characters (SOH header STX text ETX trailer EOT) or by ZCZC and NNNN. Archives often
lose the control characters; such a file is one message, known by its header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from flows.formats import encoding as encodings
from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.cutting import cut
from flows.formats.parsed import finished
from flows.formats.wire_copy import (
    paragraphs,
    split_block,
    split_caret_lines,
    split_signed_lines,
    split_trailer,
    trailer_fields,
)
from transforms.figures_alone import TABLE, is_table
from transforms.paragraphs import PARAGRAPH_BREAK

_FRAMED = re.compile(rb"\A[\s\x16]*\x01[^\x02]{0,400}\x02")
_FRAMED_IN_WORDS = re.compile(rb"\A\s*ZCZC\b", re.I)
_START, _START_IN_WORDS = re.compile(rb"\x01"), re.compile(rb"(?:\A|(?<=[\r\n]))[ \t]*ZCZC\b", re.I)

# abc0123 3 POL 250 slug
_IPTC_HEADER = re.compile(
    r"[A-Za-z]{2,6}\d{3,5} \d (?P<category>[A-Za-z]{1,4}) +\d{1,5}\b(?: +(?P<publisher>[A-Za-z]{2,6})\b)?"
)
# a0123<US>code, a line end, and: r i bc-slug 07-11 0012
_ANPA_HEADER = re.compile(
    r"[a-z]{1,3}\d{3,5}\x1f?(?:[a-z-]{0,10}\s*[\r\n]+)?[a-z] (?P<category>[a-z])\b[^\r\n]{0,100}", re.I
)
_UNFRAMED = tuple(
    re.compile(rf"\s*{header.pattern}{end}", re.I)
    for header, end in ((_IPTC_HEADER, r"(?:-[a-z]{2,6})?(?: \d{4})?[ \t]*[\r\n]{2,}"), (_ANPA_HEADER, r"[\r\n]+\^"))
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]+")
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]+")


def _recognise(head: Head) -> Match:
    if _FRAMED.match(head.start):
        return Match.CONTENT
    if _FRAMED_IN_WORDS.match(head.start) and b"\0" not in head.start:
        return Match.CONTENT
    return Match.CONTENT if _is_unframed(head.start) else Match.NO


def _is_unframed(start: bytes) -> bool:
    return re.match(rb"\s*[A-Za-z]{1,6}\d{3}", start) is not None and _unframed_header(start) is not None


def _unframed_header(data: bytes) -> re.Match[str] | None:
    start = data[:400].decode("latin-1")
    return next(filter(None, (pattern.match(start) for pattern in _UNFRAMED)), None)


# Records


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    start = stream.read(400)
    stream.seek(0)
    if _FRAMED.match(start):
        marker = _START
    else:
        marker = _START_IN_WORDS if _FRAMED_IN_WORDS.match(start) else re.compile(rb"\A")
    for offset, message in cut(stream, marker, reading.max_record_bytes):
        if message is None:
            yield Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one message")
        elif _parts(message)[1].strip():
            yield Record(message, "wire_text", reading.name, byte_start=offset)
        else:
            yield Fault("no_text", "a message with no text")


def _parts(message: bytes) -> tuple[bytes, bytes, bytes]:
    """The header, text and trailer of a message."""
    if message.startswith(b"\x01"):
        header, _, rest = message.partition(b"\x02")
        text, _, trailer = rest.partition(b"\x03")
        return header.lstrip(b"\x01\x16"), text, trailer
    if _FRAMED_IN_WORDS.match(message):
        rest = message.strip().partition(b"\n")[2] or message.partition(b"\r")[2]
        return b"", re.split(rb"[\r\n][ \t]*NNNN\b", rest)[0], b""
    found = _unframed_header(message)
    end = found.end() - 1 if found else 0  # a caret belongs to the text, a line end does no harm to it
    return message[:end].lstrip(), message[end:], b""


# One message


def _parse(record: Record) -> Document:
    header, data, trailer = _parts(record.data)
    decoded = encodings.decode(_CONTROL_BYTES.sub(b"", data), declared=record.stated.get("charset"))
    lines = [line.rstrip() for line in _CONTROLS.sub(" ", decoded.text).splitlines()]
    if header:
        above, lines = split_caret_lines(lines)
        if not above:
            above, lines = split_block(lines)
    else:
        above, lines = split_signed_lines(lines)
    lines, below = split_trailer(lines)
    text = PARAGRAPH_BREAK.join(paragraphs(lines))
    if not text:
        raise FormatError("no_text", "a message with no text")
    if is_table(text):
        raise FormatError("not_an_article", TABLE)
    fields = _header_fields(header.decode("latin-1")) | below | trailer_fields(trailer.decode("latin-1")) | above
    return finished(text, "text/plain", decoded.encoding, fields, decoded.quality_flags)


def _header_fields(header: str) -> dict[str, str]:
    found = _IPTC_HEADER.match(header)
    if found:
        return {"section": found["category"].upper(), "publisher": found["publisher"] or ""}
    found = _ANPA_HEADER.match(header)
    return {"section": found["category"].upper()} if found else {}


FORMAT = Format("wire_text", (".tst", ".anpa"), _recognise, _read, _parse)
