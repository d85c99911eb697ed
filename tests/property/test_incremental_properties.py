"""Whatever happens to the files, an incremental run ends where a full rebuild would."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.operate.check import check_snapshot
from flows.run.commit import read_sources
from flows.store import open_store
from flows.store.base import latest_manifest
from tests.histories import RUNS, History, UnsteadyAnnotator, live
from tests.pieces import all_rows, record_places, refresh, rows_of
from tests.seed_folder import SeedFolder, story

EXAMPLES = int(os.environ.get("NEWSMILL_HISTORIES", "12"))


@pytest.mark.timeout(100 + 5 * EXAMPLES)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
@given(history=RUNS, batch_chars=st.sampled_from([10_000, 1_000_000]), join_at=st.sampled_from([2, 32]))
def test_incremental_equals_rebuilt(history: History, batch_chars: int, join_at: int) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        seeds, out = SeedFolder(folder / "seeds"), folder / "out"
        seeds.write("always.txt", story(99))  # a folder without any file is refused
        with patch("flows.run.carry.SMALL_BATCHES_TO_JOIN", join_at), patch("flows.run.todo.MIN_SHARED_CHARS", 1):
            version = live(seeds, out, history, batch_chars=batch_chars, after_run=lambda: assert_conserved(seeds, out))
        assert_conserved(seeds, out)
        refresh(seeds.root, folder / "full", annotator=UnsteadyAnnotator(version, is_steady=True))
        incremental, rebuilt = all_rows(out), all_rows(folder / "full")
        for table, rows in rebuilt.items():
            assert incremental[table] == rows, table
        assert record_places(out) == record_places(folder / "full")
        assert check_snapshot(str(out), None)[1] == []
        assert not list((out / "staging").iterdir())
    finally:
        shutil.rmtree(folder)


def assert_conserved(seeds: SeedFolder, out: Path) -> None:
    """Every file is one of: with articles, a duplicate, in quarantine."""
    store = open_store(str(out))
    sources = read_sources(store, latest_manifest(store))
    assert [row["uri"] for row in sources] == seeds.names()
    with_articles = {row["source_uri"] for row in rows_of(out, "articles")}
    refused = {row["source_uri"] for row in rows_of(out, "quarantine")} - with_articles
    duplicates = {row["uri"] for row in sources if row["outcome"] == "duplicate"}
    assert with_articles | refused | duplicates == {row["uri"] for row in sources}
    assert len(with_articles) + len(refused) + len(duplicates) == len(sources)
