"""What a Dask worker does for a job: it has a process of its own do it, and tells how far that is.

The work is not done in the Dask worker itself, so that a document that kills or blocks a process is found by the very
code that finds it on one machine, and the worker goes on answering its scheduler.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from distributed import Reschedule, Worker, get_worker
from distributed.core import Status

from flows.engine.base import EngineClosedError, JobError
from flows.engine.processes import Processes
from flows.errors import UserError
from flows.jobs.specs import IndexSpec, Spec, spec_from_json, to_json
from flows.storage.address import is_remote
from flows.store import open_store
from flows.store.disk import OutputError

TOPIC = "newsmill"  # of the events by which workers tell how far their jobs are
TELL_S = 1.0
END_S = 0.5
SEE_AFTER_S = (0, 1, 3)  # a shared folder may show what another machine wrote a little later
_STARTING = threading.Lock()
_PROCESSES: dict[str, Processes] = {}  # by worker


def do_on_worker(spec_json: str, silence_s: float, wanted_version: str, seal: str) -> str:
    """Do a job; JSON of one entry: ``done``, ``blame`` (of a JobError), ``output`` (an OutputError) or ``unfit``.

    ``unfit`` says why this worker must not do it. ``seal`` names a file in the stage that the client has put there.
    """
    worker, spec = get_worker(), spec_from_json(spec_json)
    if why := _why_unfit(spec, wanted_version, seal):
        return json.dumps({"unfit": f"{worker.address} {why}"})
    # Made here, not by the client: Dask gives a job of a silent worker to another one, and the first may wake up again.
    spec = replace(spec, attempt=uuid.uuid4().hex[:12])
    key = worker.get_current_task()
    try:
        result = _processes_of(worker).do(spec, silence_s, _teller(worker, key), _given_up(worker, key))
    except JobError as failure:
        time.sleep(END_S)  # whoever ended all processes ends the worker too, and then no document is to blame
        if not _is_running(worker):
            raise Reschedule from None
        return json.dumps({"blame": asdict(failure.blame)})
    except OutputError as error:
        return json.dumps({"output": str(error)})
    except EngineClosedError:
        raise Reschedule from None
    return json.dumps({"done": to_json(result)})


def end_processes() -> None:
    """End the processes of workers that live in this very process, which will not end with them."""
    with _STARTING:
        while _PROCESSES:
            _PROCESSES.popitem()[1].close()


def _processes_of(worker: Worker) -> Processes:
    with _STARTING:
        if worker.id not in _PROCESSES:
            # A nanny starts its worker as a daemon, which may have no children lest they outlive it: ours watch it.
            multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
            _PROCESSES[worker.id] = Processes(worker.state.nthreads)
        return _PROCESSES[worker.id]


def _why_unfit(spec: Spec, wanted_version: str, seal: str) -> str:
    if (here := version("newsmill")) != wanted_version:
        return f"has newsmill {here}, and this run is of {wanted_version}: install the same version everywhere"
    if why := _why_unseen(spec.store, spec.run_id, seal):
        return why
    if isinstance(spec, IndexSpec) and not any(_may_exist(path) for _, path in spec.files):
        return f"does not see {spec.files[0][1]}: the seeds must lie where all machines see them"
    return ""


def _how_to_share(store: str) -> str:
    if is_remote(store):
        return "give it the AWS_ENDPOINT_URL and the credentials that the run has"
    return "the output must lie where all machines see it"


@lru_cache(maxsize=8)
def _is_seen(store: str, run_id: str, seal: str) -> bool:
    open_store(store).stage(run_id).read(seal)
    return True


def _why_unseen(store: str, run_id: str, seal: str) -> str:
    why = ""
    for wait_s in SEE_AFTER_S:
        time.sleep(wait_s)
        try:
            _is_seen(store, run_id, seal)
            return ""
        except UserError as error:  # of storage that cannot be reached
            why = f"does not reach {store}: {error}"
        except OSError:
            why = f"does not see {store}: {_how_to_share(store)}"
    return why


def _may_exist(path: str) -> bool:
    # The folder, not the file: a single file may be gone by now.
    return is_remote(path) or Path(os.path.dirname(path)).is_dir()  # noqa: PTH120 - a Path would change odd names


def _teller(worker: Worker, key: Any) -> Callable[[int], None]:
    told_at = 0.0

    def tell(n_done: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= TELL_S:
            told_at = time.monotonic()
            worker.log_event(TOPIC, {"key": key, "n_done": n_done})

    return tell


def _given_up(worker: Worker, key: Any) -> Callable[[], bool]:
    """Whether nobody waits for the job any more (its client is gone), or the worker is about to end."""

    def is_given_up() -> bool:
        task = worker.state.tasks.get(key)
        is_wanted = task is not None and task.state == "executing"
        return not is_wanted or not _is_running(worker)

    return is_given_up


def _is_running(worker: Worker) -> bool:
    return worker.status in (Status.running, Status.paused)
