"""Agency copy as it comes over the wire: IPTC 7901, ANPA 1312 and the older frame ZCZC ... NNNN.

A message is framed by control characters (SOH header STX text ETX trailer EOT) or by ZCZC and NNNN. Its lines may
carry a sign of what they are: ``^`` a headline or another line above the text, ``<`` the end of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from flows.formats import encoding as encodings
from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.cutting import cut
from flows.formats.parsed import finished
from transforms.dates import to_iso
from transforms.paragraphs import PARAGRAPH_BREAK

_FRAMED = re.compile(rb"\A[\s\x16]*\x01[^\x02]{0,400}\x02")
_FRAMED_IN_WORDS = re.compile(rb"\A\s*ZCZC\b", re.I)
_START, _START_IN_WORDS = re.compile(rb"\x01"), re.compile(rb"(?:\A|(?<=[\r\n]))[ \t]*ZCZC\b", re.I)

# a0123 <US> r i ..., or abc0123 3 POL 250 slug
_ANPA_HEADER = re.compile(r"(?:[a-z]{1,3})(?:\d{3,5})\x1f(?:[a-z])\s*(?P<category>[a-z]{1,3})\b", re.I)
_IPTC_HEADER = re.compile(r"[A-Za-z]*\d{1,5} \d (?P<category>[A-Za-z]{1,3}) +\d+\b")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE_GROUP = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})[A-Z]?\s+([A-Za-z]{3})[a-z]*\.?\s+(\d{2}(?:\d{2})?)(?!\d)")
_ANPA_DATE = re.compile(r"(?<!\d)(\d{1,2})-(\d{1,2})-(\d{2}(?:\d{2})?)\s+\d{4}")
_BYLINE = re.compile(r"(?:by|von|par|por|di)\s+(\S.{2,80})", re.I)
_NOTE = re.compile(r"(?:eds?|editors?)\b[:.]", re.I)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]+")
# What a line of a ZCZC message is, by its first character.
_SIGNED = re.compile(r"([%#$:&*@~+=^!/]|[A-Z]{2}#)(.*)")
_ROUTING = re.compile(r"(?:YY|HH|PP|RR)\b[ A-Z0-9()]*")
_HEADLINE_SIGNS = ("TI#", "^", "$", ":", "#")
MIN_HEADLINE_LETTERS = 8  # what has fewer is a code, or a day


def _recognise(head: Head) -> Match:
    if _FRAMED.match(head.start):
        return Match.CONTENT
    return Match.CONTENT if _FRAMED_IN_WORDS.match(head.start) and b"\0" not in head.start else Match.NO


# Records


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    start = stream.read(400)
    stream.seek(0)
    marker = _START if _FRAMED.match(start) else _START_IN_WORDS
    for offset, message in cut(stream, marker, reading.max_record_bytes):
        if message is None:
            yield Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one message")
        elif _text_of(message).strip():
            yield Record(message, "wire_text", reading.name, byte_start=offset)
        else:
            yield Fault("no_text", "a message with no text")


def _text_of(message: bytes) -> bytes:
    """The part of a message between its header and its trailer."""
    if message.startswith(b"\x01"):
        return message.partition(b"\x02")[2].partition(b"\x03")[0]
    return re.split(rb"[\r\n][ \t]*NNNN\b", message.strip().partition(b"\n")[2] or message.partition(b"\r")[2])[0]


# One message


def _parse(record: Record) -> Document:
    decoded = encodings.decode(_CONTROL_BYTES.sub(b"", _text_of(record.data)), declared=record.stated.get("charset"))
    lines = [line.rstrip() for line in _CONTROLS.sub(" ", decoded.text).splitlines()]
    if record.data.startswith(b"\x01"):
        fields = _header_fields(record.data.partition(b"\x02")[0].decode("latin-1").lstrip("\x01\x16"))
        fields |= _trailer_fields(record.data.rpartition(b"\x03")[2].decode("latin-1"))
        above, lines = _split_caret_lines(lines)
    else:
        fields = {}
        above, lines = _split_signed_lines(lines)
    text = PARAGRAPH_BREAK.join(_paragraphs(lines))
    if not text:
        raise FormatError("no_text", "a message with no text")
    return finished(text, "text/plain", decoded.encoding, {**fields, **above}, decoded.quality_flags)


_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]+")


def _header_fields(header: str) -> dict[str, str]:
    found = _IPTC_HEADER.match(header) or _ANPA_HEADER.match(header)
    return {"section": found["category"].strip().upper()} if found else {}


def _trailer_fields(trailer: str) -> dict[str, str]:
    """The day of the date and time group behind a text: ``110900 JUL 21``, or ``07-11-21 0900``."""
    if (group := _DATE_GROUP.search(trailer)) and group[4].lower() in _MONTHS:
        day = to_iso(_year(group[5]), _MONTHS.index(group[4].lower()) + 1, int(group[1]))
    elif found := _ANPA_DATE.search(trailer):
        day = to_iso(_year(found[3]), int(found[1]), int(found[2]))
    else:
        return {}
    return {"published_date": day} if day else {}


def _year(digits: str) -> int:
    year = int(digits)
    return year if year > 99 else year + (1900 if year >= 70 else 2000)


def _split_caret_lines(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """What the lines before the text state: the first with a caret is the headline, one of them may be the byline."""
    above: dict[str, str] = {}
    for number, line in enumerate(lines):
        value = line.strip().strip("^<=> ")
        if not value:
            continue
        if not line.strip().startswith("^"):
            return above, lines[number:]
        if byline := _BYLINE.fullmatch(value):
            above.setdefault("byline", byline[1])
        elif "title" not in above and not _NOTE.match(value):
            above["title"] = value
    return above, []


def _split_signed_lines(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The same for lines that begin with a sign; of several that may be the headline the surest is."""
    signed: dict[str, str] = {}
    for number, line in enumerate(lines):
        found = _SIGNED.fullmatch(line.strip())
        if line.strip() and not found and not _ROUTING.fullmatch(line.strip()):
            return _signed_fields(signed), lines[number:]
        if found and found[2].strip():
            signed.setdefault(found[1], found[2].strip())
    return _signed_fields(signed), []


def _signed_fields(signed: dict[str, str]) -> dict[str, str]:
    stated = (signed.get(sign, "").strip("<! ") for sign in _HEADLINE_SIGNS)
    title = next((value for value in stated if sum(map(str.isalpha, value)) >= MIN_HEADLINE_LETTERS), "")
    return {"title": title, "published_date": signed.get("PD#", "")}


def _paragraphs(lines: list[str]) -> list[str]:
    """The paragraphs of a text: parted by blank lines, indented first lines or an end-of-line sign before one."""
    paragraphs: list[list[str]] = [[]]
    is_indented = sum(line.startswith(("   ", "\t")) for line in lines) >= 2
    for line in lines:
        words = line.strip().strip("<").strip()
        if not words or (is_indented and line.startswith(("   ", "\t"))):
            paragraphs.append([])
        if words:
            paragraphs[-1].append(words)
    return ["\n".join(paragraph) for paragraph in paragraphs if paragraph]


FORMAT = Format("wire_text", (), _recognise, _read, _parse)
