"""A Dask cluster as an engine: each job is one of its tasks, awaited by the thread of a Prefect task run.

Which document is to blame is found beside the document, by the process that supervises its process (see
``dask_worker.py``). What the cluster itself loses (a worker, a machine, the scheduler) is no document's fault and is
given out again. Only where that takes worker after worker with it are the steps noted in the stage before they begin,
so that what is left of the last one tells the document.
"""

from __future__ import annotations

import json
import queue
import statistics
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any

from distributed import Future, KilledWorker
from distributed.client import FutureCancelledError

from flows.engine.base import Blame, EngineError, JobError
from flows.engine.dask_cluster import POLL_S, Cluster
from flows.engine.dask_worker import do_on_worker
from flows.jobs.specs import IndexSpec, Result, Spec, result_from_json, to_json
from flows.jobs.steps import Step
from flows.store import open_store
from flows.store.disk import OutputError

GATHER_S = 10.0
SLOTS_A_WORKER = 2  # so that a worker finds the next job at the scheduler, and so does one that joins late
TRIES_WITHOUT_STEP = 3
# A job that takes so much longer than others did is given to an idle worker as well: its own may be frozen or ill.
SLOW_FACTOR, SLOW_S, SLOW_SAMPLE = 3, 30.0, 3


class DaskEngine:
    """The cluster at ``address``, or a temporary one of this machine where that is "".

    ``n_workers`` limits the jobs done side by side, 0 for what the cluster has. A step may use ``silence_s`` seconds
    of processor time, and more by its weight.
    """

    def __init__(self, address: str, n_workers: int, n_local: int, silence_s: float) -> None:
        self._cluster = Cluster(address, n_local, self._hear)
        self._limit = n_workers if address else 0
        self._silence_s = silence_s
        self._version = version("newsmill")
        self._jobs: dict[str, _Job] = {}  # by the key of each attempt
        self._seconds: dict[str, list[float]] = defaultdict(list)
        self._deadly: set[str] = set()
        self._sealed: dict[str, str] = {}

    @property
    def n_workers(self) -> int:
        """What the cluster has, or the limit."""
        n_threads = self._cluster.n_threads()
        return min(self._limit, n_threads) if self._limit else n_threads

    @property
    def n_slots(self) -> int:
        """More than are done at once, unless there is a limit."""
        return self._limit or SLOTS_A_WORKER * self._cluster.n_threads()

    def run(self, spec: Spec, on_done: Callable[[int], None]) -> Result:
        """Have a worker do the job, and another one where the first is lost."""
        told = self._answer(spec, on_done)
        if "done" in told:
            return result_from_json(told["done"])
        if "output" in told:
            raise OutputError(told["output"])
        if "unfit" in told:
            raise EngineError(f"the Dask worker {told['unfit']}")
        blame = told["blame"]
        raise JobError(Blame(**{**blame, "documents": tuple(blame["documents"])}))

    def close(self) -> None:
        """Leave the cluster: its workers end whatever nobody waits for."""
        self._cluster.close()

    def _answer(self, spec: Spec, on_done: Callable[[int], None]) -> dict[str, Any]:
        n_without = 0
        while True:
            steps = f"steps/{uuid.uuid4().hex}.json" if _id_of(spec) in self._deadly else ""
            try:
                return self._attempt(replace(spec, steps=steps), on_done)
            except KilledWorker as error:
                self._deadly.add(_id_of(spec))
                step = _last_step(spec, steps)
                n_without += bool(steps)
                if step is not None and step.documents:
                    detail = f"every worker that worked on it was gone ({error.allowed_failures + 1} times)"
                    raise JobError(Blame(step.stage, step.documents, False, detail)) from error
                if n_without >= TRIES_WITHOUT_STEP:
                    raise JobError(Blame("write", (), False, "worker after worker was gone with it")) from error

    def _attempt(self, spec: Spec, on_done: Callable[[int], None]) -> dict[str, Any]:
        """What a worker answered, the first where several have the job; KilledWorker where all of them died."""
        job = _Job(spec, on_done)
        try:
            while True:
                if not job.futures or self._is_slow(job, self._cluster.n_threads()):
                    self._give_out(job)
                future = job.next_done()
                answer = self._fetch(job, future) if future is not None else None
                if answer is not None:
                    told: dict[str, Any] = json.loads(answer)
                    return told
                self._cluster.check_open()
                self._drop_lost(job)
        finally:
            for future in list(job.futures):
                self._take_back(job, future)

    def _fetch(self, job: _Job, future: Future) -> str | None:
        """What a future that is done holds; None where it was lost, or its worker is not heard of just now."""
        try:
            answer: str = future.result(timeout=GATHER_S)
        except KilledWorker:
            self._take_back(job, future)
            if not job.futures:
                raise
        except Exception as error:
            if isinstance(error, FutureCancelledError) or not _is_connected(future):
                self._cluster.lose(future.client)
            elif isinstance(error, OSError):  # time-outs are among these
                job.done.put(future)
            else:
                raise EngineError(_misfit(error, self._version)) from error
        else:
            self._remember(job, future)
            return answer
        return None

    def _drop_lost(self, job: _Job) -> None:
        for future in [future for future in job.futures if not _is_connected(future)]:
            self._take_back(job, future)

    def _give_out(self, job: _Job) -> None:
        client = self._cluster.client()
        key = f"{job.spec.kind}-{_id_of(job.spec)}-{uuid.uuid4().hex[:8]}"
        self._jobs[key] = job
        what = (to_json(job.spec), self._silence_s, self._version, self._seal(job.spec))
        future = client.submit(do_on_worker, *what, key=key, pure=False, retries=0)
        job.futures.append(future)
        future.add_done_callback(job.done.put)

    def _take_back(self, job: _Job, future: Future) -> None:
        job.futures.remove(future)
        self._jobs.pop(future.key, None)
        with suppress(Exception):  # its client may be gone
            future.release()

    def _hear(self, told: dict[str, Any]) -> None:
        """What a worker tells of a job, be it another run's."""
        job = self._jobs.get(told["key"])
        if job is not None:
            job.began.setdefault(told["key"], time.monotonic())
            job.on_done(told["n_done"])

    def _remember(self, job: _Job, future: Future) -> None:
        began = job.began.get(future.key)
        if began is not None:
            self._seconds[job.spec.kind].append(time.monotonic() - began)

    def _is_slow(self, job: _Job, n_threads: int) -> bool:
        known = self._seconds[job.spec.kind]
        if len(job.futures) != 1 or len(known) < SLOW_SAMPLE or len(self._jobs) >= n_threads:
            return False
        limit = max(SLOW_S, SLOW_FACTOR * statistics.median(known))
        return any(time.monotonic() - began > limit for began in job.began.values())

    def _seal(self, spec: Spec) -> str:
        """A small file in the run's stage, by which a worker sees that it has the same store before it."""
        where = f"{spec.store} {spec.run_id}"
        if where not in self._sealed:
            name = f"seal-{uuid.uuid4().hex}"
            open_store(spec.store).stage(spec.run_id).write(name, b"")
            self._sealed[where] = name
        return self._sealed[where]


