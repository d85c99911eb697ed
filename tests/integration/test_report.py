"""What a run leaves in Prefect: its state, its name, its artifacts; of the run, not of the whole data set."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb
import httpx
import pytest
from prefect import tags
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State
from prefect.states import Failed

from flows.etl import newsmill, run_tags
from flows.jobs.specs import BatchResult
from flows.operate import report
from flows.operate.check import check_snapshot
from flows.run.progress import RunProgress
from flows.run.summary import describe_changes
from flows.settings import Settings
from flows.store.local import LocalStore
from flows.store.parquet import stage_table
from tests.dask_processes import wait_for
from tests.seed_folder import SeedFolder
from transforms.document import quarantine_row
from transforms.records import Reject
from transforms.schema import conform

SAID = "A story {n}\n\nPORT ELLERY — “We will wait,” said {speaker}. Anna Smith heard it.\n"


class Newsroom:
    def __init__(self, seeds: SeedFolder, out: Path) -> None:
        self.seeds = seeds
        self.out = out

    def run(self, **settings: Any) -> State[Any]:
        chosen = {"seeds": (str(self.seeds.root),), "out": str(self.out), "workers": 1, **settings}
        made = Settings.model_validate({"annotator": "tests.fakes:load_annotator", **chosen})
        with tags(*run_tags(made)):
            return newsmill(made, return_state=True)


def name_of(state: State[Any]) -> str:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(state.state_details.flow_run_id).name


def test_task_runs_have_no_tags_for_which_prefect_would_ask_for_slots(newsroom: Newsroom) -> None:
    newsroom.seeds.write("a.txt", SAID.format(n=1, speaker="Mary Major"))
    state = newsroom.run()
    this = FlowRunFilter(id=FlowRunFilterId(any_=[state.state_details.flow_run_id]))
    with get_client(sync_client=True) as client:
        assert set(client.read_flow_run(state.state_details.flow_run_id).tags) == {"newsmill", "corpus"}
        task_runs = wait_for(lambda: client.read_task_runs(flow_run_filter=this))
    assert {tag for task_run in task_runs for tag in task_run.tags} == set()


def artifacts_of(state: State[Any]) -> dict[str, Any]:
    run = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[state.state_details.flow_run_id]))
    with get_client(sync_client=True) as client:
        return {artifact.key: artifact.data for artifact in client.read_artifacts(artifact_filter=run)}


@pytest.fixture
def newsroom(prefect_api: str, seeds: SeedFolder, tmp_path: Path) -> Newsroom:
    return Newsroom(seeds, tmp_path / "corpus")


def test_a_history_of_runs(newsroom: Newsroom) -> None:
    for n in range(3):
        newsroom.seeds.write(f"{n}.txt", SAID.format(n=n, speaker="Mary Major"))
    first = newsroom.run()
    assert first.name == "Completed"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d 3 new", name_of(first))
    assert set(artifacts_of(first)) == {"run-summary", "progress", "top-speakers", "top-entities", "report"}

    link = artifacts_of(first)["report"]
    assert "Mary Major" in Path(unquote(urlsplit(re.findall(r"\((file:[^)]*)\)", link)[0]).path)).read_text("utf-8")

    newsroom.seeds.write("3.txt", SAID.format(n=3, speaker="Peter Novak"))
    newsroom.seeds.write("bad.txt", bytes(range(32)) * 9)
    (newsroom.seeds.root / "0.txt").unlink()
    second = newsroom.run()
    assert second.name == "CompletedWithQuarantine"
    assert name_of(second).endswith(" 2 new, 1 gone, 1 quarantined")
    found = artifacts_of(second)
    assert json.loads(found["top-speakers"]) == [
        {"speaker": "Peter Novak", "type": "person", "quotes": 1, "articles": 1}
    ]
    assert {row["entity"] for row in json.loads(found["top-entities"])} == {"Peter Novak", "Anna Smith"}
    assert [(row["source"], row["reason"]) for row in json.loads(found["quarantine"])] == [("bad.txt", "binary")]
    assert "| articles | 3 | 3 | – |" in found["run-summary"]
    assert "| quarantine | 1 | 0 | +1 |" in found["run-summary"]
    assert all(stage in found["run-summary"] for stage in ("find sources", "annotate", "load snapshot", "words read"))

    third = newsroom.run()
    assert third.name == "NothingToDo"  # what an earlier run put in quarantine is not told again
    assert artifacts_of(third) == {}
    assert newsroom.run(rebuild=True).message == "4 rebuilt, 1 quarantined"


def test_a_run_that_refuses_to_commit_still_shows_why(newsroom: Newsroom) -> None:
    newsroom.seeds.write("good.txt", SAID.format(n=1, speaker="Mary Major"))
    for n in range(3):
        newsroom.seeds.write(f"bad-{n}.txt", bytes(range(32)) * (9 + n))
    state = newsroom.run()
    assert state.name == "Failed"
    assert "3 of 4 files gave no article" in str(state.message)
    assert len(json.loads(artifacts_of(state)["quarantine"])) == 3
    assert not (newsroom.out / "latest").exists()


def test_no_credentials_in_what_is_stored(newsroom: Newsroom) -> None:
    newsroom.seeds.write("good.txt", SAID.format(n=1, speaker="Mary Major"))
    state = newsroom.run(corrections="s3://key:secret@bucket/corrections.csv")
    assert state.name == "Failed"
    assert "secret" not in f"{state.message} {name_of(state)}"
    assert newsroom.run().name == "Completed"
    stored = duckdb.sql(f"SELECT settings FROM '{newsroom.out}/latest/runs/*.parquet'").fetchall()
    assert json.loads(stored[0][0])["out"] == str(newsroom.out)


def test_a_server_that_takes_no_report_fails_no_run(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        newsroom.seeds.write(f"{n}.txt", SAID.format(n=n, speaker="Mary Major"))
    newsroom.seeds.write("bad.txt", bytes(range(32)) * 9)

    def fails(*_: Any, **__: Any) -> Any:
        raise httpx.ReadTimeout("the server is busy")

    for name in ("create_markdown_artifact", "create_table_artifact", "update_progress_artifact", "get_client"):
        monkeypatch.setattr(report, name, fails)
    assert newsroom.run().name == "CompletedWithQuarantine"
    monkeypatch.setattr(report, "create_progress_artifact", fails)
    monkeypatch.setattr(report, "_top", fails)
    assert newsroom.run(rebuild=True).name == "CompletedWithQuarantine"
    assert check_snapshot(str(newsroom.out), None) == (2, [])
    report.name_stopped_run(None, None, Failed())  # type: ignore[arg-type]  # it gets no further than the client


def test_a_server_that_is_away_is_not_asked_at_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def fails(artifact: Any, progress: float, **_: Any) -> Any:
        asked.append(progress)
        raise httpx.ReadTimeout("the server is away")

    monkeypatch.setattr(report, "update_progress_artifact", fails)
    monkeypatch.setattr(report, "create_progress_artifact", lambda *_, **__: "an id")
    artifact = report.ProgressArtifact()
    progress = RunProgress(100, 1)
    for chars in range(0, 100, 10):
        progress.advance("a", chars, limit=100)
    artifact.close()
    artifact.close()
    assert asked == [10.0]


def test_names_of_files_are_no_markup(newsroom: Newsroom) -> None:
    newsroom.seeds.write("good.txt", SAID.format(n=1, speaker="Mary Major"))
    newsroom.seeds.write("[x](javascript:alert(1)) <b>.txt", bytes(range(32)) * 9)
    (row,) = json.loads(artifacts_of(newsroom.run())["quarantine"])
    assert row["source"] == "\\[x\\](javascript:alert(1)) \\<b\\>.txt"
    assert row["reason"] == "binary"


def test_quarantine_is_shown_in_part_and_counted_whole(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stage, results = LocalStore(tmp_path).open_stage("run"), []
    for number, reason in enumerate(["bad_json", "no_text", "bad_json"]):
        rows = [quarantine_row(Reject(f"{number}.jsonl", n, None, "extract", reason, "x")) for n in range(5_000)]
        part = conform({"quarantine": rows})["quarantine"]
        file = stage_table(stage, f"batches/{number}", "quarantine", f"part-{number}.parquet", part)
        results.append(BatchResult(str(number), f"batches/{number}", (file,), 0, 5_000, 0, 0, 0, 0, {}))
    published: dict[str, Any] = {}
    monkeypatch.setattr(report, "create_table_artifact", lambda rows, **more: published.update(rows=rows, **more))
    report.publish_quarantine(stage, results)
    assert [row["source"] for row in published["rows"]] == [f"0.jsonl (record {n})" for n in range(200)]
    assert published["description"] == (
        "What this run could not use, and why: 10,000 `bad_json`, 5,000 `no_text`"
        " (the first 200 of 15,000; the table `quarantine` has all)"
    )
    report.publish_quarantine(stage, [])
    assert len(published["rows"]) == 200


@pytest.mark.parametrize(
    ("changes", "n_quarantined", "n_read", "text"),
    [
        ({}, 0, 0, "nothing new"),
        (
            {"new": 1200, "changed": 3, "gone": 1, "changed_duplicates": 1},
            2,
            1203,
            "1,200 new, 3 changed, 1 gone, 2 quarantined",
        ),
        ({"moved": 2}, 0, 2, "2 moved"),
        ({"new": 1}, 0, 15, "1 new, 14 rebuilt"),
        ({"new": 5}, 0, 3, "5 new"),
    ],
)
def test_changes_in_words(changes: dict[str, int], n_quarantined: int, n_read: int, text: str) -> None:
    assert describe_changes(changes, n_quarantined, n_read=n_read) == text
