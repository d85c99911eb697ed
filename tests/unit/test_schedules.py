from __future__ import annotations

from datetime import timedelta

import pytest

from flows.errors import SettingsError
from flows.operate.schedules import make_schedule, parse_interval


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        (" 2h ", timedelta(hours=2)),
        ("1d", timedelta(1)),
    ],
)
def test_intervals(text: str, interval: timedelta) -> None:
    assert parse_interval(text) == interval


@pytest.mark.parametrize("text", ["", "5", "m", "0m", "-5m", "5x", "1.5h", "5m5m", "٣m", "999999999d"])
def test_what_is_no_interval(text: str) -> None:
    with pytest.raises(SettingsError, match="--every"):
        parse_interval(text)


@pytest.mark.parametrize("cron", ["", "bad", "61 * * * *", "0 6 * * * *", "R 6 * * *", "0 6 * *"])
def test_what_is_no_cron_line(cron: str) -> None:
    with pytest.raises(SettingsError, match="--cron takes the five fields"):
        make_schedule(cron, None, "UTC")


def test_schedules_in_prefects_terms() -> None:
    (daily,) = make_schedule("0 6 * * mon-fri", None, "Europe/Berlin").for_prefect()
    assert (daily.cron, daily.timezone) == ("0 6 * * mon-fri", "Europe/Berlin")
    (often,) = make_schedule(None, "15m", "UTC").for_prefect()
    assert often.interval == timedelta(minutes=15)
    assert make_schedule(None, None, "UTC").for_prefect() == []


def test_one_schedule_and_a_known_time_zone() -> None:
    with pytest.raises(SettingsError, match="exclude each other"):
        make_schedule("0 6 * * *", "15m", "UTC")
    with pytest.raises(SettingsError, match="Europe/Berlin"):
        make_schedule("0 6 * * *", None, "Mars/Olympus")
