"""Word documents (.docx): a Nexis Uni export gives one record an article, any other document is one record."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO, Any

from flows.formats import xml
from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.encoding import Decoded
from flows.formats.nexis import article_document
from flows.formats.nexis_article import END, HEAD_LINES, read_article, without_cover
from flows.formats.parsed import finished
from flows.formats.zipped import names_in, open_zip, read_elements, read_part
from transforms.paragraphs import PARAGRAPH_BREAK

SUFFIXES = (".docx", ".docm")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_DOCUMENT_CHARS = 200 * 1024 * 1024
PARAGRAPH_SEPARATOR = "\u2029"

_DOCUMENT, _PROPERTIES = "word/document.xml", "docProps/core.xml"
_TITLE_STYLES = frozenset(["title", "titel", "titre", "título", "titolo"])
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_UNSEEN = frozenset(["Fallback", "del", "moveFrom", "instrText", "delText", "txbxContent"])


def _recognise(head: Head) -> Match:
    names = names_in(head)
    if any(name.startswith("word/") for name in names):
        return Match.CONTENT
    is_other = any(name.startswith(("xl/", "ppt/")) for name in names)
    is_office = "[Content_Types].xml" in names or "_rels/.rels" in names
    return Match.CONTENT if is_office and not is_other and head.name.endswith(SUFFIXES) else Match.NO


# Records


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    archive = open_zip(stream)
    paragraphs = [paragraph for _, paragraph in _paragraphs(archive)]
    if _is_nexis(paragraphs):
        for lines in _articles(paragraphs):
            yield Record(PARAGRAPH_SEPARATOR.join(lines).encode("utf-8", "replace"), "nexis_docx", reading.name)
        return
    if not any(paragraph.strip() for paragraph in paragraphs):
        yield Fault("no_text", "a Word document with no text")
        return
    stream.seek(0)
    data = stream.read(reading.max_record_bytes + 1)
    if len(data) <= reading.max_record_bytes:
        yield Record(data, "docx", reading.name, byte_start=0)
    else:
        yield Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one document")


def _is_nexis(paragraphs: Sequence[str]) -> bool:
    """Whether a document is an export: articles that end in so many words, with a line that begins their body."""
    has_end = any(END.fullmatch(paragraph.strip()) for paragraph in paragraphs)
    return has_end and any(paragraph.strip() in HEAD_LINES for paragraph in paragraphs)


def _articles(paragraphs: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each article; the cover and the list of contents stand before the first."""
    held: list[str] = []
    is_first = True
    for paragraph in paragraphs:
        held.append(paragraph)
        if END.fullmatch(paragraph.strip()):
            yield list(without_cover(held)) if is_first else held
            held, is_first = [], False
    if any(line.strip() in HEAD_LINES for line in held):
        yield held


def _paragraphs(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The style and the text of each paragraph, those in tables and text boxes too."""
    n_chars = 0
    for element in read_elements(archive, _DOCUMENT, "{*}p"):
        text = "".join(_runs(element))
        n_chars += len(text)
        if n_chars > MAX_DOCUMENT_CHARS:
            raise FormatError("too_large", f"more than {MAX_DOCUMENT_CHARS:,} characters in one document")
        yield _style(element), text


def _runs(element: Any) -> Iterator[str]:
    for child in element:
        name = xml.local_name(child)
        if name == "t":
            yield child.text or ""
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name not in _UNSEEN:
            yield from _runs(child)


def _style(paragraph: Any) -> str:
    found = xml.find_all(paragraph, "pPr/pStyle")
    return next((str(value) for style in found for name, value in style.attrib.items() if name.endswith("}val")), "")


# One document


def _parse(record: Record) -> Document:
    archive = open_zip(io.BytesIO(record.data))
    styled = [(style.lower(), text.strip()) for style, text in _paragraphs(archive) if text.strip()]
    fields = {"language": _property(archive, "language")}
    if title := next((text for style, text in styled[:5] if style in _TITLE_STYLES), ""):
        fields["title"] = title
    return finished(PARAGRAPH_BREAK.join(text for _, text in styled), MEDIA_TYPE, "utf-8", fields)


def _property(archive: zipfile.ZipFile, name: str) -> str:
    """A property of the document. Its author and title are left alone: they are often those of a template."""
    if _PROPERTIES not in archive.namelist():
        return ""
    return xml.first_words(xml.parse_element(read_part(archive, _PROPERTIES)), name)


def _parse_article(record: Record) -> Document:
    lines = record.data.decode("utf-8").split(PARAGRAPH_SEPARATOR)
    return article_document(read_article(lines), MEDIA_TYPE, Decoded("", "utf-8"))


def _takes_none(_: Head) -> Match:
    return Match.NO


DOCX = Format("docx", SUFFIXES, _recognise, _read, _parse, chars_per_byte=0.3, opens=b"P")
NEXIS = Format("nexis_docx", (), _takes_none, _read, _parse_article)
