"""One article as a person reads it: quotations marked, who said them beside, names that lead to their entity."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from flows.view.article_marks import MarkedText
from flows.view.article_rows import read_rows
from flows.view.pages.compare import SHOWN, story_of
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

_BOILERPLATE = "SELECT char_start, char_end, n_articles FROM boilerplate WHERE article = $article ORDER BY char_start"

_REUSED = "SELECT quote_index, reuse_cluster_id, n_articles FROM reuse WHERE article = $article"


def article(request: Request) -> Response:
    """The page of an article."""
    snapshot = snapshot_of(request)
    known = snapshot.row("SELECT * FROM article WHERE article_id = $id", {"id": request.path_params["article_id"]})
    if known is None:
        raise NotThereError("article")
    row = read_rows(snapshot, "articles", known)[0]
    quotes = sorted(read_rows(snapshot, "quotes", known), key=lambda quote: int(quote["quote_index"]))
    mentions = [
        m for m in read_rows(snapshot, "entity_mentions", known) if m["mention_type"] == "name" or m["entity_id"]
    ]
    entities = _entities(snapshot, known["article"])
    boilerplate = snapshot.rows(_BOILERPLATE, {"article": known["article"]})
    text = MarkedText(row["text"], quotes, mentions, entities, boilerplate)
    story = story_of(snapshot, known["article"])
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
        reused={row["quote_index"]: row for row in snapshot.rows(_REUSED, {"article": known["article"]})},
        has_boilerplate=bool(boilerplate),
        story=story[:SHOWN],
        has_more_copies=len(story) > SHOWN,
        own_copy=next((copy for copy in story if copy["article"] == known["article"] and copy["kind"]), None),
        n_copies=known["n_copies"] or 0,
        header={name: row.get(name) for name in HEADER},
    )


def _entities(snapshot: Snapshot, number: int) -> dict[str, Row]:
    rows = snapshot.rows(
        "SELECT e.entity_id, e.name, e.entity_type, a.n_mentions, a.n_quotes FROM appearance a "
        "JOIN entity e USING (entity) WHERE a.article = $article",
        {"article": number},
    )
    return {row["entity_id"]: row for row in rows}
