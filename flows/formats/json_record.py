"""One JSON object to text and fields: the many names that feeds give to the same few things."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flows.formats.html import fragment_text, holds_markup

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
_NAME_INSIDE = ("name", "title", "label", "value", "text")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


def text_and_fields(record: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The body of a JSON record (empty where it has none) and what it states, under the names of ``articles``."""
    named = {_NOT_ALPHANUMERIC.sub("", str(name).lower()): value for name, value in reversed(list(record.items()))}
    text = next((found for name in TEXT_NAMES if (found := _text(named.get(name)))), "")
    fields = {}
    for column, names in FIELD_NAMES.items():
        value = next((found for name in names if (found := _value(named.get(name)))), "")
        if value:
            fields[column] = fragment_text(value).strip() if holds_markup(value) else value
    return text, fields


def _text(value: Any) -> str:
    """A body: a string, or a list of paragraphs (strings, or objects with a text)."""
    if isinstance(value, list):
        return "\n\n".join(found for item in value if (found := _text(item)))
    if isinstance(value, dict):
        return _text(value.get("text") or value.get("content"))
    if not isinstance(value, str) or not value.strip():
        return ""
    return fragment_text(value) if holds_markup(value) else value


def _value(value: Any) -> str:
    """A field: a string or number, an object with a name, or a list of these."""
    if isinstance(value, list):
        return ", ".join(found for item in value if (found := _value(item)))
    if isinstance(value, dict):
        return next((found for name in _NAME_INSIDE if (found := _value(value.get(name)))), "")
    if isinstance(value, bool) or value is None:
        return ""
    return str(value).strip()
