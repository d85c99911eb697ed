"""The main flow: raw seed files in, a committed snapshot of Parquet tables out."""

# No `from __future__ import annotations`: see settings.py.
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.errors import SettingsError, UserError
from flows.link.catalog_files import load_catalog
from flows.operate.report import (
    ProgressArtifact,
    count_rows,
    name_run,
    name_started_run,
    name_stopped_run,
    publish_quarantine,
    publish_run,
    quarantine_parts,
)
from flows.run.annotators import load_annotator
from flows.run.batch import BatchResult, BatchSpec
from flows.run.batches import AnnotationError, annotate_sources
from flows.run.plan import Plan, fingerprint, plan_run, versions
from flows.run.summary import RunSummary, StageClock, add_up_seconds, describe_changes
from flows.settings import Settings, mask_secrets
from flows.sources.read import find_files
from flows.store.commit import RunInfo, commit_snapshot
from flows.store.disk import local_path, writing
from flows.store.lock import BusyError, write_lock
from flows.store.seen import recall, remember
from flows.store.snapshots import Manifest, Store, latest_manifest, outcome_since, read_sources
from flows.store.staging import Staging
from transforms.catalog import Catalog
from transforms.records import Source
from transforms.tables import SCHEMA_VERSION

FLOW_NAME = "newsmill"


class QuarantineError(RuntimeError):
    """More of the files gave no article than the settings allow."""


DEFAULTS = Settings()


def run_tags(settings: Settings) -> list[str]:
    """What runs and deployments are found by in the UI: the pipeline, and the data folder's name."""
    return [FLOW_NAME, Path(settings.out).name]


@flow(
    name=FLOW_NAME,
    description="News text in, keyed Parquet out: articles, sentences, quotations with their speakers, entities.",
    flow_run_name=name_started_run,
    on_cancellation=[name_stopped_run],
    on_crashed=[name_stopped_run],
    on_failure=[name_stopped_run],
    version=version("newsmill"),
    # Threads only wait for worker processes; how many batches are in flight is decided in annotate.py.
    task_runner=ThreadPoolTaskRunner[Any](max_workers=256),  # type: ignore[arg-type]  # futures are invariant
    persist_result=False,
)
def newsmill(settings: Settings = DEFAULTS) -> State[Any]:
    """Bring the data set at ``settings.out`` up to date with the files at ``settings.seeds``."""
    logger = get_run_logger()
    run_id = str(runtime.flow_run.id or uuid.uuid4())
    try:
        out = prepare_output(settings)
        lock = write_lock(
            out, run_id, wait=settings.when_busy == "wait", on_wait=lambda who: logger.warning("Waiting: %s", who)
        )
        with lock:
            store = Store(out)
            before = store.latest_number()
            with writing(out, lambda: outcome_since(store, before)):
                summary = run_locked(settings, out, run_id)
    except BusyError as error:
        summary = RunSummary("skipped", f"skipped: {error}", settings.out)
    except (AnnotationError, QuarantineError) as error:
        summary = RunSummary("failed", mask_secrets(str(error)), settings.out)
    except UserError as error:
        summary = RunSummary("error", mask_secrets(str(error)), settings.out)
    name_run(summary)
    return _final_state(summary)


