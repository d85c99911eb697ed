from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner

from flows.cli.options import settings_from, settings_options
from flows.errors import SettingsError
from flows.settings import Settings


def given(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    @click.command()
    @settings_options
    def command(**values: Any) -> None:
        found.update(values)

    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return found


def test_without_options_the_settings_are_the_defaults() -> None:
    assert settings_from(given()) == Settings()


def test_every_setting_has_an_option() -> None:
    arguments = [
        "a",
        "b",
        "--out",
        "o",
        "--workers",
        "3",
        "--batch-chars",
        "20000",
        "--min-confidence",
        "0.5",
        "--strict",
    ]
    arguments += ["--max-quarantine-share", "0.1", "--when-busy", "skip", "--document-timeout-s", "9"]
    arguments += ["--keep-snapshots", "2", "--gazetteer", "g", "--corrections", "c", "--annotator", "m:f", "--rebuild"]
    arguments += ["--engine", "dask", "--engine-address", "tcp://h:1"]
    arguments += ["--max-gone-share", "0.9", "--allow-gone", "--follow-links", "--field"]
    arguments += ["text=BODY", "--max-record-mb", "30", "--max-unpacked-gb", "2", "--max-unpacking-ratio", "9"]
    arguments += ["--max-archive-depth", "5", "--keep-mojibake", "--table-format", "delta"]
    settings = settings_from(given(*arguments))
    assert settings.seeds == ("a", "b")
    unset = {name for name in Settings.model_fields if getattr(settings, name) == getattr(Settings(), name)}
    assert not unset


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"workers": -1}, "--workers: .*greater than or equal to 0"),
        ({"min_confidence": 1.5}, "--min-confidence: .*less than or equal to 1"),
        ({"out": ""}, "--out: "),
    ],
)
def test_a_wrong_value_is_told_in_one_line(values: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says) as error:
        settings_from(values)
    assert "\n" not in str(error.value)


def test_help_names_descriptions_and_defaults() -> None:
    @click.command()
    @settings_options
    def command(**_: Any) -> None: ...

    text = " ".join(CliRunner().invoke(command, ["--help"]).output.split())
    assert "[wait|skip]" in text
    assert "How many of the newest snapshots to keep. [default: 10]" in text
    assert "[default: ]" not in text
