"""Which quotations a reader asks for: read from an address, written as one, and as SQL.

The address holds the whole question, so that a link can be sent. Each condition is known twice: over the page's facts,
with bound values, and as plain SQL over the Parquet files that a reader can run without newsmill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from flows.storage.database import literal
from flows.view.words import match_expression, parse_terms, regex_of

PAGE_SIZE = 25
MAX_PAGE = 400
MAX_SEARCH_CHARS = 400
MAX_VALUE_CHARS = 300
MAX_VALUES = 20
ONCE = "once"  # how an address counts copies, where not every time
NONE = "(none)"  # what stands in an address for a value that is null
SORTS = ("date", "oldest", "confidence", "rank")


class QuestionError(ValueError):
    """An address that asks for what there cannot be; the message says what to put right."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A column by which quotations are counted and chosen; ``plain`` is the same in plain SQL.

    ``needs`` is a table without whose rows the facet says nothing.
    """

    name: str
    title: str
    column: str
    plain: str
    needs: str = ""


FACETS: dict[str, Facet] = {
    facet.name: facet
    for facet in (
        Facet("speaker", "Speaker", "speaker", "q.speaker_entity_id"),
        Facet("about", "About whom or what", "entity", "m.entity_id"),
        Facet("publisher", "Publisher", "publisher", "a.publisher"),
        Facet("section", "Section", "section", "a.section"),
        Facet("type", "Type", "quote_type", "q.quote_type"),
        Facet("attribution", "Attribution", "attribution_type", "q.attribution_type"),
        Facet("status", "Speaker is", "speaker_status", "q.speaker_status"),
        Facet(
            "elsewhere",
            "Said elsewhere too",
            "elsewhere",
            "if(q.reuse_cluster_id IS NULL, 'no', 'yes')",
            needs="quote_reuse",
        ),
    )
}
ENTITY_FACETS = ("speaker", "about")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: what is wanted of a facet (any of some values, a bound), and the same in plain SQL."""

    facet: str
    wanted: tuple[str, ...] | date | float
    plain: str


