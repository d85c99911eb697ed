"""Processes that do the batches: each loads the annotator once, and one that dies takes only its own batch along.

A pool of our own rather than concurrent.futures': there one dead process breaks every batch in flight, and a task
that hangs cannot be ended. Here a thread of the flow owns one process at a time, hears of every document it starts,
and ends it when it falls silent.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from flows.run.annotators import load_annotator
from flows.run.batch import BatchSpec, run_batch
from flows.store.disk import OutputError
from transforms.visible import visible

CONTEXT = multiprocessing.get_context("spawn")
STARTUP_TIMEOUT_S = 120
STOP_POLL_S = 0.5
STOP_TIMEOUT_S = 5


@dataclass(frozen=True)
class Blame:
    """The document in work when a worker failed, and how it failed (a reason of ``quarantine``)."""

    uri: str
    record_index: int
    reason: str
    detail: str


class BatchError(RuntimeError):
    """A worker died, hung or raised on a batch; ``blame`` says where."""

    def __init__(self, blame: Blame) -> None:
        where = f"{blame.uri or 'the start'} record {blame.record_index}"
        super().__init__(visible(f"{blame.reason} near {where}: {blame.detail}"))
        self.blame = blame


class PoolClosedError(RuntimeError):
    """The run is ending; whatever was in work is given up."""


class WorkerPool:
    """At most ``size`` processes, started when first needed."""

    def __init__(self, size: int, silence_s: float) -> None:
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._all: set[_Worker] = set()
        self._silence_s = silence_s
        self._closed = threading.Event()
        for _ in range(size):
            self._idle.put(None)

    def run(self, spec_path: Path, *, careful: bool, on_chars: Callable[[int], None]) -> None:
        """Have one process do the batch; ``on_chars`` hears how many characters are done so far.

        Raises BatchError, OutputError or PoolClosedError.
        """
        worker = self._idle.get()
        try:
            if self._closed.is_set():
                raise PoolClosedError
            if worker is None or not worker.process.is_alive():
                worker = _Worker()
                self._all.add(worker)
            worker.do(spec_path, careful, self._silence_s, on_chars, self._closed)
        except BaseException:
            if worker is not None:
                worker.end()
                self._all.discard(worker)
            worker = None
            raise
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all processes at once; whoever waits for one hears PoolClosedError."""
        self._closed.set()
        workers = list(self._all)
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.process.join(STOP_TIMEOUT_S)

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Worker:
    def __init__(self) -> None:
        self.connection, theirs = CONTEXT.Pipe()
        self.process: BaseProcess = CONTEXT.Process(target=_serve, args=(theirs,), name="newsmill-worker", daemon=True)
        with _sigint_blocked():
            self.process.start()
        theirs.close()
        self._is_ready = False

    def do(
        self,
        spec_path: Path,
        careful: bool,
        silence_s: float,
        on_chars: Callable[[int], None],
        closed: threading.Event,
    ) -> None:
        uri, record = "", 0
        try:
            self.connection.send((str(spec_path), careful))
        except OSError:  # it died while it was idle
            raise self._death(uri, record, closed) from None
        silence_left = silence_s if self._is_ready else STARTUP_TIMEOUT_S + silence_s
        while True:
            if closed.is_set():
                raise PoolClosedError
            ready = wait([self.connection, self.process.sentinel], timeout=STOP_POLL_S)
            if self.connection in ready:
                try:
                    kind, *message = self.connection.recv()
                except (EOFError, OSError):
                    raise self._death(uri, record, closed) from None
                silence_left = silence_s
                self._is_ready = True
                if kind == "done":
                    return
                if kind == "error":
                    raise BatchError(Blame(uri, record, "annotator_crash", message[0]))
                if kind == "output":
                    raise OutputError(message[0])
                if message[0]:
                    uri, record = message[0], message[1]
                on_chars(message[2])
            elif ready:
                raise self._death(uri, record, closed)
            else:
                silence_left -= STOP_POLL_S
                if silence_left <= 0:
                    detail = f"no sign of life for {silence_s:g} s"
                    raise BatchError(Blame(uri, record, "annotator_timeout", detail))

    def _death(self, uri: str, record: int, closed: threading.Event) -> Exception:
        if closed.is_set():
            return PoolClosedError()
        self.process.join(STOP_TIMEOUT_S)
        code = self.process.exitcode
        how = f"killed by signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit code {code}"
        return BatchError(Blame(uri, record, "annotator_crash", f"the worker process died ({how})"))

    def end(self) -> None:
        self.process.kill()
        self.process.join(STOP_TIMEOUT_S)
        self.connection.close()


@contextlib.contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Ctrl-C goes to the whole process group, and only the parent decides what it means.

    A process started inside the block inherits the mask, so that it is deaf to it from its first instruction on.
    """
    resource_tracker.ensure_running()  # or starting it, inside the block, would lift the mask again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(connection: Connection) -> None:
    """The life of a worker process: batches in, progress out, until the parent is gone."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    while True:
        try:
            spec_path, careful = connection.recv()
        except EOFError:
            return
        _do_batch(connection, Path(spec_path), careful)


def _do_batch(connection: Connection, spec_path: Path, careful: bool) -> None:
    def progress(uri: str, record: int, n_chars: int) -> None:
        connection.send(("progress", uri, record, n_chars))

    try:
        spec = BatchSpec.load(spec_path)
        annotator = load_annotator(spec.annotator)
        progress("", 0, 0)
        run_batch(spec, annotator, progress, careful=careful)
        connection.send(("done",))
    except OutputError as error:
        connection.send(("output", str(error)))
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        connection.send(("error", f"{type(error).__name__} in {where}: {error}"[:500]))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        with contextlib.suppress(OSError):
            wait([parent.sentinel])
        os._exit(1)
