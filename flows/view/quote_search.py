"""The answer to a question about quotations: how many, which values they have, and those of one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows.view.quote_columns import Mask, Places, first_of
from flows.view.quote_filter import ENTITY_FACETS, FACETS, PAGE_SIZE, Condition, Facet, QuoteFilter
from flows.view.snapshot import QUERY_LIMIT_S, Row, Snapshot

MAX_FACET_VALUES = 10
DOWNLOAD_BATCH = 5_000

_LISTED = """
    SELECT q.row, q.quote_index, q.quote_type, q.speaker_status, q.confidence, q.published_date, q.publisher, q.section,
           a.article_id, a.title, a.source_uri, e.entity_id AS speaker_id, e.name AS speaker_entity,
           r.reuse_cluster_id, r.n_articles {more}
    FROM shown JOIN quote q USING (place) JOIN article a USING (article) LEFT JOIN entity e ON e.entity = q.speaker
    LEFT JOIN reuse r ON r.row = q.row ORDER BY shown.number
"""


@dataclass(frozen=True)
class Matched:
    """Where the quotations stand that the words find, and how well each fits (the smaller the better).

    No places where no word is asked for, no ranks where none are needed or too many were found.
    """

    places: Places | None = None
    ranks: npt.NDArray[np.float64] | None = None

    @property
    def is_ranked(self) -> bool:
        """Whether the best match can come first."""
        return self.ranks is not None


@dataclass(frozen=True)
class Found:
    """How many quotations fit: in all, by values of each facet, and by day."""

    total: int
    facets: dict[str, list[Row]]
    days: list[tuple[date, int]]


def match_words(snapshot: Snapshot, asked: QuoteFilter) -> Matched:
    """What the words of a question find."""
    if not asked.expression:
        return Matched()
    rows, ranks = snapshot.index.find(asked.expression, is_ranked=asked.order == "rank", limit_s=QUERY_LIMIT_S)
    places = snapshot.quotes.places_of(rows)
    order = np.argsort(places)
    return Matched(places[order], None if ranks is None else ranks[order])


def count_found(snapshot: Snapshot, asked: QuoteFilter, matched: Matched) -> Found:
    """The counts; a facet of which a value is chosen counts as if none were, so that another can be added."""
    fits = _fits(snapshot, asked)
    fitting = _all_of(snapshot, matched, fits)
    facets = {}
    for facet in facets_of(snapshot):
        others = {name: mask for name, mask in fits.items() if name != facet.name}
        among = fitting if len(others) == len(fits) else _all_of(snapshot, matched, others)
        facets[facet.name] = _top(snapshot, facet, among)
    return Found(int(fitting.sum()), facets, snapshot.quotes.days(fitting))


def facets_of(snapshot: Snapshot) -> list[Facet]:
    """The facets of which the snapshot knows anything."""
    return [
        facet
        for facet in FACETS.values()
        if (facet.name == "about" or facet.column in snapshot.quote_columns)
        and (not facet.needs or snapshot.manifest.counts.get(facet.needs))
    ]


def _fits(snapshot: Snapshot, asked: QuoteFilter) -> dict[str, Mask]:
    """Which quotations fit each condition of a question but the words'."""
    conditions = asked.conditions(snapshot.quote_columns)
    numbers = _numbers(snapshot, conditions)
    return {condition.facet: snapshot.quotes.fits(condition, numbers) for condition in conditions}


def _numbers(snapshot: Snapshot, conditions: Sequence[Condition]) -> dict[str, int]:
    ids = [value for c in conditions if c.facet in ENTITY_FACETS and isinstance(c.wanted, tuple) for value in c.wanted]
    query = "SELECT entity_id, entity FROM entity WHERE entity_id IN (SELECT unnest($ids))"
    return {row["entity_id"]: row["entity"] for row in snapshot.rows(query, {"ids": ids})} if ids else {}


def _all_of(snapshot: Snapshot, matched: Matched, fits: Mapping[str, Mask]) -> Mask:
    fitting = np.ones(snapshot.quotes.n, np.bool_)
    if matched.places is not None:
        fitting[:] = False
        fitting[matched.places] = True
    return reduce(np.logical_and, fits.values(), fitting)


