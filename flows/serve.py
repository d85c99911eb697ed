"""A schedule in one command: a server, a deployment of the flow, and the process that runs it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.schedules import Schedule
from flows.settings import Settings

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

WATCH_SECONDS = 5.0
RETRY_SECONDS = 10.0
DESCRIPTION = "Brings the data set at `settings.out` up to date with the files at `settings.seeds`."


def serve_forever(settings: Settings, schedule: Schedule, *, name: str) -> None:
    """Serve the deployment until interrupted; without a schedule it only runs when asked to in the UI.

    A server that goes away is waited for, and started again where it is ours.
    """
    from flows.console import check_inputs
    from flows.server import is_local, server, ui_address

    check_inputs(settings)
    with server(_say, meanwhile=_import_flow) as url:
        deployment = make_deployment(settings, schedule, name)
        deployment_id = deployment.apply()
        _say(f"Serving {deployment.full_name} {schedule}; Ctrl-C stops.")
        _say(f"Watch it at {ui_address(url)}/runs")
        _say(f"Change or start it at {ui_address(url)}/deployments/deployment/{deployment_id}")
        with _kept_alive() if is_local(url) else _left_alone():
            while not _serve_until_stopped(deployment):
                _wait_for(url)


def make_deployment(settings: Settings, schedule: Schedule, name: str) -> RunnerDeployment:
    """The flow with these settings as the form's defaults, and one run at a time."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    from flows.etl import newsmill, run_tags

    busy = ConcurrencyLimitStrategy.ENQUEUE if settings.when_busy == "wait" else ConcurrencyLimitStrategy.CANCEL_NEW
    full = absolute(settings)
    deployment: RunnerDeployment = newsmill.to_deployment(  # type: ignore[assignment]  # no event loop runs here
        name=name,
        tags=run_tags(full),
        description=DESCRIPTION,
        parameters={"settings": full.model_dump(mode="json")},
        schedules=schedule.for_prefect(),
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=busy),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return deployment


def absolute(settings: Settings) -> Settings:
    """The same settings with paths that hold wherever the run is started."""

    def full(path: str) -> str:
        return str(Path(path).absolute()) if path and "://" not in path else path

    return settings.model_copy(
        update={
            "seeds": tuple(full(seed) for seed in settings.seeds),
            **{name: full(getattr(settings, name)) for name in ("out", "gazetteer", "corrections")},
        }
    )


def _serve_until_stopped(deployment: RunnerDeployment) -> bool:
    """Run what is scheduled; True where a person or a signal ended it, False where the server went away."""
    from flows.runner import run_until_stopped

    try:
        run_until_stopped(deployment)
    except Exception as error:
        if not _is_outage(error):
            raise
        return False
    return True


def _is_outage(error: BaseException) -> bool:
    """Whether Prefect's runner gave up because its server does not answer."""
    import httpx

    if isinstance(error, BaseExceptionGroup):
        return any(_is_outage(part) for part in error.exceptions)
    return isinstance(error, httpx.TransportError) or "error threshold" in str(error)


def _wait_for(url: str) -> None:
    from flows.server import is_healthy

    _say(f"The Prefect server at {url} does not answer; waiting for it.")
    while not is_healthy(url):
        time.sleep(RETRY_SECONDS)


@contextmanager
def _kept_alive() -> Iterator[None]:
    """Have the local server started again, at the same address, whenever it dies."""
    from flows.server import ServerError, ensure_local_server

    stopped = threading.Event()

    def watch() -> None:
        while not stopped.wait(WATCH_SECONDS):
            try:
                ensure_local_server(_say)
            except ServerError as error:
                _say(f"newsmill: {error}")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stopped.set()


@contextmanager
def _left_alone() -> Iterator[None]:
    yield


def _import_flow() -> None:
    import flows.etl  # noqa: F401  (a second of work, done while the server starts)


def _say(text: str) -> None:
    click.echo(text, err=True)
