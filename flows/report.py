"""What a run tells the Prefect UI: its name, its final state, and artifacts a person reads."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.batch import BatchResult
from flows.progress import subscribe
from flows.store.parquet import read_table

MAX_QUARANTINE_ROWS = 200
TOP_ROWS = 20
PROGRESS_STEP = 0.02


@dataclass(frozen=True)
class RunSummary:
    """The outcome of one run, for the command line and the artifacts. ``snapshot`` is None where none was made."""

    status: str
    message: str
    out: str
    snapshot: int | None = None
    n_files: int = 0
    n_quarantined_sources: int = 0
    changes: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    counts_before: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    n_words: int = 0
    elapsed_s: float = 0.0

    def to_json(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self))


def describe_changes(changes: Mapping[str, int], n_quarantined: int) -> str:
    """Like "12 new, 3 changed, 1 gone, 2 quarantined"; "nothing new" where nothing changed."""
    parts = [f"{changes[kind]} {kind}" for kind in ("new", "changed", "moved", "gone") if changes.get(kind)]
    if n_quarantined:
        parts.append(f"{n_quarantined} quarantined")
    return ", ".join(parts) or "nothing new"


def stage_seconds(results: Sequence[BatchResult]) -> dict[str, float]:
    """Seconds a stage, added up over all worker processes."""
    total: Counter[str] = Counter()
    for result in results:
        total.update(result.seconds)
    return {stage: round(seconds, 3) for stage, seconds in total.items()}


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


def publish_artifacts(summary: RunSummary, snapshot: Path) -> None:
    """The run's summary, its quarantine and its top speakers and entities, as artifacts of the flow run."""
    create_markdown_artifact(summary_markdown(summary), key="run-summary", description=summary.message)
    quarantine = read_table(snapshot, "quarantine").slice(0, MAX_QUARANTINE_ROWS).to_pylist()
    if quarantine:
        create_table_artifact(quarantine, key="quarantine", description="What could not be used, and why")
    for key, description, rows in _top_tables(snapshot):
        if rows:
            create_table_artifact(rows, key=key, description=description)


def summary_markdown(summary: RunSummary) -> str:
    """The summary as a page: counts per table against the snapshot before, and seconds per stage."""
    rate = (
        f"{summary.n_words / summary.elapsed_s:,.0f} words/s" if summary.n_words and summary.elapsed_s else "none read"
    )
    lines = [
        f"# {summary.message}",
        "",
        f"Snapshot **{summary.snapshot:06d}** in `{summary.out}`: {summary.n_files} files, {summary.n_words:,} words "
        f"annotated in {summary.elapsed_s:.1f} s ({rate}).",
        "",
        "| table | rows | change |",
        "|---|---:|---:|",
    ]
    for table, rows in summary.counts.items():
        lines.append(f"| {table} | {rows:,} | {rows - summary.counts_before.get(table, 0):+,} |")
    lines += ["", "| stage | seconds, all processes |", "|---|---:|"]
    lines += [f"| {stage} | {seconds:.2f} |" for stage, seconds in summary.seconds.items()]
    return "\n".join(lines)


def _top_tables(snapshot: Path) -> list[tuple[str, str, list[dict[str, Any]]]]:
    with duckdb.connect() as database:
        database.execute("SET threads = 1")

        def rows(query: str) -> list[dict[str, Any]]:
            found = database.execute(query, {"files": f"{snapshot}/entities/*.parquet"})
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

        speakers = rows(
            "SELECT name, entity_type, n_quotes, n_articles FROM read_parquet($files) WHERE n_quotes > 0"
            f" ORDER BY n_quotes DESC, name LIMIT {TOP_ROWS}"
        )
        entities = rows(
            "SELECT name, entity_type, n_mentions, n_articles FROM read_parquet($files)"
            f" ORDER BY n_mentions DESC, name LIMIT {TOP_ROWS}"
        )
    return [
        ("top-speakers", "Who is quoted most, in the whole data set", speakers),
        ("top-entities", "Who and what is mentioned most, in the whole data set", entities),
    ]
