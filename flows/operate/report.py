"""What a run tells the Prefect UI: its name, its progress, and artifacts a person reads.

None of it may fail a run, least of all one whose snapshot is committed: whatever goes wrong here is a warning.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect import get_run_logger, runtime
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import MissingContextError
from prefect.logging import get_logger

from flows.jobs.specs import BatchResult
from flows.operate.markup import code, plain, safe_rows
from flows.operate.run_page import summary_markdown
from flows.operate.top_rows import LARGEST_COPIES, TOP_ENTITIES, TOP_SPEAKERS, top_rows
from flows.run.apart import MANY_ARTICLES, Do, do_apart, do_here
from flows.run.progress import subscribe
from flows.run.refresh import Outcome
from flows.run.summary import RunSummary
from flows.settings import mask_secrets
from flows.storage.address import is_remote
from flows.store.base import Stage, Store
from flows.store.parquet import open_parquet, table_paths
from transforms.tables import ARTICLES
from transforms.visible import visible

MAX_QUARANTINE_ROWS = 200
QUARANTINE_COLUMNS = ["source_uri", "record_index", "stage", "reason", "detail"]
MAX_REASONS = 10
PROGRESS_STEP = 0.02
PROGRESS_PAUSE_S = 60.0  # after an update that failed: a server that is away would hold up the workers each time
MAX_NAME_CHARS = 120
RUNNING = "running"
REPORT = "report.html"


@contextmanager
def only_worth_a_warning(what: str) -> Iterator[None]:
    """Turn any exception of the block into a warning that ``what`` could not be done; cancellation goes through."""
    try:
        yield
    except Exception as error:
        _logger().warning("%s: %s", what, visible(mask_secrets(f"{type(error).__name__}: {error}")))


class ProgressArtifact:
    """A progress bar in the UI, updated in steps that a person can see; thread-safe."""

    def __init__(self) -> None:
        self._told = 0.0
        self._not_before = 0.0
        self._updating = threading.Lock()
        self._id: Any = None
        with only_worth_a_warning("The run's progress cannot be shown"):
            self._id = create_progress_artifact(0.0, key="progress", description="Text annotated so far")
        self._stop = subscribe(self._listen)

    def _listen(self, share: float, what: str) -> None:
        is_step = share - self._told >= PROGRESS_STEP or (share >= 1.0 > self._told)
        if self._id is None or not is_step or time.monotonic() < self._not_before:
            return
        if not self._updating.acquire(blocking=False):
            return  # another worker's thread is at it; this one has a worker to listen to
        try:
            self._not_before = time.monotonic() + PROGRESS_PAUSE_S
            with only_worth_a_warning("The run's progress could not be updated"):
                update_progress_artifact(self._id, round(100 * share, 1), description=what)
                self._told, self._not_before = share, 0.0
        finally:
            self._updating.release()

    def close(self) -> None:
        """Stop listening."""
        self._stop()


def name_started_run() -> str:
    """Like "2026-11-23 06:00 running": the name until more is known."""
    return f"{runtime.flow_run.scheduled_start_time:%Y-%m-%d %H:%M} {RUNNING}"


def name_run(summary: RunSummary) -> None:
    """Name the flow run by when it was due and what it found: "2026-11-23 06:00 12 new, 2 quarantined"."""
    with only_worth_a_warning("The run could not be named"):
        if runtime.flow_run.id is None:
            return
        due = runtime.flow_run.scheduled_start_time
        name = f"{due:%Y-%m-%d %H:%M} {visible(summary.message)[:MAX_NAME_CHARS]}"
        with get_client(sync_client=True) as client:
            client.update_flow_run(runtime.flow_run.id, name=name)


def name_stopped_run(flow: Any, flow_run: FlowRun, state: State[Any]) -> None:
    """Name a run that did not come to its own end: "2026-11-23 06:00 cancelled". A hook of ``flow``."""
    end = "crashed" if state.is_crashed() else "failed" if state.is_failed() else "cancelled"
    with only_worth_a_warning("The run could not be named"), get_client(sync_client=True) as client:
        name = client.read_flow_run(flow_run.id).name
        if name.endswith(RUNNING):
            client.update_flow_run(flow_run.id, name=name.removesuffix(RUNNING) + end)


def publish_run(summary: RunSummary, store: Store, outcome: Outcome) -> None:
    """The run's summary and its top speakers and entities, as artifacts of the flow run."""
    with only_worth_a_warning("The run's summary could not be published"):
        create_markdown_artifact(summary_markdown(summary), key="run-summary", description=plain(summary.message))
    with only_worth_a_warning("The run's top speakers could not be published"):
        speakers = _top(TOP_SPEAKERS, "quotes", store, outcome, entities="entities")
        _publish_table(
            speakers, key="top-speakers", description="Who is quoted most in the articles of this run, by statements"
        )
    with only_worth_a_warning("The run's top entities could not be published"):
        entities = _top(TOP_ENTITIES, "entity_mentions", store, outcome, entities="entities")
        _publish_table(entities, key="top-entities", description="Who and what this run's articles mention most")
    with only_worth_a_warning("The run's copies could not be published"):
        copies = _top(LARGEST_COPIES, "articles", store, outcome, duplicates="article_duplicates", articles="articles")
        _publish_table(copies, key="largest-copies", description="The stories of this run that have most copies")


