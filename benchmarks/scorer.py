"""The scorer for typed callers: benchmarks/score.py is taken over as it is, without annotations."""

from __future__ import annotations

from typing import Any

from benchmarks import score as untyped_score

score: Any = untyped_score
