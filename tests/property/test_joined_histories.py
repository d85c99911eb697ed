"""What joining finds run by run is what it finds at once: some histories; benchmarks/join_histories.py has more."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from tests.joined_histories import live_through

N_HISTORIES = int(os.environ.get("JOINED_HISTORIES", "6"))


def test_the_end_of_a_history_is_what_is_found_at_once(tmp_path: Path) -> None:
    n_found: Counter[str] = Counter()
    for seed in range(N_HISTORIES):
        lived, at_once = live_through(seed, tmp_path / str(seed))
        for name, found in at_once.items():
            assert lived[name] == found, (seed, name)
            n_found[name] += len(found)
    assert all(n_found[name] for name in ("kept", "clusters", "sayings", "quote_reuse"))
