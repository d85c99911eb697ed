"""What the data set holds, at a glance; each picture with its table, and its data a click away."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import pyarrow as pa
from starlette.requests import Request
from starlette.responses import Response

from flows.view.charts import Bar, stacked, time_bars, timeline
from flows.view.downloads import download
from flows.view.site import NotThereError, page, snapshot_of
from flows.view.snapshot import Snapshot

SHOWN = 10
LAST_RUNS = 5
TREND_BARS = 24

_SPEAKERS = f"""
    SELECT e.entity_id, e.name, e.entity_type, count(*) AS statements, count(DISTINCT q.article) AS articles, q.speaker
    FROM quote q JOIN entity e ON e.entity = q.speaker WHERE q.is_statement
    GROUP BY ALL ORDER BY statements DESC, name LIMIT {SHOWN}
"""
_MENTIONED = f"""
    SELECT entity_id, name, n_mentions AS mentions, n_articles AS articles, n_quotes AS statements
    FROM entity WHERE entity_type = '{{kind}}' ORDER BY entity LIMIT {SHOWN}
"""
# The name of a figure's data to its query: all that can be taken along.
FIGURES = {
    "articles-by-day": "SELECT published_date, count(*) AS articles FROM article GROUP BY ALL ORDER BY ALL NULLS LAST",
    "articles-by-publisher": "SELECT publisher, count(*) AS articles, sum(n_quotes)::BIGINT AS statements FROM article "
    "GROUP BY ALL ORDER BY articles DESC, publisher NULLS LAST",
    "quotations-by-type": f"SELECT quote_type, count(*) AS quotations FROM quote GROUP BY quote_type "
    f"ORDER BY list_position({['direct', 'mixed', 'indirect']}, quote_type)",
    "quotations-by-status": "SELECT speaker_status, count(*) AS quotations FROM quote GROUP BY speaker_status "
    f"ORDER BY list_position({['named', 'collective', 'anonymous', 'unresolved', 'missing']}, speaker_status)",
    "most-quoted": f"SELECT * EXCLUDE (speaker) FROM ({_SPEAKERS})",
    "organizations": _MENTIONED.format(kind="organization"),
    "places": _MENTIONED.format(kind="place"),
    "quarantine-by-reason": "SELECT reason, count(*) AS sources FROM quarantine GROUP BY ALL ORDER BY ALL",
}
_TRENDS = """
    SELECT speaker, published_date AS day, count(*) AS n FROM quote
    WHERE is_statement AND published_date IS NOT NULL AND speaker IN (SELECT unnest($speakers)) GROUP BY ALL
"""
_RUNS = f"""
    SELECT run_id, finished_at, n_articles, n_quotes, n_quarantined, n_sources_new + n_sources_changed AS n_news,
           n_sources_gone FROM run ORDER BY finished_at DESC LIMIT {LAST_RUNS}
"""


def overview(request: Request) -> Response:
    """The first page."""
    snapshot = snapshot_of(request)
    return page(request, snapshot, "overview.html", **look_at(snapshot))


def look_at(snapshot: Snapshot) -> dict[str, Any]:
    """What the first page shows, worked out once a snapshot."""
    return snapshot.keep("overview", lambda: _look_at(snapshot))


def _look_at(snapshot: Snapshot) -> dict[str, Any]:
    figures = {name: snapshot.rows(query) for name, query in FIGURES.items()}
    days = [(row["published_date"], row["articles"]) for row in figures["articles-by-day"] if row["published_date"]]
    line = timeline(days)
    speakers = snapshot.rows(_SPEAKERS)
    return {
        "figures": figures,
        "counts": snapshot.manifest.counts,
        "created_at": snapshot.manifest.created_at[:16].replace("T", " "),
        "days": (days[0][0], days[-1][0]) if days else None,
        "n_undated": sum(row["articles"] for row in figures["articles-by-day"]) - line.total,
        "line": line,
        "bars": time_bars(line, _articles_address, "articles"),
        "stacks": {
            "type": stacked([(f"t-{row['quote_type']}", row["quotations"]) for row in figures["quotations-by-type"]]),
            "status": stacked(
                [(f"s-{row['speaker_status']}", row["quotations"]) for row in figures["quotations-by-status"]]
            ),
        },
        "speakers": speakers,
        "trends": _trends(snapshot, [row["speaker"] for row in speakers]),
        "n_people": _count(snapshot, "SELECT count(*) AS n FROM entity WHERE entity_type = 'person'"),
        "runs": snapshot.rows(_RUNS),
        "shown": SHOWN,
    }


def _articles_address(bar: Bar) -> str:
    return f"/articles?since={bar.first}&until={bar.last}"


def _count(snapshot: Snapshot, query: str) -> int:
    return int(snapshot.rows(query)[0]["n"])


def _trends(snapshot: Snapshot, speakers: list[int]) -> dict[int, list[int]]:
    """How often each is quoted, in equal stretches of the time in which any of them is."""
    counts: dict[int, dict[date, int]] = defaultdict(dict)
    for row in snapshot.rows(_TRENDS, {"speakers": speakers}):
        counts[row["speaker"]][row["day"]] = row["n"]
    days = [day for by_day in counts.values() for day in by_day]
    if not days:
        return {}
    first, width = min(days), ((max(days) - min(days)).days + 1) / TREND_BARS
    trends = {speaker: [0] * TREND_BARS for speaker in counts}
    for speaker, by_day in counts.items():
        for day, n in by_day.items():
            trends[speaker][int((day - first).days / width)] += n
    return trends


def figure_file(request: Request) -> Response:
    """The data behind a figure."""
    snapshot = snapshot_of(request)
    name = request.path_params["figure"]
    if name not in FIGURES:
        raise NotThereError(name)
    with snapshot.asking() as cursor:
        table: pa.Table = cursor.sql(FIGURES[name]).to_arrow_table()
    return download(request.path_params["form"], name, table.schema, table.to_batches())
