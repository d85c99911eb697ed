"""SIGKILL at random points and at steps of a commit; more of both: ``benchmarks.crash``, ``tests.commit_steps 1``."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.flow_runs import ROOT, environment


def run_module(api: str, module: str, *options: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", module, *options],
        cwd=ROOT,
        env=environment(api),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.stdout.strip(), done.stderr[-2000:]
    outcome: dict[str, object] = json.loads(done.stdout[done.stdout.index("{") :])
    return outcome


def test_nothing_is_lost_wherever_a_run_is_killed(prefect_api: str) -> None:
    outcome = run_module(prefect_api, "benchmarks.crash", "--points", "4", "--seed", "5")
    assert outcome["failures"] == []
    assert outcome["by_kind"] == {"main": 1, "group": 1, "step": 1, "worker": 1}


def test_nothing_is_lost_at_any_step_of_the_commit(prefect_api: str) -> None:
    outcome = run_module(prefect_api, "tests.commit_steps", "40")
    assert outcome["failures"] == []
    assert int(str(outcome["steps"])) >= 15
