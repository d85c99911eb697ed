"""Any other XML: the elements that hold one with a usual name of the text (body, content ...) are its records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from lxml import etree

from flows.formats import json_record, xml
from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.date_order import date_order_of
from flows.formats.encoding import decode_start
from flows.formats.html import field_text, fragment_text
from flows.formats.parsed import finished
from flows.formats.unpacked import start_of
from flows.formats.xml import Element, local_name, words
from transforms.field_names import TEXT_NAMES, normal_name, own_names, stated_fields

MAX_FIELDS = 500  # of one record that are looked at

_TEXT_NAMES = frozenset(TEXT_NAMES)


def _recognise(head: Head) -> Match:
    root = xml.root_of(head)
    if root is None or root.name.lower() in {"html", "head", "body", "svg"}:
        return Match.NO
    is_xml = decode_start(head.start).lstrip().startswith("<?xml") or head.name.endswith(".xml")
    return Match.NAME if is_xml else Match.NO


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    name = _record_name(start_of(stream))
    stated = {"charset": xml.stream_encoding(stream)}
    for element in xml.read_elements(stream, (name,), reading.max_record_bytes):
        values = _values(element)
        own = own_names(values)
        if json_record.has_text(values, own.text):
            own_id, order = json_record.own_id(values, own.id), date_order_of(values, own.published_date)
            yield Record(xml.dump_element(element), "xml", reading.name, own_id, stated=stated, date_order=order)
        else:
            yield Fault("no_text", f"an element {name} in which none holds the text")


def _record_name(start: bytes) -> str:
    """The name of the elements that are records, as the start of a document shows it; FormatError where none are."""
    parser = etree.XMLPullParser(events=("start",), recover=True, **xml.GUARDS)
    parser.feed(decode_start(start)[xml.root_start(decode_start(start)) :].encode("utf-8", "replace"))
    elements = [element for _, element in parser.read_events()]
    found = next((element for element in elements if _is_text(element) and element.getparent() is not None), None)
    if found is None:
        names = ", ".join(sorted({local_name(element) for element in elements})[:10])
        raise FormatError("no_text", f"XML in which no element's name says that it holds the text: {names}")
    # One of several <story> with a <body> in it is a record, a <body> with a <content> is the text of one.
    is_one_of_many = any(local_name(other) == local_name(found) for other in found.itersiblings())
    is_record = is_one_of_many and any(_is_text(inner) for inner in found.iterdescendants())
    return local_name(found if is_record else found.getparent())


def _is_text(element: Element) -> bool:
    return normal_name(local_name(element)) in _TEXT_NAMES


def _values(element: Element) -> dict[str, str]:
    """The texts of the elements in a record, and its own attributes, by name; the first of a name counts."""
    found = {str(name).rpartition("}")[2]: str(value) for name, value in element.attrib.items()}
    for inner in list(element.iter())[1 : MAX_FIELDS + 1]:
        name = local_name(inner)
        is_text = normal_name(name) in _TEXT_NAMES
        if name and (is_text or not len(inner)) and name not in found:
            found[name] = _text(inner) if is_text else words(inner)
    return found


def _text(element: Element) -> str:
    if len(element):
        return fragment_text(xml.as_html(element))
    text = element.text or ""
    return field_text(text)


def _parse(record: Record) -> Document:
    values = _values(xml.parse_element(record.data))
    text, _ = json_record.text_and_fields(values)
    return finished(text, "application/xml", record.stated.get("charset", "utf-8"), stated_fields(values))


FORMAT = Format("xml", (".xml",), _recognise, _read, _parse, chars_per_byte=0.6, opens=b"<")
