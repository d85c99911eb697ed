"""A schedule in one command: a server, a deployment of the flow, and the process that runs it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from flows.errors import SettingsError
from flows.settings import Settings

DEPLOYMENT = "newsmill"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def serve_forever(settings: Settings, *, cron: str | None, every: str | None) -> None:
    """Serve the deployment until interrupted; without a schedule it only runs when asked to in the UI."""
    from flows.server import server, ui_address

    if cron and every:
        raise SettingsError("--cron and --every exclude each other; give one")
    schedule = _schedule(cron, every)
    with server(lambda text: click.echo(text, err=True)) as url:
        from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
        from prefect.types.entrypoint import EntrypointType

        from flows.etl import newsmill

        busy = ConcurrencyLimitStrategy.ENQUEUE if settings.when_busy == "wait" else ConcurrencyLimitStrategy.CANCEL_NEW
        when = f"on the schedule {cron or every!r}" if cron or every else "when asked to"
        click.echo(f"Serving newsmill {when}; watch it at {ui_address(url)}. Ctrl-C stops.", err=True)
        newsmill.serve(
            name=DEPLOYMENT,
            tags=["newsmill"],
            description="Brings the data set up to date with the seed files.",
            parameters={"settings": _absolute(settings).model_dump(mode="json")},
            global_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=busy),
            entrypoint_type=EntrypointType.MODULE_PATH,
            print_starting_message=False,
            **schedule,
        )


def parse_interval(text: str) -> timedelta:
    """15m, 2h, 1d or 90s as a time span; SettingsError otherwise."""
    match = re.fullmatch(r"(\d+)([smhd])", text.strip())
    if match is None or int(match[1]) == 0:
        raise SettingsError(f"--every takes a number and s, m, h or d, like 15m; it was {text!r}")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _schedule(cron: str | None, every: str | None) -> dict[str, Any]:
    if every:
        return {"interval": parse_interval(every)}
    if not cron:
        return {}
    from prefect.client.schemas.schedules import CronSchedule

    try:
        CronSchedule(cron=cron)
    except ValueError:
        raise SettingsError(f'--cron takes a cron line, like "0 6 * * *"; it was {cron!r}') from None
    return {"cron": cron}


def _absolute(settings: Settings) -> Settings:
    """The same settings with paths that hold wherever the run is started."""

    def full(path: str | None) -> str | None:
        return str(Path(path).absolute()) if path else None

    return settings.model_copy(
        update={
            "seeds": tuple(full(seed) or seed for seed in settings.seeds),
            "out": full(settings.out),
            "gazetteer": full(settings.gazetteer),
            "corrections": full(settings.corrections),
        }
    )
