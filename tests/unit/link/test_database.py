"""Memory of the database in which articles are joined."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import duckdb
import pytest

from flows.link import database
from flows.link.database import open_database, stream_batches, within_memory


def longest_list(spill: Path, *, memory_limit: str) -> tuple[str, int]:
    """A list cannot be spilled: it takes 24 MB."""
    with open_database(spill, memory_limit) as con:
        [(length,)] = con.execute("SELECT len(list(number)) FROM range(3_000_000) t(number)").fetchall()
    return memory_limit, length


def test_what_cannot_spill_gets_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MEMORY_LIMITS", ("10MB", "12MB", "500MB"))
    assert within_memory(partial(longest_list, tmp_path)) == ("500MB", 3_000_000)


def test_what_fits_gets_no_more_than_it_needs(tmp_path: Path) -> None:
    assert within_memory(partial(longest_list, tmp_path))[0] == "200MB"


def test_a_step_that_takes_all_there_is_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MEMORY_LIMITS", ("10MB", "11MB", "12MB"))
    with pytest.raises(duckdb.OutOfMemoryException):
        within_memory(partial(longest_list, tmp_path))


def last_is_long(spill: Path, *, memory_limit: str) -> tuple[str, int]:
    """The last row takes some 100 MB, when most have been handed over."""
    query = "SELECT list_aggregate(range(if(i = 9_999, 4_000_000, 1)), 'list') IS NULL AS no FROM range(10_000) t(i)"
    with open_database(spill, memory_limit) as con:
        return memory_limit, sum(rows.num_rows for rows in stream_batches(con, query, 1_000))


def test_what_does_not_fit_while_rows_are_handed_over_gets_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "MEMORY_LIMITS", ("20MB", "500MB"))
    assert within_memory(partial(last_is_long, tmp_path)) == ("500MB", 10_000)
