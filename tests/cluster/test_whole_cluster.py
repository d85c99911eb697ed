"""All of it at once: three Dask workers that share no folder, seeds and output on SeaweedFS, Prefect on PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.store import open_store
from tests import storage_servers
from tests.cluster.conftest import PrefectServer
from tests.dask_processes import DaskProcesses, wait_for
from tests.flow_runs import ROOT, run_command
from tests.object_folder import ObjectFolder
from tests.pieces import all_rows
from tests.prefect_servers import ask
from tests.seed_folder import SeedFolder, story

N_STORIES, N_RECORDS = 24, 6
KILLED_AFTER = 18  # documents, the client
TWICE = 12  # documents that are annotated again at most: three batches of three were in work, and one document kills
SEES_ITS_OWN_FILES_ONLY = f"{ROOT / 'tests/cluster'}{os.pathsep}{ROOT}"  # the first has a sitecustomize.py


class Site:
    """Machines that have nothing in common but object storage: the cluster's, and the one that starts the runs."""

    def __init__(self, root: Path, cluster: DaskProcesses, env: dict[str, str], there: ObjectFolder) -> None:
        self.cluster, self.there = cluster, there
        self.out = f"{there.address}/out"
        self._home = root / "client"
        self._home.mkdir()
        self._env = {**os.environ, **env, "HOME": str(self._home), "TMPDIR": str(self._home)}

    def start(self, *command: str) -> subprocess.Popen[str]:
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, cwd=self._home, env=self._env, start_new_session=True, **streams)

    def do(self, *command: str) -> tuple[int, str]:
        process = self.start(*command)
        told = process.communicate(timeout=280)[0]
        return process.returncode, told

    def newsmill(self, command: str) -> tuple[int, str]:
        return self.do(sys.executable, "-m", "flows.cli.main", command, "--out", self.out)

    def run(self) -> list[str]:
        options = ["--engine", "dask", "--engine-address", self.cluster.address, "--batch-chars", "10000"]
        return [*run_command(f"{self.there.address}/seeds", self.out, *options), "--workers", "0"]

    def annotated(self) -> list[list[str]]:
        """The titles that each machine has annotated so far."""
        logs = [machine.folder / "annotated.txt" for machine in self.cluster.machines]
        return [log.read_text().splitlines() if log.exists() else [] for log in logs]

    def n_annotated(self) -> int:
        return sum(map(len, self.annotated()))


@pytest.fixture
def site(
    prefect_on_postgres: PrefectServer, seaweed_endpoint: str, use: Callable[[str], str], tmp_path: Path
) -> Iterator[Site]:
    there = ObjectFolder(use(seaweed_endpoint))
    apart = {"APART_IN": str(tmp_path), "PYTHONPATH": SEES_ITS_OWN_FILES_ONLY}
    env = {**apart, **storage_servers.environment(seaweed_endpoint)}
    with DaskProcesses(tmp_path / "cluster", 3, FAKE_ANNOTATOR_LOG="annotated.txt", **env) as cluster:
        yield Site(tmp_path, cluster, {**env, "PREFECT_API_URL": prefect_on_postgres.api}, there)


@pytest.fixture
def mirrored(seeds: SeedFolder, site: Site) -> SeedFolder:
    """Seeds here, and the same in storage: files, a feed too large to be fetched whole, and some that are bad."""
    for number in range(N_STORIES):
        seeds.write(f"story-{number:04d}.txt", f"{story(number, n_paragraphs=12)}\n\nSLEEP-300-MS")
    records = [{"id": str(n), "text": story(100 + n), "ballast": "x" * 300_000} for n in range(N_RECORDS)]
    seeds.write_records("feed.jsonl", map(json.dumps, records))
    seeds.write("kills.txt", f"{story(50)}\n\nKILL-THE-WORKER")
    seeds.write("broken.jsonl", "{not json\n")
    ObjectFolder(f"{site.there.address}/seeds").upload(seeds.root)
    return seeds


def local_rows(seeds: SeedFolder, out: Path, api: str) -> Any:
    """The rows of a run on this machine alone."""
    command = run_command(seeds.root, out, "--batch-chars", "10000")
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PREFECT_API_URL": api}, timeout=280, check=True)
    return all_rows(out)


def runs_known_to(server: PrefectServer, address: str) -> list[dict[str, Any]]:
    """The flow runs that wrote to an address, in order."""
    found = httpx.post(f"{server.api}/flow_runs/filter", json={"sort": "START_TIME_ASC"}).raise_for_status().json()
    return [run for run in found if address in json.dumps(run["parameters"])]


def tasks_of(server: PrefectServer, run: dict[str, Any]) -> list[dict[str, Any]]:
    wanted = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    tasks: list[dict[str, Any]] = httpx.post(f"{server.api}/task_runs/filter", json=wanted).raise_for_status().json()
    return tasks


@pytest.mark.timeout(900)  # eight servers start, and three runs are made
def test_a_machine_and_the_client_are_killed_and_the_next_run_is_that_of_one_machine(
    site: Site, mirrored: SeedFolder, prefect_on_postgres: PrefectServer, tmp_path: Path
) -> None:
    code, told = site.do(sys.executable, "-c", f"open({str(mirrored.root / 'kills.txt')!r})")
    assert (code, "another machine's file" in told) == (1, True)

    client = site.start(*site.run())
    wait_for(lambda: all(site.annotated()))  # each of the three machines takes part
    site.cluster.machines[0].kill()
    wait_for(lambda: site.n_annotated() >= KILLED_AFTER)
    os.killpg(client.pid, signal.SIGKILL)
    client.communicate()
    assert open_store(site.out).latest_number() is None

    site.cluster.mend()
    code, told = site.do(*site.run())
    assert code == 0, told
    assert site.n_annotated() <= N_STORIES + N_RECORDS + 1 + TWICE
    code, told = site.newsmill("check")
    assert code == 0, told
    expected = local_rows(mirrored, tmp_path / "local", prefect_on_postgres.api)
    assert all_rows(site.out) == expected
    assert {row["reason"] for row in expected["quarantine"]} == {"annotator_crash", "bad_json"}
    names = ObjectFolder(site.out).names()
    beside = [name for name in names if not name.startswith("snapshots/")]
    assert beside == ["latest.json", "lock.json", "notes/report.html"]

    _, completed = runs = runs_known_to(prefect_on_postgres, site.out)
    assert completed["state_type"] == "COMPLETED"
    states = {task["name"]: task["state_type"] for task in tasks_of(prefect_on_postgres, completed)}
    assert len([name for name in states if "batch" in name]) > 3
    assert set(states.values()) == {"COMPLETED"}
    if prefect_on_postgres.database:
        assert ask(prefect_on_postgres.database, "SELECT count(*) FROM flow_run") >= len(runs)
