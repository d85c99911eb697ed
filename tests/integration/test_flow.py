"""Whole runs under Prefect: how they end, what they leave, and how they are stopped."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.errors import SettingsError
from flows.operate.check import check_snapshot
from flows.operate.inputs import prepare_output
from flows.settings import Settings
from flows.store.local import LocalStore as Store
from tests.flow_runs import ROOT, environment, run_cli, run_command, run_flow
from tests.killing import wait_for_group_end, workers_of
from tests.pieces import refresh, rows_of
from tests.seed_folder import SeedFolder, story

STOP_WITHIN_S = 10


def test_run_makes_a_sound_snapshot(prefect_api: str, seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(6), n_paragraphs=12)
    seeds.write("copy.txt", story(0, n_paragraphs=12))
    out = tmp_path / "out"
    summary, state = run_flow(seeds.root, out, workers=2, batch_chars=10_000)
    assert (summary.status, state.name, summary.message) == ("completed", "Completed", "7 new")
    assert check_snapshot(str(out), None) == (1, [])
    assert summary.counts["articles"] == len(rows_of(out, "articles")) == 6
    assert len(list((out / "latest" / "articles").glob("*.parquet"))) > 1
    [run] = rows_of(out, "runs")
    assert (run["n_sources"], run["n_sources_with_articles"], run["n_sources_duplicate"]) == (7, 6, 1)
    assert not list((out / "staging").iterdir())


def test_result_does_not_depend_on_batches(prefect_api: str, seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(6), n_paragraphs=12)
    run_flow(seeds.root, tmp_path / "many", workers=2, batch_chars=10_000)
    run_flow(seeds.root, tmp_path / "one")
    for table in ("articles", "sentences", "quotes", "entity_mentions", "entities"):
        assert rows_of(tmp_path / "many", table) == rows_of(tmp_path / "one", table)


def test_too_much_quarantine_fails_and_commits_nothing(prefect_api: str, seeds: SeedFolder, tmp_path: Path) -> None:
    out = tmp_path / "out"
    seeds.write_stories(range(2))
    refresh(seeds.root, out)
    for number in range(3):
        seeds.write(f"broken-{number}.jsonl", f"{{not json {number}\n")
    done = run_cli(prefect_api, *run_command(seeds.root, out, "--max-quarantine-share", "0.5"))
    assert done.returncode == 1
    assert "3 of 5 files gave no article" in done.stderr
    assert Store(out).numbers() == [1]


def test_strict_fails_but_commits(prefect_api: str, seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(2))
    seeds.write("broken.jsonl", "{not json\n")
    for _ in range(2):  # the second finds nothing to do, and the quarantine still there
        summary, state = run_flow(seeds.root, tmp_path / "out", strict=True)
        assert (summary.status, state.name) == ("failed", "Failed")
    assert Store(tmp_path / "out").numbers() == [1]


def test_catalog_that_changes_makes_a_new_snapshot_of_the_same_parts(
    prefect_api: str, seeds: SeedFolder, tmp_path: Path
) -> None:
    seeds.write_stories(range(2))
    out = tmp_path / "out"
    run_flow(seeds.root, out)
    gazetteer = tmp_path / "known.csv"
    gazetteer.write_text("name,type,aliases,external_id\nAnna Smith,person,,Q1\n")
    run_flow(seeds.root, out, gazetteer=str(gazetteer))
    assert Store(out).numbers() == [1, 2]
    assert "Q1" in {row["external_id"] for row in rows_of(out, "entities")}
    assert check_snapshot(str(out), None)[1] == []


@pytest.fixture
def hanging_run(prefect_api: str, seeds: SeedFolder, tmp_path: Path) -> subprocess.Popen[str]:
    """A run whose worker is busy for an hour."""
    refreshed = SeedFolder(tmp_path / "seeds")
    refreshed.write_stories(range(2))
    refresh(refreshed.root, tmp_path / "out")
    seeds.write("hangs.txt", f"{story(5)}\n\nHANG-THE-WORKER")
    log = tmp_path / "annotated.txt"
    process = subprocess.Popen(
        run_command(seeds.root, tmp_path / "out"),
        cwd=ROOT,
        env=environment(prefect_api, FAKE_ANNOTATOR_LOG=str(log)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (log.exists() and "Bridge number 5" in log.read_text()):
        assert time.monotonic() < deadline, process.kill()
        time.sleep(0.1)
    return process


# Ctrl-C reaches the workers too; whoever cancels a run or stops a service sends SIGTERM to the main process.
@pytest.mark.parametrize(("signal_name", "to_group"), [("SIGINT", True), ("SIGTERM", False)])
def test_stopped_within_seconds(
    signal_name: str, to_group: bool, hanging_run: subprocess.Popen[str], tmp_path: Path
) -> None:
    stop = signal.Signals[signal_name]
    assert workers_of(hanging_run.pid)
    (os.killpg if to_group else os.kill)(hanging_run.pid, stop)
    told, _ = hanging_run.communicate(timeout=STOP_WITHIN_S)
    assert hanging_run.returncode in (128 + stop, -stop)  # a shell shows both as 128 + the signal's number
    assert wait_for_group_end(hanging_run.pid)
    assert "Traceback" not in told
    assert Store(tmp_path / "out").numbers() == [1]
    assert check_snapshot(str(tmp_path / "out"), None)[1] == []


def test_disk_full_is_told_in_one_line(prefect_api: str, seeds: SeedFolder, tmp_path: Path) -> None:
    """A limit on the size of a file makes every larger write fail as a full disk does."""
    seeds.write_stories(range(2))
    refresh(seeds.root, tmp_path / "out")
    seeds.write_stories(range(2, 30))
    done = subprocess.run(
        run_command(seeds.root, tmp_path / "out"),
        cwd=ROOT,
        env=environment(prefect_api),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000)),
    )
    assert done.returncode == 2
    assert "newsmill: cannot write to" in done.stderr
    assert "File too large; no snapshot was changed" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert Store(tmp_path / "out").latest_number() == 1
    assert check_snapshot(str(tmp_path / "out"), None)[1] == []


def test_output_that_cannot_be_a_folder_is_told(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(1))
    (tmp_path / "file").write_text("x")
    done = run_cli("http://127.0.0.1:9/api", *run_command(seeds.root, Path("/proc/newsmill")))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("newsmill: cannot write to the output folder /proc/newsmill")
    with pytest.raises(SettingsError, match="is a file; give a folder"):
        prepare_output(Settings(out=str(tmp_path / "file")))


def can_mount() -> bool:
    if not shutil.which("unshare"):
        return False
    probe = "mount -t tmpfs -o size=1m none /mnt"
    return subprocess.run(["unshare", "-m", "sh", "-c", probe], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount")
def test_small_and_read_only_disks(tmp_path: Path) -> None:
    command = ["unshare", "-m", sys.executable, "-m", "tests.small_disks", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout)
    ends = {size: told.pop(0) for size, told in outcomes.items()}
    assert set(map(tuple, outcomes.values())) == {()}  # every snapshot is sound
    assert ends.pop("4000") == "completed"
    assert "Read-only file system; no snapshot was changed" in ends.pop("read-only")
    told = [end for end in ends.values() if end != "completed"]
    assert len(told) >= 3
    assert all("No space left on device; no snapshot was changed" in end and "\n" not in end for end in told)


def test_manifest_says_what_was_done(prefect_api: str, seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(2))
    run_flow(seeds.root, tmp_path / "out")
    manifest = Store(tmp_path / "out").manifest(1)
    assert manifest.counts["articles"] == 2
    assert manifest.changes["new"] == 2
    assert manifest.versions["annotator"] == "fake 1"
