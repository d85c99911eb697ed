"""The names that records, front matter and header lines give to the columns of ``articles``: one table for all.

Names are compared without case, white space and punctuation: datePublished, date_published and "Date published" are
one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

# Where a record has several names of one column, the first of them that holds something counts.
FIELD_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "heading", "hed", "articletitle"),
    "published_date": (
        *("publisheddate", "datepublished", "publishdate", "publisheddatetime", "publishedat", "publishedon"),
        *("published", "pubdate", "publicationdate", "datepublish", "firstpublished", "firstpublicationdate", "date"),
        *("datetime", "created", "createdat", "timestamp", "posted", "postedon", "dated"),
        *("firstcreated", "versioncreated"),
    ),
    "byline": ("byline", "author", "authors", "writer", "reporter", "writtenby", "creator", "by"),
    "publisher": (
        *("publisher", "publication", "sourcename", "source", "outlet", "newspaper", "site", "sitename"),
        *("sourcedomain", "domain", "agency", "publishedby", "creditline"),
    ),
    "url": ("url", "link", "canonicalurl", "canonical", "sourceurl", "weburl", "permalink", "uri", "href"),
    "language": ("language", "lang", "inlanguage", "locale"),
    "section": ("section", "sectionname", "category", "categories", "desk", "channel"),
}
TEXT_NAMES = (
    *("text", "body", "articlebody", "articletext", "bodytext", "fulltext", "maintext", "plaintext", "cleanedtext"),
    *("content", "contents", "contenttext", "rawtext", "article", "story", "storytext", "bodyhtml", "contenthtml"),
    *("articlehtml", "storyhtml"),
    *("html",),
)
ID_NAMES = ("id", "guid", "uuid", "articleid", "documentid", "docid")
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

_USUAL_NAMES = {**FIELD_NAMES, "text": TEXT_NAMES, "id": ID_NAMES}
_KNOWN_NAMES = frozenset((*TEXT_NAMES, *ID_NAMES, *(name for names in FIELD_NAMES.values() for name in names)))
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


def is_known_name(name: str) -> bool:
    """Whether a name, as it is compared, stands for a column of ``articles``, the text or an id."""
    return name in _KNOWN_NAMES


def header_column(name: str) -> str | None:
    """The same for the name at the start of a line of text, where fewer are sure."""
    return None if normal_name(name) in RECORD_ONLY else record_column(name)


def stated_fields(record: Mapping[Any, Any], fields: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a record states, by column; names of no column are passed over. ``fields`` as in ``names_of``."""
    values = named_values(record)
    found = {
        column: next((value for name in names_of(column, fields) if (value := plain_value(values.get(name)))), "")
        for column in FIELD_NAMES
    }
    return {column: value for column, value in found.items() if value}


def field_sources(record: Mapping[Any, Any], fields: Mapping[str, str] | None = None) -> dict[str, str]:
    """The record's own name of the field that each column, and the text, is taken from."""
    values, own = named_values(record), {normal_name(str(name)): str(name) for name in reversed(list(record))}
    found = {
        column: next((own[name] for name in names_of(column, fields) if name in own and values.get(name)), "")
        for column in ("text", *FIELD_NAMES)
    }
    return {column: name for column, name in found.items() if name}


def names_of(column: str, fields: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The names that a column or "text" or "id" may have, as they are compared, the first that holds something counts.

    ``fields`` are names that the user knows better, by column: {"text": "BODY"}. They go before the usual ones.
    """
    usual = _USUAL_NAMES[column]
    return (normal_name(fields[column]), *usual) if fields and column in fields else usual


class OwnNames(NamedTuple):
    """A record's own names of its text, id and date; of each the first that holds something counts."""

    text: tuple[str, ...]
    id: tuple[str, ...]
    published_date: tuple[str, ...]


def own_names(record: Mapping[str, Any], fields: Mapping[str, str] | None = None) -> OwnNames:
    """Which of a record's names stand for what is asked of every record. ``fields`` as in ``names_of``.

    Records of one file mostly have the same names, so that what was found of the last ones is kept.
    """
    key = (tuple(record), tuple(fields.items()) if fields else ())
    found = _FOUND.get(key)
    if found is None:
        own = named_values({name: name for name in record})
        columns = ([own[name] for name in names_of(column, fields) if name in own] for column in OwnNames._fields)
        found = OwnNames(*map(tuple, columns))
        if sum(map(len, key[0])) <= _MAX_CHARS_KEPT:
            if len(_FOUND) == _MAX_KEPT:
                _FOUND.clear()
            _FOUND[key] = found
    return found


# Not lru_cache, which would keep whatever it is asked for: names may have megabytes.
_FOUND: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], OwnNames] = {}
_MAX_KEPT, _MAX_CHARS_KEPT = 500, 4000


def named_values(record: Mapping[Any, Any]) -> dict[str, Any]:
    """The values of a record by the names as they are compared; of two that become one the first counts."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        key = name if isinstance(name, str) else str(name)
        if len(key) <= MAX_NAME_CHARS:
            found.setdefault(normal_name(key), value)
    return found


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
