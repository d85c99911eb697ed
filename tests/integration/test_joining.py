"""Small parts of many small runs are joined, and no row changes by it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import flows.carry
from flows.batch import BatchSpec, run_batch
from flows.catalog import load_catalog
from flows.check import check_snapshot
from flows.extract import find_files
from flows.load import RunInfo, commit_snapshot
from flows.plan import batch_id, fingerprint, plan_run, versions
from flows.staging import Staging
from flows.store.parquet import read_table
from flows.store.snapshots import Store, read_sources
from tests.fakes import FakeAnnotator

VERSIONS = versions("fake 1", "1", "0", {})


def bring_up_to_date(seeds: Path, out: Path, run_id: str) -> None:
    store, staging = Store(out), Staging(out / "staging", run_id)
    staging.open()
    number = store.latest_number()
    known = read_sources(store.folder(number)) if number else []
    plan = plan_run(find_files([str(seeds)]), known, rebuild=False)
    spec = BatchSpec(
        batch_id(plan.pending, fingerprint(VERSIONS)),
        fingerprint(VERSIONS),
        "tests.fakes:load_annotator",
        0.0,
        plan.pending,
        str(staging.done),
    )
    results = [run_batch(spec, FakeAnnotator(), lambda *_: None)] if plan.pending else []
    run = RunInfo(run_id, datetime.now(UTC), "0", {})
    commit_snapshot(store, staging.folder, plan, results, load_catalog(None, None), VERSIONS, run)
    staging.remove()


def test_small_batches_become_one_and_keep_their_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(flows.carry, "SMALL_BATCHES_TO_JOIN", 3)
    seeds, out = tmp_path / "seeds", tmp_path / "data"
    seeds.mkdir()
    for number in range(8):
        name = f"Ada Osei{'abcdefgh'[number]}"
        (seeds / f"{number}.txt").write_text(f"“We will go there on day {number},” said {name}. Nobody else spoke.")
        bring_up_to_date(seeds, out, f"run-{number}")
    (seeds / "2.txt").unlink()
    bring_up_to_date(seeds, out, "run-last")

    latest = out / "latest"
    assert len(list((latest / "quotes").glob("*.parquet"))) <= 4
    assert sorted(read_table(latest, "articles")["source_uri"].to_pylist()) == [
        f"{n}.txt" for n in (0, 1, 3, 4, 5, 6, 7)
    ]
    assert check_snapshot(str(out), None)[1] == []

    fresh = tmp_path / "fresh"
    bring_up_to_date(seeds, fresh, "run-fresh")
    for table in ("articles", "sentences", "quotes", "entity_mentions", "article_entities", "entities"):
        joined, rebuilt = read_table(latest, table).to_pylist(), read_table(fresh / "latest", table).to_pylist()
        assert sorted(joined, key=str) == sorted(rebuilt, key=str)


@pytest.mark.parametrize("name", ["part-abc.parquet", "part-abc-1.parquet"])
def test_a_part_knows_its_batch(name):
    from flows.store.parts import part_batch

    assert part_batch(name) == "abc"
