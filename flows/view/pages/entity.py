"""One person, organisation or place: its names, its roles, what it says, who speaks about it, where it appears."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from flows.view.charts import time_bars, timeline
from flows.view.downloads import FORMS
from flows.view.pages.correct import pending_of
from flows.view.pages.quotes import days_address, with_marks
from flows.view.pending import merged_into
from flows.view.quote_filter import QuoteFilter
from flows.view.quote_search import days_of, match_words, read_page, top_partners
from flows.view.site import NotThereError, page, snapshot_of
from flows.view.snapshot import Row, Snapshot
from transforms.resolve.countries import printed_names
from transforms.resolve.rules import LINK_RULES, NAME_RULES

SHOWN = 10
EXAMPLES = 5
WHY = {rule.name: rule.says for rule in (*NAME_RULES, *LINK_RULES)} | {
    "correction_merge": "Your corrections say that these are one.",
    "correction_split": "Your corrections say that this one stands apart.",
}

_ROLES = f"""
    SELECT speaker_role AS role, count(*) AS n FROM quote
    WHERE speaker = $entity AND speaker_role IS NOT NULL GROUP BY role ORDER BY n DESC, role LIMIT {SHOWN}
"""
_ARTICLES = f"""
    SELECT a.article_id, a.title, a.source_uri, a.published_date, a.publisher, p.n_mentions, p.n_quotes
    FROM appearance p JOIN article a USING (article) WHERE p.entity = $entity ORDER BY a.article LIMIT {SHOWN}
"""


def entity(request: Request) -> Response:
    """The page of an entity."""
    snapshot = snapshot_of(request)
    row = snapshot.row("SELECT * FROM entity WHERE entity_id = $id", {"id": request.path_params["entity_id"]})
    if row is None:
        if into := merged_into(snapshot, request.path_params["entity_id"]):
            return RedirectResponse(f"/entity/{into}", 303)
        raise NotThereError("entity")
    number = {"entity": row["entity"]}
    said, about = (
        QuoteFilter(chosen=((facet, (row["entity_id"],)), ("attribution", ("statement",))))
        for facet in ("speaker", "about")
    )
    line = timeline(days_of(snapshot, said))
    return page(
        request,
        snapshot,
        "entity.html",
        entity=row,
        lies_in=printed_names().get(row.get("country_code") or ""),
        why=[(rule, WHY.get(rule, rule.replace("_", " "))) for rule in row["merge_rules"]],
        line=line,
        bars=time_bars(line, lambda bar: days_address(said, bar), "statements"),
        roles=snapshot.rows(_ROLES, number),
        about=top_partners(snapshot, row, "speaker", "about", SHOWN),
        spoken_of_by=top_partners(snapshot, row, "about", "speaker", SHOWN),
        articles=snapshot.rows(_ARTICLES, number),
        said=_examples(snapshot, said),
        said_of=_examples(snapshot, about),
        said_address=said.address(),
        about_address=about.address(),
        corrections=pending_of(request),
        forms=FORMS,
    )


def _examples(snapshot: Snapshot, asked: QuoteFilter) -> list[Row]:
    return with_marks(read_page(snapshot, asked, match_words(snapshot, asked), EXAMPLES), snapshot, asked)
