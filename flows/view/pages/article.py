"""One article as a person reads it: quotations marked, who said them beside, names that lead to their entity."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc
from starlette.requests import Request
from starlette.responses import Response

from flows.store.parquet import open_parquet
from flows.view.article_marks import MarkedText
from flows.view.site import NotThereError, page, snapshot_of
from flows.view.snapshot import Row, Snapshot
from transforms.paragraphs import paragraph_spans

HEADER = (
    "byline",
    "publisher",
    "section",
    "published_date",
    "date_precision",
    "language",
    "dateline_place",
    "wire_agency",
)


def article(request: Request) -> Response:
    """The page of an article."""
    snapshot = snapshot_of(request)
    known = snapshot.row("SELECT * FROM article WHERE article_id = $id", {"id": request.path_params["article_id"]})
    if known is None:
        raise NotThereError("article")
    row = _read(snapshot, "articles", known)[0]
    quotes = sorted(_read(snapshot, "quotes", known), key=lambda quote: int(quote["quote_index"]))
    mentions = [m for m in _read(snapshot, "entity_mentions", known) if m["mention_type"] == "name" or m["entity_id"]]
    entities = _entities(snapshot, known["article"])
    text = MarkedText(row["text"], quotes, mentions, entities)
    blocks = []
    for start, end in paragraph_spans(row["text"]):
        marked, begun = text.paragraph(start, end)
        blocks.append({"is_headline": end <= row["body_char_start"], "text": marked, "quotes": begun})
    return page(
        request,
        snapshot,
        "article.html",
        article=row,
        blocks=blocks,
        quotes=quotes,
        entities=sorted(entities.values(), key=lambda e: (-e["n_mentions"], e["name"])),
        numbers={quote["quote_index"]: number for number, quote in enumerate(quotes, start=1)},
        header={name: row.get(name) for name in HEADER},
    )


def _read(snapshot: Snapshot, table: str, known: Row) -> list[dict[str, Any]]:
    """The article's rows of one table, from the one part that holds them."""
    path = snapshot.part(table, known["part"])
    if path is None:
        return []
    file = open_parquet(path)
    ids = file.read(columns=["article_id"])["article_id"]
    places = pc.indices_nonzero(pc.equal(ids, known["article_id"]))
    rows: list[dict[str, Any]] = file.read().take(places).to_pylist() if len(places) else []
    return rows


def _entities(snapshot: Snapshot, number: int) -> dict[str, Row]:
    rows = snapshot.rows(
        "SELECT e.entity_id, e.name, e.entity_type, a.n_mentions, a.n_quotes FROM appearance a "
        "JOIN entity e USING (entity) WHERE a.article = $article",
        {"article": number},
    )
    return {row["entity_id"]: row for row in rows}
