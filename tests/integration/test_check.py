"""Care of snapshots: check, history, roll back, keep."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from flows.operate.check import check_snapshot, roll_back
from flows.store.base import SnapshotError
from flows.store.local import LocalStore as Store
from tests.flow_runs import ROOT
from tests.pieces import refresh, rows_of
from tests.seed_folder import SeedFolder, story


@pytest.fixture
def out(seeds: SeedFolder, tmp_path: Path) -> Path:
    """Three snapshots: two stories, a broken file more, a story more."""
    seeds.write_stories(range(2))
    refresh(seeds.root, tmp_path / "out")
    seeds.write("broken.jsonl", "{not json\n")
    refresh(seeds.root, tmp_path / "out")
    seeds.write("story-0002.txt", story(2))
    refresh(seeds.root, tmp_path / "out")
    return tmp_path / "out"


def newsmill(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows.cli.main", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def problems(out: Path) -> list[str]:
    return check_snapshot(str(out), None)[1]


def test_sound_snapshots(out: Path) -> None:
    assert [check_snapshot(str(out), number) for number in (1, 2, 3)] == [(1, []), (2, []), (3, [])]


def test_a_byte_changed_in_any_file_is_found(out: Path) -> None:
    files = sorted(path for path in (out / "latest").resolve().rglob("*") if path.is_file())
    assert len(files) > 9
    for path in files:
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        assert path.name.removesuffix(".json") in "\n".join(problems(out)), path
        path.write_bytes(content)
    assert problems(out) == []


def test_missing_and_foreign_files_are_found(out: Path) -> None:
    folder = (out / "latest").resolve()
    (folder / "runs" / "part-0.parquet").rename(folder / "runs" / "part-1.parquet")
    assert problems(out) == ["runs/part-0.parquet is missing", "runs/part-1.parquet is not in the manifest"]


def rewrite(out: Path, table: str, change: object) -> None:
    """Change a table as a faulty program would: with a checksum and a count that fit."""
    folder = (out / "latest").resolve()
    manifest = Store(out).manifest(int(folder.name))
    path = max((folder / table).glob("*.parquet"))
    data = change(pq.ParquetFile(path).read())  # type: ignore[operator]
    path.unlink()  # other snapshots share the file
    pq.write_table(data, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    files = tuple(
        replace(f, n_rows=data.num_rows, n_bytes=path.stat().st_size, sha256=digest)
        if (f.table, f.name) == (table, path.name)
        else f
        for f in manifest.files
    )
    counts = {**manifest.counts, table: sum(f.n_rows for f in files if f.table == table)}
    (folder / "manifest.json").write_bytes(replace(manifest, files=files, counts=counts).to_json())


def test_lost_rows_are_found(out: Path) -> None:
    rewrite(out, "articles", lambda data: data.slice(1))
    found = "\n".join(problems(out))
    assert "sentences.article_id" in found
    assert "sources, records and articles" in found


def test_rows_that_stand_twice_are_found(out: Path) -> None:
    rewrite(out, "sentences", lambda data: pa.concat_tables([data, data.slice(0, 1)]))
    assert any("sentences.sentence_id: 1 keys stand twice" in line for line in problems(out))


def test_offsets_that_do_not_fit_are_found(out: Path) -> None:
    def shift(data: pa.Table) -> pa.Table:
        moved = pc.add(data["char_start"], pa.scalar(1, pa.int32()))
        return data.set_column(data.schema.get_field_index("char_start"), data.schema.field("char_start"), moved)

    rewrite(out, "sentences", shift)
    assert any("sentences: char_start..char_end" in line for line in problems(out))


def test_lost_quarantine_row_is_found(out: Path) -> None:
    rewrite(out, "quarantine", lambda data: data.slice(0, 0))
    assert any("sources, records and quarantine" in line for line in problems(out))


def test_check_says_which_file_and_fails(out: Path) -> None:
    assert (newsmill("check", "--out", str(out)).returncode) == 0
    part = next((out / "latest" / "quotes").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    told = newsmill("check", "--out", str(out))
    assert told.returncode == 1
    assert f"quotes/{part.name} is damaged" in told.stderr
    assert "1 problem" in told.stdout


def test_history_lists_every_snapshot(out: Path) -> None:
    told = newsmill("history", "--out", str(out))
    assert told.returncode == 0
    assert [number in told.stdout for number in ("000001", "000002", "000003")] == [True] * 3
    assert [line for line in told.stdout.splitlines() if "latest" in line and "000003" in line]


def test_roll_back_goes_one_step_or_to_a_number(out: Path) -> None:
    assert newsmill("rollback", "--out", str(out)).stdout == "latest is now snapshot 000002\n"
    assert len(rows_of(out, "articles")) == 2
    assert roll_back(str(out), 1) == 1
    with pytest.raises(SnapshotError, match="the oldest"):
        roll_back(str(out), None)
    assert roll_back(str(out), 3) == 3


def test_run_after_a_roll_back_starts_from_there(out: Path, seeds: SeedFolder) -> None:
    roll_back(str(out), 1)
    outcome = refresh(seeds.root, out)
    assert sorted(outcome.files.read) == ["broken.jsonl", "story-0002.txt"]
    assert (outcome.manifest.number, outcome.manifest.parent) == (4, 1)
    assert problems(out) == []
    assert len(rows_of(out, "articles")) == 3


def test_roll_back_does_not_return_to_what_was_rejected(out: Path, seeds: SeedFolder) -> None:
    roll_back(str(out), 1)
    refresh(seeds.root, out)
    assert roll_back(str(out), None) == 1


def test_roll_back_passes_over_a_parent_that_was_removed(out: Path, seeds: SeedFolder) -> None:
    roll_back(str(out), 2)
    seeds.write("more.txt", story(7))
    refresh(seeds.root, out)  # 4, made from 2
    shutil.rmtree(out / "snapshots" / "000002")
    assert roll_back(str(out), None) == 1  # not 3, which was rejected

    Store(out).point_latest(4)
    shutil.rmtree(out / "snapshots" / "000001")
    with pytest.raises(SnapshotError, match="made from 000002, which is no longer in"):
        roll_back(str(out), None)
    assert Store(out).latest_number() == 4


def test_roll_back_from_a_damaged_snapshot(out: Path) -> None:
    (out / "latest" / "manifest.json").write_text("{")
    assert roll_back(str(out), None) == 2


def test_history_shows_a_damaged_snapshot_among_the_others(out: Path) -> None:
    (out / "snapshots" / "000002" / "manifest.json").write_text("{")
    told = newsmill("history", "--out", str(out))
    assert told.returncode == 0
    assert [line for line in told.stdout.splitlines() if "000002" in line and "damaged" in line]
    assert "000003" in told.stdout


def test_roll_back_wins_over_a_half_done_commit(out: Path, seeds: SeedFolder) -> None:
    """A run died after its snapshot was in place and before `latest` was moved; somebody rolls back then."""
    Store(out).point_latest(2)
    (out / ".commit.json").write_text(json.dumps({"number": 3, "parent": 2}))
    assert roll_back(str(out), None) == 1
    Store(out).recover()
    assert Store(out).latest_number() == 1


def test_missing_snapshots_are_told_in_one_line(out: Path, tmp_path: Path) -> None:
    for arguments in (
        ("rollback", "--out", str(out), "--to", "9"),
        ("check", "--out", str(out), "--snapshot", "9"),
        ("check", "--out", str(tmp_path / "empty")),
        ("rollback", "--out", str(tmp_path / "empty")),
    ):
        told = newsmill(*arguments)
        assert told.returncode == 2
        assert told.stderr.startswith("newsmill: there is no")
        assert told.stderr.count("\n") == 1


def test_old_snapshots_are_removed_but_not_the_parent(out: Path, seeds: SeedFolder) -> None:
    seeds.write("more.txt", story(7))
    refresh(seeds.root, out, keep_snapshots=1)
    assert Store(out).numbers() == [3, 4]
    assert problems(out) == []
    assert check_snapshot(str(out), 3) == (3, [])
