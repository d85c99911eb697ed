"""What a run reads, does, keeps and drops, seen from outside: the product's own runs without Prefect."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from flows.run.plan import VanishedError, fingerprint, versions
from flows.run.refresh import Outcome
from flows.run.todo import batch_weights
from flows.sources.files import find_files
from tests.fakes import FakeAnnotator
from tests.integration.copied_news import STORY
from tests.pieces import all_rows, refresh, rows_of
from tests.seed_folder import SeedFolder, story


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def changes(outcome: Outcome) -> dict[str, int]:
    return {kind: n for kind, n in outcome.files.changes.items() if n and kind != "changed_duplicates"}


def feed(*numbers: int, ids: bool = True) -> list[str]:
    return [json.dumps({**({"id": f"wire-{n}"} if ids else {}), "text": story(n)}) for n in numbers]


# Files


def test_touched_file_is_hashed_but_makes_no_snapshot(seeds: SeedFolder, out: Path) -> None:
    seeds.write_stories(range(2))
    refresh(seeds.root, out)
    os.utime(seeds.root / "story-0000.txt", (5, 5))
    outcomes = [refresh(seeds.root, out) for _ in range(2)]
    assert [(o.is_new, sorted(o.files.read)) for o in outcomes] == [(False, ["story-0000.txt"]), (False, [])]


def test_change_within_the_clock_tick_is_seen(seeds: SeedFolder, out: Path) -> None:
    path = seeds.write("a.txt", story(1), is_fresh=True)
    refresh(seeds.root, out)
    stamp = path.stat().st_mtime_ns
    seeds.write("a.txt", story(2), is_fresh=True)
    os.utime(path, ns=(stamp, stamp))  # as if both had been written in one tick of the file system's clock
    refresh(seeds.root, out)
    assert rows_of(out, "articles")[0]["title"] == "Bridge number 2 opens"


def test_new_changed_moved_gone_are_counted(seeds: SeedFolder, out: Path) -> None:
    for number, name in enumerate(("keep", "change", "move", "drop")):
        seeds.write(f"{name}.txt", story(number))
    refresh(seeds.root, out)
    seeds.write("change.txt", story(11))
    seeds.move("move.txt", "elsewhere/move.txt")
    seeds.delete("drop.txt")
    seeds.write("fresh.txt", story(12))
    outcome = refresh(seeds.root, out)
    assert changes(outcome) == {"new": 1, "changed": 1, "moved": 1, "gone": 1}
    assert {row["source_uri"] for row in rows_of(out, "articles")} == set(seeds.names())


def test_one_of_identical_files_is_an_article(seeds: SeedFolder, out: Path) -> None:
    for name in ("b.txt", "a.txt", "c.txt"):
        seeds.write(name, story(1))
    outcome = refresh(seeds.root, out)
    assert outcome.files.duplicates == {"b.txt": "a.txt", "c.txt": "a.txt"}
    assert [row["source_uri"] for row in rows_of(out, "articles")] == ["a.txt"]


def test_duplicate_takes_over_when_the_first_is_gone(
    seeds: SeedFolder, out: Path, annotated: Callable[[], list[str]]
) -> None:
    for name in ("b.txt", "a.txt"):
        seeds.write(name, story(1))
    refresh(seeds.root, out)
    seeds.delete("a.txt")
    annotated()
    refresh(seeds.root, out)
    assert [row["source_uri"] for row in rows_of(out, "articles")] == ["b.txt"]
    assert annotated() == []


def test_two_empty_files_are_two_faults(seeds: SeedFolder, out: Path) -> None:
    seeds.write("a.txt", "")
    seeds.write("b.txt", "")
    assert not refresh(seeds.root, out).files.duplicates
    assert len(rows_of(out, "quarantine")) == 2


def test_pipes_and_devices_are_passed_over(seeds: SeedFolder) -> None:
    seeds.write("a.txt", "text")
    os.mkfifo(seeds.root / "pipe.txt")
    (seeds.root / "link.txt").symlink_to("pipe.txt")
    (seeds.root / "endless.txt").symlink_to("/dev/zero")
    assert [file.uri for file in find_files([str(seeds.root)]).files] == ["a.txt"]


def test_rebuild_trusts_nothing(seeds: SeedFolder, out: Path, annotated: Callable[[], list[str]]) -> None:
    seeds.write_stories(range(2))
    refresh(seeds.root, out)
    annotated()
    assert sorted(refresh(seeds.root, out, rebuild=True).files.read) == ["story-0000.txt", "story-0001.txt"]
    assert len(annotated()) == 2


# What is hashed is what is read


def test_file_rewritten_while_a_run_reads_it_is_read_again(seeds: SeedFolder, out: Path) -> None:
    """The bytes that were hashed are gone when the record is read; no row is made of others under their hash."""
    path = seeds.write("a.txt", story(1))
    seeds.write("b.txt", story(3))

    class Rewriting(FakeAnnotator):
        def __init__(self) -> None:
            super().__init__()
            stamp = path.stat()
            path.write_text(story(2))  # as long as before, and with its time stamp: nothing but the bytes tells
            os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))

    def index_then_rewrite(spec: object, progress: object) -> object:
        result = real_index(spec, progress)  # type: ignore[arg-type]
        Rewriting()
        return result

    from flows.jobs.index import run_index as real_index

    with patch("tests.pieces.run_index", index_then_rewrite):
        refresh(seeds.root, out)
    assert [(r["source_uri"], r["reason"]) for r in rows_of(out, "quarantine")] == [("a.txt", "changed_while_read")]
    refresh(seeds.root, out)
    refresh(seeds.root, out.with_name("full"))
    assert all_rows(out) == all_rows(out.with_name("full"))
    assert "Bridge number 2 opens" in {row["title"] for row in rows_of(out, "articles")}


# Passing faults


class Unwell(FakeAnnotator):
    """Fails on every text that speaks of district 1, until it is well."""

    is_well = False

    def annotate(self, texts):  # type: ignore[no-untyped-def]
        if not self.is_well and any("in district 1 " in text for text in texts):
            raise MemoryError("not now")
        return super().annotate(texts)


def test_passing_faults_are_tried_again_until_they_pass(seeds: SeedFolder, out: Path) -> None:
    seeds.write_stories(range(3))
    seeds.write("broken.jsonl", "{not json\n")
    annotator = Unwell()
    assert refresh(seeds.root, out, annotator=annotator).manifest.counts["articles"] == 2
    again = refresh(seeds.root, out, annotator=annotator)
    assert (again.is_new, again.files.read) == (False, {"story-0001.txt"})  # what lies in the bytes is not tried again
    annotator.is_well = True
    healed = refresh(seeds.root, out, annotator=annotator)
    assert healed.is_new
    assert healed.manifest.counts["articles"] == 3
    assert [row["source_uri"] for row in rows_of(out, "quarantine")] == ["broken.jsonl"]
    assert not refresh(seeds.root, out, annotator=annotator).files.read


def test_two_hundred_bad_records_in_one_batch_do_not_fail_the_run(seeds: SeedFolder, out: Path) -> None:
    records = [json.dumps({"text": f"{story(n)}\n\nRAISE-AN-ERROR"}) for n in range(200)]
    seeds.write_records("feed.jsonl", [*records, *feed(300, 301)])
    outcome = refresh(seeds.root, out)
    assert len(outcome.results) <= 2
    assert outcome.manifest.counts["articles"] == 2
    assert outcome.manifest.counts["quarantine"] == 200


# Records


def test_feed_that_grew_costs_its_new_record(seeds: SeedFolder, out: Path, annotated: Callable[[], list[str]]) -> None:
    seeds.write_records("feed.jsonl", feed(*range(20)))
    refresh(seeds.root, out)
    annotated()
    seeds.write_records("feed.jsonl", feed(*range(21)))
    outcome = refresh(seeds.root, out)
    assert annotated() == ["Bridge number 20 opens"]
    assert [result.n_articles for result in outcome.results] == [1]


@pytest.mark.parametrize("ids", [True, False])
def test_record_put_in_front_of_a_feed_is_annotated_alone(
    seeds: SeedFolder, out: Path, annotated: Callable[[], list[str]], ids: bool
) -> None:
    seeds.write_records("feed.jsonl", feed(*range(10), ids=ids))
    refresh(seeds.root, out)
    before = {row["title"]: row["article_id"] for row in rows_of(out, "articles")}
    annotated()
    seeds.write_records("feed.jsonl", feed(99, *range(10), ids=ids))
    refresh(seeds.root, out)
    assert annotated() == ["Bridge number 99 opens"]
    after = {row["title"]: row["article_id"] for row in rows_of(out, "articles")}
    assert (before.items() <= after.items()) == ids  # a record's own id keeps its key, a number cannot
    indexes = {row["title"]: row["record_index"] for row in rows_of(out, "articles")}
    assert (indexes["Bridge number 99 opens"], indexes["Bridge number 9 opens"]) == (0, 10)


def test_record_whose_text_changed_keeps_its_key(seeds: SeedFolder, out: Path) -> None:
    seeds.write_records("feed.jsonl", [{"id": "x", "text": story(1)}, {"id": "y", "text": story(2)}])
    refresh(seeds.root, out)
    keys = {row["record_key"]: row["article_id"] for row in rows_of(out, "articles")}
    seeds.write_records("feed.jsonl", [{"id": "x", "text": story(5)}, {"id": "y", "text": story(2)}])
    refresh(seeds.root, out)
    assert {row["record_key"]: row["article_id"] for row in rows_of(out, "articles")} == keys
    assert {row["title"] for row in rows_of(out, "articles")} == {"Bridge number 5 opens", "Bridge number 2 opens"}


def test_records_that_share_an_id_are_all_kept(seeds: SeedFolder, out: Path) -> None:
    seeds.write_records(
        "feed.jsonl", [{"id": "x", "text": story(n)} for n in range(3)] + [{"id": "x#2", "text": story(7)}]
    )
    refresh(seeds.root, out)
    keys = sorted(row["record_key"] for row in rows_of(out, "articles"))
    assert keys == ["id:x", "id:x##2", "id:x#2", "id:x#3"]


def test_moved_renamed_and_copied_documents_are_not_annotated_again(
    seeds: SeedFolder, out: Path, annotated: Callable[[], list[str]]
) -> None:
    seeds.write_stories(range(8))
    seeds.write_records("feed.jsonl", feed(20, 21))
    refresh(seeds.root, out)
    annotated()
    (seeds.root / "archive").mkdir()
    for number in range(8):
        seeds.move(f"story-{number:04d}.txt", f"archive/2020-01-0{number + 1} story.txt")
    seeds.write_records("other.jsonl", feed(21, 22))
    refresh(seeds.root, out)
    assert annotated() == ["Bridge number 22 opens"]
    dates = {str(row["published_date"]) for row in rows_of(out, "articles") if row["source_uri"].startswith("archive/")}
    assert len(dates) == 8  # the file's new name states a day, and the rows know
    refresh(seeds.root, out.with_name("full"))
    assert all_rows(out) == all_rows(out.with_name("full"))


def test_the_same_record_in_two_new_feeds_is_annotated_once(
    seeds: SeedFolder, out: Path, annotated: Callable[[], list[str]]
) -> None:
    seeds.write_records("monday.jsonl", feed(*range(6)))
    seeds.write_records("tuesday.jsonl", feed(*range(3, 9)))
    with patch("flows.run.todo.MIN_SHARED_CHARS", 1):
        outcome = refresh(seeds.root, out, batch_chars=10_000, workers=2)
    assert len(outcome.results) > 1
    assert len(annotated()) == 9
    assert len(rows_of(out, "articles")) == 12


def test_annotations_outlive_a_new_version_of_everything_else(
    seeds: SeedFolder, out: Path, annotated: Callable[[], list[str]]
) -> None:
    seeds.write_stories(range(3))
    refresh(seeds.root, out)
    annotated()
    with patch("tests.pieces.SCHEMA_VERSION", "another"):
        outcome = refresh(seeds.root, out)
    assert outcome.is_new
    assert sum(result.n_articles for result in outcome.results) == 3
    assert annotated() == []


def test_packed_feed_is_shared_by_batches(seeds: SeedFolder, out: Path) -> None:
    lines = "\n".join(feed(*range(30)))
    seeds.write("feed.jsonl.gz", gzip.compress(lines.encode(), mtime=0))
    with patch("flows.run.todo.MIN_SHARED_CHARS", 1):
        outcome = refresh(seeds.root, out, batch_chars=10_000, workers=2)
    assert len(outcome.results) > 2
    assert max(r.n_articles for r in outcome.results) < 15
    assert sorted(row["record_index"] for row in rows_of(out, "articles")) == list(range(30))


def test_one_nested_record_costs_one_row(seeds: SeedFolder, out: Path) -> None:
    seeds.write_records(
        "feed.jsonl", [*feed(*range(20)), "[" * 700 + "]" * 700, '{"text":' * 700, *feed(*range(20, 40))]
    )
    refresh(seeds.root, out)
    assert len(rows_of(out, "articles")) == 40
    assert [row["record_index"] for row in rows_of(out, "quarantine")] == [20, 21]


def test_bomb_of_bad_lines_leaves_a_bounded_quarantine(seeds: SeedFolder, out: Path) -> None:
    seeds.write("bomb.jsonl.gz", gzip.compress(b"{}\n" * 300_000, mtime=0))
    seeds.write("a.txt", story(1))
    refresh(seeds.root, out)
    rows = rows_of(out, "quarantine")
    assert len(rows) == 1_001
    assert [row["detail"] for row in rows if row["reason"] == "too_many_faults"] == ["299,000 more records like these"]


# What is gone


def test_an_input_that_vanished_is_not_taken_for_an_empty_one(seeds: SeedFolder, out: Path) -> None:
    seeds.write_stories(range(5))
    refresh(seeds.root, out)
    for number in range(1, 5):
        seeds.delete(f"story-{number:04d}.txt")
    with pytest.raises(VanishedError, match=r"4 of 5 known files are gone.*--allow-gone"):
        refresh(seeds.root, out)
    assert len(rows_of(out, "articles")) == 5
    refresh(seeds.root, out, max_gone_share=0.8)
    assert len(rows_of(out, "articles")) == 1


def test_a_root_that_is_suddenly_empty_is_refused(tmp_path: Path, out: Path) -> None:
    large, small = SeedFolder(tmp_path / "large"), SeedFolder(tmp_path / "small")
    large.write_stories(range(9))
    small.write("only.txt", story(20))
    refresh([large.root, small.root], out)
    small.delete("only.txt")
    with pytest.raises(VanishedError, match=r"all 1 files known from .*small are gone"):
        refresh([large.root, small.root], out)
    refresh([large.root, small.root], out, allow_gone=True)
    assert len(rows_of(out, "articles")) == 9


def test_a_moved_folder_is_not_gone(seeds: SeedFolder, out: Path) -> None:
    seeds.write_stories(range(3))
    refresh(seeds.root, out)
    for number in range(3):
        seeds.move(f"story-{number:04d}.txt", f"there/story-{number:04d}.txt")
    assert changes(refresh(seeds.root, out)) == {"moved": 3}


# Parts


def test_unrelated_article_rewrites_no_part(seeds: SeedFolder, out: Path) -> None:
    """Half of the stories call a person by a short form, so that linking changes ids in many parts."""
    for number in range(12):
        name = "Mike" if number % 2 else "Michael"
        seeds.write(f"{number}.txt", f"“We agree on point {number},” said {name} Okoro. That was all of it.")
        refresh(seeds.root, out)
    before = (out / "latest").resolve()
    inodes = {
        path.relative_to(before): path.stat().st_ino
        for path in before.rglob("part-*")
        if path.name != "part-empty.parquet"
    }
    seeds.write("unrelated.txt", "“Nothing of this concerns us,” said Olga Petrova. She left at noon.")
    refresh(seeds.root, out)
    after = (out / "latest").resolve()
    rewritten = {name for name, inode in inodes.items() if (after / name).stat().st_ino != inode}
    assert rewritten == {Path("entities/part-0.parquet"), Path("runs/part-0.parquet")}
    assert any((after / "internal" / "base").rglob("part-*"))  # there were ids to be changed


def test_record_put_in_front_changes_only_what_holds_numbers(seeds: SeedFolder, out: Path) -> None:
    seeds.write_records("feed.jsonl", feed(*range(10)))
    refresh(seeds.root, out)
    before = (out / "latest").resolve()
    inodes = {path.relative_to(before): path.stat().st_ino for path in before.rglob("part-*")}
    seeds.write_records("feed.jsonl", feed(99, *range(10)))
    refresh(seeds.root, out)
    after = (out / "latest").resolve()
    rewritten = {str(name.parent) for name, inode in inodes.items() if (after / name).stat().st_ino != inode}
    assert rewritten <= {"articles", "internal/records", "entities", "runs", "quarantine"} | {
        "article_duplicates",
        "boilerplate",
    }
    refresh(seeds.root, out.with_name("full"))
    assert all_rows(out) == all_rows(out.with_name("full"))


# Batches and versions


@pytest.mark.parametrize("total", [1, 210, 60_000, 800_000, 2_345_678, 40_000_000])
@pytest.mark.parametrize("n_workers", [1, 2, 7, 64])
@pytest.mark.parametrize("batch_chars", [10_000, 1_000_000])
def test_batches_make_up_the_whole_and_none_is_too_large(total: int, n_workers: int, batch_chars: int) -> None:
    weights = batch_weights(total, batch_chars, n_workers)
    assert sum(weights) == total
    assert min(weights) > 0
    assert max(weights) <= batch_chars


def test_batches_get_smaller_so_that_no_worker_is_idle_for_long() -> None:
    weights = batch_weights(4_000_000, 1_000_000, 2)
    assert weights[0] == 1_000_000
    assert weights[:-1] == sorted(weights[:-1], reverse=True)  # the last takes what is too little for one more
    assert sum(weights[-3:]) < 200_000


@pytest.mark.parametrize("speeds", [(1.0, 1.0), (1.0, 0.7), (1.0, 0.5)])
def test_workers_of_unequal_speed_end_together(speeds: tuple[float, float]) -> None:
    ends = [0.0, 0.0]
    for weight in batch_weights(4_000_000, 1_000_000, 2):
        worker = ends.index(min(ends))
        ends[worker] += weight / speeds[worker]
    assert max(ends) < 1.04 * 4_000_000 / sum(speeds)


def test_one_worker_has_no_more_batches_than_it_needs() -> None:
    assert batch_weights(2_500_000, 1_000_000, 1) == [1_000_000, 1_000_000, 500_000]


def test_a_small_run_is_one_batch() -> None:
    assert batch_weights(40_000, 1_000_000, 8) == [40_000]


@pytest.mark.parametrize(
    ("total", "batch_chars", "largest"),
    [
        (5_000_000_000, 1_000_000, 1_000_000),
        (50_000_000_000, 1_000_000, 10_000_000),
        (50_000_000_000, 30_000_000, 30_000_000),  # as the user says
        (900_000_000_000, 1_000_000, 20_000_000),  # but none that a core does for an hour
    ],
)
def test_a_huge_run_has_larger_batches_rather_than_more(total: int, batch_chars: int, largest: int) -> None:
    weights = batch_weights(total, batch_chars, 64)
    assert max(weights) == largest
    assert len(weights) < total / largest + 400


def test_fingerprint_changes_with_every_version() -> None:
    base = {"annotator": "a 1", "schema_version": "1", "code_version": "1"}
    made = {fingerprint(versions(**{**base, **change}, row_settings={})) for change in ({}, {"annotator": "a 2"})}
    made |= {fingerprint(versions(**{**base, "schema_version": "2"}, row_settings={}))}
    made |= {fingerprint(versions(**base, row_settings={"min_confidence": 0.5}))}
    assert len(made) == 4


def test_a_copy_is_none_any_more_when_the_kept_article_is_gone(seeds: SeedFolder, out: Path) -> None:
    for name, day in (("agency", "2024-03-01"), ("herald", "2024-03-02")):
        record = {"id": name, "title": f"Bridge of the {name}", "publisher": name, "date": day, "language": "en"}
        seeds.write_records(f"{name}.jsonl", [record | {"text": "\n\n".join(STORY)}])
    refresh(seeds.root, out)
    kept, copy = sorted(rows_of(out, "articles"), key=lambda row: row["published_date"])
    assert (kept["duplicate_of"], copy["duplicate_of"]) == (None, kept["article_id"])
    seeds.delete("agency.jsonl")
    refresh(seeds.root, out)
    [left] = rows_of(out, "articles")
    assert (left["duplicate_of"], left["copy_cluster_id"]) == (None, left["article_id"])
