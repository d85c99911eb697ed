"""A schedule in one command: a server, a deployment of the flow, and the process that runs it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.errors import SettingsError
from flows.operate.schedules import Schedule
from flows.settings import Settings, mask_secrets
from transforms.visible import visible

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

RETRY_SECONDS = 10.0
DESCRIPTION = "Brings the data set at `settings.out` up to date with the files at `settings.seeds`."


def serve_forever(settings: Settings, schedule: Schedule, *, name: str) -> None:
    """Serve the deployment until interrupted; without a schedule it only runs when asked to in the UI.

    A server that goes away is waited for, and started again where it is ours.
    """
    from flows.operate.api import is_healthy, is_local, server, ui_address
    from flows.operate.inputs import check_inputs
    from flows.operate.runner import run_until_stopped

    check_inputs(settings)
    if not re.fullmatch(r"[\w .:@-]+", name):
        raise SettingsError(f"--name takes letters, digits, spaces and . : @ - _; it was {name!r}")
    with server(_say, meanwhile=_import_flow) as url:
        deployment = make_deployment(settings, schedule, name)
        deployment_id = deployment.apply()
        _say(f"Serving {deployment.full_name} {schedule}; Ctrl-C stops.")
        _say(f"Watch it at {ui_address(url)}/runs")
        _say(f"Change or start it at {ui_address(url)}/deployments/deployment/{deployment_id}")
        bring_back = _restart if is_local(url) else _nothing
        while not run_until_stopped(deployment, is_server_there=lambda: is_healthy(url), bring_back=bring_back):
            _wait_for(url, bring_back)


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


def _wait_for(url: str, bring_back: Callable[[], None]) -> None:
    from flows.operate.api import is_healthy

    _say(f"The Prefect server at {url} does not answer; waiting for it.")
    bring_back()
    while not is_healthy(url):
        time.sleep(RETRY_SECONDS)
        bring_back()


def _restart() -> None:
    """Have the local server run again, at the address it had."""
    from flows.operate.api import ServerError, ensure_local_server

    try:
        ensure_local_server(_say)
    except ServerError as error:
        _say(f"newsmill: {error}")


def _nothing() -> None:
    """A configured server is its owner's to restart."""


def _import_flow() -> None:
    import flows.etl  # noqa: F401  (a second of work, done while the server starts)


def _say(text: str) -> None:
    click.echo(visible(mask_secrets(text)), err=True)
