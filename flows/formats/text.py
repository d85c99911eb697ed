"""Plain text: whatever is no binary and nobody knows better, one document a file."""

from __future__ import annotations

from flows.formats import encoding as encodings
from flows.formats.base import Document, Format, FormatError, Head, Match, Record, one_record
from transforms.figures_alone import TABLE, is_table
from transforms.source_text import SourceText, decoded
from transforms.text import replace_surrogates

SUFFIXES = (".txt", ".text")


def _recognise(head: Head) -> Match:
    if encodings.is_binary(head.start):
        return Match.NO
    return Match.NAME if head.name.endswith(SUFFIXES) else Match.FALLBACK


def _parse(record: Record) -> Document:
    found = encodings.decode(record.data, declared=record.stated.get("charset"))
    if not found.text.strip():
        raise FormatError("empty", "no characters but white space")
    if is_table(found.text):
        raise FormatError("not_an_article", TABLE)
    return Document(replace_surrogates(found.text), "text/plain", found.encoding, {}, found.quality_flags)


def _source_text(record: Record, document: Document) -> SourceText | None:
    n_mark = encodings.mark_length(record.data)
    return decoded(record.data[n_mark:], document.encoding, byte_start=n_mark)


FORMAT = Format("text", SUFFIXES, _recognise, one_record("text"), _parse, source_text=_source_text)
