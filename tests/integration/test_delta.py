"""Delta tables beside the snapshots: the same rows, a version a snapshot, and never in the way of a run."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

import flows.export.delta
from flows.errors import SettingsError, UserError
from flows.export.delta import SNAPSHOT, export_delta
from flows.operate.check import check_snapshot, roll_back
from flows.operate.inputs import check_inputs
from flows.settings import Settings
from flows.store import open_store
from flows.store.parquet import read_table
from tests.flow_runs import run_flow
from tests.pieces import refresh
from tests.seed_folder import SeedFolder, story
from transforms.tables import TABLES

HTTP = {"allow_http": "true"}


def snapshots(out: Path | str, table: str = "quotes") -> list[int]:
    """The snapshots that a table's versions name, the first version first."""
    history = DeltaTable(f"{out}/delta/{table}", storage_options=HTTP).history()
    return [int(entry[SNAPSHOT]) for entry in reversed(history)]


def version_of(out: Path | str, table: str, number: int) -> DeltaTable:
    history = DeltaTable(f"{out}/delta/{table}", storage_options=HTTP).history()
    version = next(entry["version"] for entry in history if entry[SNAPSHOT] == str(number))
    return DeltaTable(f"{out}/delta/{table}", version=version, storage_options=HTTP)


def assert_same_rows(out: Path | str, tables: Sequence[str] = ("articles", "quotes", "entities", "runs")) -> None:
    """Every kept snapshot is a version of the tables, with its rows; nothing else is there to travel to."""
    store = open_store(str(out))
    for table in tables:
        assert sorted(set(snapshots(out, table))) == store.numbers()
        for number in store.numbers():
            expected = read_table(store, number, table).to_pylist()
            found = version_of(out, table, number).to_pyarrow_table().to_pylist()
            assert sorted(map(str, found)) == sorted(map(str, expected)), (table, number)


def add(seeds: SeedFolder, out: Path | str, *numbers: int, keep: int = 10) -> None:
    """A run for each story."""
    for n in numbers:
        seeds.write(f"story-{n:04}.txt", story(n))
        refresh(seeds.root, out, keep_snapshots=keep)


def parts(out: Path) -> list[Path]:
    return [path for path in (out / "delta").rglob("*.parquet") if path.parent.name != "_delta_log"]


@pytest.fixture
def out(seeds: SeedFolder, tmp_path: Path) -> Path:
    """Two snapshots, both exported."""
    add(seeds, tmp_path / "out", 0, 1)
    export_delta(open_store(str(tmp_path / "out")))
    return tmp_path / "out"


def test_time_travel_reaches_exactly_the_kept_snapshots(out: Path, seeds: SeedFolder) -> None:
    assert snapshots(out) == [1, 2]
    store = open_store(str(out))
    for n in (2, 3):
        add(seeds, out, n, keep=2)
        export_delta(store)
    assert store.numbers() == [3, 4]
    assert_same_rows(out, [table.name for table in TABLES])
    with pytest.raises(DeltaError):
        DeltaTable(f"{out}/delta/quotes", version=1)
    in_snapshots = {path.stat().st_ino for path in (out / "snapshots").rglob("*.parquet")}
    # No bytes of ours: each part is a file of a kept snapshot (one without rows may be a twin of it).
    assert {path.name for path in parts(out) if path.stat().st_ino not in in_snapshots} <= {
        path.name for path in parts(out) if path.name.startswith("part-empty-")
    }
    assert check_snapshot(str(out), None) == (4, [])


