"""Small parts of many small runs are joined, and no row changes by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.operate.check import check_snapshot
from tests.pieces import all_rows, refresh, rows_of


def test_small_batches_become_one_and_keep_their_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.run.carry.SMALL_BATCHES_TO_JOIN", 3)
    seeds, out = tmp_path / "seeds", tmp_path / "data"
    seeds.mkdir()
    for number in range(8):
        name = f"Ada Osei{'abcdefgh'[number]}"
        (seeds / f"{number}.txt").write_text(f"“We will go there on day {number},” said {name}. Nobody else spoke.")
        refresh(seeds, out)
    (seeds / "2.txt").unlink()
    refresh(seeds, out)

    assert len(list((out / "latest" / "quotes").glob("*.parquet"))) <= 4
    assert {row["source_uri"] for row in rows_of(out, "articles")} == {f"{n}.txt" for n in (0, 1, 3, 4, 5, 6, 7)}
    assert check_snapshot(str(out), None)[1] == []
    refresh(seeds, tmp_path / "fresh")
    assert all_rows(out) == all_rows(tmp_path / "fresh")
