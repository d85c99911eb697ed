"""What every page shares: the snapshot to show, and how an answer is made."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from flows.link.corrections_file import CorrectionsFile
from flows.view.rendering import render
from flows.view.snapshot import Latest, Snapshot


@dataclass
class Site:
    """The data set that is shown, and the address of the Prefect UI ("" where there is none, or not known yet).

    ``corrections`` is the file that readers may add to, None where nothing can be changed. ``form_token`` stands in
    every form that changes something: who has not read the page does not know it.
    """

    latest: Latest
    prefect: str = ""
    corrections: CorrectionsFile | None = None
    form_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))


class Lease:
    """Has each request see one snapshot, which stays open until it is answered."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a snapshot at hand."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with self._site.latest.lease() as snapshot:
            scope.setdefault("state", {})["snapshot"] = snapshot
            await self._app(scope, receive, send)


def site_of(request: Request) -> Site:
    """The site that a request is for."""
    site: Site = request.app.state.site
    return site


def snapshot_of(request: Request) -> Snapshot:
    """The snapshot that a request is answered from."""
    snapshot: Snapshot = request.state.snapshot
    return snapshot


def page(request: Request, snapshot: Snapshot, template: str, status: int = 200, **values: Any) -> Response:
    """A page made of a template."""
    site = site_of(request)
    known = {
        "snapshot": snapshot,
        "path": request.url.path,
        "prefect": site.prefect,
        "form_token": site.form_token,
        "corrections_file": site.corrections.path.name if site.corrections else None,
    }
    return HTMLResponse(render(template, {**known, **values}), status)


class NotThereError(LookupError):
    """An address of nothing that the snapshot has."""
