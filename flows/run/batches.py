"""The batches of a run: one Prefect task run each, done by a worker process, a few in flight at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from prefect import get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Cancelled, Failed

from flows.engine.local import BatchError, Blame, PoolClosedError, WorkerPool
from flows.run.batch import BatchResult, BatchSpec
from flows.run.plan import batch_id, make_batches, shared_batch_chars
from flows.run.progress import RunProgress
from flows.store.disk import UNCHANGED, OutputError, writing
from flows.store.staging import Staging
from transforms.records import Source

MAX_GUILTY_DOCUMENTS = 100


class AnnotationError(RuntimeError):
    """A batch could not be done and no document is to blame."""


def annotate_sources(
    sources: Sequence[Source],
    staging: Staging,
    *,
    make_spec: Callable[[str, Sequence[Source]], BatchSpec],
    fingerprint: str,
    batch_chars: int,
    n_workers: int,
    document_timeout_s: float,
) -> list[BatchResult]:
    """Annotate the sources in batches; the results in no particular order.

    Raises OutputError where the output cannot be written; a document that cannot be annotated is quarantined.
    """
    specs: deque[Path] = deque()
    sizes: dict[str, int] = {}
    for batch in make_batches(sources, shared_batch_chars(sources, batch_chars, n_workers)):
        spec = make_spec(batch_id(batch, fingerprint), batch)
        path = staging.folder / f"batch-{spec.batch_id}.json"
        with writing(staging.folder, UNCHANGED):
            spec.save(path)
        specs.append(path)
        sizes[path.stem] = sum(source.size for source in batch)
    progress = RunProgress(sum(sizes.values()), len(specs))
    with WorkerPool(min(n_workers, len(specs)) or 1, document_timeout_s) as pool:
        return _submit_all(specs, sizes, pool, progress, in_flight=n_workers)


def _submit_all(
    specs: deque[Path], sizes: dict[str, int], pool: WorkerPool, progress: RunProgress, *, in_flight: int
) -> list[BatchResult]:
    results: list[BatchResult] = []
    running: set[PrefectFuture[Any]] = set()
    n_batches = len(specs)
    while specs or running:
        while specs and len(running) < in_flight:
            path = specs.popleft()
            work = _Work(path, sizes[path.stem], pool, progress)
            named = annotate_batch.with_options(task_run_name=_batch_name(path, n_batches - len(specs), n_batches))
            running.add(named.submit(work))
        done = next(as_completed(list(running)))
        running.remove(done)
        results.append(done.result())
    return results


def _batch_name(path: Path, number: int, n_batches: int) -> str:
    n_files = len(BatchSpec.load(path).sources)
    return f"batch {number} of {n_batches} ({n_files} file{'s' if n_files != 1 else ''})"


class _Work:
    """A batch with the pool that does it: opaque to Prefect, which would walk through plain values."""

    def __init__(self, path: Path, size: int, pool: WorkerPool, progress: RunProgress) -> None:
        self.path = path
        self.size = size
        self.pool = pool
        self.progress = progress

    def __repr__(self) -> str:
        return f"<{self.path.stem}>"

    def run(self, *, careful: bool) -> None:
        """Have a worker do the batch; see WorkerPool.run for what it raises."""
        self.pool.run(self.path, careful=careful, on_chars=self._advance)

    def _advance(self, chars: int) -> None:
        self.progress.advance(self.path.stem, chars, limit=self.size)

    def result(self) -> BatchResult:
        """What the finished batch holds."""
        spec = BatchSpec.load(self.path)
        self.progress.finish(self.path.stem, self.size)
        return BatchResult.load(Path(spec.done_folder) / spec.batch_id)

    def skip(self, blame: Blame) -> None:
        """Leave a document out of the batch for good; its source as a whole where that was not enough."""
        spec = BatchSpec.load(self.path)
        key = f"{blame.uri}#{blame.record_index}"
        if key in spec.skip:
            key = blame.uri
        with writing(self.path.parent, UNCHANGED):
            replace(spec, skip={**spec.skip, key: (blame.reason, blame.detail)}).save(self.path)


def _is_worth_retrying(_: Any, __: Any, state: State[Any]) -> bool:
    return isinstance(state.data, BatchError)


@task(
    name="annotate batch",
    retries=1,
    retry_delay_seconds=1,
    retry_condition_fn=_is_worth_retrying,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def annotate_batch(work: _Work) -> BatchResult | State[Any]:
    """Do one batch. The first failure is retried as it is; then document by document, to find the guilty one."""
    # Failures that are foreseen end as states: a raised one would fill the log with its traceback.
    try:
        result = _do_batch(work, is_retry=runtime.task_run.run_count > 1)
    except PoolClosedError:
        return Cancelled(message="the run is ending")
    except (BatchError, OutputError, AnnotationError) as failure:
        return Failed(message=str(failure), data=failure)
    n_articles = sum(source["n_articles"] for source in result.sources)
    get_run_logger().info("%d articles, %d words", n_articles, result.n_words)
    return result


def _do_batch(work: _Work, *, is_retry: bool) -> BatchResult:
    try:
        work.run(careful=False)
    except BatchError as failure:
        if not is_retry:
            raise
        warn = get_run_logger().warning
        warn("%s", failure)
        _quarantine_guilty(work, warn)
    return work.result()


def _quarantine_guilty(work: _Work, warn: Callable[..., None]) -> None:
    for _ in range(MAX_GUILTY_DOCUMENTS):
        try:
            work.run(careful=True)
        except BatchError as failure:
            if not failure.blame.uri:
                raise AnnotationError(f"the annotator does not start: {failure.blame.detail}") from failure
            warn("quarantined: %s", failure)
            work.skip(failure.blame)
        else:
            return
    raise AnnotationError(f"more than {MAX_GUILTY_DOCUMENTS} documents of one batch failed; is the annotator sound?")
