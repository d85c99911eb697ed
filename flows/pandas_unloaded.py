"""pyarrow without pandas, until something converts to or from it: most of the time that a process of a run starts in.

The first time that pyarrow is given a list, it loads pandas where there is one, only to ask whether the list is a
series. It asks again where pandas is needed (``Table.to_pandas``).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from typing import Any

import pyarrow as pa


class _NoPandas(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> None:
        if name == "pandas":
            raise ImportError(name)


def leave_pandas_unloaded() -> None:
    """Have pyarrow's first look for pandas find none; for the start of a process, before it has threads."""
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(finder)
