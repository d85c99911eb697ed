"""Processes of this machine."""

from __future__ import annotations

from collections.abc import Callable

from flows.engine.processes import Processes
from flows.jobs.specs import Result, Spec


class LocalEngine:
    """At most ``size`` processes; a step may use ``silence_s`` seconds of processor time, and more by its weight."""

    def __init__(self, size: int, silence_s: float) -> None:
        self._processes = Processes(size)
        self._silence_s = silence_s
        self._size = size

    @property
    def n_workers(self) -> int:
        """The number of processes."""
        return self._size

    @property
    def n_slots(self) -> int:
        """As many jobs as processes: there is none to wait for."""
        return self._size

    def run(self, spec: Spec, on_done: Callable[[int], None]) -> Result:
        """Have one process do the job."""
        return self._processes.do(spec, self._silence_s, on_done)

    def close(self) -> None:
        """End all processes."""
        self._processes.close()
