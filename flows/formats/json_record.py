"""One JSON object to text and fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.formats.html import fragment_text, holds_markup
from transforms.field_names import TEXT_NAMES, named_values, stated_fields


def text_and_fields(record: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The body of a JSON record (empty where it has none) and what it states, under the names of ``articles``."""
    values = named_values(record)
    text = next((found for name in TEXT_NAMES if (found := _text(values.get(name)))), "")
    stated = stated_fields(record).items()
    return text, {column: fragment_text(value).strip() if holds_markup(value) else value for column, value in stated}


def _text(value: Any) -> str:
    """A body: a string, or a list of paragraphs (strings, or objects with a text)."""
    if isinstance(value, list):
        return "\n\n".join(found for item in value if (found := _text(item)))
    if isinstance(value, dict):
        return _text(value.get("text") or value.get("content"))
    if not isinstance(value, str) or not value.strip():
        return ""
    return fragment_text(value) if holds_markup(value) else value
