"""The day of publication that a page states: for machines first, else by htmldate, which knows the usual places.

A moment in UTC is the day before or after for readers elsewhere: the day that the page shows to them decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lxml import etree

from flows.formats.html.structured import Stated, text_of

SHOWN_BESIDE_CHARS = 250
SHOWN_WITHIN_CHARS = 3_000  # behind the headline
_DAY = re.compile(r"((?:1[89]|20)\d\d)-([01]\d)-([0-3]\d)(?!\d)")
_COMPACT_DAY = re.compile(r"((?:19|20)\d\d)([01]\d)([0-3]\d)(?!\d)")
_UTC = re.compile(r"T\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?(?:Z|[+-]00:?00)$", re.I)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]?([01]\d|[a-z]{3})[/-]?([0-3]\d)(?=[/-]|$)")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_WRITTEN = re.compile(
    rf"\b(?P<month>{_MONTH})\.?\s(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s(?P<year>(?:19|20)\d\d)\b"
    rf"|\b(?P<day2>\d\d?)(?:st|nd|rd|th)?\s(?P<month2>{_MONTH})\.?,?\s(?P<year2>(?:19|20)\d\d)\b"
    r"|\b(?P<year3>(?:19|20)\d\d)-(?P<number>[01]\d)-(?P<day3>[0-3]\d)\b"
)
META_NAMES = (
    "article:published_time", "og:article:published_time", "article:published", "parsely-pub-date", "sailthru.date",
    "datepublished", "publish-date", "publishdate", "publish_date", "pub_date", "pubdate", "dc.date.issued",
    "dcterms.created", "article_date_original", "originalpublicationdate", "dc.date", "cxenseparse:recs:publishtime",
)  # fmt: skip


def find_day(tree: Any, stated: Stated, url: str, title: str = "") -> str:
    """The day as YYYY-MM-DD, "" where the page states none."""
    article = stated.article()
    published = [text_of(article.get("datePublished")), *(stated.first(name) for name in META_NAMES[:2])]
    # A system that moved its articles states the day of the move in one of the two.
    if found := min(filter(None, (_stated_day(tree, value, url, title) for value in published)), default=None):
        return found.isoformat()
    for value in _given(stated, article):
        if found := _stated_day(tree, value, url, title):
            return found.isoformat()
    return _shown(tree, title) or _by_htmldate(tree, stated, url)


def _stated_day(tree: Any, value: str, url: str, title: str) -> date | None:
    found = _DAY.match(value) or _COMPACT_DAY.match(value)
    day = _day(*found.groups()) if found else None
    return _local_day(tree, value, day, url, title) if day and _UTC.search(value) else day


def _given(stated: Stated, article: dict[str, Any]) -> Iterator[str]:
    for name in META_NAMES:
        yield from stated.meta.get(name, [])[:1]
    yield from (text_of(article.get(name)) for name in ("dateCreated", "uploadDate"))
    others = (value for value in stated.objects if value is not article)
    yield from (text_of(value.get("datePublished")) for value in others)


def _shown(tree: Any, title: str) -> str:
    """A day that stands beside the headline, in a form that cannot be mistaken."""
    if not title:
        return ""
    text = _text_behind(tree, title)[: len(title) + SHOWN_BESIDE_CHARS]
    if found := _WRITTEN.search(text):
        month = found["month"] or found["month2"]
        number = _MONTHS.index(month[:3]) + 1 if month else int(found["number"])
        day = _day(
            found["year"] or found["year2"] or found["year3"],
            str(number),
            found["day"] or found["day2"] or found["day3"],
        )
        return day.isoformat() if day and day <= date.today() else ""
    return ""


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _by_htmldate(tree: Any, stated: Stated, url: str) -> str:
    from htmldate import find_date

    if stated.objects:  # what they say of this page is read; what they say of others is not its date
        tree = copy(tree)
        etree.strip_elements(tree, "script", with_tail=False)
    for is_extensive in (False, True):
        found = find_date(
            tree, extensive_search=is_extensive, original_date=True, min_date="1900-01-01", url=url or None
        )
        # The year of a copyright line is no day.
        if found and not (is_extensive and found.endswith("-01-01")):
            return str(found)
    return ""


def _local_day(tree: Any, value: str, day: date, url: str, title: str) -> date:
    """The day where the readers are, if the page tells: by another form of the moment, its address, or its text."""
    try:
        moment = datetime.fromisoformat(value.upper().replace("Z", "+00:00"))
    except ValueError:
        return day
    for node in tree.iter("time"):
        try:
            other = datetime.fromisoformat(node.get("datetime") or "")
        except ValueError:
            continue
        if other.tzinfo not in (None, UTC) and abs(other - moment) < timedelta(minutes=30):
            return other.date()
    near = {day - timedelta(days=1)} if moment.hour < 12 else set()
    near |= {day + timedelta(days=1)} if moment.hour >= 10 else set()
    if (found := _IN_ADDRESS.search(url)) and (
        in_address := _day(*found.groups()) if found[2].isdigit() else None
    ) in near:
        return in_address or day
    text = _text_behind(tree, title)
    if any(form in text for form in _forms(day)):
        return day
    return next((other for other in sorted(near) if any(form in text for form in _forms(other))), day)


def _text_behind(tree: Any, title: str) -> str:
    body = tree.find(".//body")
    text = (
        " ".join(" ".join(body.xpath(".//text()[not(ancestor::script or ancestor::style)]")).split())
        if body is not None
        else ""
    )
    start = max(text.find(title), 0) if title else 0
    return text[start : start + SHOWN_WITHIN_CHARS].lower()


def _forms(day: date) -> list[str]:
    """The usual ways to write a day in English, and in figures where these are plain."""
    month, short = day.strftime("%B").lower(), day.strftime("%b").lower()
    forms = [f"{name} {day.day}, {day.year}" for name in (month, short, f"{short}.")]
    return [
        *forms,
        *(f"{number} {name} {day.year}" for name in (month, short) for number in (day.day, f"{day.day:02}")),
        day.isoformat(),
    ]
