from __future__ import annotations

from pathlib import Path

import pytest

from flows.operate.deployment import absolute, make_deployment
from flows.operate.schedules import make_schedule
from flows.settings import Settings, mask_secrets


def test_paths_hold_wherever_the_run_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    full = absolute(Settings(seeds=("in/*.txt", "/elsewhere", "s3://bucket/in"), out="data", gazetteer="who.csv"))
    assert full.seeds == (str(tmp_path / "in" / "*.txt"), "/elsewhere", "s3://bucket/in")
    assert full.out == str(tmp_path / "data")
    assert full.gazetteer == str(tmp_path / "who.csv")
    assert full.corrections == ""


@pytest.mark.parametrize(("when_busy", "strategy"), [("wait", "ENQUEUE"), ("skip", "CANCEL_NEW")])
def test_the_deployment_runs_one_at_a_time(when_busy: str, strategy: str) -> None:
    settings = Settings.model_validate({"out": "corpus", "when_busy": when_busy})
    deployment = make_deployment(settings, make_schedule("0 6 * * *", None, "UTC"), "daily")
    assert deployment.concurrency_limit == 1
    assert deployment.concurrency_options is not None
    assert deployment.concurrency_options.collision_strategy == strategy
    assert deployment.entrypoint == "flows.etl.newsmill"
    assert set(deployment.tags) == {"newsmill", "corpus"}
    assert deployment.enforce_parameter_schema


def test_what_stands_before_the_at_sign_of_an_address_is_masked() -> None:
    settings = Settings(seeds=("s3://key:secret@bucket/in", "plain@home.txt"), out="s3://me@bucket/out")
    assert settings.without_secrets()["seeds"] == ["s3://***@bucket/in", "plain@home.txt"]
    assert settings.without_secrets()["out"] == "s3://***@bucket/out"
    assert mask_secrets("cannot read https://u:p@host/x, nor ftp://v@host") == (
        "cannot read https://***@host/x, nor ftp://***@host"
    )
