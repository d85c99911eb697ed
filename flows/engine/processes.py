"""Processes of this machine: each loads the annotator once, and one that dies takes only its own job along.

A pool of our own rather than concurrent.futures', where one dead process breaks every job in flight and a task that
hangs cannot be ended, or pebble's, which ends what hangs but cannot tell which of a batch's documents it hung on: a
thread of the flow owns one process at a time, hears of every document it starts, and ends it when it falls silent.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil

from flows.engine.base import Blame, EngineClosedError, JobError
from flows.jobs.specs import Result, Spec, result_from_json, spec_from_json, to_json
from flows.jobs.steps import Step
from flows.store.disk import OutputError

CONTEXT = multiprocessing.get_context("spawn")
STARTUP_TIMEOUT_S = 120
STOP_POLL_S = 0.5
STOP_TIMEOUT_S = 5
CHARS_A_SECOND = 4_000  # a tenth of what one core annotates: a longer text may take longer
# On a busy machine a worker waits for its turn, so what counts is the processor time it uses; one that uses next to
# none (it sleeps, or a disk does not answer) is given up after this many times as long.
IDLE_FACTOR = 4
IDLE_SHARE = 0.02  # of the time by the clock; with fifty others that want a processor one still gets as much
# How many threads the libraries of linear algebra start, which read it when they are loaded.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


class Processes:
    """At most ``size`` processes, started when first needed, ended where one step takes too long."""

    def __init__(self, size: int) -> None:
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._all: set[_Worker] = set()
        self._closed = threading.Event()
        _limit_threads()
        for _ in range(size):
            self._idle.put(None)

    def do(
        self,
        spec: Spec,
        silence_s: float,
        on_done: Callable[[int], None],
        is_given_up: Callable[[], bool] = lambda: False,
    ) -> Result:
        """Have one process do the job; ``is_given_up`` is asked again and again whether to leave it.

        A step may use ``silence_s`` seconds of processor time, and more by its weight.
        """

        def is_over() -> bool:
            return self._closed.is_set() or is_given_up()

        worker = self._idle.get()
        try:
            if is_over():
                raise EngineClosedError
            if worker is None or not worker.process.is_alive():
                worker = _taken_ahead() or _Worker()
                self._all.add(worker)
            return worker.do(spec, silence_s, on_done, is_over)
        except BaseException:
            if worker is not None:
                worker.end()
                self._all.discard(worker)
            worker = None
            raise
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all processes."""
        self._closed.set()
        workers = [*self._all, *_AHEAD]
        _AHEAD.clear()
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.process.join(STOP_TIMEOUT_S)


def start_ahead(n_processes: int, annotator: str) -> None:
    """Start processes before there is an engine, which takes them as its own: they load meanwhile what they will need.

    The first engine of this process that is closed ends those that nobody took.
    """
    _limit_threads()
    _AHEAD.extend(_Worker(annotator) for _ in range(n_processes))


def _taken_ahead() -> _Worker | None:
    while _AHEAD:
        worker = _AHEAD.pop()
        if worker.process.is_alive():
            return worker
    return None


def _limit_threads() -> None:
    # Processes inherit it. Each is one thread's worth of work; were each to start a thread a core, they would take
    # the cores from each other, waiting in busy loops for threads that have none.
    for name in THREAD_VARIABLES:
        os.environ.setdefault(name, "1")


