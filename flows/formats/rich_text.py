"""RTF, as databases and old editors give it: a Factiva or Nexis export gives one record an article, others are one."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO

from flows.formats import factiva_text, nexis
from flows.formats.base import Document, Fault, Format, Head, Item, Match, Reading, Record, read_at_most
from flows.formats.extras import needs
from flows.formats.parsed import finished
from transforms.paragraphs import PARAGRAPH_BREAK

MAX_FONTS_CHARS = 30_000  # of the table of fonts, whose reading takes the square of its length
_TARGET = re.compile(r"\(\"?(?:https?://|mailto:)[^()\s]{1,2000}\)")  # of a link, behind its words


def _recognise(head: Head) -> Match:
    return Match.CONTENT if head.start.lstrip().startswith(b"{\\rtf") else Match.NO


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    data = read_at_most(stream, reading.max_record_bytes + 1)
    if len(data) > reading.max_record_bytes:
        yield Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one document")
        return
    text = _text(data)
    export = next((format_ for format_ in (nexis.TEXT, factiva_text.FORMAT) if _is_of(format_, text)), None)
    if export is not None:
        yield from export.read(io.BytesIO(text.encode("utf-8", "replace")), reading)
    elif text.strip():
        yield Record(data, "rtf", reading.name, byte_start=0)
    else:
        yield Fault("no_text", "an RTF document with no text")


def _is_of(format_: Format, text: str) -> bool:
    return format_.recognise(Head("", text[:100_000].encode("utf-8", "replace"))) is Match.CONTENT


def _text(data: bytes) -> str:
    """The words of a document, a line a paragraph. Bytes that no code page allows become U+FFFD."""
    striprtf = needs("striprtf.striprtf", "office", "RTF")
    text = data.decode("latin-1")
    if len(striprtf.font_table_group(text)) > MAX_FONTS_CHARS:
        text = text.replace("\\fonttbl", "\\stylesheet")  # no font tells anything then, and none is looked for
    return _TARGET.sub("", str(striprtf.rtf_to_text(text, errors="replace")))


def _parse(record: Record) -> Document:
    lines = (line.strip() for line in _text(record.data).splitlines())
    return finished(PARAGRAPH_BREAK.join(filter(None, lines)), "application/rtf", "utf-8", {})


FORMAT = Format("rtf", (".rtf",), _recognise, _read, _parse, chars_per_byte=0.5, opens=b"{")
