"""Dates of publication: strings as feeds and writers spell them, to ISO days.

A date counts only where day, month and year are all stated. Numbers alone are read where one reading is possible:
2021-07-11, 13/07/2021, 07/13/2021; 03/04/2021 is 3 April in London and 4 March in New York, so it is no date. The
hour and its zone are left aside: the day is the one the document states.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

DAY_FIRST, MONTH_FIRST = "day_first", "month_first"  # 13/07/2021, 07/13/2021
MIN_YEAR, MAX_YEAR = 1600, 2099  # the oldest newspaper is of 1605; outside these years a number is no date
MAX_EPOCH_SECONDS = 1_900_000_000  # March 2030; what is more begins like a year (2024031512) or is a telephone number
MAX_STATED_CHARS = 80  # a longer string is prose, whatever date stands in it

MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_MONTH_NUMBERS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[6-9]|20)\d\d"
WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thur?s?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,?\s+)"
WORDED = rf"(?:{MONTH}\s+{_DAY}(?:,|\s)\s*{_YEAR}|{_DAY}\s+(?:of\s+)?{MONTH},?\s+{_YEAR})"
ISO = rf"{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"

_ISO_LIKE = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)")
_MONTH_FIRST = re.compile(rf"\b({MONTH})\s+(\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+)({_YEAR})\b", re.I)
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?({MONTH}),?[\s-]+({_YEAR})\b", re.I)
_WORDED_PATH = re.compile(r"/(\d{4})/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*/(\d{1,2})(?=/|$)", re.I)
_MONTH_ALONE = re.compile(rf"({MONTH}),? ({_YEAR})", re.I)
_MONTH_NUMBERED = re.compile(rf"({_YEAR})[-/](0[1-9]|1[0-2])")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
# 2024031512, 202403151230, 20240315123045, 20240315123045678, with or without a zone behind it.
_STAMP = re.compile(
    r"((?:19|20)\d\d)(\d\d)(\d\d)(\d\d)(?:(\d\d)(?:(\d\d)(?:\d{3})?)?)?(?:[.,]\d+)?"
    r"(?:\s*(?:Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?))?"
)
_EPOCH = re.compile(r"[1-9]\d{9}(?:\d{3})?(?:\.\d+)?")


def to_iso(year: int, month: int, day: int) -> str | None:
    """The day as YYYY-MM-DD, or None where the calendar has no such day or the year is no year of news."""
    if not MIN_YEAR <= year <= MAX_YEAR:
        return None
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def month_number(name: str) -> int:
    """1 to 12 for a month's English name or abbreviation."""
    return _MONTH_NUMBERS[name[:3].lower()]


def parse_date(stated: str) -> str | None:
    """The one day that a header line or meta field states, as YYYY-MM-DD; None where it states none or two."""
    stated = stated.strip()
    if not stated or len(stated) > MAX_STATED_CHARS:
        return None
    if stamp := _STAMP.fullmatch(stated):
        return _from_stamp(*(int(part or 0) for part in stamp.groups()))
    if _EPOCH.fullmatch(stated):
        return _from_epoch(float(stated))
    if plain := _plain_dates(stated):
        return plain[0]
    numeric = set(_numeric_readings(stated))
    if numeric:
        return numeric.pop() if len(numeric) == 1 else None
    return _parse_other_language(stated)


def is_ambiguous(stated: str) -> bool:
    """Whether the string is a date of numbers that can be read day first and month first."""
    return len(stated) <= MAX_STATED_CHARS and len(set(_numeric_readings(stated))) > 1


def readings(stated: str) -> dict[str, str]:
    """The days that a date of numbers can be, by what comes first in it: DAY_FIRST, MONTH_FIRST.

    One where the calendar allows no other, and none of a date whose numbers are the same either way.
    """
    found = _NUMERIC.search(stated) if len(stated) <= MAX_STATED_CHARS else None
    if found is None:
        return {}
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    days = {DAY_FIRST: to_iso(year, second, first)}
    if found[2] != ".":  # the continent's, which writes the day first
        days[MONTH_FIRST] = to_iso(year, first, second)
    return {order: iso for order, iso in days.items() if iso} if first != second else {}


