"""Plain text: whatever is no binary and nobody knows better, one document a file."""

from __future__ import annotations

from flows.formats import encoding as encodings
from flows.formats.base import Document, Format, FormatError, Head, Match, Record, one_record
from transforms.text import replace_surrogates

SUFFIXES = (".txt", ".text")


def _recognise(head: Head) -> Match:
    if encodings.is_binary(head.start):
        return Match.NO
    return Match.NAME if head.name.endswith(SUFFIXES) else Match.FALLBACK


def _parse(record: Record) -> Document:
    decoded = encodings.repaired(encodings.decode(record.data, declared=record.stated.get("charset")))
    if not decoded.text.strip():
        raise FormatError("empty", "no characters but white space")
    return Document(replace_surrogates(decoded.text), "text/plain", decoded.encoding, {}, decoded.quality_flags)


FORMAT = Format("text", SUFFIXES, _recognise, one_record("text"), _parse)
