"""The main flow: raw seed files in, a committed snapshot of Parquet tables out."""

# No `from __future__ import annotations`: see settings.py.
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

from prefect import Flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.engine import start_engine
from flows.engine.base import Engine
from flows.errors import UserError
from flows.export.delta import export_delta
from flows.jobs.annotators import load_annotator
from flows.jobs.specs import BatchResult, Result
from flows.operate.inputs import prepare_output, read_catalog
from flows.operate.report import (
    ProgressArtifact,
    name_run,
    name_started_run,
    name_stopped_run,
    only_worth_a_warning,
    publish_quarantine,
    publish_report,
    publish_run,
)
from flows.run.commit import QuarantineError
from flows.run.dispatch import AnnotationError, Job
from flows.run.progress import RunProgress
from flows.run.refresh import Outcome, current_versions, refresh
from flows.run.summary import RunSummary, summarise
from flows.run.tasks import run_jobs, untagged
from flows.settings import Settings, mask_secrets
from flows.sources.files import find_files
from flows.store import open_store
from flows.store.base import BusyError, Stage, Store
from flows.store.disk import writing

FLOW_NAME = "newsmill"
DEFAULTS = Settings()
T = TypeVar("T")


def run_tags(settings: Settings) -> list[str]:
    """What runs and deployments are found by in the UI: the pipeline, and the data folder's name."""
    return [FLOW_NAME, Path(settings.out).name]


class _Flow(Flow[..., State[Any]]):
    """A flow whose parameters are models of pydantic: those say themselves what they are as JSON.

    Prefect's way to ask loads a framework for servers, a tenth of the time of a run with nothing to do.
    """

    def serialize_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """The parameters as JSON values."""
        return {name: value.model_dump(mode="json") for name, value in parameters.items()}


@partial(
    _Flow,
    name=FLOW_NAME,
    description="News text in, keyed Parquet out: articles, sentences, quotations with their speakers, entities.",
    flow_run_name=name_started_run,
    on_cancellation=[name_stopped_run],
    on_crashed=[name_stopped_run],
    on_failure=[name_stopped_run],
    version=version("newsmill"),
    # Threads only wait for workers; how many jobs are in flight is decided in run/tasks.py.
    task_runner=ThreadPoolTaskRunner[Any](max_workers=256),  # type: ignore[arg-type]  # futures are invariant
    persist_result=False,
)
def newsmill(settings: Settings = DEFAULTS) -> State[Any]:
    """Bring the data set at ``settings.out`` up to date with the files at ``settings.seeds``."""
    run_id = str(runtime.flow_run.id or uuid.uuid4())
    try:
        with untagged():
            summary = run_alone(settings, prepare_output(settings), run_id)
    except BusyError as error:
        summary = RunSummary("skipped", f"skipped: {error}", settings.out)
    except (AnnotationError, QuarantineError) as error:
        summary = RunSummary("failed", mask_secrets(str(error)), settings.out)
    except UserError as error:
        summary = RunSummary("error", mask_secrets(str(error)), settings.out)
    name_run(summary)
    return _final_state(summary)


def run_alone(settings: Settings, out: str, run_id: str) -> RunSummary:
    """The whole run, once no other run writes to the data set."""
    store, logger = open_store(out), get_run_logger()

    def wait_for(who: str) -> None:
        logger.warning("Waiting: %s", who)

    with store.hold(run_id, wait=settings.when_busy == "wait", on_wait=wait_for):
        before = store.latest_number()
        with writing(out, lambda: outcome_since(store, before)):
            return run_watched(settings, store, run_id)


def run_watched(settings: Settings, store: Store, run_id: str) -> RunSummary:
    """The run with its steps, jobs and report in the Prefect UI."""
    catalog, annotator = read_catalog(settings), load_annotator(settings.annotator)
    engine = start_engine(settings)
    runner = PrefectRunner(engine)
    try:
        outcome = refresh(
            settings,
            store,
            run_id,
            runner,
            list_files=lambda: find_files(settings.seeds, follow_links=settings.follow_links),
            row_versions=current_versions(annotator, settings),
            catalog=catalog,
        )
    finally:
        runner.close()
        engine.close()
    summary = summarise(settings, outcome)
    _tell(outcome)
    export_tables(settings, store, runner)
    if outcome.is_new:
        publish_run(summary, store, outcome)
        publish_report(store, outcome)
    return summary


def export_tables(settings: Settings, store: Store, runner: "PrefectRunner") -> None:
    """The data set in the table format that the settings name; a failure is the next run's to make up for."""
    if settings.table_format == "none":
        return

    def export() -> None:
        with only_worth_a_warning("The Delta tables are not up to date, the snapshot is; the next run tries again"):
            export_delta(store)

    runner.step("Delta tables", export)


class PrefectRunner:
    """The steps and jobs of a run as Prefect task runs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._artifact: ProgressArtifact | None = None  # a run with nothing to do shows none

    def n_workers(self) -> int:
        """As many as the engine has."""
        return self._engine.n_workers

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Do one step as a task run of its name."""
        step = task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)(_Opaque.do)
        return cast(T, step(_Opaque(work)))

    def jobs(self, jobs: Sequence[Job]) -> list[Result]:
        """Do each job as a task run."""
        self._artifact = self._artifact or ProgressArtifact()
        return run_jobs(jobs, self._engine, RunProgress(sum(job.weight for job in jobs), len(jobs)))

    def close(self) -> None:
        """Show no progress any more."""
        if self._artifact is not None:
            self._artifact.close()

    def tell(self, line: str) -> None:
        """Say something in the run's log."""
        get_run_logger().info("%s", line)

    def batches_done(self, stage: Stage, results: Sequence[BatchResult]) -> None:
        """Show what was put in quarantine, whether or not the run goes on to commit."""
        publish_quarantine(stage, results)


class _Opaque:
    """A function that Prefect does not look into, as it would into plain arguments."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work

    def do(self) -> Any:
        """Call it."""
        return self._work()


def outcome_since(store: Store, before: int | None) -> str:
    """What a run that ends in an error has to say of the data set."""
    now = store.latest_number()
    return "no snapshot was changed" if now == before else f"snapshot {now:06d} is committed"


def _tell(outcome: Outcome) -> None:
    logger, counts = get_run_logger(), outcome.manifest.counts
    rows = ", ".join(f"{counts[name]:,} {name}" for name in ("articles", "sentences", "quotes", "entities"))
    if outcome.is_new:
        logger.info("Committed snapshot %06d: %s", outcome.manifest.number, rows)


def _final_state(summary: RunSummary) -> State[Any]:
    if summary.has_failed:
        return Failed(message=summary.message, data=summary)
    return Completed(name=summary.state_name, message=summary.message, data=summary)
