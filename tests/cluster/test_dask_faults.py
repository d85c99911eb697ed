"""A Dask cluster as the engine: the client dies, a worker gets nowhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from flows.engine import dask_engine
from tests.dask_processes import DaskProcesses, wait_for
from tests.flow_runs import ROOT, environment, run_command, run_flow
from tests.pieces import all_rows, refresh
from tests.seed_folder import SeedFolder, story


def test_workers_stop_where_the_client_dies_and_the_next_run_is_whole(
    prefect_api: str, seeds: SeedFolder, tmp_path: Path
) -> None:
    out, log = tmp_path / "out", tmp_path / "annotated"
    seeds.write_stories(range(3))
    seeds.write("hangs.txt", f"The one that hangs\n\n{story(10)}\n\nHANG-THE-WORKER")
    with DaskProcesses(tmp_path / "dask", 2, FAKE_ANNOTATOR_LOG=str(log)) as cluster:
        options = ["--engine", "dask", "--engine-address", cluster.address, "--document-timeout-s", "600"]
        command = run_command(seeds.root, out, *options)
        client = subprocess.Popen(command, cwd=ROOT, env=environment(prefect_api), start_new_session=True)
        wait_for(lambda: log.exists() and "The one that hangs" in log.read_text())
        working = [process for machine in cluster.machines for process in machine.annotating()]
        client.kill()
        client.wait()
        wait_for(lambda: any(not process.is_running() for process in working))
        seeds.delete("hangs.txt")
        run_flow(seeds.root, out, workers=0, engine="dask", engine_address=cluster.address)
    refresh(seeds.root, tmp_path / "expected")
    assert all_rows(out) == all_rows(tmp_path / "expected")
    assert not list((out / "staging").iterdir())


def test_job_that_gets_nowhere_is_done_by_an_idle_worker_too(
    prefect_api: str, seeds: SeedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_engine, "SLOW_FACTOR", 0)
    monkeypatch.setattr(dask_engine, "SLOW_S", 1.0)
    monkeypatch.setattr(dask_engine, "SLOW_SAMPLE", 1)
    monkeypatch.setenv("FAKE_ANNOTATOR_ONCE", str(tmp_path / "once"))
    seeds.write_stories(range(2), n_paragraphs=40)
    seeds.write("stuck.txt", f"{story(9)}\n\nHANG-ONCE")
    settings = {"workers": 2, "batch_chars": 10_000, "engine": "dask", "document_timeout_s": 600}
    run_flow(seeds.root, tmp_path / "out", **settings)
    assert (tmp_path / "once").exists()
    refresh(seeds.root, tmp_path / "expected")
    assert all_rows(tmp_path / "out") == all_rows(tmp_path / "expected")
