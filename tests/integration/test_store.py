from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.store.base import Origin, SnapshotError
from flows.store.local import LocalStore
from flows.store.manifest import Manifest, StoredFile


def manifest(number: int, parent: int | None) -> Manifest:
    files = (StoredFile("articles", "part-x.parquet", 0, 1, ""),)
    return Manifest(number, parent, "run", "2026-01-01T00:00:00+00:00", {}, "", {}, {}, files)


def publish(store: LocalStore, number: int) -> None:
    stage = store.open_stage(f"run-{number}")
    stage.write("new/x", b"x")
    store.publish(stage, manifest(number, store.latest_number()), {"articles/part-x.parquet": Origin(None, "new/x")})
    stage.remove()


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


def test_empty_folder_has_no_latest(store: LocalStore) -> None:
    assert (store.latest_number(), store.numbers()) == (None, [])


def test_published_snapshot_is_the_latest(store: LocalStore) -> None:
    for number in (1, 2):
        publish(store, number)
    assert (store.latest_number(), store.numbers()) == (2, [1, 2])
    assert store.latest.readlink() == Path("snapshots/000002")
    assert store.manifest(2).parent == 1
    assert store.file_names(2) == ["articles/part-x.parquet", "manifest.json"]
    assert not (store.root / ".commit.json").exists()


def test_carried_file_is_the_same_file(store: LocalStore) -> None:
    publish(store, 1)
    stage = store.open_stage("next")
    store.publish(stage, manifest(2, 1), {"articles/part-x.parquet": Origin(1, "articles/part-x.parquet")})
    assert (store.latest / "articles/part-x.parquet").stat().st_ino == (
        store.folder(1) / "articles/part-x.parquet"
    ).stat().st_ino


def test_latest_never_points_at_nothing(store: LocalStore) -> None:
    publish(store, 1)
    with pytest.raises(SnapshotError, match="no snapshot 7"):
        store.point_latest(7)
    assert store.latest_number() == 1


def test_folder_in_the_place_of_the_link_is_left_alone(store: LocalStore) -> None:
    store.latest.mkdir()
    with pytest.raises(SnapshotError, match="not a link to a snapshot"):
        store.latest_number()


@pytest.mark.parametrize("is_renamed", [True, False])
def test_half_done_commit_is_finished_or_forgotten(store: LocalStore, is_renamed: bool) -> None:
    publish(store, 1)
    (store.root / ".commit.json").write_text(json.dumps({"number": 2, "parent": 1}))
    (store.root / ".latest-123").symlink_to("snapshots/000002")
    if is_renamed:
        store.folder(2).mkdir()
        (store.folder(2) / "manifest.json").write_bytes(manifest(2, 1).to_json())
    store.recover()
    assert store.latest_number() == (2 if is_renamed else 1)
    assert not [p.name for p in store.root.iterdir() if p.name.startswith(".")]


def test_journal_of_which_nothing_was_written_is_forgotten(store: LocalStore) -> None:
    publish(store, 1)
    (store.root / ".commit.json").write_text("")
    store.recover()
    assert store.latest_number() == 1


def test_old_journal_does_not_undo_a_roll_back(store: LocalStore) -> None:
    for number in (1, 2, 3):
        publish(store, number)
    (store.root / ".commit.json").write_text(json.dumps({"number": 3, "parent": 2}))
    store.point_latest(1)
    store.recover()
    assert store.latest_number() == 1


def test_oldest_snapshots_go(store: LocalStore) -> None:
    for number in range(1, 6):
        publish(store, number)
    assert store.prune(3) == [1, 2]
    assert store.numbers() == [3, 4, 5]


def test_latest_and_its_parent_stay(store: LocalStore) -> None:
    for number in (1, 2, 3):
        publish(store, number)
    store.prune(1)
    assert store.numbers() == [2, 3]


def test_snapshot_rolled_back_to_stays(store: LocalStore) -> None:
    for number in range(1, 6):
        publish(store, number)
    store.point_latest(2)
    store.prune(1)
    assert store.numbers() == [1, 2, 5]


@pytest.mark.parametrize("content", ["", "{", "{}", '{"number": 1}', "[]", "\x00"])
def test_damaged_manifest_is_told(store: LocalStore, content: str) -> None:
    publish(store, 1)
    (store.latest / "manifest.json").write_text(content)
    with pytest.raises(SnapshotError, match="no readable manifest"):
        store.manifest(1)


def test_a_stage_left_by_an_earlier_attempt_is_a_dead_run_s(store: LocalStore) -> None:
    store.open_stage("run").write("annotations/a.parquet", b"x")
    stage = store.open_stage("run")
    assert stage.names("annotations/*") == []
    assert [dead.names("annotations/*") for dead in store.dead_stages("run")] == [["annotations/a.parquet"]]
    store.clean_stages("run")
    assert [entry.name for entry in store.staging.iterdir()] == ["run"]
