"""Feeds: RSS 0.9 to 2.0, RDF, Atom, and WordPress exports (WXR). One record an item; drafts and pictures are left out.

An item's full text goes before its summary; where it has a summary only, the article says so. What the feed states of
all its items (its title, language, address) is the publisher, language and base address of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import IO, Any
from urllib.parse import urljoin

from flows.formats import encoding as encodings
from flows.formats import nitf, xml
from flows.formats.base import Document, Fault, Format, Head, Item, Match, Reading, Record
from flows.formats.html import fragment_text, holds_markup, story_text
from flows.formats.parsed import finished
from flows.formats.passed_over import without_passed_over
from flows.formats.site_name import is_site_at
from flows.formats.xml import Element, children, local_name, words
from transforms.text import count_words

ITEMS = ("item", "entry")
SUFFIXES = (".xml", ".rss", ".atom", ".rdf", ".wxr")
MAX_SUMMARY_WORDS = 120  # a description that is longer and does not break off is the whole text

_FULL = ("encoded", "content", "full-text", "fulltext", "body")
_SUMMARY = ("description", "summary", "abstract", "tagline")
_DATES = (
    "post_date",
    "pubDate",
    "published",
    "issued",
    "date",
    "created",
    "updated",
    "modified",
)  # of an export that of its readers' clock
_FEED_LANGUAGE = ("language", "lang")
_ADDRESS = r"(?<!\S)[^\s@<>()]{1,64}@[^\s@<>()]{1,100}"
_NAME_BEHIND_ADDRESS = re.compile(rf"{_ADDRESS} ?\(([^()]{{1,100}})\)")
_ADDRESS_ALONE = re.compile(rf" ?<[^<>@]{{0,100}}@[^<>@]{{0,100}}>|{_ADDRESS}")
_BROKEN_OFF = re.compile(
    r"(?:\[?(?:…|\.\.\.)\]?|&hellip;|\b(?:continue|continued|read|learn|view) (?:reading|more|full|the)\b.{0,60})\W*\Z",
    re.I | re.S,
)
_POST_TYPES = frozenset(["post", "page"])
_SHORTCODE = re.compile(
    r"\[caption\b[^\]]*\].*?\[/caption\]"
    r"|\[/?(?:gallery|embed|audio|video|playlist|youtube|vimeo|tweet|soundcloud|caption|wp_ad_camp\w*)\b[^\[\]]*\]",
    re.S | re.I,
)
_END_TAG = re.compile(r"</[a-z][a-z0-9]*\s*>", re.I)
_PARAGRAPH_TAG = re.compile(r"<p[\s>]", re.I)
_EMPTY_CDATA = re.compile(r"\A<!\[CDATA\[(.*)\]\]>\Z", re.S)


# Records


def _recognise(head: Head) -> Match:
    root = xml.root_of(head)
    if root is None:
        return Match.NO
    if root.name in {"rss", "channel"} or (root.name == "feed" and _is_atom(head)):
        return Match.CONTENT
    # Much is RDF that is no feed.
    is_feed = root.name == "RDF" and re.search(rb"purl\.org/rss/|my\.netscape\.com/rdf", head.start) is not None
    return Match.CONTENT if is_feed else Match.NO


def _is_atom(head: Head) -> bool:
    start = encodings.decode_start(head.start)
    return "/Atom" in start or "purl.org/atom" in start or re.search(r"<(?:\w+:)?entry[\s>]", start) is not None


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    encoding = xml.stream_encoding(stream)
    return without_passed_over(_items(stream, reading, encoding))


def _items(stream: IO[bytes], reading: Reading, encoding: str) -> Iterator[Item | str]:
    stated: dict[str, str] | None = None
    authors: dict[str, str] = {}
    for item in xml.read_elements(stream, ITEMS, reading.max_record_bytes, recover=True):
        if stated is None:
            stated = {"charset": encoding, **_feed_fields(item)}
            authors = _export_authors(item)
        yield _item(item, stated, authors, reading.name)


def _item(item: Element, stated: Mapping[str, str], authors: Mapping[str, str], name: str) -> Item | str:
    post_type, status = _first(item, "post_type"), _first(item, "status")
    if post_type and post_type not in _POST_TYPES:
        return f"{post_type}s"
    if post_type and status not in {"publish", ""}:
        return f"posts with status {status}"
    if not any(_holds_words(child) for child in children(item, *_FULL, *_SUMMARY, "group")):
        title = _first(item, "title")
        return Fault("no_text", f"an item with no text: {title or _url(item, '') or 'no title'}")
    byline = ", ".join(filter(None, (authors.get(words(child), "") for child in children(item, "creator"))))
    fields = {**stated, **({"byline": byline} if byline else {})}
    own_id = _first(item, "guid", "id") or item.get(_RDF_ABOUT, "").strip() or _url(item, "")
    return Record(xml.dump_element(item), "feed", name, own_id[:_MAX_ID_CHARS] or None, stated=fields)


_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_MAX_ID_CHARS = 500


def _holds_words(element: Element) -> bool:
    return any(piece.strip() for piece in element.itertext()) and local_name(element) != "category"


def _feed_fields(item: Element) -> dict[str, str]:
    """What the feed states before its first item, which lies in it or, in RDF, behind it."""
    parent = item.getparent()
    if parent is None:
        return {}
    channel = next(iter(children(parent, "channel")), parent)
    language = _first(channel, *_FEED_LANGUAGE) or channel.get(xml.XML_LANG, "") or parent.get(xml.XML_LANG, "")
    address = parent.get(xml.XML_BASE, "") or _url(channel, "")
    publisher, section = _site_and_section(_plain(_first(channel, "title")), address)
    found = {
        "publisher": publisher,
        "section": section,
        "language": language,
        "feed_url": address,
        "byline": _atom_authors(channel) if local_name(item) == "entry" else "",
    }
    return {name: value for name, value in found.items() if value}


def _site_and_section(title: str, address: str) -> tuple[str, str]:
    """A feed's title as the site's name and a section's, where the address shows which of its two parts is the site."""
    parts = _PARTED.split(title)
    is_site = [is_site_at(part, address) for part in parts]
    if len(parts) != 2 or is_site[0] == is_site[1]:
        return title, ""
    publisher, section = parts if is_site[0] else reversed(parts)
    is_section = len(section.split()) <= _MAX_SECTION_WORDS and section.lower() not in _NO_SECTIONS
    return publisher, section if is_section else ""


