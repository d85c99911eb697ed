"""NewsML-G2: one record a newsItem, alone or in a newsMessage. Items that are not text are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from flows.formats import nitf, xml
from flows.formats.base import Document, Fault, Format, Head, Item, Match, Reading, Record
from flows.formats.html import field_text
from flows.formats.parsed import finished
from flows.formats.passed_over import without_passed_over
from flows.formats.xml import Element, find_all, first_words, local_name, words

_NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
_OTHER_ITEMS = ("packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem")
_INLINE = ("inlineXML", "inlineData")
_TEXT_CLASSES = frozenset(["text", "composite", ""])


def _recognise(head: Head) -> Match:
    root = xml.root_of(head)
    if root is None:
        return Match.NO
    is_item = root.name in {"newsItem", "newsMessage", *_OTHER_ITEMS}
    return Match.CONTENT if is_item and _NAMESPACE.encode() in head.start else Match.NO


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    stated = {"charset": xml.stream_encoding(stream)}
    return without_passed_over(_items(stream, reading, stated))


def _items(stream: IO[bytes], reading: Reading, stated: dict[str, str]) -> Iterator[Item | str]:
    for item in xml.read_elements(stream, ("newsItem", *_OTHER_ITEMS), reading.max_record_bytes):
        kind = _class(item)
        if local_name(item) != "newsItem":
            yield f"{local_name(item)}s"
        elif any(words(inline) for inline in _inlines(item)):
            yield Record(xml.dump_element(item), "newsml_g2", reading.name, item.get("guid"), stated=stated)
        elif kind not in _TEXT_CLASSES or _holds_data(item):
            yield f"items of class {kind} without running text"
        else:
            yield Fault("no_text", f"a newsItem with no text in it: {item.get('guid') or _headline(item)}")


def _class(item: Element) -> str:
    """What an item is: text, picture, video ... as NewsCodes name it, "" where it does not say."""
    found = next(iter(find_all(item, "itemMeta/itemClass")), None)
    stated = "" if found is None else found.get("qcode") or found.get("uri") or ""
    return str(stated.replace("/", ":").rpartition(":")[2])


def _inlines(item: Element) -> list[Element]:
    """The renditions of a text: of data that is no running text, such as SportsML, there is none."""
    found = [content for name in _INLINE for content in find_all(item, f"contentSet/{name}")]
    return [content for content in found if local_name(content) == "inlineData" or _holds_paragraphs(content)]


def _holds_paragraphs(content: Element) -> bool:
    return any(local_name(element) in {"p", "body"} for element in content.iter())


def _holds_data(item: Element) -> bool:
    """Whether an item holds data that is no running text."""
    return any(words(content) for content in find_all(item, "contentSet/inlineXML"))


def _parse(record: Record) -> Document:
    item = xml.parse_element(record.data)
    found = (_content(inline) for inline in _inlines(item))
    text, fields, flags = next((content for content in found if content[0].strip()), ("", {}, ()))
    encoding = record.stated.get("charset", "utf-8")
    stated = {name: value for name, value in _fields(item).items() if value}
    return finished(text, "application/vnd.iptc.g2.newsitem+xml", encoding, {**fields, **stated}, flags)


def _content(inline: Element) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """One rendition of the text, what it states itself, and its quality flags."""
    if local_name(inline) == "inlineData":
        text = "".join(inline.itertext())
        return field_text(text), {}, ()
    inner = next((child for child in inline if local_name(child)), None)
    if inner is None:
        return "", {}, ()
    if local_name(inner) == "nitf":
        text, is_summary = nitf.text_of(inner)
        fields = {name: value for name, value in nitf.fields_of(inner).items() if value and name != "doc_id"}
        return text, fields, ("summary_only",) if is_summary else ()
    title = first_words(inner, "head/title")
    return xml.page_text(inner), {"title": title} if title else {}, ()


def _fields(item: Element) -> dict[str, str]:
    return {
        "title": _headline(item),
        "byline": first_words(item, "contentMeta/by").strip(" ,;"),
        "dateline_place": first_words(item, "contentMeta/located/name"),
        "published_date": first_words(item, "itemMeta/firstCreated", "itemMeta/versionCreated"),
        "publisher": _publisher(item),
        "section": _section(item),
        "language": _language(item),
        "url": guid if (guid := item.get("guid", "")).startswith(("http://", "https://")) else "",
    }


def _headline(item: Element) -> str:
    """The headline, else the title of the item, else the slugline."""
    return first_words(item, "contentMeta/headline", "itemMeta/title", "contentMeta/slugline")


def _section(item: Element) -> str:
    """The first subject that is no place, those of the IPTC's own lists before others."""
    subjects = find_all(item, "contentMeta/subject")
    topics = [subject for subject in subjects if not subject.get("type", "").endswith((":5", "geoArea", "country"))]
    topics.sort(key=lambda subject: not subject.get("qcode", "").startswith(("medtop:", "subj:")))
    names = (first_words(subject, "name").strip('"') for subject in topics)
    return next((name for name in names if len(name) > 1), "")  # one letter is the code of a service


_DOMAIN = re.compile(r"[\w-]{2,30}\.[a-z]{2,6}")


def _publisher(item: Element) -> str:
    stated = [*find_all(item, "contentMeta/infoSource"), *find_all(item, "itemMeta/provider")]
    parties = [first_words(party, "name") or party.get("literal", "") for party in stated]
    codes = [code.rpartition(":")[2] for party in stated if (code := party.get("qcode", ""))]
    credit = first_words(item, "contentMeta/creditline").strip(" -–—")
    if parties and _DOMAIN.fullmatch(parties[0]):  # the sender's; who it is stands with the rights
        holder = next(iter(find_all(item, "rightsInfo/copyrightHolder")), None)
        parties.insert(0, "" if holder is None else first_words(holder, "name") or holder.get("literal", ""))
    return next(filter(None, (credit, *parties, *codes)), "")


def _language(item: Element) -> str:
    stated = next((found.get("tag", "") for found in find_all(item, "contentMeta/language")), "")
    return stated or item.get(xml.XML_LANG, "")


FORMAT = Format("newsml_g2", (), _recognise, _read, _parse, chars_per_byte=0.4, opens=b"<")
