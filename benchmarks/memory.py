"""Peak memory and processor time an article, by the number of articles: ``python -m benchmarks.memory --fake --plot``.

Each size is a first run of its own, under Prefect, with two workers, on made-up records of which one in ten is a copy
of another, so that linking, copies, reuse and commit all have work. ``--fake`` has the small annotator of the tests
stand for the model: it shows what grows with the size, and not what annotation costs. The peak is the kernel's (VmHWM)
of resident memory, shared pages included. The main process commits at the end; where there is much to compare or to
join, processes of their own do that, one after the other (``apart_mb``; their processor time is the main process's):
the plan, copies, linking, sayings, the parts written anew, and what the run shows.

``--keep`` leaves the last size's data set in a folder. ``benchmarks.memory_joined`` makes larger ones of its rows, so
that joining need not wait for annotation. ``--plot-from`` draws lines of an earlier run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

SAMPLE_S = 0.2
RECORDS_A_FILE = 1_000
COPY_EVERY = 10
ROOT = Path(__file__).parent.parent
PLOT = ROOT / "docs/images/memory.png"


def write_news(folder: Path, n_articles: int, n_paragraphs: int) -> None:
    """Feeds of made-up records; the last of ten repeats the first of them, less its last paragraph."""
    from benchmarks.made_feed import text

    folder.mkdir(parents=True)
    for first in range(0, n_articles, RECORDS_A_FILE):
        with (folder / f"feed-{first // RECORDS_A_FILE:05d}.jsonl").open("w", encoding="utf-8") as file:
            for number in range(first, min(n_articles, first + RECORDS_A_FILE)):
                is_copy = number % COPY_EVERY == COPY_EVERY - 1
                told = text(number - is_copy * (COPY_EVERY - 1), n_paragraphs)
                told = told.rpartition("\n\n")[0] if is_copy else told
                day, paper = f"2024-{number // 100 % 12 + 1:02d}-{number // 7 % 28 + 1:02d}", f"Paper {number % 97}"
                record = {"id": f"made-{number}", "text": told, "date": day, "publisher": paper}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")


class Watched:
    """The peak of resident memory (MB) and the processor time (s) of one process, as last seen."""

    def __init__(self) -> None:
        self.peak_mb = self.processor_s = 0.0

    def look(self, pid: int) -> None:
        """Read both once more; nothing changes where the process has ended."""
        with suppress(OSError, psutil.Error):
            times = psutil.Process(pid).cpu_times()
            self.processor_s = times.user + times.system
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmHWM"):
                    self.peak_mb = int(line.split()[1]) / 1024


def run_once(n_articles: int, annotator: str, n_paragraphs: int, folder: Path) -> dict[str, Any]:
    """One run on so many articles: what its processes took."""
    from tests.flow_runs import run_flow

    write_news(folder / "seeds", n_articles, n_paragraphs)
    stages = folder / "stages.json"

    def run() -> None:
        summary, _ = run_flow(folder / "seeds", folder / "out", annotator=annotator, workers=2)
        stages.write_text(json.dumps({name: round(seconds, 1) for name, seconds in summary.stages.items()}))

    return {"articles": n_articles, **watch(run, folder), "stages": json.loads(stages.read_text())}


def watch(run: Callable[[], None], folder: Path) -> dict[str, Any]:
    """Have a copy of this process call ``run``: what it and the processes that it started took."""
    from tests.killing import finish, has_ended, start, workers_of

    log, names = folder / "log.txt", folder / "names.json"

    def run_and_note() -> None:
        threading.Thread(target=_note_names, args=(names,), daemon=True).start()
        run()

    started = time.monotonic()
    pid = start(run_and_note, log)
    main, workers = Watched(), dict[int, Watched]()
    while not has_ended(pid):
        main.look(pid)
        for worker in workers_of(pid):
            workers.setdefault(worker, Watched()).look(worker)
        time.sleep(SAMPLE_S)
    assert finish(pid) == 0, log.read_text()[-2000:]
    name_of = json.loads(names.read_text())
    apart = [process for pid, process in workers.items() if name_of.get(str(pid)) == "newsmill-step"]
    at_work = [process for process in workers.values() if process not in apart]
    return {
        "seconds": round(time.monotonic() - started),
        "main_mb": round(main.peak_mb),
        "workers_mb": sorted(round(worker.peak_mb) for worker in at_work),
        "apart_mb": [round(process.peak_mb) for process in apart],
        "main_s": round(main.processor_s + sum(process.processor_s for process in apart), 1),
        "workers_s": round(sum(worker.processor_s for worker in at_work), 1),
        "load": os.getloadavg()[0],
    }


def _note_names(path: Path) -> None:
    """Keep writing down what each process that this one started is called."""
    names: dict[int, str] = {}
    while True:
        # Not active_children(), which would wait for those that have ended in the place of whoever started them.
        names |= {child.pid: child.name for child in tuple(multiprocessing.process._children)}
        path.with_suffix(".new").write_text(json.dumps(names))
        path.with_suffix(".new").replace(path)
        time.sleep(SAMPLE_S)


def measure(
    sizes: Sequence[int], annotator: str, n_paragraphs: int, keep: Path | None = None
) -> Iterator[dict[str, Any]]:
    """One run a size, under one Prefect server; the data set of the last is left at ``keep``."""
    import flows.etl  # noqa: F401 - everything is imported before the first copy is made
    import tests.pieces  # noqa: F401
    from benchmarks.crash import prefect_server

    with prefect_server():
        for size in sizes:
            folder = Path(tempfile.mkdtemp(prefix="newsmill-memory-"))
            try:
                yield run_once(size, annotator, n_paragraphs, folder)
                if keep is not None and size == sizes[-1]:
                    shutil.move(folder / "out", keep)
            finally:
                shutil.rmtree(folder)


def plot(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Memory above, processor time an article below, by the number of articles.

    Of a row without workers, as benchmarks.memory_joined prints them, the processes of the steps are drawn.
    """
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, (memory, cost) = plt.subplots(2, 1, figsize=(7, 6), sharex=True, layout="constrained")
    whole = [row for row in rows if row["workers_mb"]]
    joined = [row for row in rows if row["apart_mb"]]

    def draw(axes: Any, drawn: Sequence[Mapping[str, Any]], values: Sequence[float], style: str, label: str) -> None:
        axes.plot([row["articles"] for row in drawn], values, style, label=label)

    draw(memory, whole, [row["main_mb"] for row in whole], "o-", "main process")
    draw(memory, whole, [max(row["workers_mb"]) for row in whole], "s--", "largest worker")
    draw(memory, joined, [max(row["apart_mb"]) for row in joined], "^:", "largest process of a step")
    memory.set(ylabel="peak resident memory, MB", ylim=(0, None))
    draw(cost, whole, [1000 * row["main_s"] / row["articles"] for row in whole], "o-", "main process and its steps")
    draw(cost, whole, [1000 * row["workers_s"] / row["articles"] for row in whole], "s--", "workers")
    cost.set(ylabel="processor time, ms an article", xlabel="articles", xscale="log", ylim=(0, None))
    for axes in (memory, cost):
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", alpha=0.3)
    figure.savefig(path, dpi=110)


def main() -> int:
    """Print one line of JSON a size, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,3000,10000,30000,100000")
    parser.add_argument("--fake", action="store_true", help="the small annotator of the tests in the model's place")
    parser.add_argument("--paragraphs", type=int, default=6, help="of an article; about 400 characters each")
    parser.add_argument("--plot", action="store_true", help=f"draw {PLOT.relative_to(ROOT)}")
    parser.add_argument("--keep", type=Path, help="a folder that is not there yet, for the last size's data set")
    parser.add_argument("--plot-from", type=Path, help="draw the lines of this file, and run nothing")
    arguments = parser.parse_args()
    if arguments.plot_from:
        plot([json.loads(line) for line in arguments.plot_from.read_text().splitlines()], PLOT)
        return 0
    annotator = "tests.fakes:load_annotator" if arguments.fake else "model"
    rows = []
    sizes = [int(size) for size in arguments.sizes.split(",")]
    for row in measure(sizes, annotator, arguments.paragraphs, arguments.keep):
        rows.append(row)
        print(json.dumps(row), flush=True)
    if arguments.plot:
        plot(rows, PLOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
