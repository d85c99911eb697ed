"""The dateline that a report opens with, in its parts: ``SEOUL, July 11 (Yonhap) --``.

A dateline stays in the text, for offsets and the annotator count on it. It is read where its shape leaves no doubt: an
agency that is known by name; a date; a place in capitals and a dash; or a place with the state or country it lies in
and a dash.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from transforms.datelines import MAX_DATELINE_CHARS, DayOfYear, day_of, near_month
from transforms.dates import MONTH, WEEKDAY
from transforms.resolve.countries import country_code
from transforms.resolve.lexicon import data_lines

N_FIRST_PARAGRAPHS = 3  # a caption or a standfirst may go before it
MIN_PLACE_CHARS = 4  # "GOP — " opens no dateline
MIN_STORY_CHARS = 30  # a shorter paragraph is a heading

_DAY = rf"{WEEKDAY}?(?:{MONTH}\s+\d{{1,2}}|\d{{1,2}}\s+{MONTH})(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?"
_CAPITALS = r"[A-ZÀ-Þ][A-ZÀ-Þ.'’/-]+(?:,? (?:[A-ZÀ-Þ][A-ZÀ-Þ.'’/-]+|and(?= [A-Z]{3}))){0,4}"
_NAME = r"[A-ZÀ-Þ][\w.'’/-]+(?: (?:d[aeiou]s? |del )?[A-ZÀ-Þ][\w.'’/-]+){0,3}"
_REGION = r"[A-ZÀ-Þ][\w.'’-]*(?:(?: |/)(?:and )?[A-ZÀ-Þ][\w.'’-]*){0,3}"
_DASH = r"(?:\s*(?:--|–|—|―)\s*|\s*\.?-\s+|\s+_\s+|:\s+)"
# Between two dashes behind its agency, as ANSA has it: (ANSA) - Rome, October 11 -
_BEHIND = rf"(?P<after>{_NAME}),? (?P<day>{_DAY}),? ?{_DASH}"

_AGENCY = re.compile(
    rf"(?:(?P<place>{_CAPITALS}|{_NAME})(?:, (?P<region>{_REGION}?))?(?: ?\[[^\[\]]{{2,30}}\])?"
    rf"(?:,? (?P<date>{_DAY})[.,]?)?\s*)?"
    rf"(?:[(\[](?P<agency>(?:[A-Z]|(?:[a-z]{{2,4}}/)?dpa\b)[^()\[\]]{{0,29}})[)\]]|/(?P<slashed>[A-Z][^/]{{1,29}})/\.?)"
    rf"(?P<dash>{_DASH})?(?:{_BEHIND})?"
)
_DATED = re.compile(
    rf"(?P<place>{_CAPITALS}|{_NAME})(?:, (?P<region>{_REGION}?))?"
    rf"(?:,| -| –| —)? \(?(?P<date>{_DAY})\)?(?P<dash>{_DASH})"
)
_PLACED = re.compile(rf"(?P<place>{_CAPITALS}|{_NAME})(?:, ?(?P<region>{_REGION}))?(?P<dash>{_DASH})")

_STATED = re.compile(
    rf"(?P<place>{_CAPITALS}|{_NAME})(?:, (?P<region>{_REGION}?))?(?:,? (?:{_DAY}|\d\d?[./]\d\d?)[.,]?)?"
    r"(?:\s?(?:\([^()]{2,40}\)|\[[^\[\]]{2,40}\]|/[^/]{2,40}/))?[\s.,_–—-]{0,9}"
)

# Never abbreviated, or known by two letters alone.
_MORE_STATES = (
    "alaska ak hawaii hi idaho id iowa maine me ohio oh texas utah ut d.c dc washington georgia p.r pr england scotland"
    " wales gaza ontario quebec alberta manitoba saskatchewan"
)
_MORE_REGIONS = ("west bank", "gaza strip", "northern ireland", "british columbia", "nova scotia", "new brunswick")


class Dateline(NamedTuple):
    """What a dateline states: ``date`` is an ISO day, a day whose year is not stated, or None."""

    place: str | None = None
    date: str | DayOfYear | None = None
    agency: str | None = None

    def day(self, published_date: str | None) -> str | None:
        """The day of the dateline; its year, where it states none, is the one that goes with the publication."""
        if not isinstance(self.date, DayOfYear):
            return self.date
        return near_month(self.date, int(published_date[:4]), int(published_date[5:7])) if published_date else None

    def completed(self, stated: str | None) -> Dateline:
        """With the place that a field for datelines holds, where the text names none: "Calder, July 11 (AFP) -"."""
        found = _STATED.fullmatch(stated or "") if self.place is None else None
        return self._replace(place=_place(found)) if found else self


def find_dateline(body: list[str]) -> Dateline:
    """The dateline of a body, which opens one of its first paragraphs; all None where it has none."""
    return next(filter(None, map(parse_dateline, body[:N_FIRST_PARAGRAPHS])), None) or Dateline()


def parse_dateline(paragraph: str) -> Dateline | None:
    """The dateline that a paragraph opens with."""
    if len(paragraph) < MIN_STORY_CHARS or paragraph.isupper():
        return None
    start = paragraph[:MAX_DATELINE_CHARS]
    return _with_agency(start) or _with_date(start) or _with_place(start)


def _with_agency(start: str) -> Dateline | None:
    found = _AGENCY.match(start)
    if found is None:
        return None
    agency = " ".join((found["agency"] or found["slashed"]).split())
    is_known = agency.rpartition("/")[2] in _lines("agencies.txt")
    if found["place"] and not _is_place(found):
        return None
    # An agency that nobody knows is believed behind a date, a known one behind capitals even where the dash was lost.
    lost_dash = not found["place"] or found["place"].isupper() or agency.startswith("CNN")
    if not (is_known or found["date"]) or not (found["dash"] or (is_known and lost_dash)):
        return None
    return Dateline(_place(found) or found["after"], day_of(found["date"] or found["day"]), agency)


def _with_date(start: str) -> Dateline | None:
    found = _DATED.match(start)
    if found is None or not _is_place(found):
        return None
    # "On Monday, May 5: the town votes" is a line of a programme.
    is_sure = found["region"] or found["place"].isupper() or found["dash"].strip() != ":"
    return Dateline(_place(found), day_of(found["date"])) if is_sure else None


def _with_place(start: str) -> Dateline | None:
    found = _PLACED.match(start)
    if found is None or found["dash"].strip() == ":" or not _starts_story(start[found.end() :]):
        return None
    is_sure = found["region"] or (found["place"].isupper() and len(found["place"]) >= MIN_PLACE_CHARS)
    return Dateline(_place(found)) if is_sure and _is_place(found) else None


def _is_place(found: re.Match[str]) -> bool:
    """Not how an update or a caption begins, and what stands behind a comma is a state or country."""
    if found["place"].split(" ")[0].strip(",.").upper() in _lines("no_places.txt"):
        return False
    return found["region"] is None or "/" in found[0] or _is_region(found["region"])


def _starts_story(rest: str) -> bool:
    first = rest.lstrip("“\"'‘")[:1]
    return first.isupper() or first.isdigit()


def _is_region(name: str) -> bool:
    return name.rstrip(".").lower() in _states() or country_code(name) is not None


@lru_cache(maxsize=2)
def _lines(name: str) -> frozenset[str]:
    return frozenset(data_lines(name))


@lru_cache(maxsize=1)
def _states() -> frozenset[str]:
    """The states of the US and their abbreviations, in small letters."""
    pairs = (line.partition(" = ") for line in data_lines("states.txt"))
    names = {name for short, _, long in pairs for name in (*short.split(" | "), long)}
    return frozenset(map(str.lower, names)) | frozenset((*_MORE_STATES.split(), *_MORE_REGIONS))


def _place(found: re.Match[str]) -> str | None:
    return ", ".join(part.strip(" ,-") for part in (found["place"], found["region"]) if part) or None
