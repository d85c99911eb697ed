"""When a served deployment runs: a cron line, an interval, or only when asked to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flows.errors import SettingsError

if TYPE_CHECKING:
    from prefect.client.schemas.schedules import CronSchedule

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Schedule:
    """A cron line in a time zone, or an interval, or neither."""

    cron: str | None = None
    every: timedelta | None = None
    timezone: str = "UTC"

    def __str__(self) -> str:
        if self.cron:
            return f'at "{self.cron}" ({self.timezone})'
        return f"every {self.every}" if self.every else "when asked to"

    def for_prefect(self) -> list[Any]:
        """The schedule in Prefect's terms: none or one."""
        from prefect.client.schemas.schedules import IntervalSchedule

        if self.cron:
            return [_cron_schedule(self.cron, self.timezone)]
        return [IntervalSchedule(interval=self.every)] if self.every else []


def make_schedule(cron: str | None, every: str | None, timezone: str) -> Schedule:
    """The schedule the options ask for; SettingsError where they make none."""
    if cron and every:
        raise SettingsError("--cron and --every exclude each other; give one")
    if cron is not None:
        _cron_schedule(cron, timezone)
    return Schedule(cron, parse_interval(every) if every is not None else None, timezone)


def parse_interval(text: str) -> timedelta:
    """15m, 2h, 1d or 90s as a time span; SettingsError otherwise."""
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", text.strip())
    interval = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else timedelta(0)
    if not timedelta(0) < interval <= LONGEST:
        raise SettingsError(f"--every takes a number and s, m, h or d, like 15m, up to a year; it was {text!r}")
    return interval


def _cron_schedule(cron: str, timezone: str) -> CronSchedule:
    from prefect.client.schemas.schedules import CronSchedule

    # croniter also takes six fields, the last for seconds: nobody means that here.
    if len(cron.split()) != 5 and not cron.startswith("@"):
        raise SettingsError(_BAD_CRON.format(cron))
    try:
        CronSchedule(cron=cron)
    except ValueError:
        raise SettingsError(_BAD_CRON.format(cron)) from None
    try:
        return CronSchedule(cron=cron, timezone=timezone)
    except ValueError:
        raise SettingsError(f"--timezone takes a name like Europe/Berlin; it was {timezone!r}") from None


_BAD_CRON = '--cron takes the five fields of a cron line, like "0 6 * * *"; it was {!r}'
