"""The travels of one saying: its fullest words, who is named for it, where it was first seen, all quotations of it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from flows.view.charts import time_bars, timeline
from flows.view.quote_filter import read_page
from flows.view.quote_search import with_texts
from flows.view.site import NotThereError, page, snapshot_of

PAGE_SIZE = 100
MAX_NAMED = 50  # of them the most frequent
MAX_PUBLISHERS = 8
AGREEMENT = {
    "agreed": "all who name a speaker name this one",
    "disputed": "outlets give it to different people, each by name",
    "uncertain": "given to two, but one of them may be newsmill's mistake",
    "unknown": "no article names a speaker",
}

_SAYING = """
    SELECT s.*, a.article_id, a.title, a.source_uri, a.publisher, a.published_date
    FROM saying s LEFT JOIN article a ON a.article_id = s.first_article_id WHERE s.reuse_cluster_id = $id
"""
_DAYS = """
    SELECT a.published_date AS day, count(*) AS n FROM reuse r JOIN article a USING (article)
    WHERE r.reuse_cluster_id = $id AND a.published_date IS NOT NULL GROUP BY day ORDER BY day
"""
_NAMED = f"""
    SELECT entity_id, name, n_articles, outlets[:{MAX_PUBLISHERS}] AS publishers,
           coalesce(len(outlets), 0) - {MAX_PUBLISHERS} AS n_more
    FROM (
        SELECT e.entity_id, coalesce(e.name, q.speaker_name) AS name, count(DISTINCT q.article) AS n_articles,
               list_sort(list(DISTINCT q.publisher) FILTER (q.publisher IS NOT NULL)) AS outlets
        FROM reuse r JOIN quote q USING (row) LEFT JOIN entity e ON e.entity = q.speaker
        WHERE r.reuse_cluster_id = $id GROUP BY ALL
    ) ORDER BY name IS NULL, n_articles DESC, name LIMIT {MAX_NAMED}
"""
_TRAVELS = f"""
    SELECT r.row, r.quote_index, r.form, r.is_first, r.is_fullest, r.is_copy, q.quote_type, q.speaker_status,
           q.confidence, a.article_id, a.title, a.source_uri, a.publisher, a.published_date,
           e.entity_id AS speaker_id, e.name AS speaker_entity
    FROM reuse r JOIN quote q USING (row) JOIN article a ON a.article = r.article
    LEFT JOIN entity e ON e.entity = q.speaker WHERE r.reuse_cluster_id = $id
    ORDER BY a.published_date NULLS LAST, a.article_id, r.quote_index LIMIT {PAGE_SIZE} OFFSET $passed
"""


def saying(request: Request) -> Response:
    """The page of a saying; of its quotations a page at a time, from the earliest."""
    snapshot = snapshot_of(request)
    asked = {"id": request.path_params["reuse_cluster_id"]}
    row = snapshot.row(_SAYING, asked)
    if row is None:
        raise NotThereError("saying")
    n_pages = max(-(-row["n_quotes"] // PAGE_SIZE), 1)
    number = min(read_page(request.query_params), n_pages)
    line = timeline([(day["day"], day["n"]) for day in snapshot.rows(_DAYS, asked)])
    travels = with_texts(snapshot, snapshot.rows(_TRAVELS, {**asked, "passed": (number - 1) * PAGE_SIZE}))
    return page(
        request,
        snapshot,
        "saying.html",
        saying=row,
        agreement=AGREEMENT.get(row["speaker_agreement"], ""),
        named=snapshot.rows(_NAMED, asked),
        line=line,
        bars=time_bars(line, None, "quotations"),
        travels=[{**quotation, "shown": quotation["text"]} for quotation in travels],
        number=number,
        n_pages=n_pages,
    )
