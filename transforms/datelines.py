"""Dates that the body itself states: the dateline a report opens with, a line that is a date, and addresses.

A dateline often gives a day and a month only. Its year is then taken from an address or a file name that agrees with
it, and from nowhere else: no year is ever assumed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from transforms.dates import MONTH, WEEKDAY, WORDED, month_number, parse_date, to_iso

MAX_DATELINE_CHARS = 90
_DAY_MONTH = rf"(?:{MONTH}\s+\d{{1,2}}|\d{{1,2}}\s+{MONTH})(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?"
_PLACE = r"[A-ZÀ-Þa-z][\w.'’/-]*(?:,?\s(?:and\s)?[A-ZÀ-Þ(][\w.'’/)-]*){0,5}"
# PARIS, July 11 (Wire) — | YAOUNDÉ, May 13 2022 (IPS) - | CAIRO - 26 July 2022: | Oslo, 11 July 2021 –
_DATELINE = re.compile(
    rf"(?P<place>{_PLACE})\s?(?:,|-|–|—|―)\s*{WEEKDAY}?(?P<date>{_DAY_MONTH})\s*"
    r"(?:(?:\([^()]{2,40}\)|/[^/]{2,30}/)?\s*(?:-{1,2}|–|—|―|:)|/[A-Z][^/]{2,30}/)"
)
_BARE_DATELINE = re.compile(
    r"(?P<place>[A-ZÀ-Þ][\w.,'’ -]{1,50}?)\s*(?:\([^()]{2,40}\)\s*(?:-{1,2}|–|—|―)|(?:—|―|--)\s)"
)
_DATE_LINE = re.compile(rf"(?:Published|Posted|Updated)?(?:\s+on)?:?\s*{WEEKDAY}?({WORDED})\.?", re.I)
_YEAR_MONTH = re.compile(r"/(\d{4})/(0?[1-9]|1[0-2])(?=/|$)")


class DayOfYear(NamedTuple):
    """A day whose year is not stated."""

    month: int
    day: int


def read_dateline(paragraph: str) -> str | DayOfYear | None:
    """The date in the dateline that a paragraph opens with: a day, one without its year, or None."""
    found = _DATELINE.match(paragraph[:MAX_DATELINE_CHARS])
    if found is None:
        return None
    return day_of(found["date"])


def day_of(stated: str | None) -> str | DayOfYear | None:
    """The day that a dateline states: "July 11, 2021", or "11 July" without its year."""
    found = re.search(rf"{MONTH}\s+(?P<after>\d{{1,2}})|(?P<before>\d{{1,2}})\s+{MONTH}", stated or "")
    if stated is None or found is None:
        return None
    if re.search(r"\d{4}$", stated):
        return parse_date(found[0] + stated[found.end() :])
    month = re.search(r"[A-Za-z]+", found[0])
    return DayOfYear(month_number(month[0]), int(found["after"] or found["before"])) if month else None


def has_dateline(paragraph: str) -> bool:
    """Whether a paragraph opens with a dateline, dated or not: ``LONDON (AP) — ``."""
    start = paragraph[:MAX_DATELINE_CHARS]
    return _DATELINE.match(start) is not None or _BARE_DATELINE.match(start) is not None


def read_date_line(paragraph: str) -> str | None:
    """The day of a paragraph that is a date and nothing else: ``Sunday, July 11, 2021``."""
    found = _DATE_LINE.fullmatch(paragraph)
    return parse_date(found[1]) if found else None


def with_year(day: DayOfYear, evidence: str) -> str | None:
    """The day with the year of a date or year and month in ``evidence``, an address or a file name, that fits it.

    It fits where the two lie at most a month apart, so a report of 31 December may stand at an address of January.
    """
    months = [(int(found[1]), int(found[2])) for found in _YEAR_MONTH.finditer(evidence)]
    return next((iso for year, month in months if (iso := near_month(day, year, month))), None)


def near_month(day: DayOfYear, year: int, month: int) -> str | None:
    """The day in the year that puts it at most a month from ``month``; of the year before where that fits."""
    for candidate in (year, year - 1):
        if abs((candidate - year) * 12 + day.month - month) <= 1:
            return to_iso(candidate, day.month, day.day)
    return None
