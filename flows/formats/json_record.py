"""One JSON object to text and fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.formats.html import fragment_text, holds_markup
from transforms.field_names import TEXT_NAMES, named_values, stated_fields

ID_NAMES = ("id", "guid", "uuid", "articleid", "documentid", "docid")
MAX_ID_CHARS = 200
MAX_PARTS_DEPTH = 20  # of paragraphs in lists in objects ...: deeper lies no text
_TEXT_NAMES = frozenset(TEXT_NAMES)


def text_and_fields(record: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The body of a JSON record (empty where it has none) and what it states, under the names of ``articles``."""
    values = named_values(record)
    text = next((found for name in TEXT_NAMES if (found := _text(values.get(name)))), "")
    stated = stated_fields(record).items()
    return text, {column: fragment_text(value).strip() if holds_markup(value) else value for column, value in stated}


def has_text(named: Mapping[str, Any]) -> bool:
    """Whether one of the named fields that may hold the body holds anything."""
    for name in _TEXT_NAMES.intersection(named):
        value = named[name]
        if value.strip() if isinstance(value, str) else value:
            return True
    return False


def own_id(named: Mapping[str, Any]) -> str | None:
    """The id that a record gives itself: the first string or whole number in a named field of that meaning."""
    for name in ID_NAMES:
        value = named.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            found = str(value).strip()
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


def _text(value: Any, depth: int = 0) -> str:
    """A body: a string, or a list of paragraphs (strings, or objects with a text)."""
    if depth > MAX_PARTS_DEPTH:
        return ""
    if isinstance(value, list):
        return "\n\n".join(found for item in value if (found := _text(item, depth + 1)))
    if isinstance(value, dict):
        return _text(value.get("text") or value.get("content"), depth + 1)
    if not isinstance(value, str) or not value.strip():
        return ""
    return fragment_text(value) if holds_markup(value) else value
