"""NITF, the News Industry Text Format: one article a document, also inside of NewsML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from flows.formats import xml
from flows.formats.base import Document, Format, Head, Item, Match, Reading, Record
from flows.formats.html import fragment_text
from flows.formats.parsed import finished
from flows.formats.xml import Element, find_all, first_words, local_name, words

_AS_HTML = {
    "body.content": "div",
    "block": "div",
    "bq": "blockquote",
    "hl1": "h2",
    "hl2": "h3",
    "hedline": "div",
    "note": "div",
    "fn": "p",
    "nitf-table": "table",
    # Words inside a paragraph, which HTML knows as something else or not at all.
    "object.title": "i",
    "org": "span",
    "money": "span",
    "num": "span",
    "chron": "span",
    "event": "span",
    "function": "span",
    "location": "span",
    "person": "span",
    "virtloc": "span",
    "copyrite": "span",
}
_UNSEEN = ("media", "nitf-table-metadata", "custom-table", "correction", "tobject")


def text_of(nitf: Element) -> tuple[str, bool]:
    """The text of an NITF element, and whether it is its abstract only."""
    contents = find_all(nitf, "body/body.content")
    # An archive may hold the first paragraph a second time, as a block of its own.
    whole = [block for content in contents for block in content if block.get("class") == "full_text"]
    text = "\n\n".join(filter(None, (block_text(element) for element in whole or contents)))
    if text.strip():
        return text, False
    return "\n\n".join(block_text(element) for element in find_all(nitf, "body/body.head/abstract")), True


def block_text(element: Element) -> str:
    """The paragraphs of a part of an NITF document, without media and their captions."""
    return fragment_text(xml.as_html(element, _AS_HTML, _UNSEEN))


def fields_of(nitf: Element) -> dict[str, str]:
    """What an NITF element states of itself, by column; "" where it states nothing."""
    head, data = "body/body.head", "head/docdata"
    return {
        "title": first_words(nitf, f"{head}/hedline/hl1", f"{head}/headline/hl1", "head/title", f"{head}/hedline/hl2"),
        "byline": _byline(nitf),
        "dateline_place": _dateline(nitf),
        "published_date": _date(nitf),
        "publisher": _publisher(nitf),
        "section": _section(nitf),
        "language": nitf.get(xml.XML_LANG) or _attribute(nitf, "body", xml.XML_LANG),
        "url": _attribute(nitf, "head/pubdata", "ex-ref"),
        "doc_id": _attribute(nitf, f"{data}/doc-id", "id-string"),
    }


def _byline(nitf: Element) -> str:
    bylines = find_all(nitf, "body/body.head/byline")
    normal = next(
        (found for line in bylines if line.get("class") == "normalized_byline" and (found := words(line))), ""
    )
    print_line = next(
        (found for line in bylines if line.get("class") != "normalized_byline" and (found := _names(line))), ""
    )
    byline = print_line or normal
    return "" if _INITIALS.fullmatch(byline) else byline


def _names(byline: Element) -> str:
    """The words of a byline without the title of its author."""
    people = [found for person in byline if local_name(person) == "person" and (found := words(person))]
    if people and not (byline.text or "").strip():
        return ", ".join(people)
    titles = [words(title) for title in byline.iter() if local_name(title) == "byttl"]
    whole = found = words(byline)
    for title in filter(None, titles):
        found = found.replace(title, " ")
    return " ".join(found.split()) or whole  # some put the name in it, too


def _dateline(nitf: Element) -> str:
    return first_words(nitf, "body/body.head/dateline/location", "body/body.head/dateline")


def _date(nitf: Element) -> str:
    for path, name in (
        ("head/docdata/date.issue", "norm"),
        ("head/pubdata", "date.publication"),
        ("head/docdata/date.release", "norm"),
        ("body/body.head/dateline/story.date", "norm"),
    ):
        if found := _attribute(nitf, path, name):
            return found
    return first_words(nitf, "body/body.head/dateline/story.date")


def _publisher(nitf: Element) -> str:
    return (
        _attribute(nitf, "head/pubdata", "name")
        or first_words(nitf, "body/body.head/distributor")
        or _attribute(nitf, "head/docdata/doc-id", "regsrc")
        or _attribute(nitf, "head/docdata/doc.copyright", "holder")
    )


def _section(nitf: Element) -> str:
    sections = [meta.get("content", "") for meta in find_all(nitf, "head/meta") if "section" in meta.get("name", "")]
    subjects = find_all(nitf, "head/tobject/tobject.subject")
    kinds = [subject.get(name, "") for subject in subjects for name in _SUBJECTS]
    kind = _attribute(nitf, "head/tobject", "tobject.type")
    stated = (*sections, _attribute(nitf, "head/pubdata", "position.section"), *kinds, "" if kind == "News" else kind)
    return next(filter(None, stated), "")


_INITIALS = re.compile(r"[a-z]{1,4}(?:[/-][a-z]{1,4}){0,4}")
_SUBJECTS = ("tobject.subject.detail", "tobject.subject.matter", "tobject.subject.type")


def _attribute(element: Element, path: str, name: str) -> str:
    return next((value.strip() for found in find_all(element, path) if (value := found.get(name, "")).strip()), "")


# The format


def _recognise(head: Head) -> Match:
    root = xml.root_of(head)
    return Match.CONTENT if root and root.name == "nitf" else Match.NO


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    stated = {"charset": xml.stream_encoding(stream)}
    for nitf in xml.read_elements(stream, ("nitf",), reading.max_record_bytes):
        own_id = fields_of(nitf)["doc_id"]
        yield Record(xml.dump_element(nitf), "nitf", reading.name, own_id or None, stated=stated)


def _parse(record: Record) -> Document:
    nitf = xml.parse_element(record.data)
    text, is_summary = text_of(nitf)
    fields = {name: value for name, value in fields_of(nitf).items() if name != "doc_id"}
    encoding = record.stated.get("charset", "utf-8")
    return finished(text, "application/nitf+xml", encoding, fields, ("summary_only",) if is_summary else ())


FORMAT = Format("nitf", (), _recognise, _read, _parse, chars_per_byte=0.6, opens=b"<")