def _top(snapshot: Snapshot, facet: Facet, fitting: Mask) -> list[Row]:
    if facet.name in ENTITY_FACETS:
        found = _top_entities(snapshot, facet.name, fitting, MAX_FACET_VALUES)
        return [{"value": row["entity_id"], "label": row["name"], "n": row["n"]} for row in found]
    values = snapshot.quotes.top_values(facet.name, fitting, MAX_FACET_VALUES)
    return [{"value": value, "label": value, "n": n} for value, n in values]


def _top_entities(snapshot: Snapshot, facet: str, fitting: Mask, most: int) -> list[Row]:
    counts = snapshot.quotes.top_entities(facet, fitting, most)
    query = "SELECT entity, entity_id, name, entity_type FROM entity WHERE entity IN (SELECT unnest($numbers))"
    rows = snapshot.rows(query, {"numbers": [number for number, _ in counts]}) if counts else []
    by_number = {row["entity"]: row for row in rows}
    return [{**by_number[number], "n": n} for number, n in counts]


def top_partners(snapshot: Snapshot, entity: Row, facet: str, other: str, most: int) -> list[Row]:
    """By an entity's quotations as one facet, the commonest entities of the other, without itself."""
    is_of = Condition(facet, (entity["entity_id"],), "")
    fitting = snapshot.quotes.fits(is_of, {entity["entity_id"]: entity["entity"]})
    found = _top_entities(snapshot, other, fitting, most + 1)
    return [row for row in found if row["entity"] != entity["entity"]][:most]


def days_of(snapshot: Snapshot, asked: QuoteFilter) -> list[tuple[date, int]]:
    """How many quotations of a question without words are of each day."""
    return snapshot.quotes.days(_all_of(snapshot, Matched(), _fits(snapshot, asked)))


def read_page(snapshot: Snapshot, asked: QuoteFilter, matched: Matched, n: int | None = None) -> list[Row]:
    """The quotations of one page, or the first ``n`` of them, with their texts, in the order asked for."""
    passed = (asked.page - 1) * PAGE_SIZE
    return _rows(snapshot, _ordered(snapshot, asked, matched, passed + (n or PAGE_SIZE))[passed:])


def read_all(snapshot: Snapshot, asked: QuoteFilter, matched: Matched) -> Iterator[list[Row]]:
    """All quotations of a question with their texts, in the order asked for, some thousands at a time."""
    places = _ordered(snapshot, asked, matched, snapshot.quotes.n)
    for first in range(0, len(places), DOWNLOAD_BATCH):
        yield _rows(snapshot, places[first : first + DOWNLOAD_BATCH])


def _ordered(snapshot: Snapshot, asked: QuoteFilter, matched: Matched, n: int) -> Places:
    """The places of the first ``n`` quotations in the order asked for."""
    fitting = _all_of(snapshot, matched, _fits(snapshot, asked))
    places = np.flatnonzero(fitting).astype(np.int32)
    if asked.order == "rank" and matched.places is not None and matched.ranks is not None:
        return places[first_of(matched.ranks[fitting[matched.places]], n)]
    keys = snapshot.quotes.sort_keys(asked.order)
    return places[:n] if keys is None else places[first_of(keys[places], n)]


def _rows(snapshot: Snapshot, places: Places) -> list[Row]:
    """The quotations at some places with their texts."""
    more = ", q.attribution_type" if "attribution_type" in snapshot.quote_columns else ""
    shown = pa.table({"place": places, "number": np.arange(len(places))})
    return with_texts(snapshot, snapshot.rows(_LISTED.format(more=more), tables={"shown": shown}))


def with_texts(snapshot: Snapshot, rows: list[Row]) -> list[Row]:
    """The rows with what the index keeps of them: text, names, cue."""
    texts = snapshot.index.read([row["row"] for row in rows]) if rows else {}
    return [{**row, **texts[row["row"]]} for row in rows]
