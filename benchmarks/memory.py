"""Peak memory of every process, by the number of articles: ``python -m benchmarks.memory --sizes 1000,10000``.

Each size is a first run of its own, under Prefect, with two workers. The peak is the kernel's (VmHWM) of resident
memory, shared pages included; the main process loads the tables and links the entities at the end.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

SAMPLE_S = 0.1


def peak_mb(pid: int) -> float:
    """The highest resident memory of a process so far, in MB; 0 where it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0.0


def run_once(n_articles: int, annotator: str, n_paragraphs: int, folder: Path) -> dict[str, object]:
    """One run on so many articles; the peaks of its processes."""
    from tests.flow_runs import run_flow
    from tests.killing import finish, has_ended, start, workers_of
    from tests.seed_folder import SeedFolder, story

    seeds = SeedFolder(folder / "seeds")
    for number in range(n_articles):
        seeds.write(f"{number % 100:02d}/{number:06d}.txt", story(number, n_paragraphs=n_paragraphs))
    log = folder / "log.txt"
    started = time.monotonic()
    pid = start(lambda: run_flow(seeds.root, folder / "out", annotator=annotator, workers=2) and None, log)
    peaks: dict[int, float] = {}
    while not has_ended(pid):
        for process in (pid, *workers_of(pid)):
            peaks[process] = max(peaks.get(process, 0.0), peak_mb(process))
        time.sleep(SAMPLE_S)
    assert finish(pid) == 0, log.read_text()[-2000:]
    return {
        "articles": n_articles,
        "seconds": round(time.monotonic() - started),
        "main_mb": round(peaks.pop(pid)),
        "workers_mb": sorted(round(peak) for peak in peaks.values()),
    }


def main() -> int:
    """Print one line of JSON a size."""
    from benchmarks.crash import prefect_server

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,3000,10000")
    parser.add_argument("--annotator", default="model")
    parser.add_argument("--paragraphs", type=int, default=8, help="of an article; about 190 characters each")
    arguments = parser.parse_args()

    import flows.etl  # noqa: F401 - everything is imported before the first copy is made
    import tests.pieces  # noqa: F401

    with prefect_server():
        for size in map(int, arguments.sizes.split(",")):
            folder = Path(tempfile.mkdtemp(prefix="newsmill-memory-"))
            print(json.dumps(run_once(size, arguments.annotator, arguments.paragraphs, folder)), flush=True)
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