def test_the_folder_may_be_moved_and_read_by_others(out: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "news"
    moved.parent.mkdir()
    out.rename(moved)
    assert_same_rows(moved)
    expected = read_table(open_store(str(moved)), 2, "quotes").num_rows
    assert polars.scan_delta(str(moved / "delta" / "quotes")).select(polars.len()).collect().item() == expected
    quotes = DeltaTable(str(moved / "delta" / "quotes")).to_pyarrow_dataset()
    assert quotes.count_rows() == expected
    assert duckdb.sql("SELECT count(*) FROM quotes").fetchall() == [(expected,)]


def test_what_was_missed_is_made_up_for(out: Path, seeds: SeedFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(str(out))
    add(seeds, out, 2)
    monkeypatch.setattr(flows.export.delta._DeltaTable, "_forget", lambda *_: 1 / 0)  # dies after the first table
    with pytest.raises(ZeroDivisionError):
        export_delta(store)
    assert (snapshots(out, "articles"), snapshots(out, "quotes")) == ([1, 2, 3], [1, 2])
    monkeypatch.undo()
    add(seeds, out, 3)
    export_delta(store)
    assert_same_rows(out)
    log = sorted((out / "delta").rglob("_delta_log/*"))
    export_delta(store)  # nothing to do
    assert sorted((out / "delta").rglob("_delta_log/*")) == log
    shutil.rmtree(out / "delta")
    export_delta(store)
    assert_same_rows(out)


def test_the_last_version_is_the_latest_after_a_roll_back(out: Path, seeds: SeedFolder) -> None:
    store = open_store(str(out))
    roll_back(str(out), 1)
    export_delta(store)
    assert snapshots(out) == [1, 2, 1]
    add(seeds, out, 5)
    export_delta(store)
    assert snapshots(out) == [1, 2, 1, 3]
    assert_same_rows(out)


def test_versions_of_kept_snapshots_never_expire(out: Path, seeds: SeedFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(flows.export.delta.CONFIGURATION, "delta.checkpointInterval", "1")
    shutil.rmtree(out / "delta")
    export_delta(open_store(str(out)))
    for file in (out / "delta").rglob("_delta_log/*"):
        os.utime(file, (1e9, 1e9))  # with a checkpoint the library would remove what is older than a month
    add(seeds, out, 2)
    export_delta(open_store(str(out)))
    assert snapshots(out) == [1, 2, 3]


def test_a_table_that_others_wrote_to_is_left_alone_and_told(out: Path, seeds: SeedFolder) -> None:
    DeltaTable(f"{out}/delta/articles").delete()
    add(seeds, out, 2)
    with pytest.raises(UserError, match=r"another program has written to .*articles; remove it"):
        export_delta(open_store(str(out)))
    shutil.rmtree(out / "delta" / "articles")
    export_delta(open_store(str(out)))
    assert_same_rows(out)


def test_a_table_follows_a_change_of_columns(out: Path, seeds: SeedFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    schema_of = flows.export.delta._schema_of

    def without_last(path: str) -> object:
        schema = schema_of(path)
        return schema.remove(len(schema) - 1)

    shutil.rmtree(out / "delta")
    store = open_store(str(out))
    monkeypatch.setattr(flows.export.delta, "_schema_of", without_last)  # as an earlier version had declared it
    export_delta(store)
    monkeypatch.undo()
    for n in range(2):
        seeds.write(f"story-{n:04}.txt", story(n + 7))  # all parts change
    refresh(seeds.root, out)
    export_delta(store)
    before, after = (version_of(out, "quotes", number).schema().fields for number in (2, 3))
    assert [field.name for field in after[:-1]] == [field.name for field in before]
    assert version_of(out, "quotes", 3).to_pyarrow_table().num_rows == read_table(store, 3, "quotes").num_rows


def test_in_object_storage_parts_are_copied_there(seeds: SeedFolder, storage: str) -> None:
    store = open_store(storage)
    add(seeds, storage, 0, 1)
    export_delta(store)
    add(seeds, storage, 2, keep=2)
    export_delta(store)
    assert_same_rows(storage, ["articles", "entities"])
    names = store.names_beside("delta/articles")
    assert len([name for name in names if name.startswith("part-")]) == 3
    assert "_delta_log/00000000000000000000.json" not in names


def test_without_the_library_a_run_stops_at_once(
    seeds: SeedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "deltalake", None)
    seeds.write_stories(range(1))
    settings = Settings(seeds=(str(seeds.root),), out=str(tmp_path / "out"), table_format="delta")
    with pytest.raises(SettingsError, match=r"newsmill\[delta\]"):
        check_inputs(settings)
    assert not (tmp_path / "out").exists()


def test_a_failure_is_a_warning_and_the_next_run_makes_up_for_it(
    prefect_api: str, seeds: SeedFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seeds.write_stories(range(2))
    out = tmp_path / "out"
    out.mkdir()
    (out / "delta").write_text("in the way", "utf-8")
    summary, state = run_flow(seeds.root, out, table_format="delta")
    assert (summary.status, state.name) == ("completed", "Completed")
    assert check_snapshot(str(out), None) == (1, [])
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert any("Delta tables are not up to date" in line and "\n" not in line for line in warnings), warnings
    (out / "delta").unlink()
    summary, _ = run_flow(seeds.root, out, table_format="delta")
    assert summary.status == "unchanged"
    assert snapshots(out) == [1]
