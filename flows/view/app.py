"""The addresses of the reading page, and the pages for what goes wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from flows.export.writers import ExportError
from flows.link.catalog_files import CatalogError
from flows.storage.errors import StorageError
from flows.view.forms import FormError
from flows.view.guard import Guard
from flows.view.pages.article import article
from flows.view.pages.compare import compare
from flows.view.pages.correct import add, correct, corrections, undo
from flows.view.pages.entity import entity
from flows.view.pages.lists import ARTICLES, ENTITIES, QUARANTINE, RUNS, SAYINGS, list_file, list_page
from flows.view.pages.overview import figure_file, look_at, overview
from flows.view.pages.quotes import count_all, quotes, quotes_file
from flows.view.pages.saying import saying
from flows.view.quote_filter import QuestionError
from flows.view.rendering import static_files
from flows.view.site import Lease, NotThereError, Site, page, site_of
from flows.view.snapshot import QueryTimeoutError, Snapshot

STATIC_AGE_S = 3600
LISTS = (ARTICLES, ENTITIES, SAYINGS, RUNS, QUARANTINE)


def make_app(site: Site, port: int, token: str = "") -> Starlette:
    """The pages of a data set, behind their guard; what changes corrections only where there is a file for them."""
    posts = {"/corrections": add, "/corrections/undo": undo} if site.corrections else {}
    app = Starlette(
        routes=[
            Route("/", overview),
            Route("/quotes", quotes),
            Route("/quotes.{form}", quotes_file),
            Route("/article/{article_id}", article),
            Route("/article/{article_id}/compare", compare),
            Route("/entity/{entity_id}", entity),
            Route("/saying/{reuse_cluster_id}", saying),
            *(Route(f"/{kind.name}", list_page(kind)) for kind in LISTS),
            *(Route(f"/{kind.name}.{{form}}", list_file(kind)) for kind in LISTS),
            Route("/figures/{figure}.{form}", figure_file),
            Route("/static/{name}", static),
            *([Route("/corrections", corrections), Route("/entity/{entity_id}/correct", correct)] if posts else ()),
            *(Route(path, answer, methods=["POST"]) for path, answer in posts.items()),
        ],
        middleware=[Middleware(Guard, port=port, token=token, posts=frozenset(posts)), Middleware(Lease, site=site)],
        exception_handlers=_HANDLERS,
    )
    app.state.site = site
    return app


def prepare(snapshot: Snapshot) -> None:
    """Work out what every reader looks at first, so that nobody waits for it."""
    look_at(snapshot)
    count_all(snapshot)


def static(request: Request) -> Response:
    """The style, the script, a font."""
    name = request.path_params["name"]
    if name not in static_files():
        raise NotThereError(name)
    body, kind = static_files()[name]
    return Response(body, media_type=kind, headers={"Cache-Control": f"max-age={STATIC_AGE_S}"})


def _told(status: int, title: str, text: Callable[[Exception], str]) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        with site_of(request).latest.lease() as snapshot:  # what went wrong may have ended the request's own
            return page(request, snapshot, "told.html", status, title=title, text=text(error))

    return answer


_NOT_THERE = _told(404, "Not here", lambda _: "The snapshot that is shown has nothing at this address.")
_HANDLERS: Mapping[object, Callable[[Request, Exception], Response]] = {
    404: _NOT_THERE,
    NotThereError: _NOT_THERE,
    QuestionError: _told(400, "That cannot be asked", str),
    FormError: _told(403, "Nothing was changed", str),
    CatalogError: _told(409, "Nothing was changed", str),
    ExportError: _told(400, "That cannot be taken along so", str),
    QueryTimeoutError: _told(503, "That takes too long", lambda _: "Ask for less: fewer days, or one speaker."),
    sqlite3.OperationalError: _told(503, "That takes too long", lambda _: "Search for rarer words."),
    StorageError: _told(503, "The object storage does not answer", str),
    FileNotFoundError: _told(503, "Just a moment", lambda _: "A newer snapshot is being opened; load this page again."),
    500: _told(500, "That went wrong", lambda _: "The terminal in which `newsmill view` runs says what."),
}