def run_locked(settings: Settings, out: Path, run_id: str) -> RunSummary:
    """The whole run, for the one process that holds the data folder's lock."""
    started, clock = datetime.now(UTC), StageClock()
    store, staging = Store(out), Staging(out / "staging", run_id)
    store.recover()
    catalog = read_catalog(settings)
    row_versions = current_versions(settings)
    previous = latest_manifest(store)
    with clock.stage("find sources"):
        plan = find_work(settings, store, previous, row_versions)
    if not plan.has_work and previous is not None and previous.linked_with == catalog.fingerprint:
        staging.clean_others()
        if plan.n_hashed:
            remember(store.root, plan.file_rows())
        return _nothing_to_do(settings, previous, plan, clock)
    staging.open()
    with clock.stage("annotate"):
        results = annotate(settings, plan, staging, fingerprint(row_versions))
    quarantine = quarantine_parts(results, staging.done)
    n_quarantined = count_rows(quarantine)
    publish_quarantine(quarantine)
    _refuse_too_many(_count_quarantined(plan, results), len(plan.files), settings.max_quarantine_share)
    run = RunInfo(run_id, started, version("newsmill"), settings.without_secrets())
    with clock.stage("load snapshot"):
        manifest = load_snapshot(store, staging, plan, results, catalog, row_versions, run)
        store.prune(settings.keep_snapshots)
        staging.remove()
    summary = _summarise(settings, plan, results, manifest, previous, n_quarantined, clock)
    publish_run(summary, results, store.folder(manifest.number))
    return summary


def prepare_output(settings: Settings) -> Path:
    """The data folder, made where it is missing; SettingsError where it cannot be one."""
    out = local_path(settings.out, "--out")
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / ".lock").touch()
    except FileExistsError:
        raise SettingsError(f"the output path {out} is a file; give a folder with --out") from None
    except OSError as error:
        raise SettingsError(f"cannot write to the output folder {out}: {error.strerror}") from None
    return out.resolve()


def read_catalog(settings: Settings) -> Catalog:
    """The gazetteer and the corrections that the settings name; UserError where a file cannot be used."""
    named = {"--gazetteer": settings.gazetteer, "--corrections": settings.corrections}
    return load_catalog(*(local_path(path, option, "CSV file") if path else None for option, path in named.items()))


def current_versions(settings: Settings) -> dict[str, str]:
    """What the rows depend on besides the sources."""
    annotator = load_annotator(settings.annotator)
    name = f"{annotator.name} {annotator.version}"
    return versions(name, SCHEMA_VERSION, version("newsmill"), settings.row_settings())


def known_sources(store: Store, previous: Manifest | None) -> list[dict[str, Any]]:
    """What is known of each file from the snapshot before, and from the runs since that found nothing to do."""
    return recall(store.root, read_sources(store.folder(previous.number))) if previous is not None else []


@task(name="find sources", task_run_name="find sources", cache_policy=NO_CACHE, persist_result=False)
def _find_sources(settings: Settings, known: Any, rebuild: bool) -> Plan:
    return plan_run(find_files(settings.seeds).files, known(), rebuild=rebuild)


def find_work(settings: Settings, store: Store, previous: Manifest | None, row_versions: dict[str, str]) -> Plan:
    """Today's files against those of the previous snapshot; all of them where its rows were made otherwise."""
    rebuild = settings.rebuild or previous is None or previous.versions != row_versions
    plan = _find_sources(settings, lambda: known_sources(store, previous), rebuild)
    get_run_logger().info("%d files: %s", len(plan.files), describe_changes(plan.changes, 0, n_read=len(plan.pending)))
    if previous is not None and rebuild and not settings.rebuild:
        get_run_logger().info("Rebuilding everything: annotator, schema, version or settings changed")
    return plan


def annotate(settings: Settings, plan: Plan, staging: Staging, version_fingerprint: str) -> list[BatchResult]:
    """The pending sources' batches: those a dead run had finished, and the rest."""
    adopted = staging.adopt(plan.pending, version_fingerprint)
    staging.clean_others()
    if adopted:
        get_run_logger().info("%d batches taken over from a run that did not finish", len(adopted))
    done = {entry["uri"] for result in adopted for entry in result.sources}
    rest = [source for source in plan.pending if source.uri not in done]
    if not rest:
        return adopted

    def make_spec(batch: str, sources: Sequence[Source]) -> BatchSpec:
        return BatchSpec(
            batch, version_fingerprint, settings.annotator, settings.min_confidence, tuple(sources), str(staging.done)
        )

    artifact = ProgressArtifact()
    try:
        fresh = annotate_sources(
            rest,
            staging,
            make_spec=make_spec,
            fingerprint=version_fingerprint,
            batch_chars=settings.batch_chars,
            n_workers=settings.n_workers,
            document_timeout_s=settings.document_timeout_s,
        )
    finally:
        artifact.close()
    return [*adopted, *fresh]


