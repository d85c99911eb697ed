"""pyarrow does its work without pandas, which is there as soon as something needs it."""

from __future__ import annotations

import subprocess
import sys

START = """
import sys
from flows.pandas_unloaded import leave_pandas_unloaded
leave_pandas_unloaded()
import pyarrow as pa
rows = pa.Table.from_pylist([{"n": 1}, {"n": None}])
assert "pandas" not in sys.modules
"""
THEN = """
import pandas as pd
assert rows.to_pandas()["n"].isna().tolist() == [False, True]
assert pa.array(pd.Series([1.0, None])).to_pylist() == [1.0, None]
"""


def test_pandas_is_loaded_when_it_is_needed_and_not_before() -> None:
    done = subprocess.run([sys.executable, "-c", START + THEN], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
