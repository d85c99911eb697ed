"""Workers that die, hang or raise: the batch is done again, then the guilty document goes to quarantine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow_runs import run_flow
from tests.pieces import rows_of
from tests.seed_folder import SeedFolder, story

pytestmark = pytest.mark.usefixtures("prefect_api")


def quarantined(out: Path) -> list[tuple[str, int | None, str]]:
    return [(row["source_uri"], row["record_index"], row["reason"]) for row in rows_of(out, "quarantine")]


def test_guilty_documents_are_found_and_the_rest_loads(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(4))
    seeds.write("kills.txt", f"{story(10)}\n\nKILL-THE-WORKER")
    seeds.write("raises.txt", f"{story(11)}\n\nRAISE-AN-ERROR")
    summary, state = run_flow(seeds.root, tmp_path / "out")
    assert quarantined(tmp_path / "out") == [
        ("kills.txt", 0, "annotator_crash"),
        ("raises.txt", 0, "annotator_crash"),
    ]
    details = [row["detail"] for row in rows_of(tmp_path / "out", "quarantine")]
    assert "SIGKILL" in details[0]
    assert "RuntimeError" in details[1]
    assert len(rows_of(tmp_path / "out", "articles")) == 4
    assert (summary.status, state.name) == ("quarantined", "CompletedWithQuarantine")


def test_hanging_document_is_found(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(2))
    seeds.write("hangs.txt", f"{story(10)}\n\nHANG-THE-WORKER")
    run_flow(seeds.root, tmp_path / "out", document_timeout_s=1)
    assert quarantined(tmp_path / "out") == [("hangs.txt", 0, "annotator_timeout")]
    assert len(rows_of(tmp_path / "out", "articles")) == 2


def test_guilty_record_inside_json_lines(seeds: SeedFolder, tmp_path: Path) -> None:
    records = [{"text": story(n)} for n in range(5)]
    records[2]["text"] += "\n\nKILL-THE-WORKER"
    seeds.write_records("feed.jsonl", records)
    run_flow(seeds.root, tmp_path / "out")
    assert quarantined(tmp_path / "out") == [("feed.jsonl", 2, "annotator_crash")]
    assert sorted(row["record_index"] for row in rows_of(tmp_path / "out", "articles")) == [0, 1, 3, 4]


def test_source_that_cannot_even_be_read(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(2))
    seeds.write("deadly.txt", story(10))
    run_flow(seeds.root, tmp_path / "out", annotator="tests.fakes:load_reading_killer")
    assert quarantined(tmp_path / "out") == [("deadly.txt", 0, "reader_crash")]
    assert len(rows_of(tmp_path / "out", "articles")) == 2


def test_worker_that_dies_once_is_replaced(seeds: SeedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_ANNOTATOR_ONCE", str(tmp_path / "died"))
    seeds.write_stories(range(3))
    seeds.write("once.txt", f"{story(10)}\n\nKILL-ONCE")
    summary, _ = run_flow(seeds.root, tmp_path / "out")
    assert (tmp_path / "died").exists()
    assert summary.status == "completed"
    assert len(rows_of(tmp_path / "out", "articles")) == 4


def test_one_guilty_batch_leaves_the_others_alone(seeds: SeedFolder, tmp_path: Path) -> None:
    for number in range(4):
        seeds.write(f"{number}.txt", story(number, n_paragraphs=30))
    seeds.write("9.txt", f"{story(9, n_paragraphs=30)}\n\nKILL-THE-WORKER")
    run_flow(seeds.root, tmp_path / "out", workers=2, batch_chars=10_000)
    assert quarantined(tmp_path / "out") == [("9.txt", 0, "annotator_crash")]
    assert len(list((tmp_path / "out" / "latest" / "articles").glob("*.parquet"))) > 1
    assert len(rows_of(tmp_path / "out", "articles")) == 4


def test_annotator_that_never_starts_ends_the_run(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(1))
    summary, state = run_flow(seeds.root, tmp_path / "out", annotator="tests.fakes:load_only_in_the_main_process")
    assert (summary.status, state.name) == ("failed", "Failed")
    assert "the annotator does not start" in summary.message
    assert not (tmp_path / "out" / "latest").exists()
