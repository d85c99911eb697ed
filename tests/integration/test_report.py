"""What a run leaves in Prefect: its state, its name, its artifacts; of the run, not of the whole data set."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from prefect import tags
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import State

from flows.etl import newsmill, run_tags
from flows.run.summary import describe_changes
from flows.settings import Settings
from tests.seed_folder import SeedFolder

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
    assert set(artifacts_of(first)) == {"run-summary", "progress", "top-speakers", "top-entities"}

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
