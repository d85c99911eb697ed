"""Factiva exports: HTML with or without index codes, and XML. One record an article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from flows.formats import encoding as encodings
from flows.formats import xml
from flows.formats.base import Document, Format, Head, Item, Match, Reading, Record
from flows.formats.cutting import cut_page
from flows.formats.export_lines import LENGTH, find_date, is_copyright, is_date_line, language_code, without_copyright
from flows.formats.html import fragment_text
from flows.formats.parsed import finished
from flows.formats.xml import Element, find_all, first_words, words
from transforms.paragraphs import PARAGRAPH_BREAK

# One may lie directly in another, which frames it.
_MARKER = re.compile(
    rb"""<div[^<>]{0,80}\bclass\s*=\s*["']?(?:article|[^"'<>]{1,40}\barticle)[\s"'>]"""
    rb"""(?:[^<>]{0,40}>\s{0,9}(?:<p>\s{0,9}</p>\s{0,9})?<div[^<>]{0,80}\bclass\s*=\s*["']?article[\s"'>])?""",
    re.I,
)
_TITLE = re.compile(rb"<title>\s*factiva")
# Without flags, and beginning with a word: over what is in small letters anyway, this is thirty times as fast.
_HEADLINE = re.compile(rb"class=[\"']?\w{2}headline")
_NAMED = re.compile(rb"<title>\s*factiva|factiva\.com|factiva,? inc|dow jones factiva")
_PAGE = re.compile(rb"<(?:html|!doctype html|body)")
# The codes of the index, as Factiva documents them; SN and PD are in every article.
_BODY_CODES = ("LP", "TD")
_TIME = re.compile(r"\d{1,2}:\d{2}(?:\s*[AP]M)?(?:\s+\w{2,5})?", re.I)
_INDENTED = re.compile(r"\n\s*\n|\n[ \t]{2,}(?=\S)")
_ACCESSION = re.compile(r"(?:Document|Dokument|Documento)\s+([A-Za-z0-9-]{10,40})\s*\Z")


# HTML


def _recognise_html(head: Head) -> Match:
    if b"activa" not in head.start and b"eadline" not in head.start:
        return Match.NO
    start = head.start.lower()
    is_theirs = (b"factiva" in start and _NAMED.search(start)) or (b"headline" in start and _HEADLINE.search(start))
    if not is_theirs or not _PAGE.search(start):
        return Match.NO
    # Behind the style sheets the first article may lie outside of what is looked at.
    return Match.CONTENT if _TITLE.search(start) or _MARKER.search(start) else Match.NO


def _read_html(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    yield from cut_page(stream, _MARKER, reading, "factiva_html", _accession)


def _accession(data: bytes, _: str | None) -> str | None:
    found = re.search(rb"(?:Document|Dokument|Documento)(?:\s|&nbsp;)+([A-Za-z0-9-]{15,40})\s*<", data)
    return found[1].decode("ascii") if found else None


def _parse_html(record: Record) -> Document:
    from lxml import html as lxml_html

    decoded = encodings.decode(record.data, declared=record.stated.get("charset"))
    root = lxml_html.document_fromstring(decoded.text.replace("\0", ""))
    article = next((div for div in root.iter("div") if "article" in (div.get("class") or "").split()), root)
    coded = _coded(article)
    if coded.keys() & {"HD", "SN", "LP"}:
        paragraphs, fields = fields_by_codes(coded)
    else:
        lines = [line for line in _text(article).split(PARAGRAPH_BREAK) if line.strip()]
        headline = next((words(element) for element in article.iter() if _is_headline(element)), "")
        paragraphs, fields = fields_in_order(lines, headline)
    return finished(PARAGRAPH_BREAK.join(paragraphs), "text/html", decoded.encoding, fields, decoded.quality_flags)


def _coded(article: Any) -> dict[str, str]:
    """The text of each cell by the code before it."""
    found: dict[str, str] = {}
    for row in article.iter("tr"):
        cells = [cell for cell in row if cell.tag == "td"]
        code = "".join(cells[0].itertext()).strip(" \u00a0\n\t\r") if len(cells) == 2 else ""
        if re.fullmatch(r"[A-Z]{2,3}", code):
            found.setdefault(code, _text(cells[1]))
    return found


def _text(element: Any) -> str:
    from lxml import html as lxml_html

    return fragment_text(lxml_html.tostring(element, encoding="unicode", with_tail=False))


def fields_by_codes(coded: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The paragraphs of the body, and the fields, of an article's values by their codes."""
    body = [paragraph for code in _BODY_CODES for paragraph in coded.get(code, "").split(PARAGRAPH_BREAK) if paragraph]
    fields = {
        "title": " ".join(coded.get("HD", "").split()),
        "byline": " ".join(coded.get("BY", "").split()),
        "published_date": find_date(coded.get("PD", "")) or "",
        "publisher": " ".join(coded.get("SN", "").split()),
        "section": " ".join((coded.get("SE") or coded.get("CLM") or "").split()),
        "language": language_code(coded.get("LA", "")),
    }
    return without_copyright(body), fields


def fields_in_order(lines: Sequence[str], headline: str) -> tuple[list[str], dict[str, str]]:
    """The same of an article without codes, whose lines stand in a fixed order above the body."""
    top = next((at for at, line in enumerate(lines[:15]) if is_copyright(line)), None)
    if top is None:
        top = next((at for at, line in enumerate(lines[:15]) if language_code(line) and len(line) < 30), 0)
    head = lines[:top]
    date = next((at for at, line in enumerate(head) if is_date_line(line) and line != headline), None)
    fields = {
        "title": headline or (head[0] if head else ""),
        "published_date": find_date(head[date]) or "" if date else "",
    }
    rest = head[(date or 0) + 1 :]
    names = [line for line in rest if not _TIME.fullmatch(line)]
    if date is not None and names:
        fields["publisher"] = names[0]
        fields["language"] = next((code for line in names[1:] if (code := language_code(line))), "")
    length = next((at for at, line in enumerate(head) if LENGTH.fullmatch(line)), None)
    between = [line for line in head[:length] if line != fields["title"]] if length else []
    if between and len(between[-1]) < 120:
        fields["byline"] = between[-1]
    body = list(lines[top + 1 :])
    while body and _ACCESSION.match(body[-1]):
        body.pop()
    return without_copyright(body), fields


def _is_headline(element: Any) -> bool:
    return isinstance(element.tag, str) and re.search(r"\w{2}Headline\b", element.get("class") or "") is not None


# XML


def _recognise_xml(head: Head) -> Match:
    root = xml.root_of(head)
    is_response = root is not None and root.name in {"PPSResponse", "ppsArticleResponse", "ppsarticleResultSet"}
    return Match.CONTENT if is_response or (root is not None and b"global.factiva.com" in head.start) else Match.NO


def _read_xml(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    stated = {"charset": xml.stream_encoding(stream)}
    for article in xml.read_elements(stream, ("article",), reading.max_record_bytes):
        own_id = first_words(article, "accessionNo")
        yield Record(xml.dump_element(article), "factiva_xml", reading.name, own_id or None, stated=stated)


def _parse_xml(record: Record) -> Document:
    article = xml.parse_element(record.data)
    paragraphs = [text for name in ("leadParagraph", "tailParagraphs") for text in _xml_paragraphs(article, name)]
    fields = {
        "title": first_words(article, "headline"),
        "byline": first_words(article, "byline"),
        "published_date": first_words(article, "publicationDate/date", "publicationDate/dateTime", "publicationDate"),
        "publisher": first_words(article, "sourceName", "publisherName"),
        "section": first_words(article, "sectionName", "columnName"),
        "language": first_words(article, "baseLanguage").lower(),
    }
    encoding = record.stated.get("charset", "utf-8")
    return finished(PARAGRAPH_BREAK.join(without_copyright(paragraphs)), "application/xml", encoding, fields)


def _xml_paragraphs(article: Element, name: str) -> list[str]:
    """The paragraphs of a part; of text that stands in it alone an indented line begins a new one."""
    found = [words(paragraph) for paragraph in find_all(article, f"{name}/paragraph")]
    if found:
        return found
    texts = ("".join(part.itertext()).strip("\n") for part in find_all(article, name))
    return [" ".join(block.split()) for text in texts for block in _INDENTED.split(text) if block.strip()]


HTML = Format("factiva_html", (), _recognise_html, _read_html, _parse_html, chars_per_byte=0.3, is_page=True)
XML = Format("factiva_xml", (), _recognise_xml, _read_xml, _parse_xml, chars_per_byte=0.5, opens=b"<")
