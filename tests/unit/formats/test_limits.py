from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from flows.formats.limits import Limits
from flows.settings import Settings
from tests.fakes import FakeAnnotator
from tests.pieces import refresh, rows_of


def test_the_settings_have_every_limit_with_its_default() -> None:
    assert Settings().limits == asdict(Limits())


def test_a_limit_that_is_raised_reads_what_was_too_large(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.jsonl").write_text(json.dumps({"text": "The board voted.", "page": "w" * 1_500_000}))
    (tmp_path / "seeds" / "b.txt").write_text("It stays.")
    for max_record_mb, expected in ((1, [["b.txt"], ["too_large"]]), (2, [["a.jsonl", "b.txt"], []])):
        refresh(tmp_path / "seeds", tmp_path / "data", annotator=FakeAnnotator(), max_record_mb=max_record_mb)
        read = sorted(row["source_uri"] for row in rows_of(tmp_path / "data", "articles"))
        assert [read, [row["reason"] for row in rows_of(tmp_path / "data", "quarantine")]] == expected
