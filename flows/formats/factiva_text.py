"""Factiva exports as text, as they are copied, or saved from RTF: with index codes, and in a fixed order without.

An article ends at the line with its accession number: ``Document CALPOS0020210711eh7b00001``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO

from flows.formats import encoding as encodings
from flows.formats.base import Document, Fault, Format, Head, Item, Match, Reading, Record
from flows.formats.export_lines import LENGTH, LENGTH_UNIT
from flows.formats.factiva import fields_by_codes, fields_in_order
from flows.formats.parsed import finished
from flows.formats.streamed_text import read_text_lines
from transforms.paragraphs import PARAGRAPH_BREAK

_CODES = "SE CLM HD BY CR WC PD ET SN SC ED PG VOL LA CY LP TD CT RF ART CO IN NS RE IPC IPD PUB AN DLN"
_CODED = re.compile(rf"({'|'.join(_CODES.split())})(?:[\t|]\s*|\s{{2,}}|\s*\Z)(.*)", re.S)
_ACCESSION = re.compile(r"(?:AN[\s|]+)?(?:Document|Dokument|Documento)\s+([A-Z0-9]{4,10}[A-Za-z0-9]{12,30})[\s|]*")
_ACCESSION_BYTES = re.compile(rb"(?:Document|Dokument|Documento) [A-Z0-9]{10}")  # found much faster than a line
_ACCESSION_LINE = re.compile(rf"^[ \t]*{_ACCESSION.pattern}$", re.M)
_LENGTH_LINE = re.compile(
    rf"^(?:WC)?[ \t|]{{0,20}}\d[\d.,]{{0,9}}\s{{1,3}}{LENGTH_UNIT}[ \t|]{{0,20}}\r?$", re.I | re.M
)


def _recognise(head: Head) -> Match:
    if _ACCESSION_BYTES.search(head.start) is None or encodings.first_of(head.start) in "<{":
        return Match.NO
    start = encodings.decode_start(head.start)
    is_export = _ACCESSION_LINE.search(start) is not None and _LENGTH_LINE.search(start) is not None
    return Match.CONTENT if is_export else Match.NO


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    held: list[str] = []
    n_chars = 0
    for line in read_text_lines(stream, reading.max_record_bytes):
        n_chars += len(line) + 1
        if n_chars <= reading.max_record_bytes:
            held.append(line)
        if found := _ACCESSION.fullmatch(line.strip()):
            if n_chars <= reading.max_record_bytes:
                yield Record("\n".join(held).encode("utf-8", "replace"), "factiva_text", reading.name, found[1])
            else:
                yield Fault("too_large", f"more than {reading.max_record_bytes:,} characters in one article")
            held, n_chars = [], 0


def _parse(record: Record) -> Document:
    decoded = encodings.decode(record.data)
    lines = [line.strip().strip("|").strip() for line in decoded.text.split("\n")]
    coded = _by_code(lines)
    if "HD" in coded and "PD" in coded:
        paragraphs, fields = fields_by_codes(coded)
    else:
        lines = [line for line in lines if line]
        paragraphs, fields = fields_in_order(lines, _headline(lines))
    return finished(PARAGRAPH_BREAK.join(paragraphs), "text/plain", decoded.encoding, fields, decoded.quality_flags)


def _by_code(lines: Sequence[str]) -> dict[str, str]:
    """What stands behind each code and below it, up to the next one, its lines as paragraphs."""
    found: dict[str, list[str]] = {}
    code = ""
    for line in lines:
        if (keyed := _CODED.fullmatch(line)) and keyed[1] not in found:
            code, line = keyed[1], keyed[2]
            found[code] = []
        if code and line:
            found[code].append(line)
    return {code: PARAGRAPH_BREAK.join(values) for code, values in found.items()}


def _headline(lines: Sequence[str]) -> str:
    """The line above the byline and the length, a section may precede it."""
    length = next((at for at, line in enumerate(lines) if LENGTH.fullmatch(line)), 0)
    above = [line for line in lines[:length] if not re.match(r"(?:by|von|par|por|di|door)\s", line, re.I)]
    return max(above[-2:], key=len, default="")


FORMAT = Format("factiva_text", (), _recognise, _read, _parse)
