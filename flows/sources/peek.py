"""How files would be read, without a run: format, records, and the first articles with where their fields come from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from flows.formats.base import LAYOUT, Fault, FormatError, Head, Item, Record
from flows.formats.compressed import bare_name
from flows.formats.limits import Limits
from flows.formats.registry import format_of, parse_record, read_records
from flows.formats.unpacked import start_of
from flows.sources.files import FoundFile
from flows.sources.opened import open_source
from transforms.articles import build_article
from transforms.records import Article, RawDocument, Reject

_DEFAULT_LIMITS = Limits()
MAX_RECORDS = 10_000  # counted; a larger file holds "more than" so many


@dataclass(frozen=True)
class PeekedArticle:
    """One record as it would be read: the article or why there is none, and where each field was found."""

    outcome: Article | Reject
    found_in: Mapping[str, str]


@dataclass(frozen=True)
class PeekedFile:
    """One file: its format (None where none takes it), its records and faults counted, its first articles."""

    uri: str
    format: str | None
    n_records: int
    is_counted_to_end: bool
    faults: Mapping[str, int]
    first_fault: str
    articles: tuple[PeekedArticle, ...]


def peek_file(
    file: FoundFile, fields: Mapping[str, str], n_articles: int, limits: Limits = _DEFAULT_LIMITS
) -> PeekedFile:
    """Look into one file; raises OSError where it cannot be opened."""
    name = os.path.basename(file.path)  # noqa: PTH119 - a Path would change odd names
    with open_source(file.path).stream as stream:
        format_ = format_of(Head(bare_name(name), start_of(stream)))
        stream.seek(0)
        items = read_records(stream, name, limits=limits, fields=fields)
        counted = list(_counted(islice(items, MAX_RECORDS), n_articles))
        is_whole = next(items, None) is None
    faults: dict[str, int] = {}
    for _, item in counted:
        if isinstance(item, Fault):
            faults[item.reason] = faults.get(item.reason, 0) + 1
    first_fault = next((item.detail for _, item in counted if isinstance(item, Fault)), "")
    records = [(number, item) for number, item in counted if not isinstance(item, Fault)]
    shown = [_read(file.uri, number, item, fields) for number, item in records[:n_articles] if item is not None]
    name_of_format = format_.name if format_ is not None else None
    return PeekedFile(file.uri, name_of_format, len(records), is_whole, faults, first_fault, tuple(shown))


def _counted(
    items: Iterator[tuple[int | None, Item]], n_kept: int
) -> Iterator[tuple[int | None, Record | Fault | None]]:
    """The items, of records no more than so many with their bytes."""
    for number, item in items:
        is_kept = isinstance(item, Fault) or n_kept > 0
        n_kept -= isinstance(item, Record)
        yield number, item if is_kept else None


def _read(uri: str, number: int | None, record: Record, fields: Mapping[str, str]) -> PeekedArticle:
    try:
        found = parse_record(record)
    except FormatError as error:
        return PeekedArticle(Reject(uri, number, None, "extract", error.reason, str(error)), {})
    raw = RawDocument(
        source_uri=uri,
        record_index=number or 0,
        source_sha256="",
        media_type=found.media_type,
        encoding=found.encoding,
        text=found.text,
        fields=found.fields,
        quality_flags=found.quality_flags,
    )
    outcome = build_article(raw)
    return PeekedArticle(outcome, _found_in(record, raw, outcome, fields) if isinstance(outcome, Article) else {})


def _found_in(record: Record, raw: RawDocument, article: Article, fields: Mapping[str, str]) -> dict[str, str]:
    """For each field that the article has: the record's own name for it, the container, the document or its text."""
    named = _record_names(record, fields)
    found = {"text": named.get("text", "")}
    for column in ("title", "byline", "publisher", "section", "url", "language"):
        if getattr(article, column):
            own = "the container" if column in record.stated else "the document’s fields"
            found[column] = named.get(column) or (own if column in raw.fields else "the text")
    if article.published_date:
        found["published_date"] = named.get("published_date") or article.date_method
    return {column: where for column, where in found.items() if where}


def _record_names(record: Record, fields: Mapping[str, str]) -> dict[str, str]:
    from flows.formats import delimited, json_record
    from transforms.field_names import field_sources

    try:
        if LAYOUT in record.stated:
            value: object = delimited.row_of(record)[0]
        else:
            value = json_record.load(record.data) if record.data[:1] == b"{" else None
    except FormatError:
        return {}
    return field_sources(json_record.unwrapped(value, fields), fields) if isinstance(value, dict) else {}