class _Worker:
    def __init__(self, annotator: str = "") -> None:
        self.connection, theirs = CONTEXT.Pipe()
        self.process: BaseProcess = CONTEXT.Process(
            target=_serve, args=(theirs, annotator), name="newsmill-worker", daemon=True
        )
        with sigint_blocked():
            self.process.start()
        theirs.close()

    def do(self, spec: Spec, silence_s: float, on_done: Callable[[int], None], is_over: Callable[[], bool]) -> Result:
        step, watch = Step("start"), _Watch(self.process.pid, STARTUP_TIMEOUT_S)
        try:
            self.connection.send(to_json(spec))
        except OSError:  # it died while it was idle
            raise self._death(step, is_over) from None
        while True:
            if is_over():
                raise EngineClosedError
            ready = wait([self.connection, self.process.sentinel], timeout=STOP_POLL_S)
            if self.connection in ready:
                try:
                    kind, *message = self.connection.recv()
                except (EOFError, OSError):
                    raise self._death(step, is_over) from None
                if kind == "done":
                    return result_from_json(message[0])
                if kind == "output":
                    raise OutputError(message[0])
                if kind == "error":
                    raise JobError(Blame(step.stage, step.documents, False, message[0]))
                step = Step(*message[0])
                may_take_s = silence_s + step.weight / CHARS_A_SECOND
                watch = _Watch(self.process.pid, STARTUP_TIMEOUT_S if step.stage == "start" else may_take_s)
                on_done(message[1])
            elif ready:
                raise self._death(step, is_over)
            elif (told := watch.is_over()) is not None:
                raise JobError(Blame(step.stage, step.documents, True, told))

    def _death(self, step: Step, is_over: Callable[[], bool]) -> Exception:
        if is_over():
            return EngineClosedError()
        self.process.join(STOP_TIMEOUT_S)
        return JobError(Blame(step.stage, step.documents, False, how_it_ended(self.process.exitcode)))

    def end(self) -> None:
        """Have the process gone."""
        self.process.kill()
        self.process.join(STOP_TIMEOUT_S)
        self.connection.close()


class _Watch:
    """How long a process has been at one step, in processor time and by the clock."""

    def __init__(self, pid: int | None, may_take_s: float) -> None:
        self._pid = pid
        self._may_take_s = may_take_s
        self._began, self._used_before = time.monotonic(), self._used()

    def _used(self) -> float:
        try:
            times = psutil.Process(self._pid).cpu_times()
        except psutil.Error:  # it has just ended: its sentinel says so
            return 0.0
        return float(times.user + times.system)

    def is_over(self) -> str | None:
        """What to say of a process that has been at its step for too long; None of any other."""
        passed = time.monotonic() - self._began
        if passed < self._may_take_s:
            return None
        used = self._used() - self._used_before
        if used >= self._may_take_s:
            return f"not done after {self._may_take_s:.0f} s of processor time"
        is_idle = passed >= IDLE_FACTOR * self._may_take_s and used < IDLE_SHARE * passed
        return f"no sign of life for {passed:.0f} s" if is_idle else None


def how_it_ended(code: int | None) -> str:
    """What to say of a process that ended before its work was done."""
    if code is not None and code < 0:
        return f"the worker process was ended by {signal.Signals(-code).name}"
    return f"the worker process ended with code {code}"


@contextlib.contextmanager
def sigint_blocked() -> Iterator[None]:
    """Ctrl-C goes to the whole process group, and only the parent decides what it means.

    A process started inside the block inherits the mask, so that it is deaf to it from its first instruction on.
    """
    resource_tracker.ensure_running()  # or starting it, inside the block, would lift the mask again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_AHEAD: list[_Worker] = []


def _serve(connection: Connection, annotator: str) -> None:
    """The life of a worker process: jobs in, progress and results out, until the parent is gone.

    Where an annotator is named, whatever a batch needs is loaded before there is one.
    """
    from flows.pandas_unloaded import leave_pandas_unloaded

    leave_pandas_unloaded()
    threading.Thread(target=die_with_parent, daemon=True).start()
    if annotator:
        from flows.engine.work import get_ready

        get_ready(annotator)
    while True:
        try:
            spec = connection.recv()
        except EOFError:
            return
        _do_job(connection, spec)


def _do_job(connection: Connection, spec: str) -> None:
    from flows.engine.work import do_job  # whoever only supervises needs none of the libraries behind it

    def progress(step: Step, n_done: int) -> None:
        connection.send(("progress", tuple(step), n_done))

    try:
        connection.send(("done", to_json(do_job(spec_from_json(spec), progress))))
    except OutputError as error:
        connection.send(("output", str(error)))
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        connection.send(("error", f"{type(error).__name__} in {where}: {error}"[:500]))


def die_with_parent() -> None:
    """End this process as soon as the one that started it is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        with contextlib.suppress(OSError):
            wait([parent.sentinel])
        os._exit(1)
