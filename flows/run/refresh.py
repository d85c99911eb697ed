"""One run from end to end: what changed, its work, the next snapshot. Prefect comes in as a ``Runner``, if at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol, TypeVar

import orjson

from flows.errors import UserError
from flows.jobs.annotations import inherit
from flows.jobs.specs import BatchResult, BatchSpec, IndexResult, Result
from flows.link.database import within_memory
from flows.run.apart import MANY_ARTICLES, Do, do_apart, do_here
from flows.run.clock import StageClock
from flows.run.commit import RunInfo, Work, commit_snapshot, read_sources
from flows.run.dispatch import Job, index_jobs
from flows.run.plan import FilePlan, files_to_read, fingerprint, plan_files, promoted, refuse_vanished, versions
from flows.run.todo import NOTHING, Batch, Todo, plan_records, sources_to_retry
from flows.settings import Settings
from flows.sources.files import FoundFile, Listing
from flows.store import open_store
from flows.store.base import Stage, Store, latest_manifest
from flows.store.internal import FILES_SCHEMA, RECORDS
from flows.store.manifest import LAYOUT, Manifest
from transforms.annotate.protocol import Annotator
from transforms.catalog import Catalog
from transforms.tables import SCHEMA_VERSION

T = TypeVar("T")
SEEN = "seen.json"
# So many records to compare are worth a process of their own: DuckDB keeps what it took as long as its process lives.
MIN_RECORDS_APART = 10_000


class Runner(Protocol):
    """How the steps of a run are done and watched."""

    def n_workers(self) -> int:
        """How many jobs are done side by side."""
        ...

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Do one step here, under its name."""
        ...

    def jobs(self, jobs: Sequence[Job]) -> list[Result]:
        """Have the engine do jobs; the results in no particular order."""
        ...

    def tell(self, line: str) -> None:
        """Say something in the run's log."""
        ...

    def batches_done(self, stage: Stage, results: Sequence[BatchResult]) -> None:
        """Hear what came of the batches, before it is decided whether the run may commit."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What a run did. ``manifest`` is the latest snapshot's afterwards; ``is_new`` tells whether this run made it.

    ``is_rebuilt`` tells whether every row was made anew, though there was a snapshot.
    """

    manifest: Manifest
    previous: Manifest | None
    is_new: bool
    files: FilePlan
    listing: Listing
    results: Sequence[BatchResult]
    clock: StageClock
    is_rebuilt: bool = False

    @property
    def n_quarantined(self) -> int:
        """Rows that this run put in quarantine."""
        return sum(result.n_quarantined for result in self.results)


@dataclass
class _Run:
    """The values that every step needs."""

    settings: Settings
    store: Store
    catalog: Catalog
    info: RunInfo
    versions: Mapping[str, str]
    runner: Runner
    clock: StageClock = field(default_factory=StageClock)
    stage: Stage | None = None
    n_listed: int = 0  # records of the files read

    def open_stage(self) -> Stage:
        if self.stage is None:
            self.stage = self.store.open_stage(self.info.run_id)
            if not self.settings.rebuild:
                inherit(self.stage, self.store.dead_stages(self.info.run_id))
        return self.stage


def current_versions(annotator: Annotator, settings: Settings) -> dict[str, str]:
    """What the rows depend on besides the sources."""
    name = f"{annotator.name} {annotator.version}"
    return versions(name, SCHEMA_VERSION, version("newsmill"), settings.row_settings())


def refresh(
    settings: Settings,
    store: Store,
    run_id: str,
    runner: Runner,
    *,
    list_files: Callable[[], Listing],
    row_versions: Mapping[str, str],
    catalog: Catalog,
) -> Outcome:
    """Bring the data set up to date, for the one process that holds its lock.

    Raises VanishedError, QuarantineError, AnnotationError and OutputError, with nothing committed.
    """
    info = RunInfo(run_id, datetime.now(UTC), version("newsmill"), settings.without_secrets())
    run = _Run(settings, store, catalog, info, row_versions, runner)
    store.recover()
    previous = latest_manifest(store)
    with run.clock.stage("find sources"):
        listing = runner.step("find sources", list_files)
        files, base = _plan_files(run, previous, listing)
    todo = NOTHING
    if files.read or any(files.changes.values()):
        with run.clock.stage("find records"):
            todo = _plan_records(run, files, base)
    results: list[BatchResult] = []
    if todo.batches:
        with run.clock.stage("annotate"):
            results = _do_batches(run, todo)
    is_linked = previous is not None and base is not None and previous.linked_with == catalog.fingerprint
    if previous is not None and is_linked and _is_as_before(files, todo, results):
        _remember(store, files)
        _leave(run)
        return Outcome(previous, previous, False, files, listing, results, run.clock)
    with run.clock.stage("load snapshot"):
        work = Work(
            previous,
            previous if base else None,
            files,
            todo,
            results,
            catalog,
            row_versions,
            info,
            settings.max_quarantine_share,
        )
        manifest = runner.step("load snapshot", lambda: commit_snapshot(store, run.open_stage(), work))
    try:  # the snapshot is there: what cannot be tidied up now is no reason to fail
        store.prune(settings.keep_snapshots)
        _leave(run)
    except (OSError, UserError) as error:
        runner.tell(f"old snapshots or staging could not be removed: {error}")
    is_rebuilt = base is None and previous is not None
    return Outcome(manifest, previous, True, files, listing, results, run.clock, is_rebuilt)


