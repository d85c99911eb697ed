"""A Dask cluster as the engine, with real processes: the same rows as a local run, whatever dies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from flows.engine import dask_cluster, start_engine
from flows.engine.base import EngineError
from flows.engine.dask_worker import do_on_worker
from flows.errors import SettingsError
from flows.jobs.specs import BatchSpec, to_json
from flows.settings import Settings
from flows.store.local import LocalStore
from tests.dask_processes import DaskProcesses
from tests.flow_runs import run_flow
from tests.pieces import all_rows, rows_of
from tests.seed_folder import SeedFolder, story


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    folder = tmp_path_factory.mktemp("dask")
    files = {"FAKE_ANNOTATOR_ONCE": str(folder / "once"), "FAKE_ANNOTATOR_LOG": str(folder / "annotated")}
    (folder / "annotated").touch()
    with DaskProcesses(folder, 2, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0", **files) as cluster:
        yield cluster


def run_on(cluster: DaskProcesses, seeds: SeedFolder, out: Path, **settings: Any) -> Any:
    given = {"workers": 0, "batch_chars": 10_000, "engine": "dask", "engine_address": cluster.address, **settings}
    return run_flow(seeds.root, out, **given)


def test_rows_and_guilty_documents_are_those_of_a_local_run_though_a_worker_dies(
    prefect_api: str, cluster: DaskProcesses, seeds: SeedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds.write_stories(range(6), n_paragraphs=12)
    seeds.write_records("feed.jsonl", [{"text": story(n)} for n in range(20, 24)])
    seeds.write("kills.txt", f"{story(10)}\n\nKILL-THE-WORKER")
    seeds.write("raises.txt", f"{story(11)}\n\nRAISE-AN-ERROR")
    once = seeds.write("story-once.txt", f"{story(12)}\n\nKILL-PARENT-ONCE")
    monkeypatch.setenv("FAKE_ANNOTATOR_ONCE", str(once))  # which is there: in the local run it kills nobody
    run_flow(seeds.root, tmp_path / "local", batch_chars=10_000)
    summary, state = run_on(cluster, seeds, tmp_path / "dask")
    assert (summary.status, state.name) == ("quarantined", "CompletedWithQuarantine")
    assert all_rows(tmp_path / "dask") == all_rows(tmp_path / "local")
    assert (cluster.folder / "once").exists()
    assert [row["reason"] for row in rows_of(tmp_path / "dask", "quarantine")] == ["annotator_crash"] * 2
    assert len(list((tmp_path / "dask" / "latest" / "articles").glob("*.parquet"))) > 1
    assert not list((tmp_path / "dask" / "staging").iterdir())


def test_document_that_takes_whole_workers_along_is_found(
    prefect_api: str, cluster: DaskProcesses, seeds: SeedFolder, tmp_path: Path
) -> None:
    seeds.write_stories(range(3))
    seeds.write("kills.txt", f"{story(10)}\n\nKILL-ITS-PARENT")
    run_on(cluster, seeds, tmp_path / "out")
    [row] = rows_of(tmp_path / "out", "quarantine")
    assert (row["source_uri"], row["reason"]) == ("kills.txt", "annotator_crash")
    assert "every worker that worked on it was gone" in row["detail"]
    assert len(rows_of(tmp_path / "out", "articles")) == 3


def test_what_stops_a_run_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "CONNECT_S", 0)
    monkeypatch.setattr(dask_cluster, "WORKERS_S", 0)
    engine = start_engine(Settings(engine="dask", engine_address="tcp://127.0.0.1:9"))
    with pytest.raises(EngineError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9; start one"):
        _ = engine.n_slots
    engine.close()
    with LocalCluster(n_workers=0, processes=False, protocol="tcp://", dashboard_address="127.0.0.1:0") as nobody:
        engine = start_engine(Settings(engine="dask", engine_address=nobody.scheduler_address))
        with pytest.raises(EngineError, match=r"has no worker after 0 s; start some with `dask worker tcp://"):
            _ = engine.n_slots
        engine.close()
    with pytest.raises(SettingsError, match="give --engine dask with it"):
        start_engine(Settings(engine_address="tcp://127.0.0.1:9"))


def unfit(store: str, wanted_version: str = "") -> str:
    """What a worker has to say against a job in a store."""
    spec = BatchSpec("batch", store, "run", "tests.fakes:load_annotator", 0.0, None)
    with (
        LocalCluster(n_workers=1, processes=False, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        future = client.submit(do_on_worker, to_json(spec), 20.0, wanted_version or version("newsmill"), "seal")
        told: str = json.loads(future.result())["unfit"]
        return told


@pytest.mark.parametrize(
    ("store", "wanted_version", "why"),
    [("", "9.9", "has newsmill .*, and this run is of 9.9: install"), ("elsewhere", "", "does not see .*elsewhere")],
)
def test_worker_that_is_not_fit_says_why(tmp_path: Path, store: str, wanted_version: str, why: str) -> None:
    LocalStore(tmp_path).open_stage("run").write("seal", b"")
    assert re.search(why, unfit(str(tmp_path / store), wanted_version))


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        (
            {"AWS_METADATA_ENDPOINT": "http://169.254.0.9:1"},
            "does not reach s3://.*: no credentials for s3://news-test",
        ),
        ({}, "does not see s3://.*: give it the AWS_ENDPOINT_URL and the credentials"),
    ],
)
def test_worker_without_the_storage_of_the_run_says_so(
    storage: str, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], why: str
) -> None:
    if variables:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert re.search(why, unfit(storage))
