"""Copies of an article: which there are, and one of them beside the article that is kept, differences marked."""

from __future__ import annotations

from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from flows.view.article_rows import read_rows
from flows.view.site import NotThereError, page, snapshot_of
from flows.view.snapshot import Row, Snapshot
from transforms.copies.differences import Differences, Piece, differences

SHOWN = 20
MAX_CHARS = 2_500_000  # of both texts together: some seconds of work

_STORY = """
    SELECT a.article, a.article_id, a.title, a.source_uri, a.publisher, a.published_date, a.n_words, a.part,
           c.kind, c.similarity, c.shared_words
    FROM article a LEFT JOIN copy c USING (article) WHERE a.article = $kept OR c.kept = $kept
"""
_LISTED = f"{_STORY} ORDER BY kind IS NOT NULL, article <> $own, published_date NULLS LAST, article LIMIT {SHOWN + 1}"
_ONE = f"SELECT * FROM ({_STORY}) WHERE article = $own"
_KEPT = "SELECT kept FROM copy WHERE article = $own OR kept = $own LIMIT 1"


def story_of(snapshot: Snapshot, article: int) -> list[Row]:
    """The kept article, the article itself, and copies from the earliest; nothing where it has none."""
    kept = snapshot.row(_KEPT, {"own": article})
    return snapshot.rows(_LISTED, {"kept": kept["kept"], "own": article}) if kept else []


def compare(request: Request) -> Response:
    """A copy beside the kept article, or beside the copy that it is closest to (``with=closest``)."""
    snapshot = snapshot_of(request)
    own = snapshot.row(
        "SELECT a.article, c.kept, c.compared FROM copy c JOIN article a USING (article) WHERE a.article_id = $id",
        {"id": request.path_params["article_id"]},
    )
    if own is None:
        raise NotThereError("copy")
    is_closest = request.query_params.get("with") == "closest"
    ends = [own["compared"] if is_closest else own["kept"], own["article"]]
    kept, copy = (_member(snapshot, own["kept"], article) for article in ends)
    texts = [read_rows(snapshot, "articles", row)[0]["text"] for row in (kept, copy)]
    is_long = sum(map(len, texts)) > MAX_CHARS
    found = None if is_long else differences(*texts)
    return page(
        request,
        snapshot,
        "compare.html",
        kept=kept,
        copy=copy,
        is_same_text=texts[0] == texts[1],
        is_closest=is_closest,
        has_closer=own["compared"] != own["kept"],
        found=found,
        paragraphs=[_told(paragraph) for paragraph in found.paragraphs] if found else [],
        n_reordered=_n_reordered(found) if found else 0,
    )


def _member(snapshot: Snapshot, kept: int, article: int) -> Row:
    row = snapshot.row(_ONE, {"kept": kept, "own": article})
    if row is None:
        raise NotThereError("copy")
    return row


def _told(paragraph: list[Piece]) -> Row:
    """A paragraph for the template: its pieces by the paragraph that they stand in elsewhere, and what to say of it."""
    kinds = {piece.kind for piece in paragraph if piece.text.strip()}
    return {
        "pieces": [(number, list(pieces)) for number, pieces in groupby(paragraph, lambda piece: piece.moved_from)],
        "is_whole": len(kinds) == 1,
        "kind": next(iter(kinds)) if len(kinds) == 1 else "",
        "moved_from": _moved_from(paragraph),
    }


def _moved_from(paragraph: list[Piece]) -> list[int]:
    """The numbers of the paragraphs whose words stand here instead, in the order in which they come."""
    return list(dict.fromkeys(piece.moved_from for piece in paragraph if piece.moved_from))


def _n_reordered(found: Differences) -> int:
    return sum(bool(_moved_from(paragraph)) for paragraph in found.paragraphs)