def parse_month_or_year(stated: str) -> tuple[str, str] | None:
    """The first day, and "month" or "year", of a string that states no more: March 2021, 2021-03, 2021."""
    stated = stated.strip()
    if worded := _MONTH_ALONE.fullmatch(stated):
        iso, precision = to_iso(int(worded[2]), month_number(worded[1]), 1), "month"
    elif numbered := _MONTH_NUMBERED.fullmatch(stated):
        iso, precision = to_iso(int(numbered[1]), int(numbered[2]), 1), "month"
    else:
        iso, precision = (to_iso(int(stated), 1, 1) if re.fullmatch(_YEAR, stated) else None), "year"
    return (iso, precision) if iso else None


def find_iso_dates(text: str) -> Iterator[str]:
    """The valid days written year first in a file name or address: 2021-07-11, 2021/7/11, 20210711, /2021/jul/11/."""
    for found in _WORDED_PATH.finditer(text):
        if iso := to_iso(int(found[1]), month_number(found[2]), int(found[3])):
            yield iso
    for pattern, groups in ((_ISO_LIKE, (1, 3, 4)), (_COMPACT, (1, 2, 3))):
        for found in pattern.finditer(text):
            year, month, day = (int(found[group]) for group in groups)
            if iso := to_iso(year, month, day):
                yield iso


def _plain_dates(stated: str) -> list[str]:
    """The days that can be read in one way, in the order stated: an update comes after the publication."""
    found = [(m.start(), to_iso(int(m[3]), month_number(m[1]), int(m[2]))) for m in _MONTH_FIRST.finditer(stated)]
    found += [(m.start(), to_iso(int(m[3]), month_number(m[2]), int(m[1]))) for m in _DAY_FIRST.finditer(stated)]
    found += [(stated.find(iso[:4]), iso) for iso in find_iso_dates(stated)]
    return [iso for _, iso in sorted(found, key=lambda item: item[0]) if iso]


def _numeric_readings(stated: str) -> Iterator[str]:
    for found in _NUMERIC.finditer(stated):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        # A full stop between numbers is the continent's, which writes the day first.
        months = [(second, first)] if found[2] == "." else [(second, first), (first, second)]
        yield from (iso for month, day in months if (iso := to_iso(year, month, day)))


def _from_stamp(year: int, month: int, day: int, hour: int, minute: int, second: int) -> str | None:
    """The day of a compact timestamp, None where it is none."""
    return to_iso(year, month, day) if hour <= 24 and minute <= 59 and second <= 60 else None


def _from_epoch(seconds: float) -> str | None:
    """The day of a moment in seconds or milliseconds since 1970; None where the number is rather something else."""
    seconds = seconds / 1000 if seconds >= 1e11 else seconds
    if seconds >= MAX_EPOCH_SECONDS:
        return None
    day = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return to_iso(day.year, day.month, day.day)


def _parse_other_language(stated: str) -> str | None:
    """A full date with its month in words of another language: 11 juillet 2021."""
    year = re.search(rf"(?<!\d){_YEAR}(?!\d)", stated)
    if year is None or not re.fullmatch(
        r"[^\W\d_]{0,12}[,.]?\s*\d{1,2}\.?\s+(?:de\s+)?[^\W\d_]{3,12}\.?\s+(?:de\s+)?\d{4}", stated
    ):
        return None
    import dateparser

    found = dateparser.parse(
        stated,
        languages=["fr", "de", "es", "it", "pt", "nl", "sv", "da"],
        # Relative dates ("yesterday") would depend on the clock, partial ones would be filled in from it.
        settings={"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"], "DATE_ORDER": "DMY"},
    )
    return to_iso(found.year, found.month, found.day) if found is not None and str(found.year) == year[0] else None
