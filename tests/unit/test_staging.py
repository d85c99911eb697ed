from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.run.batch import BatchResult, BatchSpec, run_batch
from flows.sources.read import find_files, hash_file
from flows.store.staging import Staging
from tests.fakes import FakeAnnotator
from tests.seed_folder import SeedFolder
from transforms.records import Source


@pytest.fixture
def sources(seeds: SeedFolder) -> list[Source]:
    seeds.write_stories(range(4))
    return [Source(f.uri, f.path, f.size, f.mtime_ns, hash_file(f.path)) for f in find_files([str(seeds.root)]).files]


def finish(root: Path, run: str, sources: list[Source], *, batch: str = "b1", fingerprint: str = "v1") -> BatchResult:
    staging = Staging(root, run)
    staging.done.mkdir(parents=True, exist_ok=True)
    spec = BatchSpec(batch, fingerprint, "", 0.0, tuple(sources), str(staging.done))
    return run_batch(spec, FakeAnnotator(), lambda *_: None)


def test_finished_batch_of_a_dead_run_is_taken_over(tmp_path: Path, sources: list[Source]) -> None:
    finish(tmp_path, "dead", sources[:2])
    staging = Staging(tmp_path, "alive")
    staging.open()
    adopted = staging.adopt(sources, "v1")
    assert [entry["uri"] for result in adopted for entry in result.sources] == [s.uri for s in sources[:2]]
    assert all((staging.done / "b1" / f.table / f.name).is_file() for f in adopted[0].files)


@pytest.mark.parametrize("change", ["other version", "changed source", "source gone"])
def test_outdated_batch_is_not_taken_over(tmp_path: Path, sources: list[Source], change: str) -> None:
    finish(tmp_path, "dead", sources[:2], fingerprint="v0" if change == "other version" else "v1")
    now = sources[1:] if change == "source gone" else sources
    if change == "changed source":
        now = [Source(s.uri, s.path, s.size, s.mtime_ns, "other content") for s in sources]
    staging = Staging(tmp_path, "alive")
    staging.open()
    assert staging.adopt(now, "v1") == []


def test_the_same_batch_of_two_dead_runs_is_taken_over_once(tmp_path: Path, sources: list[Source]) -> None:
    finish(tmp_path, "dead-1", sources[:2])
    finish(tmp_path, "dead-2", sources[:2])
    staging = Staging(tmp_path, "alive")
    staging.open()
    assert len(staging.adopt(sources, "v1")) == 1


@pytest.mark.parametrize("damage", ["half a part", "part missing", "result unreadable", "not finished"])
def test_damaged_batch_is_not_taken_over(tmp_path: Path, sources: list[Source], damage: str) -> None:
    finish(tmp_path, "dead", sources[:2])
    folder = tmp_path / "dead" / "done" / "b1"
    part = next((folder / "articles").glob("*.parquet"))
    if damage == "half a part":
        part.write_bytes(part.read_bytes()[:-20])
    elif damage == "part missing":
        part.unlink()
    elif damage == "result unreadable":
        (folder / "result.json").write_text("{")
    else:
        folder.rename(folder.with_name(".b1-123"))
    staging = Staging(tmp_path, "alive")
    staging.open()
    assert staging.adopt(sources, "v1") == []


def test_retried_run_takes_over_its_own_batches(tmp_path: Path, sources: list[Source]) -> None:
    finish(tmp_path, "same", sources[:2])
    (tmp_path / "same" / "snapshot").mkdir()
    staging = Staging(tmp_path, "same")
    staging.open()
    assert not (staging.folder / "snapshot").exists()
    assert len(staging.adopt(sources, "v1")) == 1


def test_only_the_own_staging_stays(tmp_path: Path, sources: list[Source]) -> None:
    finish(tmp_path, "dead", sources[:1])
    (tmp_path / "stray").write_text("x")
    staging = Staging(tmp_path, "alive")
    staging.open()
    staging.clean_others()
    assert [entry.name for entry in tmp_path.iterdir() if entry.name != "seeds"] == ["alive"]
    staging.remove()
    assert not staging.folder.exists()


def test_batch_appears_whole_or_not_at_all(tmp_path: Path, sources: list[Source], seeds: SeedFolder) -> None:
    seeds.write("story-0003.txt", "RAISE-AN-ERROR")
    with pytest.raises(RuntimeError, match="asked to fail"):
        finish(tmp_path, "run", sources)
    assert not [p for p in (tmp_path / "run" / "done").iterdir() if not p.name.startswith(".")]


def test_batch_done_again_replaces_itself(tmp_path: Path, sources: list[Source]) -> None:
    first = finish(tmp_path, "run", sources)
    shutil.rmtree(tmp_path / "run" / "done" / "b1" / "articles")
    assert finish(tmp_path, "run", sources).files == first.files
    assert (tmp_path / "run" / "done" / "b1" / "articles").is_dir()
