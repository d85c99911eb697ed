"""A run made of the flow's own pieces, in one process and without Prefect: for tests that need hundreds of runs."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.etl import known_sources
from flows.run.batch import BatchSpec, run_batch
from flows.run.plan import Plan, batch_id, fingerprint, make_batches, plan_run, versions
from flows.sources.read import find_files
from flows.store.commit import RunInfo, commit_snapshot
from flows.store.lock import write_lock
from flows.store.parquet import read_table
from flows.store.seen import remember
from flows.store.snapshots import Manifest, Store, latest_manifest
from flows.store.staging import Staging
from tests.fakes import FakeAnnotator
from transforms.annotate.protocol import Annotator
from transforms.catalog import Catalog
from transforms.tables import SCHEMA_VERSION, TABLES

SORT_KEYS = {"quarantine": ("source_uri", "record_index", "stage", "reason")}


def refresh(
    seeds: Path,
    out: Path,
    *,
    annotator: Annotator | None = None,
    batch_chars: int = 1_000_000,
    keep: int = 10,
    rebuild: bool = False,
    catalog: Catalog | None = None,
) -> tuple[Manifest, Plan]:
    """Bring ``out`` up to date with ``seeds``; the latest manifest and what there was to do."""
    annotator = annotator or FakeAnnotator()
    run_id = str(uuid.uuid4())
    out.mkdir(parents=True, exist_ok=True)
    with write_lock(out, run_id, wait=True, on_wait=lambda _: None):
        store, staging, catalog = Store(out), Staging(out / "staging", run_id), catalog or Catalog()
        store.recover()
        row_versions = versions(f"{annotator.name} {annotator.version}", SCHEMA_VERSION, "test", {})
        previous = latest_manifest(store)
        known = known_sources(store, previous)
        rebuild = rebuild or previous is None or previous.versions != row_versions
        plan = plan_run(find_files([str(seeds)]).files, known, rebuild=rebuild)
        if not plan.has_work and previous is not None and previous.linked_with == catalog.fingerprint:
            staging.clean_others()
            if plan.n_hashed:
                remember(store.root, plan.file_rows())
            return previous, plan
        staging.open()
        version = fingerprint(row_versions)
        results = staging.adopt(plan.pending, version)
        staging.clean_others()
        done = {entry["uri"] for result in results for entry in result.sources}
        for batch in make_batches([s for s in plan.pending if s.uri not in done], batch_chars):
            spec = BatchSpec(batch_id(batch, version), version, "", 0.0, tuple(batch), str(staging.done))
            results.append(run_batch(spec, annotator, lambda *_: None))
        run = RunInfo(run_id, datetime.now(UTC), "test", {})
        manifest = commit_snapshot(store, staging.folder, plan, results, catalog, row_versions, run)
        store.prune(keep)
        staging.remove()
    return manifest, plan


def rows_of(out: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table of the latest snapshot, in an order that depends on nothing but the rows."""
    rows: list[dict[str, Any]] = read_table(out / "latest", table).to_pylist()
    keys = SORT_KEYS.get(table) or tuple(t.key for t in TABLES if t.name == table and t.key)
    return sorted(rows, key=lambda row: [str(row[key]) for key in keys])


def all_rows(out: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table but ``runs``, which tells of the runs themselves."""
    return {table.name: rows_of(out, table.name) for table in TABLES if table.name != "runs"}
