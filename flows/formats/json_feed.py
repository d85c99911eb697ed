"""JSON Feed, versions 1 and 1.1: one record an item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

import orjson

from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.html import story_text
from flows.formats.json_value import load, load_file, start_of_one
from flows.formats.parsed import finished
from transforms.field_names import plain_value

_VERSION = re.compile(r'"version"\s*:\s*"https?:(?:\\?/){2}(?:www\.)?jsonfeed\.org\\?/version')


def _recognise(head: Head) -> Match:
    start = start_of_one(head)
    return Match.CONTENT if start and _VERSION.search(start) else Match.NO


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    _, feed = load_file(stream, reading.max_record_bytes)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise FormatError("bad_json", "a JSON feed without a list of items")
    stated = {
        "publisher": plain_value(feed.get("title")),
        "language": plain_value(feed.get("language")),
        "byline": _authors(feed),
    }
    for item in items:
        yield _item(item, {name: value for name, value in stated.items() if value}, reading.name)


def _item(item: Any, stated: dict[str, str], name: str) -> Item:
    if not isinstance(item, dict):
        return Fault("bad_json", f"a JSON object was expected, not a {type(item).__name__}")
    if not any(isinstance(item.get(key), str) and item[key].strip() for key in _TEXTS):
        return Fault(
            "no_text", f"an item with no text: {plain_value(item.get('title')) or plain_value(item.get('url'))}"
        )
    own_id = plain_value(item.get("id")) or plain_value(item.get("url"))
    return Record(orjson.dumps(item), "json_feed", name, own_id or None, stated=stated)


_TEXTS = ("content_html", "content_text", "summary")


def _parse(record: Record) -> Document:
    item = load(record.data)
    html, plain, summary = (plain_value(item.get(key)) for key in _TEXTS)
    text = (story_text(html) if html else "") or plain or summary
    fields = {
        "title": plain_value(item.get("title")),
        "url": plain_value(item.get("url")) or plain_value(item.get("external_url")),
        "published_date": plain_value(item.get("date_published")) or plain_value(item.get("date_modified")),
        "byline": _authors(item),
        "section": next((found for tag in _list(item.get("tags")) if (found := plain_value(tag))), ""),
        "language": plain_value(item.get("language")),
    }
    return finished(text, "application/feed+json", "utf-8", fields, () if html or plain else ("summary_only",))


def _authors(holder: dict[str, Any]) -> str:
    return plain_value(_list(holder.get("authors"))) or plain_value(holder.get("author"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


FORMAT = Format("json_feed", (), _recognise, _read, _parse, chars_per_byte=0.7, opens=b"{[")
