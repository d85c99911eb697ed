"""The Prefect server a run reports to: the configured one, or a local one that newsmill starts and leaves running.

Prefect's own ephemeral server is used only where the environment asks for it: it starts anew with every run (8 to
16 s) and stops before it has written the whole history down.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from types import MappingProxyType
from typing import Any

from flows.operate.local_server import (
    ServerError,
    ServerGoneError,
    ensure_local_server,
    is_healthy,
    is_local,
    running_local_server,
    stop_local_server,
)

__all__ = [
    "ServerError",
    "ServerGoneError",
    "ensure_local_server",
    "is_healthy",
    "is_local",
    "is_outage",
    "server",
    "stop_local_server",
    "ui_address",
]

_EPHEMERAL = "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@contextmanager
def server(
    say: Callable[[str], None],
    *,
    meanwhile: Callable[[], None] = lambda: None,
    may_be_ephemeral: bool = False,
    settings: Mapping[str, Any] = _NOTHING,
) -> Iterator[str]:
    """Have a Prefect API for as long as the block runs; yields its address, "" for an ephemeral one.

    ``say`` hears what is waited for; ``meanwhile`` is called while a local server starts, for work that is to be
    done anyway. ``settings`` of Prefect hold in the block too: each change of them by itself costs a tenth of a second.
    ServerError where there is no server to be had, ServerGoneError where Prefect gives up on it in the block.
    """
    from prefect.settings import get_current_settings, temporary_settings

    configured = get_current_settings().api.url
    if configured:
        _require_configured(configured)
        with temporary_settings(settings) if settings else nullcontext(), _noticing_the_loss_of(configured):
            yield configured
        return
    if may_be_ephemeral and os.environ.get(_EPHEMERAL, "").lower() in ("1", "true", "yes", "on"):
        with temporary_settings(settings) if settings else nullcontext():
            yield ""
        return
    url = ensure_local_server(say, meanwhile=meanwhile)
    os.environ["PREFECT_API_URL"] = url  # for the flow-run processes of `newsmill serve`
    with temporary_settings({"api.url": url, **settings}), _noticing_the_loss_of(url):
        yield url


def ui_address(api_url: str) -> str:
    """The address of the pages that belong to an API address."""
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    return settings.ui_url if settings.ui_url and settings.api.url == api_url else api_url.removesuffix("/api")


def known_ui() -> str:
    """The address of the UI of the configured server, or of the local one where it runs; else "". Starts nothing."""
    from prefect.settings import get_current_settings

    url = get_current_settings().api.url or running_local_server()
    return ui_address(url) if url else ""


def is_outage(error: BaseException) -> bool:
    """Whether it says that the server did not answer, or only that it cannot.

    "error threshold" is what Prefect's runner says when it gives up. The first question of a run is for the server's
    version, and no answer to that is a plain RuntimeError.
    """
    import httpx

    if isinstance(error, BaseExceptionGroup):
        return any(is_outage(part) for part in error.exceptions)
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.is_server_error
    if isinstance(error, RuntimeError) and error.__cause__ is not None:
        return is_outage(error.__cause__)
    return isinstance(error, httpx.TransportError) or "error threshold" in str(error)


@contextmanager
def _noticing_the_loss_of(url: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if not is_outage(error):
            raise
        raise ServerGoneError(f"the Prefect server {url} {_what_to_do(error, url)}") from error


def _what_to_do(error: Exception, url: str) -> str:
    reason = error.__cause__ if isinstance(error, RuntimeError) else error
    if status := getattr(getattr(reason, "response", None), "status_code", None):
        return f"answers {status} and does not know how this ended; its log says why"
    remedy = "the next command starts it again" if is_local(url) else "start it, or unset PREFECT_API_URL"
    return f"went away and does not know how this ended; {remedy}"


def _require_configured(url: str) -> None:
    """ServerError, saying what to do, where the configured address is not that of a Prefect API that lets us in."""
    from prefect.client.orchestration import get_client
    from prefect.settings import get_current_settings

    if url.startswith(get_current_settings().cloud.api_url):
        return  # no health page there; the first request says what is wrong
    with get_client(sync_client=True) as client:
        problem = client.api_healthcheck()
    if problem is None:
        return
    status = getattr(getattr(problem, "response", None), "status_code", None)
    if status in (401, 403):
        raise ServerError(
            f"the Prefect server {url} refuses us ({status}); set PREFECT_API_AUTH_STRING or PREFECT_API_KEY"
        )
    if status is not None:
        raise ServerError(f"{url} does not answer like a Prefect API ({status}); PREFECT_API_URL usually ends in /api")
    raise ServerError(
        f"the configured Prefect server {url} does not answer ({problem}); start it, or unset PREFECT_API_URL"
    ) from problem
