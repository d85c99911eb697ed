from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from flows.run.commit import upgraded
from transforms.schema import arrow_schema
from transforms.tables import RUNS


def test_runs_of_another_schema_version_are_kept() -> None:
    schema = arrow_schema(RUNS)
    row = {"run_id": "r", "started_at": datetime(2026, 1, 1, tzinfo=UTC), "a_column_of_old": 1}
    old = pa.Table.from_pylist([row])
    new = upgraded(old, schema)
    assert new.schema.equals(schema)
    assert new["run_id"].to_pylist() == ["r"]
    assert new["n_articles"].to_pylist() == [0]
    assert new["annotator"].to_pylist() == [""]


def test_runs_of_this_version_are_unchanged() -> None:
    empty = arrow_schema(RUNS).empty_table()
    assert upgraded(empty, arrow_schema(RUNS)).equals(empty)
