"""Whole runs under Prefect: in this process, or as the command that a user types."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State

from flows.operate.report import RunSummary
from flows.settings import Settings

FAKE = "tests.fakes:load_annotator"
ROOT = Path(__file__).parent.parent


def run_flow(seeds: Path | str, out: Path | str, **settings: Any) -> tuple[RunSummary, State[Any]]:
    """One run with one worker and the fake annotator; its summary and its final state."""
    from flows.etl import newsmill

    given = {"annotator": FAKE, "workers": 1, **settings}
    state: Any = newsmill(Settings(seeds=(str(seeds),), out=str(out), **given), return_state=True)
    summary = state.result(raise_on_failure=False)
    assert isinstance(summary, RunSummary), summary
    return summary, state


def run_command(seeds: Path, out: Path, *options: str) -> list[str]:
    """The command line of one run with one worker and the fake annotator."""
    command = [sys.executable, "-m", "flows.cli.main", "run", str(seeds), "--out", str(out), "--annotator", FAKE]
    return [*command, "--workers", "1", *options]


def environment(api: str, **more: str) -> dict[str, str]:
    """The environment for a command that reports to the tests' own Prefect server."""
    return {**os.environ, "PREFECT_API_URL": api, **more}


def run_cli(api: str, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, at most a minute or two."""
    return subprocess.run(
        command, cwd=ROOT, env=environment(api, **more), capture_output=True, text=True, timeout=120, check=False
    )
