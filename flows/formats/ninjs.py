"""ninjs 1 to 3, news in JSON: one record an item, alone, in a list, or in a list of an object."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

import orjson

from flows.formats.base import Document, Fault, Format, Head, Item, Match, Reading, Record
from flows.formats.html import field_text
from flows.formats.json_value import load, load_file, start_of_one
from flows.formats.parsed import finished
from flows.formats.passed_over import without_passed_over
from transforms.field_names import plain_value

_KEY = re.compile(r'"([A-Za-z_$]{2,40})"\s*:')
_ID_KEYS = frozenset(["uri", "guid"])
_OWN_KEYS = frozenset(
    (
        *("versioncreated", "firstcreated", "body_text", "body_xhtml", "body_html", "bodies", "headlines"),
        *("copyrightholder", "description_text", "descriptions", "pubstatus", "renditions", "associations"),
        *("usageterms", "contentcreated"),
    )
)
_STANDARD = re.compile(r'"name"\s*:\s*"ninjs"|/std/ninjs/|ninjs-schema')
_LISTS = ("items", "newsItems", "associations", "item")
_ROLES = ("main", "body", "text", "richtext", "xhtml", "html")
_TEXT_TYPES = frozenset(["text", "composite", ""])


def _recognise(head: Head) -> Match:
    start = start_of_one(head)
    if start is None:
        return Match.NO
    keys = {key.lower() for key in _KEY.findall(start)}
    is_ninjs = _STANDARD.search(start) is not None or (bool(keys & _ID_KEYS) and _holds_own(keys))
    return Match.CONTENT if is_ninjs else Match.NO


def _holds_own(keys: set[str]) -> bool:
    """Whether names are there that ninjs alone has: two of its own, or one and a body with any extension."""
    return len(keys & _OWN_KEYS) + any(key.startswith("body_") and key not in _OWN_KEYS for key in keys) >= 2


# Records


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    data, value = load_file(stream, reading.max_record_bytes)
    return without_passed_over(_items(data, value, reading))


def _items(data: bytes, value: Any, reading: Reading) -> Iterator[Item | str]:
    items = _listed(value)
    for item in [value] if items is None else items:
        if not isinstance(item, dict):
            yield Fault("bad_json", f"a JSON object was expected, not a {type(item).__name__}")
            continue
        kind = plain_value(item.get("type"))
        if _text(item)[0].strip() if kind in _TEXT_TYPES else _bodies(item):
            own_id = plain_value(item.get("uri")) or plain_value(item.get("guid"))
            is_whole = items is None and data.startswith(b"{")
            own = data if is_whole else orjson.dumps(item)
            yield Record(own, "ninjs", reading.name, own_id or None, byte_start=0 if is_whole else None)
        elif kind in _TEXT_TYPES and kind:
            yield Fault("no_text", f"an item with no text: {plain_value(item.get('uri')) or 'no uri'}")
        else:
            yield f"items of type {kind or 'unknown'}"


def _listed(value: Any) -> list[Any] | None:
    """The items of a list or of an object that has nothing but a list of them; None where the value is one item."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and not any(key in value for key in _ID_KEYS):
        data = value.get("data")
        inner = data if isinstance(data, dict) else value
        found = next((inner[key] for key in _LISTS if isinstance(inner.get(key), list)), None)
        # Each may lie in an object of its own, beside what the service says of it.
        return found and [item.get("item", item) if isinstance(item, dict) else item for item in found]
    return None


# One item


def _parse(record: Record) -> Document:
    item = load(record.data)
    text, is_summary = _text(item)
    fields = {
        "title": _best(item, "headline") or plain_value(item.get("title")) or plain_value(item.get("slugline")),
        "byline": _byline(item),
        "dateline_place": plain_value(item.get("dateline")) or plain_value(item.get("located")),
        "published_date": _first(item, "firstcreated", "contentcreated", "versioncreated"),
        "publisher": _first(item, "creditline", "infosources", "infosource", "provider", "source", "copyrightholder"),
        "section": _section(item),
        "language": plain_value(item.get("language")),
        "url": _url(item),
    }
    return finished(text, "application/ninjs+json", "utf-8", fields, ("summary_only",) if is_summary else ())


def _byline(item: Mapping[str, Any]) -> str:
    """The byline, or those of a list, each in an object that names it after itself."""
    found = plain_value(item.get("byline")) or plain_value(item.get("by"))
    listed = item.get("bylines")
    several = [value for value in listed if isinstance(value, dict)] if isinstance(listed, list) and not found else []
    names = (plain_value(value.get("byline") or value.get("by") or value) for value in several)
    return found or "; ".join(filter(None, names))


def _text(item: Mapping[str, Any]) -> tuple[str, bool]:
    """An item's text, and whether it is its description only."""
    if bodies := _bodies(item):
        return bodies, False
    descriptions = [
        _words(value) for key, value in item.items() if key.lower().startswith("description") and isinstance(value, str)
    ]
    return next(filter(None, (*descriptions, _best(item, "description"))), ""), True


def _bodies(item: Mapping[str, Any]) -> str:
    """The body with the most paragraphs of those that say the same: as XHTML, HTML or text."""
    named = [(key.lower(), value) for key, value in item.items() if isinstance(value, str)]
    # In HTML the ends of lines mean nothing, be there elements of blocks or not.
    stated = [f"<div>{value}</div>" for key, value in named if key.startswith("body_") and key.endswith("html")]
    stated += [value for key, value in named if key.startswith("body_") and not key.endswith("html")]
    stated += [value for _, value in _roled(item.get("bodies"))]
    return max((_words(value) for value in stated), key=lambda text: (text.count("\n\n"), len(text)), default="")


def _best(item: Mapping[str, Any], name: str) -> str:
    """The one of several headlines or descriptions that is the main one."""
    extended = (value for key, value in item.items() if key.startswith(f"{name}_"))
    if plain := next(filter(None, map(plain_value, (item.get(name), *extended))), ""):
        return _words(plain)
    roled = sorted(_roled(item.get(f"{name}s")), key=lambda found: found[0])
    return _words(roled[0][1]) if roled else ""


def _roled(values: Any) -> list[tuple[int, str]]:
    """The values of a list of objects, with the rank of the role of each."""
    found = [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    ranked = ((plain_value(value.get("role")).lower(), value.get("value")) for value in found)
    return [
        (_ROLES.index(role) if role in _ROLES else len(_ROLES), value)
        for role, value in ranked
        if isinstance(value, str)
    ]


def _words(text: str) -> str:
    return field_text(text).strip()


def _first(item: Mapping[str, Any], *names: str) -> str:
    """The first of some fields that holds something; version 1 writes its names in lower case."""
    values = {key.lower(): value for key, value in item.items()}
    return next((_one(values[name]) for name in names if plain_value(values.get(name))), "")


def _one(value: Any) -> str:
    return plain_value(value[0] if isinstance(value, list) else value)


def _section(item: Mapping[str, Any]) -> str:
    for name in ("subject", "subjects", "genre", "genres"):
        values = item.get(name)
        for value in values if isinstance(values, list) else []:
            if found := plain_value(value.get("name")) if isinstance(value, dict) else "":
                return found
    return ""


def _url(item: Mapping[str, Any]) -> str:
    return next(
        (found for key in ("link", "url", "uri") if (found := plain_value(item.get(key))).startswith("http")), ""
    )


FORMAT = Format("ninjs", (), _recognise, _read, _parse, chars_per_byte=0.6, opens=b"{[")
