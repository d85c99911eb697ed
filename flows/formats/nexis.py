"""LexisNexis and Nexis exports as HTML and as text: one record an article, cover pages and lists left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from flows.formats import encoding as encodings
from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.cutting import cut_page
from flows.formats.html import fragment_text
from flows.formats.nexis_article import END, Parts, read_article, without_cover
from flows.formats.parsed import finished
from flows.formats.streamed_text import read_text_lines
from flows.formats.unpacked import start_of
from transforms.paragraphs import PARAGRAPH_BREAK

_HTML_MARKER = re.compile(rb"""<a\s+name\s*=\s*["']?DOC_ID_\d""", re.I)
_TEXT_MARKER = re.compile(
    r"\s*(?:(?:Document|Dokument|Documento)\s+)?\d[\d.,]*\s+(?:of|de|von|van|di)\s+\d[\d.,]*"
    r"(?:\s+(?:DOCUMENTS?|DOKUMENTEN?|DOCUMENTEN|DOCUMENTOS|DOCUMENTI|DOKUMENTE))?\s*",
    re.I,
)
_MARKED_WITH_A_WORD = re.compile(
    r"^[ \t]*(?:(?:Document|Dokument|Documento)[ \t]+\d[\d.,]*[ \t]+(?:of|de|von|van|di)[ \t]+\d[\d.,]*"
    r"|\d[\d.,]*[ \t]+(?:of|de|von|van|di)[ \t]+\d[\d.,]*[ \t]+(?:DOCUMENT|DOKUMENT)(?:EN|OS|I|E|S)?)[ \t]*\r?$",
    re.I | re.M,
)
_MARKING_WORDS = ("ocument", "okument", "OCUMENT", "OKUMENT")  # one of them is in every line that parts documents
_END_LINE = re.compile(rf"^[ \t]*{END.pattern}\r?$", re.I | re.M)
_BODY_LINE = re.compile(r"^(?:Body|Length:|Load-Date:|Section:)", re.M)
_MARKER_LINES = 3  # of an article, among which the one that numbers it stands


_ERROR = re.compile(r"We are sorry but there is an error in this document")


# HTML


def _recognise_html(head: Head) -> Match:
    start = head.start
    if b"_" not in start or (b"DOC_ID_" not in start and b"doc_id_" not in start):  # one byte is found much faster
        return Match.NO
    is_export = _HTML_MARKER.search(head.start) and (b"<DOC NUMBER" in head.start or b"DOCUMENTS=" in head.start)
    return Match.CONTENT if is_export or _is_saved_export(head.start) else Match.NO


def _is_saved_export(start: bytes) -> bool:
    """Whether it is an export that a browser or an editor wrote anew."""
    is_theirs = re.search(rb"LXNComment|lexisnexis|nexis\.com", start, re.I) is not None
    return is_theirs and _HTML_MARKER.search(start) is not None


def _read_html(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    yield from cut_page(stream, _HTML_MARKER, reading, "nexis_html")


def _parse_html(record: Record) -> Document:
    decoded = encodings.decode(record.data, declared=record.stated.get("charset"))
    paragraphs = fragment_text(decoded.text).split(PARAGRAPH_BREAK)
    return article_document(read_article(_without_marker(paragraphs)), "text/html", decoded)


# Text


def _recognise_text(head: Head) -> Match:
    if encodings.is_binary(head.start) or encodings.first_of(head.start) == "<":
        return Match.NO
    start = encodings.decode_start(head.start)
    if not any(word in start for word in _MARKING_WORDS):
        return Match.NO
    is_old = _MARKED_WITH_A_WORD.search(start) is not None
    is_new = _END_LINE.search(start) is not None and len(set(_BODY_LINE.findall(start))) >= 2
    return Match.CONTENT if is_old or is_new else Match.NO


def _read_text(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    is_old = _MARKED_WITH_A_WORD.search(encodings.decode_start(start_of(stream))) is not None
    for lines in _articles(read_text_lines(stream, reading.max_record_bytes), reading.max_record_bytes, is_old):
        if lines is None:
            yield Fault("too_large", f"more than {reading.max_record_bytes:,} characters in one article")
        elif any(line.strip() for line in lines):
            yield Record("\n".join(lines).encode("utf-8", "replace"), "nexis_text", reading.name)


def _articles(lines: Iterator[str], max_chars: int, is_old: bool) -> Iterator[list[str] | None]:
    """The lines of each article: from its number on (old), or to the line that ends it; None for too many."""
    held: list[str] | None = None if is_old else []
    n_chars, is_first = 0, True
    for line in lines:
        if is_old and _MARKED_WITH_A_WORD.fullmatch(line):
            if held is not None:
                yield held if n_chars <= max_chars else None
            held, n_chars = [], 0
        elif held is not None:
            n_chars += len(line) + 1
            if n_chars <= max_chars:
                held.append(line)
            if not is_old and END.fullmatch(line.strip()):
                yield list(without_cover(held) if is_first else held) if n_chars <= max_chars else None
                held, n_chars, is_first = [], 0, False
    if held and is_old:
        yield held if n_chars <= max_chars else None


def _parse_text(record: Record) -> Document:
    decoded = encodings.decode(record.data)
    is_new = _END_LINE.search(decoded.text) is not None
    blocks = re.split(r"\n[ \t]*\n\s*", decoded.text)
    paragraphs = decoded.text.split("\n") if is_new else [part for block in blocks for part in _parted(block)]
    return article_document(read_article(paragraphs), "text/plain", decoded)


def _parted(block: str) -> list[str]:
    """A block whose lines each have a key of their own as so many paragraphs."""
    lines = block.split("\n")
    keyed = [re.match(r"\s*[A-ZÀ-Þ][\w-]{2,20}:\s", line) is not None for line in lines]
    return lines if len(lines) > 1 and all(keyed) else [block]


# Both


def _without_marker(paragraphs: list[str]) -> list[str]:
    kept = [line for line in paragraphs[:_MARKER_LINES] if not _TEXT_MARKER.fullmatch(line)]
    return kept + paragraphs[_MARKER_LINES:]


def article_document(parts: Parts, media_type: str, decoded: encodings.Decoded) -> Document:
    """The document of an article; raises FormatError where the export holds a notice in its place."""
    text = PARAGRAPH_BREAK.join(parts.paragraphs)
    if _ERROR.match(text):
        raise FormatError("not_an_article", "the database could not show this article when it was exported")
    return finished(text, media_type, decoded.encoding, parts.fields, decoded.quality_flags)


HTML = Format("nexis_html", (), _recognise_html, _read_html, _parse_html, chars_per_byte=0.5, is_page=True)
TEXT = Format("nexis_text", (), _recognise_text, _read_text, _parse_text)
