"""Quotations: searched, chosen by facets, shown, taken along as a file or as SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from flows.view.charts import Bar, time_bars, timeline
from flows.view.downloads import FORMS, download
from flows.view.quote_filter import FACETS, MAX_PAGE, PAGE_SIZE, QuoteFilter
from flows.view.quote_search import Found, Matched, count_found, match_words, read_all, read_page
from flows.view.search_index import MARKS, MAX_RANKED
from flows.view.site import page, snapshot_of
from flows.view.snapshot import Snapshot
from transforms.visible import visible

DOWNLOAD_COLUMNS = pa.schema(
    [
        ("quote_id", pa.string()),
        ("article_id", pa.string()),
        ("published_date", pa.date32()),
        ("publisher", pa.string()),
        ("section", pa.string()),
        ("title", pa.string()),
        ("speaker_name", pa.string()),
        ("speaker_role", pa.string()),
        ("speaker_entity_id", pa.string()),
        ("speaker_status", pa.string()),
        ("quote_type", pa.string()),
        ("cue_text", pa.string()),
        ("text", pa.string()),
        ("confidence", pa.float32()),
        ("source_uri", pa.string()),
    ]
)
CONFIDENCES = (0.9, 0.8, 0.7, 0.5)


def quotes(request: Request) -> Response:
    """The page of quotations."""
    snapshot = snapshot_of(request)
    asked = QuoteFilter.from_address(request.query_params)
    words = ("words", asked.expression, asked.order == "rank")
    matched = snapshot.keep_matched(words, lambda: match_words(snapshot, asked))
    found = counted(snapshot, asked, matched)
    rows = with_marks(read_page(snapshot, asked, matched), snapshot, asked)
    line = timeline(found.days)
    return page(
        request,
        snapshot,
        "quotes.html",
        asked=asked,
        rows=rows,
        found=found,
        facets=FACETS,
        forms=FORMS,
        names=_names(snapshot, asked),
        line=line,
        bars=time_bars(line, lambda bar: days_address(asked, bar), "quotations"),
        sql=asked.plain_sql(snapshot.folder, snapshot.quote_columns),
        n_pages=min(-(-found.total // PAGE_SIZE), MAX_PAGE),
        is_unranked=asked.order == "rank" and not matched.is_ranked and found.total > 0,
        max_ranked=MAX_RANKED,
        confidences=CONFIDENCES,
        is_only_not=bool(asked.q and not asked.expression),
    )


def counted(snapshot: Snapshot, asked: QuoteFilter, matched: Matched) -> Found:
    """The counts of a question, in whichever order and on whichever page it is shown."""
    return snapshot.keep(replace(asked, sort="", page=1), lambda: count_found(snapshot, asked, matched))


def count_all(snapshot: Snapshot) -> Found:
    """The counts of all quotations."""
    return counted(snapshot, QuoteFilter(), match_words(snapshot, QuoteFilter()))


def days_address(asked: QuoteFilter, bar: Bar) -> str:
    """The address of the question for the days of one bar."""
    return f"/quotes?{asked.address(since=bar.first, until=bar.last)}"


def _names(snapshot: Snapshot, asked: QuoteFilter) -> dict[str, str]:
    """The names of the entities that are chosen, by id."""
    chosen = [value for facet in ("speaker", "about") for value in asked.values.get(facet, ())]
    rows = snapshot.rows("SELECT entity_id, name FROM entity WHERE entity_id IN (SELECT unnest($ids))", {"ids": chosen})
    return {row["entity_id"]: row["name"] for row in rows} if chosen else {}


def with_marks(rows: list[dict[str, object]], snapshot: Snapshot, asked: QuoteFilter) -> list[dict[str, object]]:
    """The rows with their texts as the page writes them, the words searched for marked."""
    if not asked.expression or not rows:
        return [{**row, "shown": row["text"]} for row in rows]
    marked = snapshot.index.read_marked([row["row"] for row in rows], asked.expression)  # type: ignore[misc]
    return [{**row, "shown": _marked(marked.get(row["row"], str(row["text"])))} for row in rows]  # type: ignore[call-overload]


def _marked(text: str) -> Markup:
    """The text escaped, with what stands between the index's two signs marked, however they stand."""
    first, *rest = text.split(MARKS[0])
    pieces = [escape(visible(first.replace(MARKS[1], ""), keep="\n"))]
    for piece in rest:
        word, _, after = piece.partition(MARKS[1])
        pieces.append(Markup('<mark class="hit">{}</mark>').format(visible(word, keep="\n")))
        pieces.append(escape(visible(after.replace(MARKS[1], ""), keep="\n")))
    return Markup("").join(pieces)


def quotes_file(request: Request) -> Response:
    """All quotations of a question as a file, in the order of the page."""
    snapshot = snapshot_of(request)
    asked = QuoteFilter.from_address(request.query_params)
    return download(request.path_params["form"], "quotes", DOWNLOAD_COLUMNS, _batches(snapshot, asked))


def _batches(snapshot: Snapshot, asked: QuoteFilter) -> Iterator[pa.RecordBatch]:
    matched = match_words(snapshot, asked)
    for rows in read_all(snapshot, asked, matched):
        named = [{**row, "speaker_entity_id": row["speaker_id"]} for row in rows]
        yield pa.RecordBatch.from_pylist(
            [{name: row[name] for name in DOWNLOAD_COLUMNS.names} for row in named], schema=DOWNLOAD_COLUMNS
        )
