"""What a run tells the Prefect UI: its name, its progress, and artifacts a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pyarrow.parquet as pq
from prefect import get_run_logger, runtime
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import PrefectHTTPStatusError

from flows.run.batch import BatchResult
from flows.run.progress import subscribe
from flows.run.summary import RunSummary, summary_markdown

MAX_QUARANTINE_ROWS = 200
QUARANTINE_COLUMNS = ["source_uri", "record_index", "stage", "reason", "detail"]
TOP_ROWS = 20
PROGRESS_STEP = 0.02
MAX_NAME_CHARS = 120
RUNNING = "running"

_TOP_SPEAKERS = """
    SELECT name AS speaker, entity_type AS type, count(*) AS quotes, count(DISTINCT article_id) AS articles
    FROM read_parquet($rows) AS quotes JOIN read_parquet($entities) ON speaker_entity_id = entity_id
    GROUP BY entity_id, speaker, type ORDER BY quotes DESC, articles DESC, speaker LIMIT $limit
"""
_TOP_ENTITIES = """
    SELECT entities.name AS entity, entities.entity_type AS type, count(*) AS mentions,
           count(DISTINCT article_id) AS articles
    FROM read_parquet($rows) AS mentions JOIN read_parquet($entities) AS entities USING (entity_id)
    GROUP BY entity_id, entity, type ORDER BY mentions DESC, articles DESC, entity LIMIT $limit
"""


class ProgressArtifact:
    """A progress bar in the UI, updated in steps that a person can see."""

    def __init__(self) -> None:
        self._id: Any = create_progress_artifact(0.0, key="progress", description="Text annotated so far")
        self._told = 0.0
        self._stop = subscribe(self._listen)

    def _listen(self, share: float, what: str) -> None:
        if share - self._told >= PROGRESS_STEP or (share >= 1.0 > self._told):
            self._told = share
            update_progress_artifact(self._id, round(100 * share, 1), description=what)

    def close(self) -> None:
        """Stop listening."""
        self._stop()


def name_started_run() -> str:
    """Like "2026-11-23 06:00 running": the name until more is known."""
    return f"{runtime.flow_run.scheduled_start_time:%Y-%m-%d %H:%M} {RUNNING}"


def name_run(summary: RunSummary) -> None:
    """Name the flow run by when it was due and what it found: "2026-11-23 06:00 12 new, 2 quarantined"."""
    if runtime.flow_run.id is None:
        return
    due = runtime.flow_run.scheduled_start_time
    name = f"{due:%Y-%m-%d %H:%M} {summary.message[:MAX_NAME_CHARS]}"
    with _only_worth_a_warning(), get_client(sync_client=True) as client:
        client.update_flow_run(runtime.flow_run.id, name=name)


def name_stopped_run(flow: Any, flow_run: FlowRun, state: State[Any]) -> None:
    """Name a run that did not come to its own end: "2026-11-23 06:00 cancelled". A hook of ``flow``."""
    end = "crashed" if state.is_crashed() else "failed" if state.is_failed() else "cancelled"
    with get_client(sync_client=True) as client:
        name = client.read_flow_run(flow_run.id).name
        if name.endswith(RUNNING):
            client.update_flow_run(flow_run.id, name=name.removesuffix(RUNNING) + end)


def publish_run(summary: RunSummary, results: Sequence[BatchResult], snapshot: Path) -> None:
    """The run's summary and its top speakers and entities, as artifacts of the flow run."""
    with _only_worth_a_warning():
        create_markdown_artifact(summary_markdown(summary), key="run-summary", description=summary.message)
        speakers = _top(_TOP_SPEAKERS, results, "quotes", snapshot)
        _publish_table(speakers, key="top-speakers", description="Who is quoted most in the articles of this run")
        entities = _top(_TOP_ENTITIES, results, "entity_mentions", snapshot)
        _publish_table(entities, key="top-entities", description="Who and what this run's articles mention most")


def publish_quarantine(rows: Sequence[dict[str, Any]]) -> None:
    """What this run could not use, and why; nothing where there was nothing."""
    shown = [_shown(row) for row in rows[:MAX_QUARANTINE_ROWS]]
    description = "What this run could not use, and why"
    if len(rows) > len(shown):
        description += f" (the first {len(shown)} of {len(rows):,}; the table `quarantine` has all)"
    with _only_worth_a_warning():
        _publish_table(shown, key="quarantine", description=description)


def quarantine_rows(results: Sequence[BatchResult], done: Path) -> list[dict[str, Any]]:
    """The quarantine rows of the run, from its batches below the folder ``done``."""
    rows: list[dict[str, Any]] = []
    for result in results:
        for file in result.files:
            if file.table == "quarantine":
                part = pq.ParquetFile(done / result.batch_id / file.table / file.name)
                rows += part.read(columns=QUARANTINE_COLUMNS).to_pylist()
    return rows


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a person reads it: the record's number stands with its source, which mostly holds only one."""
    record = "" if row["record_index"] is None else f" (record {row['record_index']})"
    return {
        "source": row["source_uri"] + record,
        "reason": row["reason"],
        "detail": row["detail"],
        "stage": row["stage"],
    }


@contextmanager
def _only_worth_a_warning() -> Iterator[None]:
    """A server that does not take a report must not spoil the run."""
    try:
        yield
    except (httpx.HTTPError, PrefectHTTPStatusError) as error:
        get_run_logger().warning("The run's report could not be published: %s", error)


def _top(query: str, results: Sequence[BatchResult], table: str, snapshot: Path) -> list[dict[str, Any]]:
    parts = [str(snapshot / table / f.name) for result in results for f in result.files if f.table == table]
    if not parts:
        return []
    with duckdb.connect() as database:
        database.execute("SET threads = 1")
        values = {"rows": parts, "entities": f"{snapshot}/entities/*.parquet", "limit": TOP_ROWS}
        found = database.execute(query, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _publish_table(rows: list[dict[str, Any]], *, key: str, description: str) -> None:
    if rows:
        create_table_artifact(rows, key=key, description=description)
