from __future__ import annotations

import os
import time
from pathlib import Path

from flows.run.plan import Plan, batch_id, fingerprint, make_batches, plan_run, shared_batch_chars, versions
from flows.sources.read import find_files
from tests.seed_folder import SeedFolder
from transforms.records import Source


def known_after(plan: Plan) -> list[dict[str, object]]:
    """What ``sources.parquet`` would hold after a run that loaded every pending source."""
    outcome = {uri: "duplicate" if uri in plan.duplicates else "articles" for uri in plan.files}
    return [
        {**row, "outcome": outcome[row["uri"]], "duplicate_of": plan.duplicates.get(row["uri"])}
        for row in plan.file_rows()
    ]


def plan_for(seeds: SeedFolder, before: Plan | None = None, *, rebuild: bool = False) -> Plan:
    return plan_run(find_files([str(seeds.root)]).files, known_after(before) if before else [], rebuild=rebuild)


def uris(plan: Plan) -> list[str]:
    return [source.uri for source in plan.pending]


def test_first_run_has_everything_to_do(seeds: SeedFolder) -> None:
    seeds.write_stories(range(3))
    plan = plan_for(seeds)
    assert uris(plan) == ["story-0000.txt", "story-0001.txt", "story-0002.txt"]
    assert plan.changes["new"] == 3
    assert not plan.carried


def test_unchanged_files_are_carried(seeds: SeedFolder) -> None:
    seeds.write_stories(range(3))
    first = plan_for(seeds)
    second = plan_for(seeds, first)
    assert not second.has_work
    assert second.n_hashed == 0
    assert set(second.carried) == set(first.files)


def test_touched_file_is_hashed_but_not_done_again(seeds: SeedFolder) -> None:
    seeds.write_stories(range(2))
    first = plan_for(seeds)
    os.utime(seeds.root / "story-0000.txt", (5, 5))
    second = plan_for(seeds, first)
    assert (second.has_work, second.n_hashed) == (False, 1)


def test_change_within_the_clock_tick_is_seen(seeds: SeedFolder) -> None:
    path = seeds.write("a.txt", "same size 1", is_fresh=True)
    first = plan_for(seeds)
    stamp = path.stat().st_mtime_ns
    seeds.write("a.txt", "same size 2", is_fresh=True)
    os.utime(path, ns=(stamp, stamp))  # as if both had been written in one tick of the file system's clock
    assert uris(plan_for(seeds, first)) == ["a.txt"]


def test_new_changed_moved_gone_are_counted(seeds: SeedFolder) -> None:
    for name in ("keep", "change", "move", "drop"):
        seeds.write(f"{name}.txt", f"text of {name}")
    first = plan_for(seeds)
    seeds.write("change.txt", "another text")
    seeds.move("move.txt", "elsewhere/move.txt")
    seeds.delete("drop.txt")
    seeds.write("fresh.txt", "a new text")
    second = plan_for(seeds, first)
    assert {kind: second.changes[kind] for kind in ("new", "changed", "moved", "gone")} == {
        "new": 1,
        "changed": 1,
        "moved": 1,
        "gone": 1,
    }
    assert uris(second) == ["change.txt", "elsewhere/move.txt", "fresh.txt"]
    assert second.dropped == {"change.txt", "move.txt", "drop.txt"}


def test_one_of_identical_files_is_read(seeds: SeedFolder) -> None:
    for name in ("b.txt", "a.txt", "c.txt"):
        seeds.write(name, "the same text")
    plan = plan_for(seeds)
    assert uris(plan) == ["a.txt"]
    assert plan.duplicates == {"b.txt": "a.txt", "c.txt": "a.txt"}


def test_duplicate_takes_over_when_the_first_is_gone(seeds: SeedFolder) -> None:
    seeds.write("a.txt", "the same text")
    seeds.write("b.txt", "the same text")
    first = plan_for(seeds)
    seeds.delete("a.txt")
    second = plan_for(seeds, first)
    assert uris(second) == ["b.txt"]
    assert second.dropped == {"a.txt"}


