"""One file shared by two workers, against two runs of half of it each: ``python -m benchmarks.sharing --records 800``.

The two separate runs are started together, one worker each, and what counts is when the later one ends. All with the
real annotator; seconds are those of the step that annotates, so that the start of processes counts on both sides.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path


def whole_seconds(seeds: Path, folder: Path) -> float:
    """Seconds of one run with two workers."""
    from tests.killing import finish, start

    began = time.perf_counter()
    assert finish(start(lambda: _run(seeds, folder / "whole", 2), folder / "log")) == 0, (folder / "log").read_text()
    return time.perf_counter() - began


def halves_seconds(halves: list[Path], folder: Path) -> float:
    """Seconds until two runs of one worker each, started together, have both ended."""
    from tests.killing import finish, start

    began = time.perf_counter()
    runs = [start(lambda half=half: _run(half, folder / f"of-{half.name}", 1), folder / "log") for half in halves]
    assert [finish(run) for run in runs] == [0, 0], (folder / "log").read_text()
    return time.perf_counter() - began


def _run(seeds: Path, out: Path, workers: int) -> None:
    from tests.flow_runs import run_flow

    _, state = run_flow(seeds, out, annotator="model", workers=workers)
    assert state.is_completed(), state.message


def main() -> int:
    """Print the seconds and the ratio as JSON."""
    from benchmarks.crash import prefect_server
    from benchmarks.made_feed import write_feed

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=800)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    import flows.etl  # noqa: F401 - everything is imported before the first copy is made

    n, pairs = arguments.records, []
    folder = Path(tempfile.mkdtemp(prefix="newsmill-sharing-"))
    with prefect_server():
        whole = write_feed(folder / "seeds" / "feed.jsonl", range(n)).parent
        cuts = [range(n // 2), range(n // 2, n)]
        halves = [write_feed(folder / f"half-{i}" / "feed.jsonl", cut).parent for i, cut in enumerate(cuts)]
        for _ in range(arguments.repeats):
            pairs.append((whole_seconds(whole, folder), halves_seconds(halves, folder)))
            for out in (folder / "whole", *folder.glob("of-*")):
                shutil.rmtree(out)
    shutil.rmtree(folder)
    ratios = [round(halves / whole, 3) for whole, halves in pairs]
    seconds = [{"one file, two workers": round(w, 1), "two runs of half": round(h, 1)} for w, h in pairs]
    print(
        json.dumps({"records": n, "seconds": seconds, "speed": ratios, "median": statistics.median(ratios)}, indent=1)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