_PARTED = re.compile(r" [-–—|>»·:]{1,3} |: ")
_MAX_SECTION_WORDS = 4
_NO_SECTIONS = frozenset(["home", "news", "rss", "latest", "latest news", "top stories", "all", "all content", "feed"])


def _export_authors(item: Element) -> dict[str, str]:
    """The names of a WordPress export's authors, by the login that stands in its items."""
    channel = item.getparent()
    return {
        _first(author, "author_login"): _first(author, "author_display_name")
        for author in (children(channel, "author") if channel is not None else ())
    }


# One item


def _parse(record: Record) -> Document:
    item = xml.parse_element(record.data)
    text, is_summary = _text(item)
    flags = ("summary_only",) if is_summary else ()
    encoding = record.stated.get("charset", "utf-8")
    return finished(text, f"application/{_kind(item)}+xml", encoding, _fields(item, record.stated), flags)


def _kind(item: Element) -> str:
    return "atom" if local_name(item) == "entry" else "rdf" if item.get(_RDF_ABOUT) else "rss"


def _text(item: Element) -> tuple[str, bool]:
    """An item's text, and whether it is a summary only."""
    full = max((_body(child) for child in children(item, *_FULL)), key=len, default="")
    summaries = children(item, *_SUMMARY) + [found for group in children(item, "group") for found in group]
    summary = next((found for child in summaries if local_name(child) in _SUMMARY and (found := _body(child))), "")
    if full and count_words(full) >= count_words(summary):
        return full, False
    is_summary = count_words(summary) < MAX_SUMMARY_WORDS or _BROKEN_OFF.search(summary) is not None
    return summary, is_summary and not full


