"""The day of publication that a page states: for machines first, then beside the headline, else by htmldate.

A moment in UTC is the day before or after for readers elsewhere: the day that the page shows to them decides.
htmldate's extensive search is left out: it takes any date of a page, and 2 s to make itself ready.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lxml import etree

from flows.formats.html.structured import Stated, text_of
from flows.formats.html.title import folded
from transforms.dates import parse_date

SHOWN_BESIDE_CHARS = 400
SHOWN_WITHIN_CHARS = 1_500  # behind the headline
MAX_DATE_LINE_CHARS = 60
MAX_TIMES = 3  # time elements behind the headline, of which one may be the article's
MIN_DAY = date(1850, 1, 1)
_UTC = re.compile(r"T(?!00:00:00)\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?(?:Z|[+-]00:?00)$", re.I)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]?([01]\d|[1-9](?=/)|[a-z]{3})[/-]?([0-3]\d|[1-9](?=/))(?=[/-]|$)")
# The first three letters tell the month, but for March and May, in the languages of which some are written alike.
_MONTHS = {
    letters: number
    for number, several in enumerate(
        (
            "jan ene gen",
            "feb fév fev",
            "mar mär maa mrt",
            "apr avr abr",
            "may mai mag mei maj",
            "jun giu juin",
            "jul lug juil",
            "aug aoû aou ago",
            "sep set",
            "oct okt ott out",
            "nov",
            "dec dez déc dic des",
        ),
        1,
    )
    for letters in several.split()
}
_MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})[a-zäöüéèûôç]{{0,7}}\.?"
_YEAR = r"(?:19|20)\d\d"
_WRITTEN = re.compile(
    rf"\b(?P<month>{_MONTH})\s(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s(?P<year>{_YEAR})\b"
    rf"|\b(?P<day2>\d\d?)(?:st|nd|rd|th|er|\.)?\s(?:de\s|of\s)?(?P<month2>{_MONTH}),?\s(?:del?\s)?(?P<year2>{_YEAR})\b"
    rf"|\b(?P<year3>{_YEAR})-(?P<number3>[01]\d)-(?P<day3>[0-3]\d)\b"
    rf"|\b(?P<day4>\d\d?)\.\s?(?P<number4>\d\d?)\.\s?(?P<year4>{_YEAR})\b"
    rf"|(?P<year5>{_YEAR})年(?P<number5>\d\d?)月(?P<day5>\d\d?)日"
)
_CHANGED = re.compile(r"modif|updated|changed", re.I)
_PUBLISHED = re.compile(r"publish|posted|entry-date|created", re.I)
_ELSEWHERE = re.compile(r"comment|related|sidebar|recent|popular|teaser|promo", re.I)
_SEEN = "text()[not(ancestor::script or ancestor::style)]"
META_NAMES = (
    "article:published_time", "og:article:published_time", "article:published", "parsely-pub-date", "sailthru.date",
    "datepublished", "publish-date", "publishdate", "publish_date", "pub_date", "pubdate", "dc.date.issued",
    "dcterms.created", "article_date_original", "originalpublicationdate", "dc.date", "cxenseparse:recs:publishtime",
    "article.published", "published_time", "publication_date", "publicationdate", "dcterms.issued", "dcterms.date",
    "dc.date.created", "og:pubdate", "published-date", "date_published", "pdate", "ptime", "displaydate",
)  # fmt: skip


def find_day(tree: Any, stated: Stated, url: str, title: str = "") -> str:
    """The day as YYYY-MM-DD, "" where the page states none."""
    article = stated.article()
    published = [text_of(article.get("datePublished")), *(stated.first(name) for name in META_NAMES[:2])]
    # A system that moved its articles states the day of the move in one of the two.
    if found := min(filter(None, (_stated_day(tree, value, url, title) for value in published)), default=None):
        return _seen_day(tree, _before_move(tree, found, url, title), title).isoformat()
    for value in _given(stated, article):
        if found := _stated_day(tree, value, url, title):
            return _seen_day(tree, found, title).isoformat()
    return _timed(tree, title) or _shown(tree, title) or _by_htmldate(tree, stated, url)


def _stated_day(tree: Any, value: str, url: str, title: str) -> date | None:
    iso = parse_date(value)
    day = _possible(date.fromisoformat(iso)) if iso else None
    return _local_day(tree, value, day, url, title) if day and _UTC.search(value) else day


def _seen_day(tree: Any, day: date, title: str) -> date:
    """The day that readers see below the headline, where it is not the one that is stated for machines.

    So an article that says "Updated" and nothing else is of that day, whose text it is.
    """
    pieces = _pieces_behind(tree, title)
    if pieces is None:
        return day
    text = " ".join(pieces)[:SHOWN_WITHIN_CHARS].lower()
    is_seen = any(form in text for form in (*_forms(day), *_figures(day))) or day in _written_days(text)
    shown = None if is_seen else _day_beside(pieces)
    return shown if shown and abs((shown - day).days) > 1 else day  # one day apart they are one moment


def _day_beside(pieces: Sequence[str]) -> date | None:
    """The first day that stands in a line of its own close to the headline, with "Updated" or a weekday at most."""
    n_chars = 0
    for piece in pieces:
        n_chars += len(piece)
        if n_chars > SHOWN_BESIDE_CHARS:
            return None
        if len(piece) <= MAX_DATE_LINE_CHARS and (shown := _written_day(piece.lower())):
            return shown
    return None


def _figures(day: date) -> list[str]:
    """The day in figures, in the orders of both sides of the Atlantic."""
    orders = ((day.day, day.month), (day.month, day.day))
    return [
        f"{first:{width}}{mark}{second:{width}}{mark}{day.year}"
        for first, second in orders
        for mark in "./-"
        for width in ("", "02")
    ]


def _possible(day: date) -> date | None:
    """The day, None where it is one that systems fill in for "unknown", or to come."""
    is_real = MIN_DAY < day <= date.today() + timedelta(days=2) and day != date(1970, 1, 1)
    return day if is_real else None


def _before_move(tree: Any, day: date, url: str, title: str) -> date:
    """The day in the address where that is an earlier one, and readers do not see the stated day."""
    earlier = _in_address(url)
    if earlier is None or earlier >= day - timedelta(days=1):
        return day
    text = _text_behind(tree, title)
    return day if any(form in text for form in _forms(day)) else earlier


def _given(stated: Stated, article: dict[str, Any]) -> Iterator[str]:
    for name in META_NAMES:
        yield from stated.meta.get(name, [])[:1]
    yield from stated.items.get("datepublished", [])[:1]
    yield from (text_of(article.get(name)) for name in ("dateCreated", "uploadDate"))
    others = (value for value in stated.objects if value is not article)
    yield from (text_of(value.get("datePublished")) for value in others)


def _timed(tree: Any, title: str) -> str:
    """The day of a ``time`` element behind the headline, rather one of publication than one of change."""
    found: list[tuple[bool, str]] = []
    is_behind = not title
    for node in tree.iter("h1", "h2", "time"):
        if node.tag != "time":
            is_behind = is_behind or folded("".join(node.itertext())) == folded(title)
            continue
        if is_behind and not _is_elsewhere(node) and (day := _day_of_time(node)):
            marks = f"{node.get('class') or ''} {node.get('itemprop') or ''}"
            is_change = _CHANGED.search(marks) is not None and not _PUBLISHED.search(marks)
            found.append((is_change, day.isoformat()))
        if len(found) == MAX_TIMES:
            break
    return min(found, key=lambda pair: pair[0])[1] if found else ""


def _day_of_time(node: Any) -> date | None:
    """The day that readers see, else the one that is stated, in UTC often."""
    if shown := _written_day(" ".join("".join(node.itertext()).lower().split())):
        return shown
    iso = parse_date(node.get("datetime") or "")
    return _possible(date.fromisoformat(iso)) if iso else None


def _is_elsewhere(node: Any) -> bool:
    for depth, above in enumerate(node.iterancestors()):
        if depth > 5 or above.tag in {"body", "main"}:
            return False
        if above.tag in {"aside", "footer", "nav"} or _ELSEWHERE.search(
            f"{above.get('class') or ''} {above.get('id') or ''}"
        ):
            return True
    return False


def _shown(tree: Any, title: str) -> str:
    """A day that stands beside the headline, in a form that cannot be mistaken."""
    if not title:
        return ""
    day = _written_day(_text_behind(tree, title)[: len(title) + SHOWN_BESIDE_CHARS])
    return day.isoformat() if day else ""


def _written_day(text: str) -> date | None:
    return next(_written_days(text), None)


def _written_days(text: str) -> Iterator[date]:
    for found in _WRITTEN.finditer(text):
        month = found["month"] or found["month2"]
        number = _month_number(month) if month else int(found["number3"] or found["number4"] or found["number5"])
        day = _day(_first(found, "year"), str(number), _first(found, "day"))
        if day and _possible(day) and day <= date.today():
            yield day


def _first(found: re.Match[str], name: str) -> str:
    return next(found[key] for key in (name, *(f"{name}{n}" for n in range(2, 6))) if found[key])


def _month_number(name: str) -> int:
    return _MONTHS.get(name[:4]) or _MONTHS[name[:3]]


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
    found = find_date(tree, extensive_search=False, original_date=True, min_date="1900-01-01", url=url or None)
    return found if found and _possible(date.fromisoformat(found)) else ""


def _in_address(url: str) -> date | None:
    found = _IN_ADDRESS.search(url)
    if not found:
        return None
    month = found[2] if found[2].isdigit() else str(_MONTHS.get(found[2], 0))
    return _day(found[1], month, found[3])


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
    if (in_address := _in_address(url)) in near:
        return in_address or day
    text = _text_behind(tree, title)
    if any(form in text for form in _forms(day)):
        return day
    return next((other for other in sorted(near) if any(form in text for form in _forms(other))), day)


def _text_behind(tree: Any, title: str) -> str:
    """The words that readers see behind the headline, from the page's start where it is not found; lower case."""
    body = tree.find(".//body")
    if body is None:
        return ""
    pieces = _pieces_behind(tree, title)
    text = " ".join(body.xpath(f".//{_SEEN}") if pieces is None else pieces)
    text = " ".join(text.split())
    place = max(text.find(title), 0) if pieces is None else 0
    return text[place : place + SHOWN_WITHIN_CHARS].lower()


def _pieces_behind(tree: Any, title: str) -> list[str] | None:
    """The pieces of text of the heading that is the headline, and of what stands behind it; None without one."""
    wanted = folded(title)
    headings = tree.iter("h1", "h2", "h3") if wanted else ()
    start = next((node for node in headings if folded("".join(node.itertext())) == wanted), None)
    if start is None:
        return None
    found = start.xpath(f"./descendant::{_SEEN} | ./following::{_SEEN}")
    return [piece for text in found if (piece := " ".join(str(text).split()))]


def _forms(day: date) -> list[str]:
    """The usual ways to write a day in English, and in figures where these are plain."""
    month, short = day.strftime("%B").lower(), day.strftime("%b").lower()
    forms = [f"{name} {day.day}, {day.year}" for name in (month, short, f"{short}.")]
    return [
        *forms,
        *(f"{number} {name} {day.year}" for name in (month, short) for number in (day.day, f"{day.day:02}")),
        day.isoformat(),
    ]
