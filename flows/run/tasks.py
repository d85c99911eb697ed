"""The jobs of a run as Prefect sees them: a task run each, done by a worker of the engine, a few in flight at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any
from uuid import UUID

import httpx
from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.context import TagsContext
from prefect.exceptions import ObjectNotFound
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Cancelled, Failed

from flows.engine.base import Engine, EngineClosedError
from flows.errors import UserError
from flows.jobs.specs import BatchResult, IndexResult, Result
from flows.run.dispatch import AnnotationError, Job, do_patiently
from flows.run.pace import Pace
from flows.run.progress import RunProgress


def run_jobs(jobs: Sequence[Job], engine: Engine, progress: RunProgress) -> list[Result]:
    """The results, in no particular order.

    Raises UserError where the store cannot be written or the engine cannot work; a document that cannot be worked on
    ends in the quarantine.
    """
    waiting, running, results = deque(jobs), set[PrefectFuture[Any]](), list[Result]()
    with ExitStack() as stack:
        # Opened where it is needed, as few runs do: it costs thirty milliseconds.
        client = cache(lambda: stack.enter_context(get_client(sync_client=True)))
        pace = Pace[UUID](lambda task_run_id: _is_written(client(), task_run_id), get_run_logger().warning)
        while waiting or running:
            while waiting and len(running) < engine.n_slots:
                job = waiting.popleft()
                running.add(do_job_task.with_options(task_run_name=job.name).submit(_Work(job, engine, progress)))
            done = next(as_completed(list(running)))
            running.remove(done)
            results.append(done.result())
            pace.done(done.task_run_id)
    return results


@contextmanager
def untagged() -> Iterator[None]:
    """Let what begins here not have the tags of its flow run.

    Prefect asks its server for a slot for each tag of a task run, whether or not there is a limit: each batch would
    wait for an answer, and a server that is away for a while would end the run.
    """
    with TagsContext(current_tags=set()):
        yield


def _is_written(client: SyncPrefectClient, task_run_id: UUID) -> bool:
    """Whether the server knows how a task run ended."""
    try:
        state = client.read_task_run(task_run_id).state
    except (ObjectNotFound, httpx.HTTPError):
        return False
    return state is not None and state.is_final()


class _Work:
    """A job with the engine that does it: opaque to Prefect, which would walk through plain values."""

    def __init__(self, job: Job, engine: Engine, progress: RunProgress) -> None:
        self._job = job
        self._engine = engine
        self._progress = progress

    def __repr__(self) -> str:
        return f"<{self._job.name}>"

    def do(self, warn: Callable[..., None]) -> Result:
        """Have the engine do the job, with as many tries as it takes to find the guilty documents."""
        result = do_patiently(self._engine, self._job.spec, self._advance, warn)
        self._progress.finish(self._job.name, self._job.weight)
        return result

    def _advance(self, n_done: int) -> None:
        self._progress.advance(self._job.name, n_done, limit=self._job.weight)


@task(name="job", cache_policy=NO_CACHE, persist_result=False)
def do_job_task(work: _Work) -> Result | State[Any]:
    """Do one job."""
    # Failures that are foreseen end as states: a raised one would fill the log with its traceback.
    logger = get_run_logger()
    try:
        result = work.do(logger.warning)
    except EngineClosedError:
        return Cancelled(message="the run is ending")
    except (AnnotationError, UserError) as failure:
        return Failed(message=str(failure), data=failure)
    logger.info("%s", _told(result))
    return result


def _told(result: Result) -> str:
    if isinstance(result, IndexResult):
        return f"{result.n_entries:,} records"
    assert isinstance(result, BatchResult)
    reused = f", {result.n_reused:,} of them annotated before" if result.n_reused else ""
    return f"{result.n_articles:,} articles, {result.n_words:,} words{reused}"
