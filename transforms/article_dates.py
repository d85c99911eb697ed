"""The date of an article: where it is stated, in which words, and how exactly.

The first that gives a whole valid day: header, meta, dateline (``PARIS, July 11 (Wire) —``) or a line that is a date,
url, filename, crawl. Where only a month or year is stated, its first day, and ``precision`` says so.

A date of numbers that can be read in two ways is read as the source's other dates are, or as the article's own
dateline, address or time of crawl allow; where none tells, it gives no day and is ambiguous.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from transforms.dateline_parts import find_dateline
from transforms.datelines import DayOfYear, near_month, read_date_line, read_dateline, with_year
from transforms.dates import find_iso_dates, is_ambiguous, parse_date, parse_month_or_year, readings
from transforms.records import RawDocument
from transforms.text import clean_field

DATE_ORDER = "date_order"  # the field in which a source's reader says what its other dates show
MAX_DATELINE_DAYS = 2  # between the day a report was written and the one it was published


class Dated(NamedTuple):
    """A day, how it was found, whether a stated one could not be told, and its precision (day, month, year)."""

    date: str | None
    method: str
    is_ambiguous: bool = False
    precision: str | None = None


def find_date(header: Mapping[str, str], raw: RawDocument, body: list[str]) -> Dated:
    """The date of a document with these header lines and paragraphs."""
    stated = {"header": header.get("published_date"), "meta": clean_field(raw.fields.get("published_date"))}
    for method, value in stated.items():
        if value and (iso := parse_date(value)):
            return Dated(iso, method, precision="day")
    url = _url_path(header.get("url") or raw.fields.get("url") or "")
    # The key of a member of an archive begins with its path there.
    filename = (raw.record_key.rpartition("#")[0] or raw.source_uri).rsplit("/", 1)[-1]
    found = {
        "dateline": _dateline_date(body, url),
        "url": next(find_iso_dates(url), None),
        "filename": next(find_iso_dates(filename), None),
    }
    unclear = {method: value for method, value in stated.items() if value and is_ambiguous(value)}
    for method, value in unclear.items():
        if iso := _told_apart(value, raw.fields, body, frozenset(filter(None, found.values()))):
            return Dated(iso, method, precision="day")
    for method, candidate in found.items():
        if candidate:
            return Dated(candidate, method, bool(unclear), "day")
    for method, value in stated.items():
        if value and (month := parse_month_or_year(value)):
            return Dated(month[0], method, bool(unclear), month[1])
    if crawled := parse_date(raw.fields.get("crawled_at", "")):  # when it was there, which is not when it appeared
        return Dated(crawled, "crawl", bool(unclear), "day")
    return Dated(None, "none", bool(unclear))


def _told_apart(value: str, fields: Mapping[str, str], body: list[str], found: frozenset[str]) -> str | None:
    """Which of its readings a date of numbers is, by whatever else the source and the article say."""
    days = readings(value)
    if fields.get(DATE_ORDER) in days:
        return days[fields[DATE_ORDER]]
    crawled = parse_date(fields.get("crawled_at", ""))
    dateline = find_dateline(body).date
    for holds in (
        lambda iso: iso in found,
        lambda iso: _is_near(iso, dateline),
        lambda iso: crawled is not None and iso <= crawled,  # nothing is read before it is published
    ):
        left = [iso for iso in days.values() if holds(iso)]
        if len(left) == 1:
            return left[0]
    return None


def _is_near(iso: str, dateline: str | DayOfYear | None) -> bool:
    """Whether a day is that of a dateline, or one soon after it."""
    if isinstance(dateline, DayOfYear):
        dateline = near_month(dateline, int(iso[:4]), int(iso[5:7]))
    if dateline is None:
        return False
    return 0 <= (dt.date.fromisoformat(iso) - dt.date.fromisoformat(dateline)).days <= MAX_DATELINE_DAYS


def _url_path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:  # an address with brackets that hold no IPv6 address
        return ""


def _dateline_date(body: list[str], url: str) -> str | None:
    """The day stated by a date line or dateline in the first paragraphs of the body."""
    for paragraph in body[:2]:
        if iso := read_date_line(paragraph):
            return iso
        found = read_dateline(paragraph)
        if isinstance(found, DayOfYear):
            return with_year(found, url)
        if found:
            return found
    return None
