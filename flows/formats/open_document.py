"""OpenDocument texts (.odt): one document a file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from flows.formats import xml
from flows.formats.base import Document, Format, Head, Match, Record, one_record
from flows.formats.parsed import finished
from flows.formats.zipped import mimetype_of, open_zip, read_part
from transforms.paragraphs import PARAGRAPH_BREAK

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
MAX_SPACES = 100  # that one element may stand for

_BLOCKS = frozenset(["p", "h"])
_UNSEEN = frozenset(["tracked-changes", "annotation", "note", "bibliography", "table-of-content", "desc"])


def _recognise(head: Head) -> Match:
    return Match.CONTENT if mimetype_of(head).startswith(MEDIA_TYPE) else Match.NO


def _parse(record: Record) -> Document:
    archive = open_zip(io.BytesIO(record.data))
    body = xml.find_all(xml.parse_element(read_part(archive, "content.xml")), "body/text")
    blocks = [(style, text) for element in body for style, text in _blocks(element) if text.strip()]
    fields = {}
    if "meta.xml" in archive.namelist():
        fields["language"] = xml.first_words(xml.parse_element(read_part(archive, "meta.xml")), "meta/language")
    if blocks and blocks[0][0] in {"Title", "h"}:
        fields["title"] = " ".join(blocks[0][1].split())
    return finished(PARAGRAPH_BREAK.join(text for _, text in blocks), MEDIA_TYPE, "utf-8", fields)


def _blocks(element: Any) -> Iterator[tuple[str, str]]:
    """The style and the text of each paragraph and heading, those of lists and tables too."""
    for child in element:
        name = xml.local_name(child)
        if name in _BLOCKS:
            style = next((value for key, value in child.attrib.items() if key.endswith("}style-name")), "")
            yield ("h" if name == "h" else style), "".join(_inline(child))
        elif name not in _UNSEEN:
            yield from _blocks(child)


def _inline(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = xml.local_name(child)
        if name == "s":
            stated = next((value for key, value in child.attrib.items() if key.endswith("}c")), "1")
            yield " " * min(MAX_SPACES, int(stated) if stated.isdecimal() else 1)
        elif name in {"tab", "line-break"}:
            yield "\n" if name == "line-break" else "\t"
        elif name not in _UNSEEN:
            yield from _inline(child)
        yield child.tail or ""


FORMAT = Format("odt", (".odt",), _recognise, one_record("odt"), _parse, chars_per_byte=0.5, opens=b"P")
