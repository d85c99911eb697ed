"""The Prefect server dies before a run or in the middle of it: the rows are committed, or one line says what to do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.dask_processes import wait_for
from tests.flow_runs import ROOT, run_cli, run_command
from tests.pieces import rows_of
from tests.seed_folder import SeedFolder
from tests.storage_servers import proxy


@contextmanager
def run_with_its_server(command: list[str], home: Path, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A run under the local server that it starts, whose Prefect home is ``home``."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    run = subprocess.Popen(command, cwd=ROOT, env=without_prefect(home, **more), **pipes)
    try:
        yield run
    finally:
        run.kill()
        newsmill(home, "stop-server")


def without_prefect(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**kept, "PREFECT_HOME": str(home), **more}


def newsmill(home: Path, *command: str) -> None:
    called = [sys.executable, "-m", "flows.cli.main", *command]
    subprocess.run(called, cwd=ROOT, env=without_prefect(home), check=True, timeout=150)


def kill_server(home: Path) -> str:
    """Kill the local server; the address of its API."""
    os.kill(local_server(home)["pid"], signal.SIGKILL)
    return str(local_server(home)["url"])


def local_server(home: Path) -> dict[str, Any]:
    known: dict[str, Any] = json.loads((home / "newsmill-server.json").read_text())
    return known


# What a run asks its server first, and where Prefect notices in a way of its own that there is none any more.
@pytest.mark.parametrize("asked", ["GET /api/admin/version", "POST /api/flow_runs/"])
@pytest.mark.parametrize(("do", "says"), [("kill", "went away"), ("503", "answers 503")])
def test_a_server_that_dies_once_it_was_found_healthy(
    prefect_api: str, seeds: SeedFolder, tmp_path: Path, asked: str, do: str, says: str
) -> None:
    seeds.write_stories(range(1))
    method, path = asked.split()
    with proxy(prefect_api.removesuffix("/api"), tmp_path) as front:
        rule = {"do": do, "method": method, "path": path, "times": -1}
        httpx.post(f"{front}/__rules", json=[rule]).raise_for_status()
        command = run_command(seeds.root, tmp_path / "out")
        done = run_cli(f"{front}/api", *command, PREFECT_CLIENT_MAX_RETRIES="0")
    assert (done.returncode, done.stderr.strip().count("\n")) == (2, 0), done.stderr
    assert f"newsmill: the Prefect server {front}/api {says}" in done.stderr
    assert done.stderr.rstrip().endswith("; nothing was committed")


def test_a_run_whose_server_dies(seeds: SeedFolder, tmp_path: Path) -> None:
    out, home = tmp_path / "out", tmp_path / "prefect"
    seeds.write_stories(range(60))
    command = run_command(seeds.root, out, "--batch-chars", "10000")
    with run_with_its_server(command, home, PREFECT_CLIENT_MAX_RETRIES="0") as run:  # or each question takes a minute
        wait_for(lambda: list(out.glob("staging/*/batches")))
        url = kill_server(home)
        told, _ = run.communicate(timeout=150)
    assert run.returncode == 2, told
    assert f"newsmill: the Prefect server {url} went away" in told
    assert told.rstrip().endswith("; the next command starts it again; snapshot 000001 is committed")
    assert "EventsWorker" not in told
    assert told.count("Unable to connect") <= 1
    assert len(rows_of(out, "articles")) == 60
