"""What every page shares: the snapshot to show, and how an answer is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from flows.view.rendering import render
from flows.view.snapshot import Latest, Snapshot


@dataclass
class Site:
    """The data set that is shown, and the address of the Prefect UI ("" where there is none, or not known yet)."""

    latest: Latest
    prefect: str = ""


def site_of(request: Request) -> Site:
    """The site that a request is for."""
    site: Site = request.app.state.site
    return site


def page(request: Request, snapshot: Snapshot, template: str, status: int = 200, **values: Any) -> Response:
    """A page made of a template."""
    known = {"snapshot": snapshot, "path": request.url.path, "prefect": site_of(request).prefect}
    return HTMLResponse(render(template, {**known, **values}), status)


class NotThereError(LookupError):
    """An address of nothing that the snapshot has."""
