"""The Prefect server dies in the middle of a run and stays away: the rows are committed, and one line says so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from tests.dask_processes import wait_for
from tests.flow_runs import ROOT, run_command
from tests.pieces import rows_of
from tests.seed_folder import SeedFolder


def test_a_run_whose_server_dies(seeds: SeedFolder, tmp_path: Path) -> None:
    out, home = tmp_path / "out", tmp_path / "prefect"
    seeds.write_stories(range(60))
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    variables |= {"PREFECT_HOME": str(home), "PREFECT_CLIENT_MAX_RETRIES": "0"}  # or each question takes a minute
    command = run_command(seeds.root, out, "--batch-chars", "10000")
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    run = subprocess.Popen(command, cwd=ROOT, env=variables, **pipes)
    try:
        wait_for(lambda: list(out.glob("staging/*/batches")))
        server = json.loads((home / "newsmill-server.json").read_text())
        os.kill(server["pid"], signal.SIGKILL)
        told, _ = run.communicate(timeout=150)
    finally:
        run.kill()
    assert run.returncode == 2, told
    assert f"newsmill: the Prefect server {server['url']} went away" in told
    assert told.rstrip().endswith("snapshot 000001 is committed")
    assert "EventsWorker" not in told
    assert told.count("Unable to connect") <= 1
    assert len(rows_of(out, "articles")) == 60
