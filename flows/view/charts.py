"""Pictures as SVG made here: bars over time, bars beside numbers, shares of a whole. No script, no inline style.

Only rectangles are drawn, in units of their own that the page stretches to its width; words stand beside them as text
of the page, so that they stay legible on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

MAX_DAYS = 62  # longer spans are shown by month
MAX_MONTHS = 120  # and yet longer ones by year
HEIGHT = 100.0
GAP = 0.16  # of a bar's width
FEW_BARS = 12  # fewer are drawn narrower, or they would be walls


@dataclass(frozen=True, slots=True)
class Bar:
    """What happened in the days from ``first`` to ``last``."""

    first: date
    last: date
    n: int
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars over time, none left out where nothing happened."""

    unit: str
    bars: Sequence[Bar]

    @property
    def most(self) -> Bar | None:
        """The highest bar."""
        return max(self.bars, key=lambda bar: bar.n, default=None)

    @property
    def total(self) -> int:
        """What all bars stand for."""
        return sum(bar.n for bar in self.bars)


def timeline(days: Sequence[tuple[date, int]], span: tuple[date, date] | None = None) -> Timeline:
    """Counts a day as bars of a day, month or year, whichever a reader can tell apart; over ``span`` if given."""
    if not days:
        return Timeline("day", [])
    first, last = span or (min(day for day, _ in days), max(day for day, _ in days))
    n_days = (last - first).days
    unit = "day" if n_days < MAX_DAYS else "month" if n_days < MAX_MONTHS * 30 else "year"
    counts: dict[date, int] = {}
    for day, n in days:
        start = _start(day, unit)
        counts[start] = counts.get(start, 0) + n
    bars, start = [], _start(first, unit)
    while start <= last:
        following = _next(start, unit)
        bars.append(Bar(start, following - timedelta(days=1), counts.get(start, 0), _label(start, unit)))
        start = following
    return Timeline(unit, bars)


def time_bars(line: Timeline, address: Callable[[Bar], str] | None, noun: str) -> Markup:
    """The bars of a timeline, each a link to its ``address``, or, without one, a picture."""
    most = max((bar.n for bar in line.bars), default=0) or 1
    drawn = []
    for place, bar in enumerate(line.bars):
        told = Markup('<title>{}: {:,} {}</title><rect class="hit" x="{}" y="0" width="1" height="{}"/>{}').format(
            bar.label, bar.n, counted(bar.n, noun), place, HEIGHT, _bar(place, bar.n, most, len(line.bars))
        )
        drawn.append(Markup('<a href="{}">{}</a>').format(address(bar), told) if address else Markup(f"<g>{told}</g>"))
    label, role = f"{line.total:,} {noun} by {line.unit}", Markup("") if address else Markup(' role="img"')
    return Markup('<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none"{} aria-label="{}">{}</svg>').format(
        max(len(line.bars), 1), HEIGHT, role, label, Markup("").join(drawn)
    )


def counted(n: int, nouns: str) -> str:
    """The noun of a number of things, given for several."""
    if n != 1:
        return nouns
    return f"{nouns[:-3]}y" if nouns.endswith("ies") else nouns.removesuffix("s")


def spark(counts: Sequence[int]) -> Markup:
    """Small bars without words, beside a number that says it all."""
    most = max(counts, default=0) or 1
    drawn = Markup("").join(_bar(place, n, most, len(counts)) for place, n in enumerate(counts))
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(max(len(counts), 1), HEIGHT, drawn)


def share_bar(n: float, most: float, kind: str = "") -> Markup:
    """One bar for a number beside it."""
    width = 100 * n / most if most else 0
    return Markup(
        '<svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="back" width="100" height="10"/><rect class="fill {}" width="{:.2f}" height="10"/></svg>'
    ).format(kind, width)


def stacked(parts: Sequence[tuple[str, int]]) -> Markup:
    """Shares of a whole side by side; ``parts`` are the class of colour and the number."""
    whole, x, drawn = sum(n for _, n in parts) or 1, 0.0, []
    for kind, n in parts:
        width = 100 * n / whole
        drawn.append(Markup('<rect class="{}" x="{:.3f}" width="{:.3f}" height="10"/>').format(kind, x, width))
        x += width
    return Markup(
        '<svg class="stack" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(Markup("").join(drawn))


def _bar(place: int, n: int, most: int, n_bars: int) -> Markup:
    height = max(HEIGHT * n / most, 1.5) if n else 0.0
    width = (1 - GAP) * min(n_bars / FEW_BARS, 1.0)
    return Markup('<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"/>').format(
        place + (1 - width) / 2, HEIGHT - height, width, height
    )


def _start(day: date, unit: str) -> date:
    return day.replace(month=1, day=1) if unit == "year" else day.replace(day=1) if unit == "month" else day


def _next(start: date, unit: str) -> date:
    if unit == "day":
        return start + timedelta(days=1)
    months = 12 if unit == "year" else 1
    number = start.year * 12 + start.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _label(start: date, unit: str) -> str:
    return f"{start.year}" if unit == "year" else f"{start:%B} {start.year}" if unit == "month" else long_day(start)


def long_day(day: date) -> str:
    """Like "7 March 2024"."""
    return f"{day.day} {day:%B} {day.year}"
