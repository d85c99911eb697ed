"""The product's own run, in this process and without Prefect: for tests that need hundreds of runs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from flows.jobs.batch import run_batch
from flows.jobs.index import run_index
from flows.jobs.specs import BatchResult, IndexSpec, Result, Spec
from flows.jobs.steps import Step
from flows.run.dispatch import Job, do_patiently
from flows.run.plan import versions
from flows.run.refresh import Outcome
from flows.run.refresh import refresh as run_refresh
from flows.settings import Settings
from flows.sources.files import find_files
from flows.store import open_store
from flows.store.base import Stage
from flows.store.parquet import read_table
from tests.fakes import FakeAnnotator
from transforms.annotate.protocol import Annotator
from transforms.catalog import Catalog
from transforms.tables import SCHEMA_VERSION, TABLES

T = TypeVar("T")
SORT_KEYS = {
    "quarantine": ("source_uri", "record_index", "stage", "reason"),
    "offset_map": ("article_id", "char_start"),
}


class InlineEngine:
    """Does each job here and now, with an annotator that tests hold in their hands."""

    n_slots = n_workers = 1

    def __init__(self, annotator: Annotator) -> None:
        self._annotator = annotator

    def run(self, spec: Spec, on_done: Callable[[int], None]) -> Result:
        def progress(_: Step, n_done: int) -> None:
            on_done(n_done)

        if isinstance(spec, IndexSpec):
            return run_index(spec, progress)
        return run_batch(spec, self._annotator, progress)

    def close(self) -> None:
        pass


class PlainRunner:
    """The steps of a run one after the other."""

    def __init__(self, annotator: Annotator, n_workers: int) -> None:
        self._engine = InlineEngine(annotator)
        self._n_workers = n_workers

    def n_workers(self) -> int:
        return self._n_workers

    def step(self, name: str, work: Callable[[], T]) -> T:
        return work()

    def jobs(self, jobs: Sequence[Job]) -> list[Result]:
        return [do_patiently(self._engine, job.spec, lambda _: None, lambda *_: None) for job in jobs]

    def tell(self, line: str) -> None:
        pass

    def batches_done(self, stage: Stage, results: Sequence[BatchResult]) -> None:
        pass


def refresh(
    seeds: Path | str | Sequence[Path],
    out: Path | str,
    *,
    annotator: Annotator | None = None,
    catalog: Catalog | None = None,
    settings_annotator: str = "model",
    **settings: Any,
) -> Outcome:
    """Bring ``out`` up to date with ``seeds``; what the run did. Worker processes load ``settings_annotator``."""
    annotator = annotator or FakeAnnotator()
    roots = [str(seeds)] if isinstance(seeds, Path | str) else [str(seed) for seed in seeds]
    chosen = {"workers": 1, "max_quarantine_share": 1.0, "annotator": settings_annotator, **settings}
    given = Settings(seeds=tuple(roots), out=str(out), **chosen)
    if isinstance(out, Path):
        out.mkdir(parents=True, exist_ok=True)
    store, run_id = open_store(str(out)), str(uuid.uuid4())
    with store.hold(run_id, wait=True, on_wait=lambda _: None):
        return run_refresh(
            given,
            store,
            run_id,
            PlainRunner(annotator, given.n_workers),
            list_files=lambda: find_files(roots),
            row_versions=row_versions(annotator),
            catalog=catalog or Catalog(),
        )


def row_versions(annotator: Annotator) -> Mapping[str, str]:
    return versions(f"{annotator.name} {annotator.version}", SCHEMA_VERSION, "test", {})


def rows_of(out: Path | str, table: str) -> list[dict[str, Any]]:
    """The rows of a table of the latest snapshot, in an order that depends on nothing but the rows."""
    store = open_store(str(out))
    number = store.latest_number()
    assert number is not None
    rows: list[dict[str, Any]] = read_table(store, number, table).to_pylist()
    keys = SORT_KEYS.get(table) or tuple(t.key for t in TABLES if t.name == table and t.key)
    return sorted(rows, key=lambda row: [str(row[key]) for key in keys])


def record_places(out: Path) -> list[tuple[Any, ...]]:
    """Where in its file each record of the latest snapshot is."""
    paths = str(out / "latest" / "internal" / "records" / "*.parquet")
    query = "SELECT uri, key, number, byte_start, article_id FROM read_parquet(?) ORDER BY ALL"
    return duckdb.execute(query, [paths]).fetchall()


def all_rows(out: Path | str) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table but ``runs``, which tells of the runs themselves."""
    return {table.name: rows_of(out, table.name) for table in TABLES if table.name != "runs"}