def _body(element: Element) -> str:
    """The text of an element that holds HTML, escaped or as elements, or plain text."""
    if element.get("src") or element.get("url"):  # it lies elsewhere
        return ""
    if (copy := _nitf_in(element)) is not None:
        return nitf.text_of(copy)[0]
    if len(element):
        return story_text(xml.as_html(element))
    text = _EMPTY_CDATA.sub(r"\1", (element.text or "").strip())
    is_wordpress = local_name(element) == "encoded" and not _PARAGRAPH_TAG.search(text)
    return html_text(_with_paragraphs(_SHORTCODE.sub("", text)) if is_wordpress else text)


def _nitf_in(content: Element) -> Element | None:
    """The agency copy that an item holds in place of HTML, as those of the Associated Press do."""
    return next((child for child in content if local_name(child) == "nitf"), None)


def html_text(text: str) -> str:
    """The words of a feed's text field, which is HTML, HTML escaped twice or plain text."""
    if not holds_markup(text) and not _END_TAG.search(text):
        return text
    found = story_text(text)
    return fragment_text(found) if re.search(r"</?(?:p|div|br)\b", found) and "<" not in text else found


def _with_paragraphs(text: str) -> str:
    """As WordPress shows a text it keeps: a blank line parts paragraphs, a line break is one."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "".join(f"<p>{block.replace(chr(10), '<br>')}</p>" for block in blocks) if len(blocks) > 1 else text


def _fields(item: Element, stated: Mapping[str, str]) -> dict[str, str]:
    source = next(iter(children(item, "source")), None)
    publisher = (_first(source, "title") or words(source)) if source is not None else ""
    copies = (_nitf_in(content) for content in children(item, *_FULL))
    copy = next((nitf.fields_of(found) for found in copies if found is not None), {})
    return {
        "title": copy.get("title") or _plain(_title(item)),
        "dateline_place": copy.get("dateline_place", ""),
        "url": _url(item, stated.get("feed_url", "")),
        "published_date": _first(item, *_DATES),
        "byline": copy.get("byline")
        or (_byline(item) if "byline" not in stated or local_name(item) == "entry" else ""),
        "section": _plain(_section(item)),
        "language": item.get(xml.XML_LANG, "") or _first(item, "language"),
        "publisher": _plain(publisher),
    }


def _title(item: Element) -> str:
    title = next(iter(children(item, "title")), None)
    if title is None:
        return ""
    return fragment_text(xml.as_html(title)) if len(title) else words(title)


def _plain(text: str) -> str:
    """A field of one line, its markup and character references resolved."""
    return " ".join((unescape(fragment_text(text)) if holds_markup(text) else text).split())


def _url(item: Element, base: str) -> str:
    links = children(item, "origLink") + [link for link in children(item, "link") if _is_page(link)]
    address = next((found for link in links if (found := (link.get("href") or words(link)).strip())), "")
    guid = next(iter(children(item, "guid")), None)
    if not address and guid is not None and guid.get("isPermaLink") != "false" and words(guid).startswith("http"):
        address = words(guid)
    try:
        return urljoin(base, address) if address and base else address
    except ValueError:
        return ""


def _is_page(link: Element) -> bool:
    return link.get("rel", "alternate") == "alternate" and not link.get("type", "").startswith(("audio", "video"))


def _byline(item: Element) -> str:
    return _atom_authors(item) or ", ".join(dict.fromkeys(words(child) for child in children(item, "creator")))


def _atom_authors(element: Element) -> str:
    """The names of authors, without their addresses."""
    stated = [
        _first(author, "name") or (words(author) if not len(author) else "") for author in children(element, "author")
    ]
    names = (_ADDRESS_ALONE.sub("", _NAME_BEHIND_ADDRESS.sub(r"\1", name)).strip() for name in stated)
    return ", ".join(dict.fromkeys(filter(None, names)))


def _section(item: Element) -> str:
    """The first category; of a WordPress export's, the first that is no tag."""
    stated = [
        child for child in children(item, "category", "subject") if child.get("domain") not in {"post_tag", "tag"}
    ]
    return next((found for child in stated if (found := child.get("label") or child.get("term") or words(child))), "")


def _first(element: Any, *names: str) -> str:
    return next((found for child in children(element, *names) if (found := words(child))), "")


FORMAT = Format("feed", SUFFIXES, _recognise, _read, _parse, chars_per_byte=0.5, opens=b"<")
