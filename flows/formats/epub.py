"""EPUB: one record a section of the book's reading order, as newspapers made into books have one for each article."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import IO
from urllib.parse import unquote

from flows.formats import encoding as encodings
from flows.formats import xml
from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.html import declared_encoding, fragment_text
from flows.formats.parsed import finished
from flows.formats.passed_over import without_passed_over
from flows.formats.zipped import mimetype_of, open_zip, read_part
from transforms.paragraphs import PARAGRAPH_BREAK
from transforms.text import count_words

MEDIA_TYPE = "application/epub+zip"
MAX_SECTIONS = 20_000
MIN_WORDS = 20  # of a section; a cover, a title page or a divider has fewer

_MAKERS = ("calibre", "sigil", "pandoc")  # which write their own name where the author's belongs


def _recognise(head: Head) -> Match:
    return Match.CONTENT if mimetype_of(head).startswith(MEDIA_TYPE) else Match.NO


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    archive = open_zip(stream)
    path = _package_path(archive)
    package = xml.parse_element(read_part(archive, path))
    return without_passed_over(_sections(archive, posixpath.dirname(path), package, reading))


def _package_path(archive: zipfile.ZipFile) -> str:
    container = xml.parse_element(read_part(archive, "META-INF/container.xml"))
    stated = (root.get("full-path") or "" for root in xml.find_all(container, "rootfiles/rootfile"))
    path = str(next(filter(None, stated), ""))
    if not path:
        raise FormatError("bad_record", "the book does not say where its list of contents is")
    return path


def _sections(archive: zipfile.ZipFile, folder: str, package: xml.Element, reading: Reading) -> Iterator[Item | str]:
    stated = _book_fields(package)
    files = {item.get("id"): item for item in xml.find_all(package, "manifest/item")}
    references = xml.find_all(package, "spine/itemref")[:MAX_SECTIONS]
    for reference in references:
        item = files.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "") or reference.get("linear") == "no":
            yield "covers and lists of contents"
            continue
        member = posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        try:
            data = read_part(archive, member)
        except FormatError as error:
            yield Fault(error.reason, str(error), member)
            continue
        if len(data) > reading.max_record_bytes:
            yield Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one section", member)
        elif count_words(fragment_text(_decode(data).text)) < MIN_WORDS:
            yield "sections of a few words"
        else:
            yield Record(data, "epub", reading.name, member=member, stated=stated)


def _book_fields(package: xml.Element) -> dict[str, str]:
    """The book's title as the publisher of its sections, as of a newspaper made into a book."""
    creator = xml.first_words(package, "metadata/creator")
    found = {
        "publisher": xml.first_words(package, "metadata/title"),
        "byline": "" if creator.lower().startswith(_MAKERS) else creator,
        "published_date": xml.first_words(package, "metadata/date"),
        "language": xml.first_words(package, "metadata/language"),
    }
    return {name: value for name, value in found.items() if value}


def _decode(data: bytes) -> encodings.Decoded:
    return encodings.decode(data, declared=declared_encoding(data))


def _parse(record: Record) -> Document:
    from lxml import html as lxml_html

    decoded = _decode(record.data)
    text = decoded.text.partition("?>")[2] if decoded.text.startswith("<?xml") else decoded.text
    page = lxml_html.document_fromstring(text)
    headings = (heading for level in ("h1", "h2", "h3") for heading in page.iter(level))
    title = next((words for heading in headings if (words := " ".join(heading.text_content().split()))), "")
    paragraphs = fragment_text(decoded.text).split(PARAGRAPH_BREAK)
    if title and title in paragraphs[:5]:
        paragraphs.remove(title)
    fields = {"title": title} if title else {}
    body = PARAGRAPH_BREAK.join(paragraphs)
    return finished(body, "application/xhtml+xml", decoded.encoding, fields, decoded.quality_flags)


FORMAT = Format("epub", (".epub",), _recognise, _read, _parse, chars_per_byte=0.7, opens=b"P")
