"""HTML: whole pages to articles, and fragments to text."""

from __future__ import annotations

from flows.formats import encoding as encodings
from flows.formats.base import Document, Format, FormatError, Head, Match, Record, one_record
from flows.formats.html.fragments import (
    declared_encoding,
    field_text,
    fragment_text,
    holds_markup,
    is_page,
    story_text,
    without_references,
)
from flows.formats.html.page import Page, read_page
from transforms.text import replace_surrogates

__all__ = [
    "FORMAT",
    "Page",
    "declared_encoding",
    "field_text",
    "fragment_text",
    "holds_markup",
    "is_page",
    "read_page",
    "story_text",
    "without_references",
]

SUFFIXES = (".html", ".htm", ".xhtml")


def _recognise(head: Head) -> Match:
    if encodings.is_binary(head.start):
        return Match.NO
    start = encodings.decode_start(head.start)
    if is_page(start):
        return Match.CONTENT
    return Match.NAME if head.name.endswith(SUFFIXES) and holds_markup(start) else Match.NO


def _parse(record: Record) -> Document:
    decoded = encodings.decode(record.data, declared=record.stated.get("charset") or declared_encoding(record.data))
    page = read_page(decoded.text, record.stated.get("url", ""))
    if not page.text.strip():
        raise FormatError("no_text", "the HTML page holds no article text")
    fields = {name: replace_surrogates(value) for name, value in page.fields.items()}
    flags = (*decoded.quality_flags, *page.flags, *(["html_fallback"] if page.is_fallback else []))
    return Document(replace_surrogates(page.text), "text/html", decoded.encoding, fields, flags)


# A page is mostly markup and scripts.
FORMAT = Format("html", SUFFIXES, _recognise, one_record("html"), _parse, chars_per_byte=0.1, is_page=True)
