"""NewsML 1.0 to 1.2: one record a NewsItem, the text of its main component, or else its longest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

from flows.formats import nitf, xml
from flows.formats.base import Document, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.html import field_text
from flows.formats.parsed import finished
from flows.formats.passed_over import without_passed_over
from flows.formats.xml import Element, find_all, first_words, local_name, words
from transforms.paragraphs import PARAGRAPH_BREAK

_NO_BODY = frozenset(
    (
        *("photo", "picture", "graphic", "caption", "video", "audio", "thumbnail", "quicklook", "logo"),
        *("image", "stylesheet", "headline", "subheadline", "byline", "dateline", "contact"),
    )
)
_MAIN = frozenset(["main", "main text", "maintext", "body", "text", "story"])


def _recognise(head: Head) -> Match:
    root = xml.root_of(head)
    return Match.CONTENT if root and root.name == "NewsML" else Match.NO


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    stated = {"charset": xml.stream_encoding(stream)}
    return without_passed_over(_items(stream, reading, stated))


def _items(stream: IO[bytes], reading: Reading, stated: dict[str, str]) -> Iterator[Item | str]:
    for item in xml.read_elements(stream, ("NewsItem",), reading.max_record_bytes):
        if not any(words(content) for content in _contents(item)):
            yield "items without text"
            continue
        identifier = "Identification/NewsIdentifier"
        own_id = first_words(item, f"{identifier}/PublicIdentifier", f"{identifier}/NewsItemId")
        yield Record(xml.dump_element(item), "newsml_1", reading.name, own_id or None, stated=stated)


def _contents(item: Element) -> Iterator[Element]:
    """The contents of a NewsItem's components, in their order, those of pictures, captions and headlines left out."""
    for content in item.iter():
        if local_name(content) == "DataContent" and not _kinds(content) & _NO_BODY:
            yield content


def _kinds(content: Element) -> set[str]:
    """The media type of a content and the roles of the components around it, in lower case."""
    stated = find_all(content.getparent(), "MediaType")
    for above in content.iterancestors():
        stated += find_all(above, "Role") if local_name(above) == "NewsComponent" else []
    return {kind.get("FormalName", "").lower() for kind in stated}


def _parse(record: Record) -> Document:
    item = xml.parse_element(record.data)
    encoding = record.stated.get("charset", "utf-8")
    found = [(content, *_content(content)) for content in _contents(item)]
    if not found:
        raise FormatError("no_text", "no component holds text")
    content, text, stated = max(found, key=lambda found: (*_rank(found[0]), len(found[1])))
    fields = {**stated, **{name: value for name, value in _fields(item, content).items() if value}}
    # Some keep the first paragraph in a component of its own.
    leads = [lead for other, lead, _ in found if "lead" in _kinds(other) - _kinds(content) and lead.strip() not in text]
    text = PARAGRAPH_BREAK.join([*leads, text])
    return finished(text, "application/newsml+xml", encoding, fields)


def _rank(content: Element) -> tuple[bool, bool]:
    kinds = _kinds(content)
    return bool(kinds & _MAIN), "lead" not in kinds


def _content(content: Element) -> tuple[str, dict[str, str]]:
    inner = next((child for child in content if local_name(child)), None)
    if inner is None:
        text = "".join(content.itertext())
        return field_text(text), {}
    if local_name(inner) == "nitf":
        fields = {name: value for name, value in nitf.fields_of(inner).items() if value and name != "doc_id"}
        return nitf.text_of(inner)[0], fields
    if local_name(inner).startswith(("body", "block", "hedline")):  # parts of NITF alone
        return nitf.block_text(content), {}
    return xml.page_text(inner if local_name(inner) == "html" else content), {}


def _fields(item: Element, content: Element) -> dict[str, str]:
    """What the components around a content state, the nearest first."""
    components = [above for above in content.iterancestors() if local_name(above) == "NewsComponent"]

    def stated(*paths: str) -> str:
        return next((found for above in components if (found := first_words(above, *paths))), "")

    def named(*paths: str) -> str:
        found = (
            element.get("FormalName", "") for path in paths for above in components for element in find_all(above, path)
        )
        return next(filter(None, found), "")

    metadata, administration = "DescriptiveMetadata", "AdministrativeMetadata"
    return {
        "title": stated("NewsLines/HeadLine", "NewsLines/NewsLine/NewsLineText", "NewsLines/SlugLine"),
        "byline": stated("NewsLines/ByLine"),
        "dateline_place": stated("NewsLines/DateLine"),
        "published_date": first_words(item, "NewsManagement/FirstCreated", "NewsManagement/ThisRevisionCreated"),
        "publisher": stated("NewsLines/CreditLine")
        or named(f"{administration}/Provider/Party", f"{administration}/Source/Party"),
        "section": _section(item, named),
        "language": named(f"{metadata}/Language")
        or next((lang for above in components if (lang := above.get(xml.XML_LANG))), ""),
    }


def _section(item: Element, named: Callable[..., str]) -> str:
    """The first subject by its name, which a code has in the item's own list of topics."""
    code = named(
        *(f"DescriptiveMetadata/SubjectCode/{name}" for name in ("Subject", "SubjectMatter", "SubjectDetail")),
        "DescriptiveMetadata/Genre",
    )
    if not code.isdecimal():
        return code
    for topic in item.iter("{*}Topic"):
        if code in (words(name) for name in find_all(topic, "FormalName")):
            names = find_all(topic, "Description")
            names.sort(key=lambda name: (name.get("Variant") != "Name", name.get(xml.XML_LANG) != "en"))
            return next(filter(None, map(words, names)), "")
    return ""


FORMAT = Format("newsml_1", (), _recognise, _read, _parse, chars_per_byte=0.4, opens=b"<")
