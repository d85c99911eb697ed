"""A run with nothing to do: ``python -m benchmarks.incremental --files 10000``.

Seconds for the run itself (lock to verdict) and for its steps, without Prefect's start. The files are small: their
size does not matter, for they are not opened.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPEATS = 5


def seconds(act: Callable[[], Any]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def spread(times: list[float]) -> str:
    """Median and range, in seconds."""
    return f"{statistics.median(times):.2f} ({min(times):.2f} to {max(times):.2f})"


def measure(n_files: int, folder: Path) -> dict[str, str]:
    """Make the first snapshot, then time what later runs do."""
    from flows.run.commit import read_sources
    from flows.run.plan import files_to_read, plan_files
    from flows.sources.files import find_files
    from flows.store import open_store
    from flows.store.base import latest_manifest
    from tests.flow_runs import run_flow
    from tests.pieces import refresh
    from tests.seed_folder import SeedFolder, story

    seeds = SeedFolder(folder / "seeds")
    for number in range(n_files):
        seeds.write(f"{number % 100:02d}/{number:06d}.txt", story(number, n_paragraphs=1))
    out = folder / "out"
    first = seconds(lambda: run_flow(seeds.root, out))
    store = open_store(str(out))
    manifest = latest_manifest(store)
    files = find_files([str(seeds.root)]).files
    known = {row["uri"]: row for row in read_sources(store, manifest)}
    assert files_to_read(files, known, [], rebuild=False) == []
    repeat = range(REPEATS)
    steps = {
        "find files": [seconds(lambda: find_files([str(seeds.root)])) for _ in repeat],
        "read what is known": [seconds(lambda: read_sources(store, manifest)) for _ in repeat],
        "plan": [seconds(lambda: plan_files(files, known, {})) for _ in repeat],
        "the run without Prefect": [seconds(lambda: refresh(seeds.root, folder / "pieces")) for _ in repeat][1:],
    }
    whole = []
    for _ in repeat:
        summary, state = run_flow(seeds.root, out)
        assert state.name == "NothingToDo"
        whole.append(summary.elapsed_s)
    assert store.numbers() == [1]
    steps["the run under Prefect"] = whole
    return {"first run": f"{first:.0f}", **{name: spread(times) for name, times in steps.items()}}


def main() -> int:
    """Print the seconds as JSON."""
    from benchmarks.crash import prefect_server

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="newsmill-incremental-"))
    try:
        with prefect_server():
            print(json.dumps(measure(arguments.files, folder), indent=1))
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
