"""What a small change to a large input costs: ``python -m benchmarks.records --records 100000``.

A feed of records is loaded by the real flow with the tests' annotator, which costs next to nothing, so that what is
left is newsmill's own work. Then one record is added at its end, one at its front, one is changed, and a folder of
1,000 articles is moved. The seconds of a full run with the real annotator are those of a sample, extrapolated.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SAMPLE = 400
MOVED = 1_000


def run(seeds: Path, out: Path, annotator: str = "tests.fakes:load_annotator") -> tuple[float, Any]:
    """One run under Prefect with two workers: its seconds without Prefect's start, and its summary."""
    from tests.flow_runs import run_flow

    summary, state = run_flow(seeds, out, annotator=annotator, workers=2, allow_gone=True)
    assert state.is_completed(), state.message
    return summary.elapsed_s, summary


def parts_rewritten(out: Path, act: Callable[[], object]) -> str:
    """How many parts of all are other files after than before."""

    def inodes() -> dict[str, int]:
        folder = (out / "latest").resolve()
        return {p.relative_to(folder).as_posix(): p.stat().st_ino for p in folder.rglob("part-*.parquet")}

    before = inodes()
    act()
    after = inodes()
    same = sum(1 for name, inode in before.items() if after.get(name) == inode)
    return f"{len(before) - same} of {len(before)}"


def measure(n_records: int, folder: Path) -> dict[str, Any]:
    """All figures."""
    from benchmarks.made_feed import line, text, write_feed

    seeds, out = folder / "seeds", folder / "out"
    feed = write_feed(seeds / "feed.jsonl", range(n_records))
    found: dict[str, Any] = {"records": n_records, "megabytes": round(feed.stat().st_size / 1e6)}
    found["all, tests' annotator, s"], _ = run(seeds, out)

    def step(name: str, change: Callable[[], object]) -> None:
        change()
        told: list[Any] = []
        rewritten = parts_rewritten(out, lambda: told.extend(run(seeds, out)))
        seconds, summary = told
        found[name] = {"s": seconds, "annotated": summary.n_annotated, "parts rewritten": rewritten, **summary.stages}

    def append() -> None:
        with feed.open("a", encoding="utf-8") as file:
            file.write(line(n_records))

    def prepend() -> None:
        feed.write_text(line(n_records + 1) + feed.read_text("utf-8"), "utf-8")

    def change() -> None:
        lines = feed.read_text("utf-8").splitlines(keepends=True)
        lines[len(lines) // 2] = lines[len(lines) // 2].replace("weather", "winter", 1)
        feed.write_text("".join(lines), "utf-8")

    step("one record added at the end", append)
    step("one record added at the front", prepend)
    step("one record changed", change)
    for number in range(MOVED):
        path = seeds / "day" / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text(10_000_000 + number), "utf-8")
    step("1,000 articles added", lambda: None)
    step("the 1,000 moved", lambda: (seeds / "day").rename(seeds / "archive"))
    sample = write_feed(folder / "sample" / "feed.jsonl", range(SAMPLE))
    started = time.perf_counter()
    run(sample.parent, folder / "sampled", annotator="model")
    found["all, the model, s (extrapolated)"] = round((time.perf_counter() - started) * n_records / SAMPLE)
    one = found["one record added at the end"]["s"]
    found["a full run is so many times one record's"] = round(found["all, the model, s (extrapolated)"] / one)
    return found


def main() -> int:
    """Print the figures as JSON."""
    from benchmarks.crash import prefect_server

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where to work; removed afterwards")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="newsmill-records-", dir=arguments.folder))
    try:
        with prefect_server():
            print(json.dumps(measure(arguments.records, folder), indent=1))
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