def _plan_files(run: _Run, previous: Manifest | None, listing: Listing) -> tuple[FilePlan, int | None]:
    """Today's files, those that changed read; and the snapshot that is built upon, None for none."""
    known = {row["uri"]: row for row in _recall(run.store, read_sources(run.store, previous))}
    can_build_on = previous is not None and previous.layout == LAYOUT and previous.versions == run.versions
    base = previous.number if previous is not None and can_build_on and not run.settings.rebuild else None
    if previous is not None and base is None and not run.settings.rebuild:
        run.runner.tell("rebuilding everything: annotator, schema, version or settings changed")
    to_read = files_to_read(
        listing.files, known, sources_to_retry(run.store, base) if base else (), rebuild=base is None
    )
    read = _read_files(run, to_read)
    files = plan_files(listing.files, known, read)
    if again := set(promoted(files, known)):
        read |= _read_files(run, [file for file in listing.files if file.uri in again])
        files = plan_files(listing.files, known, read)
    if not run.settings.allow_gone:
        refuse_vanished(files, known, run.settings.max_gone_share)
    return files, base


def _read_files(run: _Run, files: Sequence[FoundFile]) -> dict[str, dict[str, Any]]:
    """What is known of files now that their records are listed in the stage, by uri."""
    if not files:
        return {}
    stage = run.open_stage()
    jobs = index_jobs(files, run.store.address, stage.run_id, run.settings)
    results = [result for result in run.runner.jobs(jobs) if isinstance(result, IndexResult)]
    run.n_listed += sum(result.n_entries for result in results)
    return {row["uri"]: row for result in results for row in result.sources}


def _plan_records(run: _Run, files: FilePlan, base: int | None) -> Todo:
    sizes = (run.settings.batch_chars, run.runner.n_workers())
    given = (run.store.address, run.open_stage().run_id, base, files, fingerprint(run.versions), *sizes)
    n_known = sum(part.n_rows for part in run.store.manifest(base).parts(RECORDS)) if base is not None else 0
    do: Do = do_apart if run.n_listed >= MIN_RECORDS_APART or n_known >= MANY_ARTICLES else do_here
    todo: Todo = do(within_memory, partial(_plan, *given))
    return todo


def _plan(
    address: str,
    run_id: str,
    base: int | None,
    files: FilePlan,
    versions_id: str,
    batch_chars: int,
    n_workers: int,
    *,
    memory_limit: str,
) -> Todo:
    store = open_store(address)
    return plan_records(
        store,
        store.stage(run_id),
        base,
        files,
        fingerprint=versions_id,
        batch_chars=batch_chars,
        n_workers=n_workers,
        memory_limit=memory_limit,
    )


def _do_batches(run: _Run, todo: Todo) -> list[BatchResult]:
    stage = run.open_stage()
    known_from = None if run.settings.rebuild else run.store.latest_number()
    n = len(todo.batches)
    jobs = [_batch_job(run, stage, batch, f"batch {i} of {n}", known_from) for i, batch in enumerate(todo.batches, 1)]
    results = [result for result in run.runner.jobs(jobs) if isinstance(result, BatchResult)]
    run.runner.batches_done(stage, results)
    return results


def _batch_job(run: _Run, stage: Stage, batch: Batch, name: str, known_from: int | None) -> Job:
    settings = run.settings
    spec = BatchSpec(
        batch.batch_id,
        run.store.address,
        stage.run_id,
        settings.annotator,
        settings.min_confidence,
        known_from,
        settings.keep_mojibake,
    )
    what = f"{batch.n_files:,} file{'s' if batch.n_files != 1 else ''}"
    if batch.n_records != batch.n_files:
        what = f"{batch.n_records:,} records of {what}"
    return Job(spec, f"{name} ({what})", batch.weight)


def _is_as_before(files: FilePlan, todo: Todo, results: Sequence[BatchResult]) -> bool:
    """Whether nothing changed, or all there was to do was to try again what had failed, and it failed again."""
    if any(files.changes.values()) or todo.moved.num_rows or todo.dropped.num_rows != todo.n_retried:
        return False
    return todo.n_records == todo.n_retried and not any(result.n_articles for result in results)


def _leave(run: _Run) -> None:
    """Leave no garbage, neither of this run nor of dead ones."""
    if run.stage is not None:
        run.stage.remove()
    run.store.clean_stages(run.info.run_id)


def _remember(store: Store, files: FilePlan) -> None:
    """Note down the time stamps of files that were read again and found unchanged, so that the next run need not.

    A run with nothing to do makes no snapshot, and a snapshot is never changed.
    """
    rows = [{name: row[name] for name in FILES_SCHEMA.names} for row in files.rows.values()]
    if files.n_hashed:
        store.note(SEEN, orjson.dumps(rows))


def _recall(store: Store, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a snapshot's sources, with size and times from the note where it is newer and of the same content."""
    try:
        noted = {row["uri"]: row for row in orjson.loads(store.noted(SEEN) or b"[]")}
    except (ValueError, TypeError, KeyError):  # it only saves time: a damaged one is as good as none
        noted = {}
    return [_newer(row, noted.get(row["uri"])) for row in rows]


def _newer(row: dict[str, Any], note: Mapping[str, Any] | None) -> dict[str, Any]:
    if note is None or note.get("sha256") != row["sha256"] or note["hashed_at_ns"] <= row["hashed_at_ns"]:
        return row
    return {**row, **{name: note[name] for name in ("size", "mtime_ns", "hashed_at_ns", "e_tag") if name in note}}
