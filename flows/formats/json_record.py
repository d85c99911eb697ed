"""One JSON object to text and fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flows.formats.html import fragment_text, holds_markup
<<<<<<< HEAD

# Names are compared without case and punctuation: datePublished, date_published and "Date published" are one. Where a
# record has several names of one column, the first of them that holds something counts. All other names are ignored.
TEXT_NAMES = (
    *("text", "body", "articlebody", "articletext", "bodytext", "fulltext", "maintext", "plaintext", "cleanedtext"),
    *("content", "contents", "contenttext", "rawtext", "article", "story", "storytext", "bodyhtml", "contenthtml"),
    *("html",),
)
FIELD_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "heading", "hed", "articletitle"),
    "published_date": (
        *("publisheddate", "datepublished", "publishdate", "publisheddatetime", "publishedat", "publishedon"),
        *("published", "pubdate", "publicationdate", "datepublish", "firstpublished", "firstpublicationdate", "date"),
        *("datetime", "created", "createdat", "timestamp"),
    ),
    "byline": ("byline", "author", "authors", "writer", "reporter", "creator", "by"),
    "publisher": (
        *("publisher", "publication", "sourcename", "source", "outlet", "newspaper", "site", "sitename"),
        *("sourcedomain", "domain", "agency"),
    ),
    "url": ("url", "link", "canonicalurl", "sourceurl", "weburl", "permalink", "uri", "href"),
    "language": ("language", "lang", "inlanguage", "locale"),
    "section": ("section", "sectionname", "category", "categories", "desk", "channel"),
}
ID_NAMES = ("id", "guid", "uuid", "articleid", "documentid", "docid")
MAX_ID_CHARS = 200
MAX_NAME_CHARS = 60  # no field that is known has a longer name
MAX_PARTS_DEPTH = 20  # of paragraphs in lists in objects ...: deeper lies no text
_TEXT_NAMES = frozenset(TEXT_NAMES)
_NAME_INSIDE = ("name", "title", "label", "value", "text")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")
=======
from transforms.field_names import TEXT_NAMES, named_values, stated_fields
>>>>>>> transforms


def text_and_fields(record: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The body of a JSON record (empty where it has none) and what it states, under the names of ``articles``."""
<<<<<<< HEAD
    named = named_fields(record)
    text = next((found for name in TEXT_NAMES if (found := _text(named.get(name)))), "")
    fields = {}
    for column, names in FIELD_NAMES.items():
        value = next((found for name in names if (found := _value(named.get(name)))), "")
        if value:
            fields[column] = fragment_text(value).strip() if holds_markup(value) else value
    return text, fields
=======
    values = named_values(record)
    text = next((found for name in TEXT_NAMES if (found := _text(values.get(name)))), "")
    stated = stated_fields(record).items()
    return text, {column: fragment_text(value).strip() if holds_markup(value) else value for column, value in stated}
>>>>>>> transforms


def named_fields(record: dict[str, Any]) -> dict[str, Any]:
    """The fields under their names without case and punctuation; of two with one name, the first."""
    return {_bare(name): value for name, value in reversed(record.items()) if len(name) <= MAX_NAME_CHARS}


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


@lru_cache(maxsize=4096)
def _bare(name: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", name.lower())


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
<<<<<<< HEAD


def _value(value: Any, depth: int = 0) -> str:
    """A field: a string or number, an object with a name, or a list of these."""
    if depth > MAX_PARTS_DEPTH:
        return ""
    if isinstance(value, list):
        return ", ".join(found for item in value if (found := _value(item, depth + 1)))
    if isinstance(value, dict):
        return next((found for name in _NAME_INSIDE if (found := _value(value.get(name), depth + 1))), "")
    if isinstance(value, bool) or value is None:
        return ""
    return str(value).strip()
=======
>>>>>>> transforms
