"""The jobs of a run: one Prefect task run each, done by a worker of the engine, a few in flight at a time."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Cancelled, Failed

from flows.engine.base import Engine, EngineClosedError, JobError
from flows.jobs.specs import BatchResult, IndexResult, IndexSpec, Result, Spec
from flows.run.progress import RunProgress
from flows.sources.files import FoundFile
from flows.store.disk import OutputError
from transforms.ids import short_hash

MAX_INDEX_BYTES = 64 * 1024 * 1024
MAX_INDEX_FILES = 2_000
TRIES_A_DOCUMENT = 2  # one death may come from outside: the kernel short of memory, a person
TRIES_WITHOUT_DOCUMENT = 2


class AnnotationError(RuntimeError):
    """A job could not be done and no document is to blame."""


@dataclass(frozen=True)
class Job:
    """A spec with the name of its task run and its weight."""

    spec: Spec
    name: str
    weight: int


def index_jobs(files: Sequence[FoundFile], store: str, run_id: str) -> list[Job]:
    """The files in jobs of bounded size; a larger file is a job of its own."""
    groups: list[list[FoundFile]] = []
    n_bytes = 0
    for file in files:
        if not groups or n_bytes + file.size > MAX_INDEX_BYTES or len(groups[-1]) >= MAX_INDEX_FILES:
            groups.append([])
            n_bytes = 0
        groups[-1].append(file)
        n_bytes += file.size
    return [_index_job(group, store, run_id) for group in groups]


def _index_job(files: Sequence[FoundFile], store: str, run_id: str) -> Job:
    job_id = short_hash("index", *(file.uri for file in files))
    spec = IndexSpec(job_id, store, run_id, tuple((file.uri, file.path) for file in files))
    what = f"{len(files):,} files" if len(files) > 1 else files[0].uri
    return Job(spec, f"read {what}", sum(file.size for file in files))


def run_jobs(jobs: Sequence[Job], engine: Engine, progress: RunProgress) -> list[Result]:
    """The results, in no particular order.

    Raises OutputError where the store cannot be written; a document that cannot be worked on ends in the quarantine.
    """
    waiting, running, results = deque(jobs), set[PrefectFuture[Any]](), list[Result]()
    while waiting or running:
        while waiting and len(running) < engine.n_slots:
            job = waiting.popleft()
            running.add(do_job_task.with_options(task_run_name=job.name).submit(_Work(job, engine, progress)))
        done = next(as_completed(list(running)))
        running.remove(done)
        results.append(done.result())
    return results


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


def do_patiently(engine: Engine, spec: Spec, on_done: Callable[[int], None], warn: Callable[..., None]) -> Result:
    """Do a job; a document on which a worker fails twice, the second time alone, is left out.

    What was annotated before a failure is not annotated again, so a try costs little more than its failure.
    """
    failures: Counter[str] = Counter()
    n_without = 0
    while True:
        try:
            return engine.run(spec, on_done)
        except JobError as failure:
            warn("%s", failure)
            blame = failure.blame
            failures.update(blame.documents)
            if not blame.documents:
                n_without += 1
                if n_without >= TRIES_WITHOUT_DOCUMENT:
                    raise AnnotationError(_without_document(blame.stage, blame.detail)) from failure
            elif len(blame.documents) == 1 and failures[blame.documents[0]] >= TRIES_A_DOCUMENT:
                warn("quarantined %s: %s", blame.documents[0], blame.detail)
                spec = spec.without(blame.documents[0], blame.reason, blame.detail)
            else:
                spec = spec.suspecting(blame.documents)


def _without_document(stage: str, detail: str) -> str:
    return f"the annotator does not start: {detail}" if stage == "start" else f"a batch cannot be done: {detail}"


@task(name="job", cache_policy=NO_CACHE, persist_result=False)
def do_job_task(work: _Work) -> Result | State[Any]:
    """Do one job."""
    # Failures that are foreseen end as states: a raised one would fill the log with its traceback.
    logger = get_run_logger()
    try:
        result = work.do(logger.warning)
    except EngineClosedError:
        return Cancelled(message="the run is ending")
    except (AnnotationError, OutputError) as failure:
        return Failed(message=str(failure), data=failure)
    logger.info("%s", _told(result))
    return result


def _told(result: Result) -> str:
    if isinstance(result, IndexResult):
        return f"{result.n_entries:,} records"
    assert isinstance(result, BatchResult)
    reused = f", {result.n_reused:,} of them annotated before" if result.n_reused else ""
    return f"{result.n_articles:,} articles, {result.n_words:,} words{reused}"
