"""The names that records, front matter and header lines give to the columns of ``articles``: one table for all.

Names are compared without case, white space and punctuation: datePublished, date_published and "Date published" are
one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# Where a record has several names of one column, the first of them that holds something counts.
FIELD_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "heading", "hed", "articletitle"),
    "published_date": (
        *("publisheddate", "datepublished", "publishdate", "publisheddatetime", "publishedat", "publishedon"),
        *("published", "pubdate", "publicationdate", "datepublish", "firstpublished", "firstpublicationdate", "date"),
        *("datetime", "created", "createdat", "timestamp", "posted", "postedon", "dated"),
    ),
    "byline": ("byline", "author", "authors", "writer", "reporter", "writtenby", "creator", "by"),
    "publisher": (
        *("publisher", "publication", "sourcename", "source", "outlet", "newspaper", "site", "sitename"),
        *("sourcedomain", "domain", "agency", "publishedby"),
    ),
    "url": ("url", "link", "canonicalurl", "canonical", "sourceurl", "weburl", "permalink", "uri", "href"),
    "language": ("language", "lang", "inlanguage", "locale"),
    "section": ("section", "sectionname", "category", "categories", "desk", "channel"),
}
TEXT_NAMES = (
    *("text", "body", "articlebody", "articletext", "bodytext", "fulltext", "maintext", "plaintext", "cleanedtext"),
    *("content", "contents", "contenttext", "rawtext", "article", "story", "storytext", "bodyhtml", "contenthtml"),
    *("html",),
)
# At the start of a line these are as likely to be prose; only in a record or front matter are they sure to be names.
RECORD_ONLY = frozenset(
    {"datetime", "created", "createdat", "timestamp", "creator", "sourcedomain", "domain", "uri", "href"}
    | {"inlanguage", "locale", "channel"}
)
# Known, and of no column: they leave the text with the header they stand in.
IGNORED = "ignored"
IGNORED_NAMES = frozenset(
    {"id", "tags", "tag", "keywords", "topics", "slug", "layout", "updated", "lastupdated", "modified", "draft"}
)

_COLUMN_OF_NAME = {name: column for column, names in FIELD_NAMES.items() for name in names}
_COLUMN_OF_NAME |= dict.fromkeys(IGNORED_NAMES, IGNORED)
MAX_NAME_CHARS = 60  # no name that is known is longer
MAX_DEPTH = 4  # a list of authors, each an object whose name is an object: what lies deeper is no field
_NAME_INSIDE = ("name", "title", "label", "value", "text")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4096)
def normal_name(name: str) -> str:
    """A name as it is compared."""
    return _NOT_ALPHANUMERIC.sub("", name.lower())


def record_column(name: str) -> str | None:
    """The column that a record's or front matter's name stands for; ``IGNORED`` for a known one of no column."""
    return _COLUMN_OF_NAME.get(normal_name(name))


def header_column(name: str) -> str | None:
    """The same for the name at the start of a line of text, where fewer are sure."""
    return None if normal_name(name) in RECORD_ONLY else record_column(name)


def stated_fields(record: Mapping[Any, Any]) -> dict[str, str]:
    """What a record states, by column; names of no column are passed over."""
    values = named_values(record)
    found = {
        column: next((value for name in names if (value := plain_value(values.get(name)))), "")
        for column, names in FIELD_NAMES.items()
    }
    return {column: value for column, value in found.items() if value}


def named_values(record: Mapping[Any, Any]) -> dict[str, Any]:
    """The values of a record by the names as they are compared; of two that become one the first counts."""
    named = ((str(name), value) for name, value in reversed(list(record.items())))
    return {normal_name(name): value for name, value in named if len(name) <= MAX_NAME_CHARS}


def plain_value(value: Any, *, depth: int = MAX_DEPTH) -> str:
    """A value in words: a string or number, an object with a name, or a list of these; else, or deeper, empty."""
    if isinstance(value, list | dict) and not depth:
        return ""
    if isinstance(value, list):
        return ", ".join(found for item in value if (found := plain_value(item, depth=depth - 1)))
    if isinstance(value, dict):
        inner = (plain_value(value.get(name), depth=depth - 1) for name in _NAME_INSIDE)
        return next((found for found in inner if found), "")
    if isinstance(value, bool) or value is None:
        return ""
    return str(value).strip()
