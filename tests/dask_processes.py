"""A Dask cluster of real processes on this machine: a scheduler, and workers that stand for machines of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import psutil

from tests.flow_runs import ROOT

START_S = 150.0  # on a machine that is busy
T = TypeVar("T")
SETTINGS = {  # those of docs/scale.md, but for a scheduler that notices sooner
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "5s",
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION": "1.0",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "10s",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__GIL__ENABLED": "False",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
}


class Machine:
    """A worker with its nanny and all processes below it, in a process group and with a ``folder`` of their own."""

    def __init__(self, address: str, folder: Path, n_threads: int, env: dict[str, str]) -> None:
        self.folder = folder
        options = ["--nthreads", str(n_threads), "--memory-limit", "0", "--no-dashboard"]
        self.process = _start(["worker", address, *options, "--local-directory", str(folder)], folder, env)

    def worker(self) -> psutil.Process | None:
        """The Dask worker, which its nanny starts again where it dies."""
        return next((child for child in _children(self.process.pid) if _is_spawned(child)), None)

    def annotating(self) -> list[psutil.Process]:
        """The processes that do jobs."""
        below = [grandchild for child in _children(self.process.pid) for grandchild in _children(child.pid)]
        return [process for process in below if _is_spawned(process)]

    def signal(self, number: int) -> None:
        """Signal the whole group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.process.wait()


class DaskProcesses:
    """Start and end the parts of a cluster; all end with the block."""

    def __init__(self, folder: Path, n_machines: int, n_threads: int = 1, **env: str) -> None:
        self.folder = folder
        self.address = f"tcp://127.0.0.1:{_free_port()}"
        self.machines: list[Machine] = []
        self._n_threads = n_threads
        self._env = {**os.environ, **SETTINGS, "PYTHONPATH": str(ROOT), **env}
        self.scheduler = self._start_scheduler()
        for _ in range(n_machines):
            self.add_machine()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        for machine in self.machines:
            machine.kill()
        self.scheduler.kill()
        self.scheduler.wait()

    def _start_scheduler(self) -> subprocess.Popen[bytes]:
        port = self.address.rpartition(":")[2]
        options = ["--host", "127.0.0.1", "--port", port, "--no-dashboard"]
        return _start(["scheduler", *options], self.folder / "scheduler", self._env)

    def add_machine(self) -> Machine:
        machine = Machine(self.address, self.folder / f"worker-{len(self.machines)}", self._n_threads, self._env)
        self.machines.append(machine)
        return machine

    def kill_scheduler(self) -> None:
        self.scheduler.kill()
        self.scheduler.wait()

    def mend(self) -> None:
        """What systemd does: start again whatever has ended."""
        if self.scheduler.poll() is not None:
            self.scheduler = self._start_scheduler()
        for number, machine in enumerate(self.machines):
            if machine.process.poll() is not None:
                machine.kill()
                self.machines[number] = Machine(self.address, machine.folder, self._n_threads, self._env)

    def processor_s(self) -> float:
        """The processor time that all processes of the cluster have used, those that have ended left out."""
        roots = [psutil.Process(p.pid) for p in (self.scheduler, *(machine.process for machine in self.machines))]
        times = [process.cpu_times() for root in roots for process in (root, *root.children(recursive=True))]
        return float(sum(used.user + used.system for used in times))


def wait_for(ask: Callable[[], T | None], seconds: float = START_S) -> T:
    """The first answer that is true."""
    give_up_at = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.05)
    return answer


def _start(arguments: list[str], folder: Path, env: dict[str, str]) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    own = {**env, "HOME": str(folder), "TMPDIR": str(folder)}
    with (folder / "log.txt").open("ab") as out:
        command = [sys.executable, "-m", "dask", *arguments]
        return subprocess.Popen(command, cwd=folder, env=own, stdout=out, stderr=out, start_new_session=True)


def _children(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return [child for child in psutil.Process(pid).children() if child.status() != psutil.STATUS_ZOMBIE]
    return []


def _is_spawned(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return "spawn_main" in " ".join(process.cmdline())
    return False


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
