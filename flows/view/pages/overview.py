"""What the data set holds, at a glance; each picture with its table, and its data a click away."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from starlette.requests import Request
from starlette.responses import Response

from flows.view.charts import Bar
from flows.view.downloads import download
from flows.view.glance import FIGURES, glance_at
from flows.view.site import NotThereError, page, snapshot_of
from flows.view.snapshot import Snapshot


def overview(request: Request) -> Response:
    """The first page."""
    snapshot = snapshot_of(request)
    return page(request, snapshot, "overview.html", **look_at(snapshot))


def look_at(snapshot: Snapshot) -> dict[str, Any]:
    """What the first page shows, worked out once a snapshot."""
    return snapshot.keep("overview", lambda: glance_at(snapshot, _articles_address))


def _articles_address(bar: Bar) -> str:
    return f"/articles?since={bar.first}&until={bar.last}"


def figure_file(request: Request) -> Response:
    """The data behind a figure."""
    snapshot = snapshot_of(request)
    name = request.path_params["figure"]
    if name not in FIGURES:
        raise NotThereError(name)
    with snapshot.asking() as cursor:
        table: pa.Table = cursor.sql(FIGURES[name]).to_arrow_table()
    return download(request.path_params["form"], name, table.schema, table.to_batches())
