"""Europresse (Eureka.cc) exports as HTML: one record an article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from flows.formats import encoding as encodings
from flows.formats.base import Document, Format, Head, Item, Match, Reading, Record
from flows.formats.cutting import cut_page
from flows.formats.export_lines import COPYRIGHT, find_date, section_name, without_copyright
from flows.formats.html import fragment_text
from flows.formats.parsed import finished
from transforms.paragraphs import PARAGRAPH_BREAK

_MARKER = re.compile(rb"""<span\b[^<>]{0,80}\bclass\s*=\s*["']?DocPublicationName\b""", re.I)
_NUMBER = re.compile(r"(?:Numéro de document|Document number|Dokumentnummer|Número de documento)\s*:\s*(\S+)")
_WEEKDAY = (
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
)
_ISSUE = re.compile(r",? ?(?:no|nº|n°)\.? ?\d.*\Z", re.I)
_CERTIFICATE = re.compile(
    r"(?:Ce certificat est émis|Date d'émission|Le présent document est protégé|This certificate)"
)
MAX_AUTHOR_CHARS = 150
_BEHIND_TITLE = "\ue000"  # a character for private use, which no text holds


def _recognise(head: Head) -> Match:
    if b"ocPublicationName" not in head.start:
        return Match.NO
    return Match.CONTENT if _MARKER.search(head.start) else Match.NO


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    yield from cut_page(stream, _MARKER, reading, "europresse", _own_id)


def _own_id(data: bytes, charset: str | None) -> str | None:
    found = _NUMBER.search(encodings.decode(data, declared=charset).text)
    return found[1].partition("<")[0] or None if found else None


# One article


def _parse(record: Record) -> Document:
    from lxml import html as lxml_html

    decoded = encodings.decode(record.data, declared=record.stated.get("charset"))
    root = lxml_html.document_fromstring(decoded.text.replace("\0", ""))
    fields = _head_fields(root)
    is_new = root.find(".//section") is not None
    paragraphs = _new_body(root, fields) if is_new else _old_body(root, fields)
    return finished(PARAGRAPH_BREAK.join(paragraphs), "text/html", decoded.encoding, fields, decoded.quality_flags)


def _head_fields(root: Any) -> dict[str, str]:
    header = "".join(_by_class(root, "DocHeader"))
    before_date = re.split(rf",?\s*\b{_WEEKDAY}\b|,?\s*\d{{1,2}}(?:er)?\s", header, maxsplit=1, flags=re.I)[0]
    return {
        "publisher": _ISSUE.sub("", " ".join(next(iter(_by_class(root, "DocPublicationName")), "").split())),
        "published_date": find_date(header) or "",
        "section": section_name(" ".join(before_date.split())),
        "title": next((" ".join(text.split()) for text in _by_class(root, "titrearticlevisu") if text.strip()), ""),
    }


def _by_class(root: Any, name: str) -> list[str]:
    return [str(element.text_content()) for element in _elements(root, name)]


def _elements(root: Any, name: str) -> list[Any]:
    return [
        element
        for element in root.iter()
        if isinstance(element.tag, str) and name.lower() in (element.get("class") or "").lower().split()
    ]


def _text(element: Any) -> list[str]:
    from lxml import html as lxml_html

    text = fragment_text(lxml_html.tostring(element, encoding="unicode", with_tail=False))
    return [paragraph for paragraph in text.split(PARAGRAPH_BREAK) if paragraph.strip()]


def _new_body(root: Any, fields: dict[str, str]) -> list[str]:
    """The section of the article; its authors stand behind the headline in the header."""
    authors = _by_class(root, "docAuthors") or [
        str(following.text_content())
        for title in _elements(root, "titreArticle")
        if (following := title.getnext()) is not None and following.tag == "div"
    ]
    fields["byline"] = next(
        (" ".join(text.split()) for text in authors if 0 < len(text.strip()) <= MAX_AUTHOR_CHARS), ""
    )
    return without_copyright([paragraph for section in root.iter("section") for paragraph in _text(section)])


def _old_body(root: Any, fields: dict[str, str]) -> list[str]:
    """What stands behind the headline; a first line that a break ends is the author."""
    titles = _elements(root, "titrearticlevisu")
    from lxml import html as lxml_html

    if titles:
        titles[-1].tail = _BEHIND_TITLE + (titles[-1].tail or "")
    html = lxml_html.tostring(root, encoding="unicode")
    html = html.partition(_BEHIND_TITLE)[2] or html
    author = re.match(r"\s*(?:<br/?>\s*)*([^<>]{2,150}?)\s*<br/?>\s*<p", html)
    if author:
        fields["byline"] = " ".join(author[1].split())
        html = html[author.end(1) :]
    paragraphs = [paragraph for paragraph in fragment_text(html).split(PARAGRAPH_BREAK) if paragraph.strip()]
    return without_copyright(paragraphs[: _end(paragraphs)])


def _end(paragraphs: list[str]) -> int:
    """Where the copyright, the document's number or the certificate behind an article begins."""
    for at, paragraph in enumerate(paragraphs):
        if _NUMBER.match(paragraph) or _CERTIFICATE.match(paragraph):
            return at
        if COPYRIGHT.match(paragraph) and len(paragraph) < 200 and any(map(_NUMBER.match, paragraphs[at : at + 3])):
            return at
    return len(paragraphs)


FORMAT = Format("europresse", (), _recognise, _read, _parse, chars_per_byte=0.3, is_page=True)
