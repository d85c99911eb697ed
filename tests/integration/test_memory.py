"""What bounds memory changes no row: steps in processes of their own, and rows handed on bit by bit."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.errors import UserError
from flows.run.apart import do_apart
from flows.run.plan import FilePlan
from flows.run.todo import plan_records
from flows.store import open_store
from flows.store.disk import OutputError
from flows.store.internal import INDEX_SCHEMA
from tests.pieces import all_rows, refresh


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    for number in range(12):
        names = f"Ada Osei{'abcdef'[number % 6]} of Norland", f"Bo Tark{'xyz'[number % 3]}"
        text = (
            f"“We will not go there before the year is over,” said {names[0]}.\n\n{names[1]} left on day {number % 9}."
        )
        (folder / f"{number}.txt").write_text(f"What was said on day {number % 9}\n\n{text}\n")
    (folder / "broken.json").write_text('{"title": ')
    return folder


def test_steps_in_processes_of_their_own_give_the_same_rows(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(news, tmp_path / "here")
    done: list[str] = []

    def noted(work: object, *given: object) -> object:
        done.append(getattr(work, "__name__", ""))
        return do_apart(work, *given)  # type: ignore[arg-type]

    monkeypatch.setattr("flows.run.refresh.MIN_RECORDS_APART", 0)
    monkeypatch.setattr("flows.run.joined.MIN_ARTICLES_APART", 0)
    monkeypatch.setattr("flows.run.refresh.do_apart", noted)
    monkeypatch.setattr("flows.run.joined.do_apart", noted)
    refresh(news, tmp_path / "apart")

    assert done == [*["within_memory"] * 4, "write_parts"]
    assert all_rows(tmp_path / "apart") == all_rows(tmp_path / "here")

    done.clear()
    monkeypatch.setattr("flows.run.refresh.MIN_RECORDS_APART", 10_000)
    monkeypatch.setattr("flows.run.refresh.MANY_ARTICLES", 12)  # as many are known, and one is new
    (news / "more.txt").write_text("“We will go there now,” said Ada Osei of Norland.\n")
    refresh(news, tmp_path / "apart")
    assert done == [*["within_memory"] * 4, "write_parts"]


def test_rows_handed_on_bit_by_bit_make_the_same_parts(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(news, tmp_path / "whole")
    monkeypatch.setattr("flows.jobs.batch.CHUNK_DOCUMENTS", 2)
    monkeypatch.setattr("flows.jobs.batch.ROWS_CHARS", 1)
    monkeypatch.setattr("flows.jobs.parts.WAITING_BYTES", 1)
    refresh(news, tmp_path / "bits")

    [part] = (tmp_path / "bits" / "latest" / "sentences").glob("*.parquet")
    assert pq.ParquetFile(part).num_row_groups > 1
    assert all_rows(tmp_path / "bits") == all_rows(tmp_path / "whole")
    assert len(all_rows(tmp_path / "bits")["quarantine"]) == 1


def _fail(why: str) -> None:
    raise OutputError(why)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_of_its_own_raises_what_the_step_raises() -> None:
    with pytest.raises(OutputError, match=r"^the disk is full$"):
        do_apart(_fail, "the disk is full")


def test_a_process_that_is_killed_ends_the_run_with_one_line() -> None:
    with pytest.raises(UserError, match=r"ended by SIGKILL; is there memory enough\? Nothing was committed"):
        do_apart(_die)


def test_copies_compared_a_few_at_a_time_are_the_same(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(news, tmp_path / "whole")
    monkeypatch.setattr("flows.copies.comparison.NUMBERS_AT_ONCE", 1)
    monkeypatch.setattr("flows.copies.comparison.ROWS_AS_OBJECTS", 1)
    refresh(news, tmp_path / "bits")

    assert all_rows(tmp_path / "bits")["article_duplicates"]
    assert all_rows(tmp_path / "bits") == all_rows(tmp_path / "whole")


def test_plan_does_not_hold_all_records_at_once(tmp_path: Path) -> None:
    """A plan that holds them all takes 60 MB of DuckDB's."""
    n, uris = 100_000, [f"feed-{number:03d}.jsonl" for number in range(100)]
    told = {"uri": [uris[i // 1_000] for i in range(n)], "sha256": [f"{i:064d}" for i in range(n)]}
    numbers = {"weight": [700] * n, "number": [i % 1_000 for i in range(n)], "key": [f"id:{i}" for i in range(n)]}
    given = told | numbers | {"path": [f"/seeds/{uri}" for uri in told["uri"]]}
    columns = [pa.array(given.get(field.name, [None] * n), field.type) for field in INDEX_SCHEMA]
    store = open_store(str(tmp_path))
    stage = store.open_stage("run")
    pq.write_table(pa.Table.from_arrays(columns, schema=INDEX_SCHEMA), tmp_path / "index.parquet")
    stage.put(tmp_path / "index.parquet", "index/all.parquet")

    sizes = {"fingerprint": "", "batch_chars": 1_000_000, "n_workers": 2, "memory_limit": "50MB"}
    todo = plan_records(store, stage, None, FilePlan({}, frozenset(uris), {}, frozenset(), {}), **sizes)  # type: ignore[arg-type]

    listed = [pq.read_table(stage.locate(f"batches/{batch.batch_id}/todo.parquet")) for batch in todo.batches]
    assert pa.concat_tables(listed)["key"].to_pylist() == given["key"]
    assert max(batch.weight for batch in todo.batches) <= 1_000_000 + 700
