"""Rows of the whole data set in a file, found by their batch."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from flows.link.by_batch import ByBatch, tables_by_batch, write_by_batch

SCHEMA = pa.schema([("id", pa.string()), ("final_id", pa.string())])
ROWS = "(VALUES (0, 'a', 'x'), (2, 'b', NULL), (2, 'c', 'z')) t(batch, id, final_id)"


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def write(con: duckdb.DuckDBPyConnection, path: Path, rows: str = ROWS) -> ByBatch:
    return write_by_batch(con, f"FROM {rows} ORDER BY batch, id", SCHEMA, ["first", "second", "third"], path)


def test_each_batch_has_its_rows(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found = write(con, tmp_path / "rows.parquet")
    third = found.rows("third")
    assert third is not None and third.to_pylist() == [{"id": "b", "final_id": None}, {"id": "c", "final_id": "z"}]
    assert found.rows("second") is None and found.digest("second") == ""
    assert [*found.groups] == ["first", "third"]


def test_equal_rows_have_one_digest_and_others_another(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found = write(con, tmp_path / "one.parquet")
    changed = write(con, tmp_path / "other.parquet", ROWS.replace("NULL", "'y'"))
    assert found.digest("first") == changed.digest("first") != ""
    assert found.digest("third") != changed.digest("third")


def test_a_batch_larger_than_what_is_read_at_once_is_one(con: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT (number > 150000)::INTEGER AS batch, number FROM range(200000) t(number) ORDER BY batch, number"
    (first, some), (second, others) = tables_by_batch(con, query)
    assert (first, some.num_rows, second, others.num_rows) == (0, 150_001, 1, 49_999)
    assert others["number"][0].as_py() == 150_001


def test_no_rows_make_an_empty_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found = write(con, tmp_path / "none.parquet", f"{ROWS} WHERE false")
    assert not found.groups
    assert con.execute("SELECT count(*) FROM read_parquet($path)", {"path": str(found.path)}).fetchall() == [(0,)]
