from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.store.snapshots import Manifest, SnapshotError, Store


def assemble(store: Store, number: int, parent: int | None = None) -> Path:
    folder = store.staging / "run" / "snapshot"
    folder.mkdir(parents=True)
    manifest = Manifest(number, parent, "run", "2026-01-01T00:00:00+00:00", {}, "", {}, {}, ())
    manifest.save(folder)
    return folder


def publish(store: Store, number: int) -> None:
    store.publish(assemble(store, number, store.latest_number()), number)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_empty_folder_has_no_latest(store: Store) -> None:
    assert (store.latest_number(), store.numbers()) == (None, [])


def test_published_snapshot_is_the_latest(store: Store) -> None:
    for number in (1, 2):
        publish(store, number)
    assert (store.latest_number(), store.numbers()) == (2, [1, 2])
    assert store.latest.readlink() == Path("snapshots/000002")
    assert Manifest.load(store.latest).parent == 1
    assert not (store.root / ".commit.json").exists()


def test_latest_never_points_at_nothing(store: Store) -> None:
    publish(store, 1)
    with pytest.raises(SnapshotError, match="no snapshot 7"):
        store.point_latest(7)
    assert store.latest_number() == 1


def test_folder_in_the_place_of_the_link_is_left_alone(store: Store) -> None:
    store.latest.mkdir()
    with pytest.raises(SnapshotError, match="not a link to a snapshot"):
        store.latest_number()


@pytest.mark.parametrize("renamed", [True, False])
def test_half_done_commit_is_finished_or_forgotten(store: Store, renamed: bool) -> None:
    publish(store, 1)
    folder = assemble(store, 2, 1)
    (store.root / ".commit.json").write_text(json.dumps({"number": 2, "parent": 1}))
    (store.root / ".latest-123").symlink_to("snapshots/000002")
    if renamed:
        folder.rename(store.folder(2))
    store.recover()
    assert store.latest_number() == (2 if renamed else 1)
    assert not [p.name for p in store.root.iterdir() if p.name.startswith(".")]


def test_journal_of_which_nothing_was_written_is_forgotten(store: Store) -> None:
    publish(store, 1)
    (store.root / ".commit.json").write_text("")
    store.recover()
    assert store.latest_number() == 1


def test_old_journal_does_not_undo_a_roll_back(store: Store) -> None:
    for number in (1, 2, 3):
        publish(store, number)
    (store.root / ".commit.json").write_text(json.dumps({"number": 3, "parent": 2}))
    store.point_latest(1)
    store.recover()
    assert store.latest_number() == 1


def test_oldest_snapshots_go(store: Store) -> None:
    for number in range(1, 6):
        publish(store, number)
    assert store.prune(3) == [1, 2]
    assert store.numbers() == [3, 4, 5]


def test_latest_and_its_parent_stay(store: Store) -> None:
    for number in (1, 2, 3):
        publish(store, number)
    store.prune(1)
    assert store.numbers() == [2, 3]


def test_snapshot_rolled_back_to_stays(store: Store) -> None:
    for number in range(1, 6):
        publish(store, number)
    store.point_latest(2)
    store.prune(1)
    assert store.numbers() == [1, 2, 5]


@pytest.mark.parametrize("content", ["", "{", "{}", '{"number": 1}', "[]", "\x00"])
def test_damaged_manifest_is_told(store: Store, content: str) -> None:
    publish(store, 1)
    (store.latest / "manifest.json").write_text(content)
    with pytest.raises(SnapshotError, match="no readable manifest"):
        Manifest.load(store.latest)