@dataclass
class _Job:
    """A job given out, to one worker or to more."""

    spec: Spec
    on_done: Callable[[int], None]
    futures: list[Future] = field(default_factory=list)
    began: dict[str, float] = field(default_factory=dict)
    done: queue.SimpleQueue[Future] = field(default_factory=queue.SimpleQueue)

    def next_done(self) -> Future | None:
        """The next future that is done, None where none is for a moment."""
        with suppress(queue.Empty):
            return self.done.get(timeout=POLL_S)
        return None


def _is_connected(future: Future) -> bool:
    return future.client.status == "running" and not future.cancelled()


def _id_of(spec: Spec) -> str:
    return spec.job_id if isinstance(spec, IndexSpec) else spec.batch_id


def _last_step(spec: Spec, name: str) -> Step | None:
    if not name:
        return None
    try:
        stage, documents, weight = json.loads(open_store(spec.store).stage(spec.run_id).read(name))
    except (OSError, ValueError):
        return None
    return Step(stage, tuple(documents), weight)


def _misfit(error: Exception, wanted: str) -> str:
    told = str(error.__cause__ or error).partition("\n")[0]
    return (
        f"the Dask cluster cannot take the work ({type(error).__name__}: {told}): "
        f"install newsmill[dask] {wanted} on the scheduler's machine and on every worker's"
    )