def publish_report(store: Store, outcome: Outcome) -> None:
    """The data set at a glance, as a file beside it that each run makes anew, and a link to it."""
    with only_worth_a_warning("The data set's report could not be made"):
        from flows.view.report import report_at

        number, out = outcome.manifest.number, mask_secrets(store.address)
        store.note(REPORT, _doing(outcome)(report_at, store.address, number, out).encode())
        place = mask_secrets(store.noted_at(REPORT))
        create_link_artifact(
            place if is_remote(place) else Path(place).absolute().as_uri(),
            link_text=f"The data set at a glance, snapshot {number:06d}",
            key="report",
            description=f"One file to read or mail: {code(place)}. Browsers do not follow a link from here to a file: "
            f"copy its address, or write it elsewhere with {code(f'newsmill report --out {out} --to report.html')}.",
        )


def publish_quarantine(stage: Stage, results: Sequence[BatchResult]) -> None:
    """What this run could not use, and why, from its batches in the stage; nothing where there was nothing.

    Holds ``MAX_QUARANTINE_ROWS`` rows in memory, however many there are.
    """
    with only_worth_a_warning("The run's quarantine could not be published"):
        parts = [
            stage.locate(f"{result.folder}/{file.path}")
            for result in results
            for file in result.files
            if file.table == "quarantine"
        ]
        n_rows = sum(result.n_quarantined for result in results)
        if not n_rows:
            return
        shown = [_shown(row) for row in _first_rows(parts, MAX_QUARANTINE_ROWS)]
        description = f"What this run could not use, and why: {_describe_reasons(_count_reasons(parts))}"
        if n_rows > len(shown):
            description += f" (the first {len(shown)} of {n_rows:,}; the table `quarantine` has all)"
        _publish_table(shown, key="quarantine", description=description)


def _first_rows(parts: Sequence[str], limit: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for part in parts:
        for batch in open_parquet(part).iter_batches(batch_size=limit, columns=QUARANTINE_COLUMNS):
            rows += batch.slice(0, limit - len(rows)).to_pylist()
            if len(rows) >= limit:
                return rows
    return rows


def _count_reasons(parts: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part in parts:
        for batch in open_parquet(part).iter_batches(columns=["reason"]):
            counts.update({row["values"]: row["counts"] for row in batch["reason"].value_counts().to_pylist()})
    return counts


def _describe_reasons(counts: Mapping[str, int]) -> str:
    """Like "12 no_text, 3 binary", the most frequent first."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{count:,} {code(reason)}" for reason, count in ranked[:MAX_REASONS]]
    rest = sum(count for _, count in ranked[MAX_REASONS:])
    return ", ".join([*named, *([f"{rest:,} for other reasons"] if rest else [])])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a person reads it: the record's number stands with its source, which mostly holds only one."""
    record = "" if row["record_index"] is None else f" (record {row['record_index']})"
    return {
        "source": row["source_uri"] + record,
        "reason": row["reason"],
        "detail": row["detail"],
        "stage": row["stage"],
    }


def _logger() -> logging.Logger | logging.LoggerAdapter[Any]:
    try:
        return get_run_logger()
    except MissingContextError:  # a hook, or a thread that no task runs in
        return get_logger("newsmill")


def _top(query: str, table: str, store: Store, outcome: Outcome, **whole: str) -> list[dict[str, Any]]:
    """The first rows of a query over this run's parts of one table, and over other tables whole."""
    number = outcome.manifest.number
    files = [file for result in outcome.results for file in result.files if file.table == table]
    parts = [store.locate(number, file.path) for file in files]
    if not parts:
        return []
    paths = {"rows": parts, **{name: table_paths(store, number, other) for name, other in whole.items()}}
    return _doing(outcome)(top_rows, query, paths)


def _doing(outcome: Outcome) -> Do:
    return do_apart if outcome.manifest.counts[ARTICLES.name] >= MANY_ARTICLES else do_here


def _publish_table(rows: list[dict[str, Any]], *, key: str, description: str) -> None:
    if rows:
        create_table_artifact(safe_rows(rows), key=key, description=description)