@task(name="load snapshot", task_run_name="load snapshot", cache_policy=NO_CACHE, persist_result=False)
def _load_snapshot(commit: Any) -> Manifest:
    manifest: Manifest = commit()
    return manifest


def load_snapshot(
    store: Store,
    staging: Staging,
    plan: Plan,
    results: list[BatchResult],
    catalog: Catalog,
    row_versions: dict[str, str],
    run: RunInfo,
) -> Manifest:
    """Commit, as one task run of its own in the history."""
    manifest: Manifest = _load_snapshot(
        lambda: commit_snapshot(store, staging.folder, plan, results, catalog, row_versions, run)
    )
    rows = ", ".join(f"{manifest.counts[name]:,} {name}" for name in ("articles", "sentences", "quotes", "entities"))
    get_run_logger().info("Committed snapshot %06d: %s", manifest.number, rows)
    return manifest


def _count_quarantined(plan: Plan, results: Sequence[BatchResult]) -> int:
    carried = sum(1 for row in plan.carried.values() if row["outcome"] == "quarantined")
    return carried + sum(1 for r in results for entry in r.sources if entry["outcome"] == "quarantined")


def _refuse_too_many(n_quarantined: int, n_files: int, max_share: float) -> None:
    if n_files and n_quarantined / n_files > max_share:
        raise QuarantineError(
            f"{n_quarantined} of {n_files} files gave no article, more than max_quarantine_share = {max_share:g}"
            " allows; nothing was committed"
        )


def _nothing_to_do(settings: Settings, previous: Manifest, plan: Plan, clock: StageClock) -> RunSummary:
    status, refusal = _judge(settings, previous, "unchanged")
    return RunSummary(
        status=status,
        message=f"nothing new in {len(plan.files):,} files{refusal}",
        out=mask_secrets(settings.out),
        snapshot=previous.number,
        n_files=len(plan.files),
        changes=plan.changes,
        counts=previous.counts,
        counts_before=previous.counts,
        stages=clock.seconds,
        elapsed_s=clock.elapsed_s,
    )


def _summarise(
    settings: Settings,
    plan: Plan,
    results: Sequence[BatchResult],
    manifest: Manifest,
    previous: Manifest | None,
    n_quarantined: int,
    clock: StageClock,
) -> RunSummary:
    status, refusal = _judge(settings, manifest, "quarantined" if n_quarantined else "completed")
    return RunSummary(
        status=status,
        message=describe_changes(plan.changes, n_quarantined, n_read=len(plan.pending)) + refusal,
        out=mask_secrets(settings.out),
        snapshot=manifest.number,
        n_files=len(plan.files),
        n_quarantined=n_quarantined,
        changes=plan.changes,
        counts=manifest.counts,
        counts_before=previous.counts if previous else {},
        stages=clock.seconds,
        worker_seconds=add_up_seconds(results),
        n_words=sum(result.n_words for result in results),
        elapsed_s=clock.elapsed_s,
    )


def _judge(settings: Settings, manifest: Manifest, status: str) -> tuple[str, str]:
    """The run's status, and what to add to its message where ``strict`` turns it into a failure."""
    n_rows = manifest.counts["quarantine"]
    if not settings.strict or not n_rows:
        return status, ""
    return "failed", f"; {n_rows:,} rows in quarantine, which strict does not allow"


def _final_state(summary: RunSummary) -> State[Any]:
    if summary.has_failed:
        return Failed(message=summary.message, data=summary)
    return Completed(name=summary.state_name, message=summary.message, data=summary)
