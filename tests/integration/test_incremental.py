"""Only what changed is read and annotated: whole runs under Prefect."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.store.local import LocalStore as Store
from tests.flow_runs import run_flow
from tests.pieces import all_rows, refresh, rows_of
from tests.seed_folder import SeedFolder, story

pytestmark = pytest.mark.usefixtures("prefect_api")


@pytest.fixture
def annotated(annotated: Callable[[], list[str]]) -> Callable[[], list[str]]:
    """The numbers of the stories annotated since it was last asked."""
    return lambda: sorted(title.split()[2] for title in annotated())


def test_only_new_and_changed_files_are_annotated(
    seeds: SeedFolder, tmp_path: Path, annotated: Callable[[], list[str]]
) -> None:
    out = tmp_path / "out"
    seeds.write_stories(range(4))
    run_flow(seeds.root, out)
    assert annotated() == ["0", "1", "2", "3"]
    seeds.write("story-0001.txt", story(21))
    seeds.write("new.txt", story(30))
    seeds.delete("story-0002.txt")
    summary, _ = run_flow(seeds.root, out)
    assert annotated() == ["21", "30"]
    assert summary.message == "1 new, 1 changed, 1 gone"
    run_flow(seeds.root, tmp_path / "full")
    assert all_rows(out) == all_rows(tmp_path / "full")


def test_nothing_to_do_opens_no_file_and_makes_no_snapshot(seeds: SeedFolder, tmp_path: Path) -> None:
    out = tmp_path / "out"
    seeds.write_stories(range(3))
    run_flow(seeds.root, out)
    opened: list[str] = []
    is_watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if is_watching and event == "open" and str(arguments[0]).startswith(str(seeds.root)):
            opened.append(str(arguments[0]))

    sys.addaudithook(watch)
    summary, state = run_flow(seeds.root, out)
    is_watching = False
    assert (summary.status, state.name, opened) == ("unchanged", "NothingToDo", [])
    assert Store(out).numbers() == [1]


def test_files_just_written_are_hashed_once_more_only(seeds: SeedFolder, tmp_path: Path) -> None:
    path = seeds.write("a.txt", story(1), is_fresh=True)
    refresh(seeds.root, tmp_path / "out")
    os.utime(path, (1, 1))  # stands for the seconds that pass until the time stamp can be trusted
    assert [refresh(seeds.root, tmp_path / "out").files.n_hashed for _ in range(3)] == [1, 0, 0]


def test_moved_file_is_recognised(seeds: SeedFolder, tmp_path: Path) -> None:
    out = tmp_path / "out"
    seeds.write_stories(range(2))
    run_flow(seeds.root, out)
    seeds.move("story-0001.txt", "archive/story-0001.txt")
    summary, _ = run_flow(seeds.root, out)
    assert summary.message == "1 moved"
    assert {row["source_uri"] for row in rows_of(out, "articles")} == {"story-0000.txt", "archive/story-0001.txt"}


@pytest.mark.parametrize("change", ["annotator", "setting", "rebuild"])
def test_another_version_rebuilds_everything(
    change: str,
    seeds: SeedFolder,
    tmp_path: Path,
    annotated: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from flows.jobs.annotators import load_annotator

    seeds.write_stories(range(2))
    run_flow(seeds.root, tmp_path / "out")
    annotated()
    if change == "annotator":
        monkeypatch.setenv("FAKE_ANNOTATOR_VERSION", "2")
        load_annotator.cache_clear()
    given = {"setting": {"min_confidence": 0.5}, "rebuild": {"rebuild": True}}.get(change, {})
    run_flow(seeds.root, tmp_path / "out", **given)
    load_annotator.cache_clear()
    # A setting shapes the rows, not what is found in a text.
    assert annotated() == ([] if change == "setting" else ["0", "1"])
    assert Store(tmp_path / "out").numbers() == [1, 2]
    assert len(rows_of(tmp_path / "out", "articles")) == 2


def test_finished_batches_of_a_failed_run_are_taken_over(
    seeds: SeedFolder, tmp_path: Path, annotated: Callable[[], list[str]]
) -> None:
    """Its quarantine was too large; with another limit only the verdict changes, not the work."""
    seeds.write_stories(range(2))
    seeds.write("broken.jsonl", "{not json\n")
    first, _ = run_flow(seeds.root, tmp_path / "out", max_quarantine_share=0.1)
    assert first.status == "failed"
    assert annotated() == ["0", "1"]
    second, _ = run_flow(seeds.root, tmp_path / "out", max_quarantine_share=0.5)
    assert second.status == "quarantined"
    assert annotated() == []
    assert not list((tmp_path / "out" / "staging").iterdir())
