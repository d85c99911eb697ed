"""What a data set holds, at a glance: the numbers and pictures of the first page and of the report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

from flows.store.manifest import Manifest
from flows.view.charts import Bar, stacked, time_bars, timeline

Row = dict[str, Any]


class Facts(Protocol):
    """Whatever answers queries over the tables of flows/view/facts.py."""

    @property
    def manifest(self) -> Manifest:
        """The snapshot's."""
        ...

    def rows(self, query: str, values: Any = None) -> list[Row]:
        """The rows of a query with bound values."""
        ...


SHOWN = 10
LAST_RUNS = 5
TREND_BARS = 24

# Articles are counted of those alone that are shown: telling them apart for everybody is most of the work.
_SPEAKERS = f"""
    SELECT t.entity_id, t.name, t.entity_type, t.statements, count(DISTINCT q.article) AS articles, t.speaker
    FROM (
        SELECT e.entity_id, e.name, e.entity_type, s.statements, s.speaker
        FROM (SELECT speaker, count(*) AS statements FROM quote WHERE is_statement GROUP BY speaker) s
        JOIN entity e ON e.entity = s.speaker ORDER BY s.statements DESC, e.name, e.entity_id LIMIT {SHOWN}
    ) t JOIN quote q ON q.speaker = t.speaker WHERE q.is_statement
    GROUP BY ALL ORDER BY t.statements DESC, t.name, t.entity_id
"""
_MENTIONED = f"""
    SELECT entity_id, name, n_mentions AS mentions, n_articles AS articles, n_quotes AS statements
    FROM entity WHERE entity_type = '{{kind}}' ORDER BY n_mentions DESC, entity_id LIMIT {SHOWN}
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
    "most-quoted-by-month": f"""
        SELECT t.entity_id, t.name, date_trunc('month', a.published_date)::DATE AS month, count(*) AS statements
        FROM ({_SPEAKERS}) t JOIN quote q USING (speaker) JOIN article a ON a.article = q.article
        WHERE q.is_statement AND a.published_date IS NOT NULL GROUP BY ALL ORDER BY t.name, t.entity_id, month
    """,
    "organizations": _MENTIONED.format(kind="organization"),
    "places": _MENTIONED.format(kind="place"),
    "sayings": "SELECT reuse_cluster_id, text, speaker_entity_id, speaker_name, speaker_agreement, n_articles, "
    "n_articles_without_copies, n_publishers, first_published_date, last_published_date FROM saying "
    f"ORDER BY n_articles_without_copies DESC, n_articles DESC, reuse_cluster_id LIMIT {SHOWN}",
    "quarantine-by-reason": "SELECT reason, count(*) AS sources FROM quarantine GROUP BY ALL ORDER BY ALL",
    "runs": "SELECT * FROM run ORDER BY finished_at DESC",
}
# These the first page shows with more than their files hold, by queries of its own.
ONLY_FILES = ("most-quoted", "most-quoted-by-month", "runs")
_TRENDS = """
    SELECT q.speaker, a.published_date AS day, count(*) AS n FROM quote q JOIN article a USING (article)
    WHERE q.is_statement AND a.published_date IS NOT NULL AND q.speaker IN (SELECT unnest($speakers)) GROUP BY ALL
"""
_RUNS = f"""
    SELECT run_id, finished_at, n_articles, n_quotes, n_quarantined, n_sources_new + n_sources_changed AS n_news,
           n_sources_gone FROM run ORDER BY finished_at DESC LIMIT {LAST_RUNS}
"""


def glance_at(facts: Facts, articles_address: Callable[[Bar], str] | None = None) -> dict[str, Any]:
    """The values of the templates; bars are links where ``articles_address`` gives their addresses."""
    figures = {name: facts.rows(query) for name, query in FIGURES.items() if name not in ONLY_FILES}
    days = [(row["published_date"], row["articles"]) for row in figures["articles-by-day"] if row["published_date"]]
    line = timeline(days)
    speakers = facts.rows(_SPEAKERS)
    return {
        "figures": figures,
        "counts": facts.manifest.counts,
        "created_at": facts.manifest.created_at[:16].replace("T", " "),
        "days": (days[0][0], days[-1][0]) if days else None,
        "n_undated": sum(row["articles"] for row in figures["articles-by-day"]) - line.total,
        "line": line,
        "bars": time_bars(line, articles_address, "articles"),
        "stacks": {
            "type": stacked([(f"t-{row['quote_type']}", row["quotations"]) for row in figures["quotations-by-type"]]),
            "status": stacked(
                [(f"s-{row['speaker_status']}", row["quotations"]) for row in figures["quotations-by-status"]]
            ),
        },
        "speakers": speakers,
        "trends": _trends(facts, [row["speaker"] for row in speakers]),
        "n_people": _count(facts, "SELECT count(*) AS n FROM entity WHERE entity_type = 'person'"),
        "runs": facts.rows(_RUNS),
        "shown": SHOWN,
    }


def _count(facts: Facts, query: str) -> int:
    return int(facts.rows(query)[0]["n"])


def _trends(facts: Facts, speakers: list[Any]) -> dict[Any, list[int]]:
    """How often each is quoted, in equal stretches of the time in which any of them is."""
    counts: dict[Any, dict[date, int]] = defaultdict(dict)
    for row in facts.rows(_TRENDS, {"speakers": speakers}):
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
