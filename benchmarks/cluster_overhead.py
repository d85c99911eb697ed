"""What a Dask cluster costs on one machine: ``python -m benchmarks.cluster_overhead --articles 300``.

The same files by the flow with the local engine and with three single-threaded Dask workers, each a process of its own
as it would be on a machine of its own. Both have three annotating processes on the same cores. The local engine starts
them in the run; so do the workers, which are started anew for each run, unless ``--warm`` has them do a run before the
one that counts, as the processes of a cluster live on from run to run. The two take turns under one Prefect server, and
the ratio is that of the medians: of the seconds of the whole run, of its step that annotates, and of the processor time
of all processes together (scheduler, workers and nannies too), which other work on the machine disturbs least.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

N_WORKERS = 3


def seconds_of_run(seeds: Path, folder: Path, **settings: Any) -> tuple[float, float, float]:
    """Seconds of a whole run in a process of its own, of its step that annotates, and of its processor time."""
    from tests.flow_runs import run_flow
    from tests.killing import finish, start

    out, answer = folder / "out", folder / "answer.json"
    shutil.rmtree(out, ignore_errors=True)

    def measure() -> None:
        started = time.perf_counter()
        summary, state = run_flow(seeds, out, **settings)
        assert state.is_completed(), state.message
        used = os.times()
        processor = used.user + used.system + used.children_user + used.children_system
        answer.write_text(json.dumps([time.perf_counter() - started, summary.stages["annotate"], processor]))

    assert finish(start(measure, folder / "log.txt")) == 0, (folder / "log.txt").read_text()[-2000:]
    whole, annotating, processor = json.loads(answer.read_text())
    return float(whole), float(annotating), float(processor)


def compare(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Both engines in turn; seconds and ratios."""
    from tests.dask_processes import DaskProcesses
    from tests.seed_folder import SeedFolder, story

    seeds = SeedFolder(folder / "seeds")
    for number in range(arguments.articles):
        seeds.write(f"{number:06d}.txt", story(number, n_paragraphs=arguments.paragraphs))
    told: dict[str, Any] = {"articles": arguments.articles, "workers": N_WORKERS, "local": [], "dask": []}
    given = {"annotator": arguments.annotator, "batch_chars": arguments.batch_chars}
    for _ in range(arguments.repeats):
        told["local"].append(seconds_of_run(seeds.root, folder, workers=N_WORKERS, **given))
        with DaskProcesses(folder / "cluster", N_WORKERS) as cluster:
            _await(cluster.address)
            on_it = {**given, "workers": 0, "engine": "dask", "engine_address": cluster.address}
            if arguments.warm:
                seconds_of_run(seeds.root, folder, **on_it)
            before = cluster.processor_s()
            whole, annotating, processor = seconds_of_run(seeds.root, folder, **on_it)
            told["dask"].append((whole, annotating, processor + cluster.processor_s() - before))
        print({name: told[name][-1] for name in ("local", "dask")}, file=sys.stderr, flush=True)
    for column, what in enumerate(("whole_run", "annotate", "processor")):
        local, dask = ([run[column] for run in told[name]] for name in ("local", "dask"))
        told[f"{what}_ratio"] = round(statistics.median(dask) / statistics.median(local), 3)
        told[f"{what}_ratios"] = [round(d / s, 3) for d, s in zip(dask, local, strict=True)]
    return told


def _await(address: str) -> None:
    """Have all workers there: how long machines take to start is not asked."""
    import subprocess

    code = f"from distributed import Client; Client({address!r}).wait_for_workers({N_WORKERS}, timeout=120)"
    subprocess.run([sys.executable, "-c", code], check=True)  # the process that is copied must have no threads


def main() -> int:
    """Print seconds and ratios as JSON."""
    from benchmarks.crash import prefect_server

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--paragraphs", type=int, default=16, help="of an article; about 190 characters each")
    parser.add_argument("--annotator", default="model")
    parser.add_argument("--batch-chars", type=int, default=60_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--warm", action="store_true")
    arguments = parser.parse_args()
    import tests.pieces  # noqa: F401 - everything is imported before the first copy is made

    folder = Path(tempfile.mkdtemp(prefix="newsmill-cluster-"))
    try:
        with prefect_server():
            print(json.dumps(compare(arguments, folder), indent=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
