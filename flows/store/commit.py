"""Load: from finished batches and the snapshot before to the next snapshot."""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flows.link.entities import link_entities
from flows.run.batch import BatchResult
from flows.run.plan import Plan
from flows.store.carry import carry_over
from flows.store.disk import raise_if_disk
from flows.store.parquet import WrittenFile, describe_file, read_table, write_table
from flows.store.parts import BasePart
from flows.store.snapshots import UNLINKED, Manifest, Store, latest_manifest, write_sources
from transforms.catalog import Catalog
from transforms.link.final_ids import ID_COLUMNS, Change, with_final_ids
from transforms.schema import arrow_schema
from transforms.tables import BY_NAME, PART_TABLES, RUNS, SCHEMA_VERSION, TABLES


@dataclass(frozen=True)
class RunInfo:
    """What the ``runs`` row says of the run itself."""

    run_id: str
    started_at: datetime
    code_version: str
    settings: dict[str, Any]


def commit_snapshot(
    store: Store,
    work: Path,
    plan: Plan,
    results: Sequence[BatchResult],
    catalog: Catalog,
    versions: Mapping[str, str],
    run: RunInfo,
) -> Manifest:
    """Assemble the next snapshot in ``work`` and move ``latest`` to it; the only step that changes what readers see."""
    previous = latest_manifest(store)
    carried = carry_over(store, previous, plan, work)
    fresh = [
        BasePart(file, work / "done" / result.batch_id / file.table / file.name, result.batch_id)
        for result in results
        for file in result.files
    ]
    folder = work / "snapshot"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = _link_entities(folder, work / "linked", [*carried.parts, *fresh], catalog)
    sources = _source_rows(plan, results, carried.renamed)
    counts = {t.name: sum(f.n_rows for f in files if f.table == t.name) for t in TABLES}
    runs = _write_runs(folder, store, previous, _run_row(run, plan, sources, counts, versions))
    files += [runs, write_sources(folder, sources), *_empty_tables(folder, counts)]
    manifest = Manifest(
        number=max([*store.numbers(), 0]) + 1,
        parent=previous.number if previous else None,
        run_id=run.run_id,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=dict(versions),
        linked_with=catalog.fingerprint,
        counts={**counts, "runs": runs.n_rows},
        changes=dict(plan.changes),
        files=tuple(sorted(files, key=lambda f: (f.table, f.name))),
    )
    manifest.save(folder)
    store.publish(folder, manifest.number)
    return manifest


def _link_entities(folder: Path, scratch: Path, parts: Sequence[BasePart], catalog: Catalog) -> list[WrittenFile]:
    """Put every part into the snapshot's folder: as it is, or with the ids of entities merged across the data set."""
    shutil.rmtree(scratch, ignore_errors=True)
    by_table: dict[str, dict[str, list[str]]] = {table.name: defaultdict(list) for table in PART_TABLES}
    for part in parts:
        by_table[part.file.table][part.batch].append(str(part.path))
    try:
        linked = link_entities(by_table["articles"], by_table["article_entities"], catalog, scratch)
    except duckdb.Error as error:  # a full disk has many names there
        raise_if_disk(error, scratch)
        raise
    files = [file for part in parts for file in _final_files(folder, part, linked.changes(part.batch))]
    entities = folder / "entities" / "part-0.parquet"
    _hard_link(linked.entities, entities)
    return [*files, describe_file(entities, "entities", linked.n_entities)]


def _final_files(folder: Path, part: BasePart, changes: Sequence[Change]) -> list[WrittenFile]:
    """The part under its final ids, and as it was where those differ."""
    table, name = part.file.table, part.file.name
    if changes and table in ID_COLUMNS:
        data = pq.ParquetFile(part.path).read()
        final = with_final_ids(data, table, changes)
        if final is not data:
            _hard_link(part.path, folder / UNLINKED / table / name)
            return [write_table(folder, table, name, final), replace(part.file, table=f"{UNLINKED}/{table}")]
    _hard_link(part.path, folder / table / name)
    return [part.file]


def _hard_link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)
        with target.open("rb") as file:
            os.fsync(file.fileno())


def _source_rows(plan: Plan, results: Sequence[BatchResult], renamed: Mapping[str, str]) -> list[dict[str, Any]]:
    outcomes = {entry["uri"]: {**entry, "batch": result.batch_id} for result in results for entry in result.sources}
    rows = []
    for file in plan.file_rows():
        uri = file["uri"]
        row = plan.carried.get(uri) or outcomes.get(uri) or {"outcome": "duplicate"}
        batch = row.get("batch")
        rows.append(
            {
                **file,
                "outcome": row["outcome"],
                "duplicate_of": plan.duplicates.get(uri),
                "batch": renamed.get(batch, batch) if batch else None,
                "n_articles": row.get("n_articles", 0),
                "n_quarantined": row.get("n_quarantined", 0),
            }
        )
    return rows


def _run_row(
    run: RunInfo,
    plan: Plan,
    sources: Sequence[Mapping[str, Any]],
    counts: Mapping[str, int],
    versions: Mapping[str, str],
) -> dict[str, Any]:
    def n_sources(outcome: str) -> int:
        return sum(1 for row in sources if row["outcome"] == outcome)

    return {
        "run_id": run.run_id,
        "started_at": run.started_at,
        "finished_at": datetime.now(UTC),
        "code_version": run.code_version,
        "schema_version": SCHEMA_VERSION,
        "annotator": versions["annotator"],
        "settings": json.dumps(run.settings, sort_keys=True),
        "n_sources": len(sources),
        "n_sources_with_articles": n_sources("articles"),
        "n_sources_duplicate": n_sources("duplicate"),
        "n_sources_quarantined": n_sources("quarantined"),
        **{f"n_sources_{kind}": plan.changes[kind] for kind in ("new", "changed", "moved", "gone")},
        **{f"n_{name}": counts[name] for name in ("articles", "sentences", "quotes", "entity_mentions", "entities")},
        "n_quarantined": counts["quarantine"],
    }


def _write_runs(folder: Path, store: Store, previous: Manifest | None, row: dict[str, Any]) -> WrittenFile:
    new = pa.Table.from_pylist([row], schema=arrow_schema(RUNS))
    if previous is not None:
        new = pa.concat_tables([upgraded(read_table(store.folder(previous.number), "runs"), new.schema), new])
    return write_table(folder, "runs", "part-0.parquet", new)


def upgraded(old: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows of an earlier schema version under today's: the history of runs outlives a rebuild of everything else."""
    columns = [old[f.name].cast(f.type) if f.name in old.schema.names else _blank(f, old.num_rows) for f in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _blank(field: pa.Field, n_rows: int) -> pa.Array:
    if field.nullable:
        return pa.nulls(n_rows, field.type)
    blank = "" if pa.types.is_string(field.type) else 0
    return pa.array([blank] * n_rows).cast(field.type) if n_rows else pa.nulls(0, field.type)


def _empty_tables(folder: Path, counts: Mapping[str, int]) -> list[WrittenFile]:
    """A part without rows for each table that has none, so that every reader finds every table."""
    empty = [t.name for t in PART_TABLES if not counts[t.name]]
    return [
        write_table(folder, name, "part-empty.parquet", arrow_schema(BY_NAME[name]).empty_table()) for name in empty
    ]
