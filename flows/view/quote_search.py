"""The answer to a question about quotations: how many, which values they have, and those of one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from flows.storage.database import fetch_rows
from flows.view.quote_filter import ENTITY_FACETS, FACETS, NONE, PAGE_SIZE, SORTS, Condition, Facet, QuoteFilter
from flows.view.snapshot import QUERY_LIMIT_S, Row, Snapshot

MAX_FACET_VALUES = 10
DOWNLOAD_BATCH = 5_000
DOWNLOAD_LIMIT_S = 300.0

_LISTED = """
    SELECT q.row, q.quote_index, q.quote_type, q.speaker_status, q.confidence, q.published_date, q.publisher, q.section,
           a.article_id, a.title, a.source_uri, e.entity_id AS speaker_id, e.name AS speaker_entity,
           r.reuse_cluster_id, r.n_articles {more}
    FROM (SELECT * FROM {found} ORDER BY {order} {limit}) q
    JOIN article a USING (article) LEFT JOIN entity e ON e.entity = q.speaker
    LEFT JOIN reuse r ON r.row = q.row ORDER BY {outer}
"""


@dataclass(frozen=True)
class Matched:
    """The rows that the words find, as tables that queries read; no table where no word is asked for."""

    tables: dict[str, pa.Table]
    is_ranked: bool
    is_everything: bool

    def among(self, conditions: Sequence[str]) -> str:
        """The quotations that fit, as what stands behind FROM."""
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        if self.is_everything:
            return f"(SELECT *, 0.0 AS rank FROM quote{where})"
        return f"(SELECT quote.*, matched.rank FROM quote JOIN matched USING (row){where})"


@dataclass(frozen=True)
class Found:
    """How many quotations fit: in all, by values of each facet, and by day."""

    total: int
    facets: dict[str, list[Row]]
    days: list[tuple[date, int]]


def match_words(snapshot: Snapshot, asked: QuoteFilter) -> Matched:
    """What the words of a question find."""
    if not asked.expression:
        return Matched({}, False, True)
    rows, ranks = snapshot.index.find(asked.expression, is_ranked=asked.order == "rank", limit_s=QUERY_LIMIT_S)
    table = pa.table({"row": rows, "rank": ranks if ranks is not None else np.zeros(len(rows))})
    return Matched({"matched": table}, ranks is not None, False)


def count_found(snapshot: Snapshot, asked: QuoteFilter, matched: Matched) -> Found:
    """The counts; a facet of which a value is chosen counts as if none were, so that another can be added."""
    conditions = asked.conditions(snapshot.quote_columns)
    values = _values(conditions)
    everything = matched.among([condition.sql for condition in conditions])
    with snapshot.asking(matched.tables) as cursor:

        def ask(query: str, values: Mapping[str, object]) -> list[Row]:
            return fetch_rows(cursor.execute(query, values))

        hits = everything
        if not matched.is_everything or any(condition.facet in ENTITY_FACETS for condition in conditions):
            # Few enough to set aside once, rather than to be found again for every facet.
            cursor.execute(f"CREATE TEMP TABLE hit AS SELECT * FROM {everything}", values)
            hits, values = "hit", {}
        facets = {}
        for facet in FACETS.values():
            if facet.name != "about" and facet.column not in snapshot.quote_columns:
                continue
            others = [condition for condition in conditions if condition.facet != facet.name]
            if facet.name == "about" and hits != "hit":  # its rows have the quotation's columns too
                facets[facet.name] = ask(_facet_query(facet, "", _where("about", conditions)), values)
            elif len(others) == len(conditions):
                facets[facet.name] = ask(_facet_query(facet, hits), values)
            else:
                facets[facet.name] = ask(_facet_query(facet, matched.among([c.sql for c in others])), _values(others))
        total = ask(f"SELECT count(*) AS n FROM {hits}", values)[0]["n"]
        days = ask(
            f"SELECT published_date AS day, count(*) AS n FROM {hits} "
            "WHERE published_date IS NOT NULL GROUP BY day ORDER BY day",
            values,
        )
    return Found(total, facets, [(row["day"], row["n"]) for row in days])


def _facet_query(facet: Facet, found: str, about: str = "") -> str:
    if facet.name not in ENTITY_FACETS:
        return (
            f"SELECT coalesce({facet.column}, '{NONE}') AS value, value AS label, count(*) AS n FROM {found} "
            f"GROUP BY value ORDER BY n DESC, value LIMIT {MAX_FACET_VALUES}"
        )
    counted = found if facet.name == "speaker" else about or f"about SEMI JOIN {found} AS found USING (row)"
    return (
        f"SELECT e.entity_id AS value, e.name AS label, n FROM (SELECT {facet.column} AS entity, count(*) AS n "
        f"FROM {counted} WHERE {facet.column} IS NOT NULL GROUP BY ALL ORDER BY n DESC, entity "
        f"LIMIT {MAX_FACET_VALUES}) JOIN entity e USING (entity) ORDER BY n DESC, entity"
    )


def read_page(snapshot: Snapshot, asked: QuoteFilter, matched: Matched) -> list[Row]:
    """The quotations of one page with their texts, in the order asked for."""
    query, values = _listing(snapshot, asked, matched, f"LIMIT {PAGE_SIZE} OFFSET {(asked.page - 1) * PAGE_SIZE}")
    return with_texts(snapshot, snapshot.rows(query, values, tables=matched.tables))


def read_all(snapshot: Snapshot, asked: QuoteFilter, matched: Matched) -> Iterator[list[Row]]:
    """All quotations of a question with their texts, in the order asked for, some thousands at a time."""
    query, values = _listing(snapshot, asked, matched, "")
    with snapshot.asking(matched.tables, DOWNLOAD_LIMIT_S) as cursor:
        found = cursor.execute(query, values)
        while rows := fetch_rows(found, DOWNLOAD_BATCH):
            yield with_texts(snapshot, rows)


def _listing(snapshot: Snapshot, asked: QuoteFilter, matched: Matched, limit: str) -> tuple[str, dict[str, object]]:
    conditions = asked.conditions(snapshot.quote_columns)
    order = SORTS[asked.order]
    query = _LISTED.format(
        found=matched.among([condition.sql for condition in conditions]),
        order=order,
        outer=", ".join(f"q.{column.strip()}" for column in order.split(",")),
        limit=limit,
        more=", q.attribution_type" if "attribution_type" in snapshot.quote_columns else "",
    )
    return query, _values(conditions)


def _where(table: str, conditions: Sequence[Condition]) -> str:
    where = f" WHERE {' AND '.join(condition.sql for condition in conditions)}" if conditions else ""
    return f"(SELECT * FROM {table}{where})"


def _values(conditions: Sequence[Condition]) -> dict[str, object]:
    return {name: value for condition in conditions for name, value in condition.values.items()}


def with_texts(snapshot: Snapshot, rows: list[Row]) -> list[Row]:
    """The rows with what the index keeps of them: text, names, cue."""
    texts = snapshot.index.read([row["row"] for row in rows]) if rows else {}
    return [{**row, **texts[row["row"]]} for row in rows]