def test_empty_files_are_no_duplicates(seeds: SeedFolder) -> None:
    seeds.write("a.txt", "")
    seeds.write("b.txt", "")
    assert not plan_for(seeds).duplicates


def test_unreadable_file_is_pending_once(seeds: SeedFolder) -> None:
    seeds.write("a.txt", "text")
    (seeds.root / "lost.txt").symlink_to("nowhere")
    first = plan_for(seeds)
    assert uris(first) == ["a.txt", "lost.txt"]
    assert not plan_for(seeds, first).has_work


def test_pipes_and_devices_are_passed_over(seeds: SeedFolder) -> None:
    seeds.write("a.txt", "text")
    os.mkfifo(seeds.root / "pipe.txt")
    (seeds.root / "link.txt").symlink_to("pipe.txt")
    (seeds.root / "endless.txt").symlink_to("/dev/zero")
    assert uris(plan_for(seeds)) == ["a.txt"]


def test_rebuild_reads_every_file_again(seeds: SeedFolder) -> None:
    seeds.write_stories(range(2))
    first = plan_for(seeds)
    again = plan_for(seeds, first, rebuild=True)
    assert len(again.pending) == 2
    assert again.n_hashed == 2
    assert again.dropped == set(first.files)


def test_hash_is_older_than_nothing_that_follows(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write("a.txt", "text")
    before = time.time_ns()
    plan = plan_for(seeds)
    assert before <= plan.hashed_at_ns["a.txt"] <= time.time_ns()


def source(uri: str, size: int, path: str = "x.txt") -> Source:
    return Source(uri, path, size, 0, f"hash of {uri}")


def test_batches_hold_about_so_many_characters() -> None:
    batches = make_batches([source(f"{n}", 400) for n in range(5)], 1000)
    assert [len(batch) for batch in batches] == [2, 2, 1]


def test_large_source_has_a_batch_of_its_own() -> None:
    batches = make_batches([source("a", 10), source("b", 5000), source("c", 10)], 1000)
    assert [[s.uri for s in batch] for batch in batches] == [["a"], ["b"], ["c"]]


def test_packed_file_counts_for_more() -> None:
    assert len(make_batches([source("a", 400, "a.txt.gz"), source("b", 400, "b.txt.gz")], 2000)) == 2


def test_every_worker_gets_its_share() -> None:
    sources = [source(f"{n:02}", 20_000) for n in range(40)]
    assert shared_batch_chars(sources, 1_000_000, 2) == 200_000
    assert shared_batch_chars(sources, 150_000, 2) == 150_000
    assert len(make_batches(sources, shared_batch_chars(sources, 1_000_000, 2))) == 4


def test_a_small_run_is_one_batch() -> None:
    sources = [source(f"{n}", 2_000) for n in range(20)]
    assert len(make_batches(sources, shared_batch_chars(sources, 1_000_000, 8))) == 1


def test_no_sources_make_no_batches() -> None:
    assert make_batches([], 1000) == []


def test_fingerprint_changes_with_every_version() -> None:
    base = {"annotator": "a 1", "schema_version": "1", "code_version": "1"}
    made = {fingerprint(versions(**{**base, **change}, row_settings={})) for change in ({}, {"annotator": "a 2"})}
    made |= {fingerprint(versions(**{**base, "schema_version": "2"}, row_settings={}))}
    made |= {fingerprint(versions(**base, row_settings={"min_confidence": 0.5}))}
    assert len(made) == 4


def test_batch_id_depends_on_content_and_versions() -> None:
    one, other = [source("a", 1)], [source("b", 1)]
    assert batch_id(one, "v") == batch_id(one, "v")
    assert len({batch_id(one, "v"), batch_id(other, "v"), batch_id(one, "w")}) == 3
