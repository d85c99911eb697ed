"""An article's text cut where a quotation, its source, its cue or a name begins or ends.

Spans may lie in each other and across each other (a name in a quotation in a quotation). The text is cut at every end
of every span, and each piece says what it belongs to; neighbours that agree are put together again, level by level.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from markupsafe import Markup

from transforms.visible import visible

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text that belongs to a quotation (its place in the article's quotes), is part of a source or cue, a name."""

    start: int
    end: int
    quote: int | None
    role: str
    mention: int | None


def cut(
    start: int, end: int, quotes: Sequence[Row], mentions: Sequence[Row], *, cuts: Sequence[int]
) -> Iterator[Piece]:
    """The pieces of ``text[start:end]``; ``cuts`` are the ends of all spans, sorted."""
    inner = cuts[bisect_right(cuts, start) : bisect_left(cuts, end)]
    here = [
        (number, quote) for number, quote in enumerate(quotes) if _reach(quote)[0] < end and start < _reach(quote)[1]
    ]
    names = [(n, m) for n, m in enumerate(mentions) if m["char_start"] < end and start < m["char_end"]]
    for a, b in pairwise([start, *inner, end]):
        quote = _shortest((n, _segment_length(q, a, b)) for n, q in here)
        role = next((role for _, q in here for role in ("speaker", "cue") if _covers(q, role, a, b)), "")
        mention = _shortest((n, m["char_end"] - m["char_start"] if _is_in(m, a, b) else None) for n, m in names)
        yield Piece(a, b, quote, role, mention)


def cut_points(quotes: Sequence[Row], mentions: Sequence[Row]) -> list[int]:
    """The ends of all spans of an article, sorted."""
    points = {point for m in mentions for point in (m["char_start"], m["char_end"])}
    for quote in quotes:
        points |= {point for segment in quote["segments"] for point in (segment["char_start"], segment["char_end"])}
        points |= {quote[f"{role}_char_{end}"] for role in ("speaker", "cue") for end in ("start", "end")} - {None}
    return sorted(points)


class MarkedText:
    """Writes the paragraphs of one article, each quotation with an anchor where it begins."""

    def __init__(
        self,
        text: str,
        quotes: Sequence[Row],
        mentions: Sequence[Row],
        entities: Mapping[str, Row],
        boilerplate: Sequence[Row] = (),
    ) -> None:
        self._text = text
        self._quotes = quotes
        self._mentions = mentions
        self._entities = entities
        self._boilerplate = boilerplate
        self._cuts = cut_points(quotes, mentions)
        self._begun: set[int] = set()

    def paragraph(self, start: int, end: int) -> tuple[Markup, list[int]]:
        """The marked text, and the quotations that begin in it by their place in the article's quotes."""
        before = set(self._begun)
        written, at = [], start
        for passage in self._boilerplate:
            first, last = max(at, passage["char_start"]), min(end, passage["char_end"])
            if first < last:
                written += [self._plain(at, first), self._shared(first, last, passage["n_articles"])]
                at = last
        written.append(self._plain(at, end))
        return Markup("").join(written), sorted(self._begun - before)

    def _shared(self, start: int, end: int, n_articles: int) -> Markup:
        about = f"Boilerplate: {n_articles:,} articles of this source have it"
        return Markup(
            '<span class="boilerplate" tabindex="0" role="note" aria-label="{}" data-about="{}">{}</span>'
        ).format(about, about, self._plain(start, end))

    def _plain(self, start: int, end: int) -> Markup:
        pieces = cut(start, end, self._quotes, self._mentions, cuts=self._cuts) if start < end else ()
        return Markup("").join(self._quotation(n, list(group)) for n, group in groupby(pieces, lambda p: p.quote))

    def _quotation(self, number: int | None, pieces: Sequence[Piece]) -> Markup:
        inside = Markup("").join(self._role(role, list(group)) for role, group in groupby(pieces, lambda p: p.role))
        if number is None:
            return inside
        quote = self._quotes[number]
        kind = quote["quote_type"]
        if number in self._begun:
            return Markup('<q class="{}" data-q="{}">{}</q>').format(kind, number + 1, inside)
        self._begun.add(number)
        index = quote["quote_index"]
        return Markup(
            '<q class="{}" id="q{}" data-q="{}" tabindex="-1"><a class="no" href="#n{}" '
            'aria-label="Quotation {}">{}</a>{}</q>'
        ).format(kind, index, number + 1, index, number + 1, number + 1, inside)

    def _role(self, role: str, pieces: Sequence[Piece]) -> Markup:
        inside = Markup("").join(self._name(n, list(group)) for n, group in groupby(pieces, lambda p: p.mention))
        return Markup('<span class="{}">{}</span>').format(role, inside) if role else inside

    def _name(self, number: int | None, pieces: Sequence[Piece]) -> Markup:
        text = visible(self._text[pieces[0].start : pieces[-1].end], keep="\n")
        if number is None:
            return Markup("{}").format(text)
        mention = self._mentions[number]
        entity = self._entities.get(mention["entity_id"])
        if entity is None:
            return Markup('<span class="name {}">{}</span>').format(mention["entity_type"], text)
        about = f"{entity['name']} · {mention['entity_type']} · sure to {mention['confidence']:.0%}"
        return Markup('<a class="name {}" href="/entity/{}" data-about="{}">{}</a>').format(
            mention["entity_type"], mention["entity_id"], visible(about), text
        )


def _reach(quote: Row) -> tuple[int, int]:
    points = [quote["char_start"], quote["char_end"]]
    points += [quote[f"{role}_char_{end}"] for role in ("speaker", "cue") for end in ("start", "end")]
    known = [point for point in points if point is not None]
    return min(known), max(known)


def _segment_length(quote: Row, start: int, end: int) -> int | None:
    covering = (s for s in quote["segments"] if _is_in(s, start, end))
    return next((segment["char_end"] - segment["char_start"] for segment in covering), None)


def _covers(quote: Row, role: str, start: int, end: int) -> bool:
    first, last = quote[f"{role}_char_start"], quote[f"{role}_char_end"]
    return first is not None and first <= start and end <= last


def _is_in(span: Row, start: int, end: int) -> bool:
    return bool(span["char_start"] <= start and end <= span["char_end"])


def _shortest(found: Iterable[tuple[int, int | None]]) -> int | None:
    """The number of the innermost: the one whose span is the shortest, of equals the later."""
    lengths = [(length, -number) for number, length in found if length is not None]
    return -min(lengths)[1] if lengths else None
