"""Whatever happens to the files, an incremental run ends where a full rebuild would."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.operate.check import check_snapshot
from flows.store.snapshots import read_sources
from tests.fakes import FakeAnnotator
from tests.pieces import all_rows, refresh, rows_of
from tests.seed_folder import SeedFolder, story

Step = Callable[[SeedFolder], None]

TEXT_NAMES = st.sampled_from(["a.txt", "b.txt", "2019-05-06 c.txt", "sub/a.txt", "sub/d.md", "e.html"])
RECORD_NAMES = st.sampled_from(["r.jsonl", "sub/s.jsonl"])
TEXTS = st.one_of(
    st.integers(0, 8).map(story),
    st.sampled_from(
        ["", "\x00\x01\x02\x00binary", "One line only.", "<html><body><p>Page text here.</p></body></html>"]
    ),
)
RECORDS = st.lists(
    st.one_of(
        st.integers(0, 8).map(lambda number: {"title": f"Record {number}", "text": story(number)}),
        st.sampled_from(["{not json", '{"text": ""}', "[1, 2]"]),
    ),
    max_size=4,
)


def _write(name: str, text: str, is_fresh: bool) -> Step:
    return lambda seeds: seeds.write(name, text, is_fresh=is_fresh) and None


def _write_packed(name: str, text: str, is_broken: bool) -> Step:
    data = gzip.compress(text.encode(), mtime=0)
    return lambda seeds: seeds.write(f"{name}.gz", data[: len(data) // 2] if is_broken else data) and None


def _write_records(name: str, records: list[dict[str, str] | str], is_fresh: bool) -> Step:
    return lambda seeds: seeds.write_records(name, records, is_fresh=is_fresh) and None


def _with_file(pick: int, act: Callable[[SeedFolder, str], object]) -> Step:
    def step(seeds: SeedFolder) -> None:
        names = [name for name in seeds.names() if name != "always.txt"]
        if names:
            act(seeds, names[pick % len(names)])

    return step


def _copy(seeds: SeedFolder, name: str, new: str) -> None:
    seeds.write(new, (seeds.root / name).read_bytes())


PICKS = st.integers(0, 20)
STEPS = st.one_of(
    st.builds(_write, TEXT_NAMES, TEXTS, st.booleans()),
    st.builds(_write_packed, st.just("packed.txt"), st.integers(0, 8).map(story), st.booleans()),
    st.builds(_write_records, RECORD_NAMES, RECORDS, st.booleans()),
    PICKS.map(lambda pick: _with_file(pick, lambda seeds, name: seeds.delete(name))),
    st.tuples(PICKS, st.sampled_from(["moved.txt", "sub/moved.txt", "2020-01-02 moved.txt"])).map(
        lambda both: _with_file(both[0], lambda seeds, name: seeds.move(name, both[1]))
    ),
    st.tuples(PICKS, st.sampled_from(["copy.txt", "0-copy.txt", "sub/copy.txt"])).map(
        lambda both: _with_file(both[0], lambda seeds, name: _copy(seeds, name, both[1]))
    ),
)
# Between two runs several things happen, or none; now and then a new version of the annotator comes along.
RUNS = st.lists(st.tuples(st.lists(STEPS, max_size=4), st.sampled_from(["1", "1", "1", "2"])), min_size=2, max_size=5)


@pytest.mark.timeout(600)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(runs=RUNS, batch_chars=st.sampled_from([1, 1_500, 1_000_000]), join_at=st.sampled_from([2, 32]))
def test_incremental_equals_rebuilt(runs: list[tuple[list[Step], str]], batch_chars: int, join_at: int) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        seeds = SeedFolder(folder / "seeds")
        seeds.write("always.txt", story(99))  # a folder without any file is refused
        for steps, version in runs:
            for step in steps:
                step(seeds)
            with patch("flows.store.carry.SMALL_BATCHES_TO_JOIN", join_at):
                refresh(seeds.root, folder / "out", annotator=FakeAnnotator(version), batch_chars=batch_chars)
            assert_conserved(seeds, folder / "out")
        refresh(seeds.root, folder / "full", annotator=FakeAnnotator(runs[-1][1]), batch_chars=700)
        assert all_rows(folder / "out") == all_rows(folder / "full")
        assert check_snapshot(str(folder / "out"), None)[1] == []
    finally:
        shutil.rmtree(folder)


def assert_conserved(seeds: SeedFolder, out: Path) -> None:
    """Every file is one of: with articles, a duplicate, in quarantine."""
    sources = read_sources(out / "latest")
    assert [row["uri"] for row in sources] == seeds.names()
    by_outcome = {row["uri"]: row["outcome"] for row in sources}
    with_articles = {row["source_uri"] for row in rows_of(out, "articles")}
    refused = {row["source_uri"] for row in rows_of(out, "quarantine")} - with_articles
    duplicates = {uri for uri, outcome in by_outcome.items() if outcome == "duplicate"}
    assert with_articles | refused | duplicates == set(by_outcome)
    assert len(with_articles) + len(refused) + len(duplicates) == len(by_outcome)
