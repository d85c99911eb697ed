"""Random histories of the joining of articles, each against all at once: ``python -m benchmarks.join_histories``.

Copies, boilerplate and reused quotations are found after every run of a history on what the run before left, and in
the end once more over everything (tests/joined_histories.py). benchmarks/histories.py does the same with whole runs, a
hundredth as fast. Prints how many histories there were and the seeds of those that differ.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path


def differing(seed: int) -> list[str]:
    """What is other in the end of a history than at once."""
    from tests.joined_histories import live_through

    with tempfile.TemporaryDirectory(prefix="newsmill-history-") as folder:
        lived, at_once = live_through(seed, Path(folder))
    return [name for name in at_once if lived[name] != at_once[name]]


def main() -> int:
    """Print the outcome as JSON; exit code 1 where any history differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=1_000)
    parser.add_argument("--first-seed", type=int, default=0)
    arguments = parser.parse_args()
    started, failures = time.process_time(), {}
    for number in range(arguments.histories):
        if found := differing(arguments.first_seed + number):
            failures[arguments.first_seed + number] = found
        if number % 50 == 49:
            print(f"{number + 1} histories, {len(failures)} differ", file=sys.stderr, flush=True)
    seconds = round(time.process_time() - started)
    print(json.dumps({"histories": arguments.histories, "differ": failures, "processor_s": seconds}, indent=1))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
