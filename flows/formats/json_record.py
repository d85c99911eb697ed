"""One JSON object to text and fields: a line of a file, an item of an array, a row of a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from flows.formats import encoding as encodings
from flows.formats.base import Document, Fault, FormatError, Item, Reading, Record, field_names_of, field_names_stated
from flows.formats.date_order import date_order_of
from flows.formats.html import field_text
from transforms.field_names import named_values, names_of, own_names, stated_fields
from transforms.text import replace_surrogates

MAX_ID_CHARS = 200
MAX_PARTS_DEPTH = 20  # of paragraphs in lists in objects ...: deeper lies no text
MAX_NESTING = 200  # the standard parser gives up at the depth of the caller's stack, so the limit is set here
# Where databases and interfaces put the record itself, beside what they say of it.
WRAPPERS = frozenset({"source", "article", "fields", "data", "document", "doc", "attributes", "node", "item", "post"})

_LENIENT = json.JSONDecoder(strict=False)


# Bytes to an object


def load(data: bytes) -> Any:
    """What JSON bytes hold, to see what is in them; raises FormatError where they are no JSON, or nested too deep.

    The strict and fast parser first. What it refuses may still be read: control characters inside strings, NaN, half
    a surrogate pair, another encoding. Which one is seen when the record is parsed: JSON's own characters are ASCII.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    if encodings.byte_order_mark(data):
        return _load_text(encodings.decode(data).text)
    try:
        return _load_text(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _load_text(data.decode("latin-1"))


def _load_text(text: str) -> Any:
    try:
        value = _LENIENT.decode(text)
    except RecursionError:
        raise too_deep() from None
    except ValueError as error:
        raise FormatError("bad_json", f"not JSON: {error}") from None
    if is_nested_deeper(value, MAX_NESTING):
        raise too_deep()
    return value


def too_deep() -> FormatError:
    """What is raised for JSON that is nested deeper than any record."""
    return FormatError("bad_json", f"not JSON: nested more than {MAX_NESTING} deep")


# Objects to records


def record_of(
    value: Any,
    format_: str,
    reading: Reading,
    *,
    data: bytes = b"",
    key: str = "",
    byte_start: int | None = None,
    source_start: int | None = None,
) -> Item:
    """The record of an object, or a Fault where it holds no text. ``data``: its bytes, if they are at hand.

    ``key`` is its name among others, which is its id where it states none.
    """
    if not isinstance(value, dict):
        return Fault("bad_json", f"a JSON object was expected, not a {type(value).__name__}")
    article, own = value, own_names(value, reading.fields)
    if not has_text(article, own.text):
        article = unwrapped(value, reading.fields)
        own = own_names(article, reading.fields)
        if not has_text(article, own.text):
            return Fault("no_text", f"no field holds the text; the record's fields: {field_list(value)}")
    try:
        data = data or _dump(value)
    except (ValueError, RecursionError) as error:
        return Fault("bad_json", f"it cannot be written as JSON: {error}")
    if len(data) > reading.limits.record_bytes:
        return Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one record")
    record_id = own_id(article, own.id) or key[:MAX_ID_CHARS] or None
    stated, order = field_names_stated(reading.fields), date_order_of(article, own.published_date)
    return Record(data, format_, reading.name, record_id, "", stated, byte_start, order, source_start)


def _dump(value: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(value, default=str)
    except orjson.JSONEncodeError:  # whole numbers of more than 64 bits, half a surrogate pair
        return json.dumps(value, default=str).encode()


def field_list(value: Mapping[str, Any]) -> str:
    """The names of an object's fields, for a person."""
    return ", ".join(sorted(map(str, value))[:10]) or "none"


def unwrapped(record: dict[str, Any], fields: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The record, with the object that holds its text in its own place where it lies in one (``_source``, ``fields``).

    What states an id or an address around it stays.
    """
    if has_text(record, own_names(record, fields).text):
        return record
    named = named_values(record)
    for name in WRAPPERS.intersection(named):
        inner = named[name]
        if isinstance(inner, dict) and has_text(inner, own_names(inner, fields).text):
            return {**{key: value for key, value in record.items() if value is not inner}, **inner}
    return record


def has_text(record: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether one of the fields that may hold the body, by a record's own ``names``, holds anything."""
    for name in names:
        value = record[name]
        if (bool(value) and not value.isspace()) if type(value) is str else _holds_text(value):
            return True
    return False


def _holds_text(value: Any, depth: int = 0) -> bool:
    if isinstance(value, str):
        return bool(value) and not value.isspace()
    if depth > MAX_PARTS_DEPTH:
        return False
    if isinstance(value, list):
        return any(_holds_text(item, depth + 1) for item in value)
    return isinstance(value, dict) and _holds_text(_inner_text(value), depth + 1)


def own_id(record: Mapping[str, Any], names: Iterable[str]) -> str | None:
    """The id that a record gives itself: the first string or whole number in a field of that meaning."""
    for name in names:
        value = record[name]
        found = value.strip() if type(value) is str else str(value) if type(value) is int else ""
        if 0 < len(found) <= MAX_ID_CHARS:
            return found
    return None


def is_nested_deeper(value: Any, limit: int) -> bool:
    """Whether lists and objects lie in each other more than ``limit`` deep."""
    level = [value]
    for _ in range(limit + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


# Records to documents


def parse(record: Record, media_type: str) -> Document:
    """The document of a record whose bytes are a JSON object; raises FormatError where it holds no text."""
    value, decoded = decode(record)
    return document_of(value, field_names_of(record), media_type, decoded)


def document_of(
    value: dict[str, Any], names: Mapping[str, str], media_type: str, decoded: encodings.Decoded
) -> Document:
    """The document of an object, and ``decoded`` how its bytes were read; FormatError where it holds no text."""
    text, fields = text_and_fields(value, names)
    if not text.strip():
        raise FormatError("no_text", "the fields of the text hold no words")
    fields = {name: replace_surrogates(found) for name, found in fields.items()}
    return Document(replace_surrogates(text), media_type, decoded.encoding, fields, decoded.quality_flags)


def decode(record: Record) -> tuple[dict[str, Any], encodings.Decoded]:
    """The object of a record, and how its bytes were read; raises FormatError where they are no JSON."""
    try:
        return orjson.loads(record.data), encodings.Decoded("", "utf-8")
    except orjson.JSONDecodeError:
        pass
    try:
        decoded = encodings.Decoded(record.data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        decoded = encodings.decode(record.data, declared=record.stated.get("charset"))
    return _load_text(decoded.text), decoded


def text_and_fields(record: dict[str, Any], fields: Mapping[str, str] | None = None) -> tuple[str, dict[str, str]]:
    """The body of a JSON record (empty where it has none) and what it states, under the names of ``articles``.

    ``fields`` are the user's names of them, which go before the usual ones.
    """
    record = unwrapped(record, fields)
    values = named_values(record)
    text = next((found for name in names_of("text", fields) if (found := _text(values.get(name)))), "")
    stated = stated_fields(record, fields).items()
    return text, {column: field_text(value).strip() for column, value in stated}


def _text(value: Any, depth: int = 0) -> str:
    """A body: a string, or a list of paragraphs (strings, or objects with a text)."""
    if depth > MAX_PARTS_DEPTH:
        return ""
    if isinstance(value, list):
        return "\n\n".join(found for item in value if (found := _text(item, depth + 1)))
    if isinstance(value, dict):
        return _text(_inner_text(value), depth + 1)
    if not isinstance(value, str) or not value.strip():
        return ""
    return field_text(value)


def _inner_text(value: dict[str, Any]) -> Any:
    """The text of an object that stands for one: a paragraph, or a body with its markup beside it."""
    return next((value[name] for name in ("text", "content", "rendered", "html", "value") if value.get(name)), "")


def is_paragraphs(value: Any) -> bool:
    """Whether a list is the paragraphs of one text, not a list of records: its objects have no title and no address."""
    if not isinstance(value, list):
        return False
    heads = frozenset((*names_of("title"), *names_of("url"), *names_of("published_date")))
    return not any(heads.intersection(named_values(item)) for item in value[:20] if isinstance(item, dict))