@dataclass(frozen=True)
class QuoteFilter:
    """A question: words, chosen values by facet, days, a least confidence, copies once; and how the answer is shown."""

    q: str = ""
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    since: date | None = None
    until: date | None = None
    confidence: float = 0.0
    is_once: bool = False
    sort: str = ""
    page: int = 1

    @classmethod
    def from_address(cls, params: QueryParams) -> QuoteFilter:
        """The question that an address holds; QuestionError where it is none."""
        chosen = {name: tuple(dict.fromkeys(v for v in params.getlist(name) if v)) for name in FACETS}
        for values in chosen.values():
            if len(values) > MAX_VALUES or any(len(value) > MAX_VALUE_CHARS for value in values):
                raise QuestionError(f"at most {MAX_VALUES} values a column, of {MAX_VALUE_CHARS} characters")
        return cls(
            q=read_search(params),
            chosen=tuple((name, values) for name, values in chosen.items() if values),
            since=read_day(params, "since"),
            until=read_day(params, "until"),
            confidence=_read_number(params, "confidence", 0.0, 1.0),
            is_once=read_copies(params),
            sort=params.get("sort", "") if params.get("sort") in SORTS else "",
            page=read_page(params),
        )

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """The chosen values by facet."""
        return dict(self.chosen)

    @property
    def expression(self) -> str:
        """The words as the index reads them; "" where no word is asked for."""
        return match_expression(parse_terms(self.q))

    @property
    def order(self) -> str:
        """The name of the order: the one asked for, else by rank where words are asked for, else the newest first."""
        wanted = self.sort or ("rank" if self.expression else "date")
        return "date" if wanted == "rank" and not self.expression else wanted

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return replace(self, sort="", page=1) == QuoteFilter()

    def address(self, **changes: object) -> str:
        """The question with some changes as the query of an address; a change of the question goes to page 1."""
        asked = replace(self, **({} if "page" in changes else {"page": 1}), **changes)  # type: ignore[arg-type]
        return urlencode(list(asked.pairs()))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Names and values of the address; what is as it is without being asked is left out."""
        if self.q:
            yield "q", self.q
        for name, values in self.chosen:
            yield from ((name, value) for value in values)
        yield from ((name, f"{day}") for name, day in (("since", self.since), ("until", self.until)) if day)
        if self.confidence:
            yield "confidence", f"{self.confidence:g}"
        if self.is_once:
            yield "copies", ONCE
        if self.sort:
            yield "sort", self.sort
        if self.page > 1:
            yield "page", str(self.page)

    def with_value(self, facet: str, value: str) -> str:
        """The address with one more value of a facet."""
        return self._with(facet, (*self.values.get(facet, ()), value))

    def without_value(self, facet: str, value: str) -> str:
        """The address without one value of a facet."""
        return self._with(facet, tuple(v for v in self.values.get(facet, ()) if v != value))

    def _with(self, facet: str, values: tuple[str, ...]) -> str:
        chosen = {**self.values, facet: values}
        return self.address(chosen=tuple((name, chosen[name]) for name in FACETS if chosen.get(name)))

    def conditions(self, columns: set[str]) -> list[Condition]:
        """The conditions but the words'; ``columns`` are those that the snapshot's quotations have."""
        found = [
            _among(FACETS[name], values)
            for name, values in self.chosen
            if name == "about" or FACETS[name].column in columns
        ]
        if self.since:
            found.append(Condition("since", self.since, f"a.published_date >= {quoted(self.since)}"))
        if self.until:
            found.append(Condition("until", self.until, f"a.published_date <= {quoted(self.until)}"))
        if self.confidence:
            found.append(Condition("confidence", self.confidence, f"q.confidence >= {quoted(self.confidence)}"))
        if self.is_once:
            found.append(Condition("copies", (ONCE,), "a.duplicate_of IS NULL"))
        return found

    def plain_sql(self, folder: str, columns: set[str]) -> str:
        """The question as DuckDB answers it over the Parquet files in ``folder``."""
        terms = parse_terms(self.q) if self.expression else ()
        where = [f"{'NOT ' * term.is_excluded}regexp_matches(q.text, {quoted(regex_of(term))})" for term in terms]
        where += [
            condition.plain.replace("{mentions}", _table(folder, "entity_mentions"))
            for condition in self.conditions(columns)
        ]
        order = {"confidence": "q.confidence DESC", "oldest": "a.published_date NULLS LAST"}.get(
            self.order, "a.published_date DESC NULLS LAST"
        )
        lines = [
            "SELECT q.quote_id, a.published_date, a.publisher, a.title, q.speaker_name, q.speaker_role,",
            "       q.speaker_status, q.quote_type, q.cue_text, q.text, q.confidence",
            f"FROM {_table(folder, 'quotes')} q",
            f"JOIN {_table(folder, 'articles')} a USING (article_id)",
            *(f"{'AND' if number else 'WHERE'} {line}" for number, line in enumerate(where)),
            f"ORDER BY {order}, a.article_id, q.quote_index;",
        ]
        return "\n".join(lines)


def read_search(params: QueryParams) -> str:
    """The words searched for, without white space at the ends."""
    text = params.get("q", "").strip()
    if len(text) > MAX_SEARCH_CHARS:
        raise QuestionError(f"a search has at most {MAX_SEARCH_CHARS} characters")
    return text


def read_copies(params: QueryParams) -> bool:
    """Whether copies of articles are to count once."""
    if params.get("copies", "") not in ("", ONCE):
        raise QuestionError(f"copies is {ONCE}, or left out")
    return params.get("copies") == ONCE


def read_page(params: QueryParams) -> int:
    """The number of the page, from 1."""
    return int(_read_number(params, "page", 1, MAX_PAGE, 1))


def quoted(value: object) -> str:
    """A value as a literal of SQL."""
    if isinstance(value, float):
        return f"{value:g}"
    text = f"{value}".replace("'", "''")
    return f"DATE '{text}'" if isinstance(value, date) else f"'{text}'"


def _among(facet: Facet, values: tuple[str, ...]) -> Condition:
    stated = [value for value in values if value != NONE]
    listed = f"{facet.plain} IN ({', '.join(map(quoted, stated))})" if stated else ""
    if facet.name == "about":
        listed = f"q.quote_id IN (SELECT m.quote_id FROM {{mentions}} m WHERE {listed or 'false'})"
    elif facet.name != "speaker" and NONE in values:
        listed = f"({listed} OR {facet.plain} IS NULL)" if stated else f"{facet.plain} IS NULL"
    return Condition(facet.name, values, listed or "false")


def _table(folder: str, table: str) -> str:
    return f"read_parquet({quoted(literal(f'{folder}/{table}') + '/*.parquet')})"


def read_day(params: QueryParams, name: str) -> date | None:
    """A day of the address; None where it names none."""
    text = params.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise QuestionError(f"{name} is a day like 2024-03-31") from None


def _read_number(params: QueryParams, name: str, least: float, most: float, otherwise: float = 0.0) -> float:
    text = params.get(name, "")
    if not text:
        return otherwise
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not least <= number <= most:
        raise QuestionError(f"{name} is a number from {least:g} to {most:g}")
    return number
