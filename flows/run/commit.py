"""Commit: from carried parts and finished batches to the next snapshot, the only step that changes what readers see."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flows.jobs.specs import BatchResult
from flows.link.entities import Linked, link_entities
from flows.run.carry import BasePart, carry_over, grouped, located
from flows.run.plan import FilePlan
from flows.run.todo import Todo
from flows.storage.database import open_database, read_parquet
from flows.store.base import Origin, Stage, Store
from flows.store.disk import raise_if_disk, writing
from flows.store.internal import CORRECTIONS_SCHEMA, RECORDS, SOURCES_SCHEMA
from flows.store.manifest import BASE, INTERNAL, NAMES, SOURCES, Manifest, StoredFile
from flows.store.parquet import open_parquet, stage_file, stage_table
from transforms.catalog import Catalog
from transforms.link.final_ids import ID_COLUMNS, with_final_ids
from transforms.schema import arrow_schema
from transforms.tables import ARTICLES, BY_NAME, PART_TABLES, RUNS, SCHEMA_VERSION, TABLES


@dataclass(frozen=True)
class RunInfo:
    """What the ``runs`` row says of the run itself."""

    run_id: str
    started_at: datetime
    code_version: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class Work:
    """All that a snapshot is made from. ``base`` is the one before where its parts can be carried over, else None."""

    previous: Manifest | None
    base: Manifest | None
    files: FilePlan
    todo: Todo
    results: Sequence[BatchResult]
    catalog: Catalog
    versions: Mapping[str, str]
    run: RunInfo
    max_quarantine_share: float = 1.0


class QuarantineError(RuntimeError):
    """More of the files gave no article than the settings allow."""


def commit_snapshot(store: Store, stage: Stage, work: Work) -> Manifest:
    """Assemble the next snapshot and make it the latest; QuarantineError where too little could be used."""
    snapshot = _Snapshot(store, stage)
    parts = [*carry_over(store, stage, work.base, work.todo), *_fresh_parts(work.results)]
    sources = _source_rows(work.files, _count_records(store, stage, parts))
    _refuse_too_many(sources, work.max_quarantine_share)
    _link(snapshot, parts, work)
    if work.catalog.corrections:
        corrections = pa.Table.from_pylist([asdict(c) for c in work.catalog.corrections], schema=CORRECTIONS_SCHEMA)
        snapshot.add_table(INTERNAL, "corrections.parquet", corrections)
    snapshot.add_table(INTERNAL, "sources.parquet", pa.Table.from_pylist(sources, schema=SOURCES_SCHEMA))
    counts, n_statements = snapshot.count_rows(), _count_statements(store, stage, parts)
    runs = pa.Table.from_pylist(
        [_run_row(work, sources, {**counts, "statements": n_statements})], schema=arrow_schema(RUNS)
    )
    if work.previous is not None:
        before = read_runs(store, work.previous.number)
        runs = pa.concat_tables([upgraded(before, runs.schema), runs])
    snapshot.add_table("runs", "part-0.parquet", runs)
    for name in (table.name for table in PART_TABLES if not counts[table.name]):
        # Every reader finds every table, be it without rows.
        snapshot.add_table(name, "part-empty.parquet", arrow_schema(BY_NAME[name]).empty_table())
    return _publish(store, stage, snapshot, work, {**counts, "runs": runs.num_rows})


class _Snapshot:
    """The files of the snapshot to be, and where each lies now."""

    def __init__(self, store: Store, stage: Stage) -> None:
        self.store = store
        self.stage = stage
        self.files: list[StoredFile] = []
        self.origins: dict[str, Origin] = {}

    def add(self, file: StoredFile, origin: Origin) -> None:
        """Take a file as it lies somewhere."""
        self.files.append(file)
        self.origins[file.path] = origin

    def add_table(self, table: str, name: str, data: pa.Table) -> None:
        """Write a file for this snapshot."""
        file = stage_table(self.stage, "new", table, name, data)
        self.add(file, Origin(None, f"new/{file.path}"))

    def add_file(self, table: str, name: str, path: Path) -> None:
        """Take a local Parquet file for this snapshot."""
        file = stage_file(self.stage, "new", table, name, path, pq.ParquetFile(path).metadata.num_rows)
        self.add(file, Origin(None, f"new/{file.path}"))

    def count_rows(self) -> dict[str, int]:
        """Rows a table."""
        counts = {table.name: 0 for table in TABLES}
        for file in self.files:
            if file.table in counts:
                counts[file.table] += file.n_rows
        return counts


def _fresh_parts(results: Sequence[BatchResult]) -> list[BasePart]:
    return [BasePart(file, Origin(None, f"{result.folder}/{file.path}")) for result in results for file in result.files]


def _link(snapshot: _Snapshot, parts: Sequence[BasePart], work: Work) -> None:
    """Put every part into the snapshot: as it is, or with the ids of entities merged across the data set."""
    store, stage = snapshot.store, snapshot.stage
    files = work.previous.files if work.previous else ()
    names = next((file for file in files if file.path == NAMES), None)
    names_before = Origin(work.previous.number, NAMES) if work.previous and names else None

    def paths(table: str) -> dict[str, list[str]]:
        by_batch = grouped(parts, table).items()
        return {batch: [located(store, stage, part.origin) for part in group] for batch, group in by_batch}

    with stage.scratch() as scratch, writing(scratch):
        try:
            known = located(store, stage, names_before) if names_before else None
            linked = link_entities(paths("articles"), paths("article_entities"), work.catalog, scratch, names=known)
        except duckdb.Error as error:  # a full disk has many names there
            raise_if_disk(error, scratch)
            raise
        for part in parts:
            _add_part(snapshot, part, linked)
        snapshot.add_file("entities", "part-0.parquet", linked.entities)
        if linked.names is not None:
            snapshot.add_file(INTERNAL, "names.parquet", linked.names)
        elif names is not None and names_before is not None:
            snapshot.add(names, names_before)


def _add_part(snapshot: _Snapshot, part: BasePart, linked: Linked) -> None:
    digest = linked.digest(part.batch) if part.file.table in ID_COLUMNS else ""
    if not digest:
        snapshot.add(part.file, part.origin)
    elif part.final is not None and part.final.linked == digest and part.origin.number is not None:
        snapshot.add(part.final, Origin(part.origin.number, part.final.path))
        if part.origin.name != part.final.path:
            snapshot.add(replace(part.file, table=f"{BASE}/{part.file.table}"), part.origin)
    else:
        _add_linked(snapshot, part, linked, digest)


def _add_linked(snapshot: _Snapshot, part: BasePart, linked: Linked, digest: str) -> None:
    before = open_parquet(located(snapshot.store, snapshot.stage, part.origin)).read()
    after = with_final_ids(before, part.file.table, linked.changes(part.batch))
    if after is before:  # the ids that changed stand in other tables of its batch
        snapshot.add(replace(part.file, linked=digest), part.origin)
        return
    final = stage_table(snapshot.stage, "linked", part.file.table, part.file.name, after)
    snapshot.add(replace(final, linked=digest), Origin(None, f"linked/{final.path}"))
    snapshot.add(replace(part.file, table=f"{BASE}/{part.file.table}"), part.origin)


def _count_records(store: Store, stage: Stage, parts: Iterable[BasePart]) -> dict[str, tuple[int, int]]:
    """Articles and quarantined records of each source."""
    paths = [located(store, stage, part.origin) for part in parts if part.file.table == RECORDS]
    if not paths:
        return {}
    with open_database() as con:
        rows = read_parquet(con, paths)
        query = f"SELECT uri, count(article_id), count(*) - count(article_id) FROM {rows} GROUP BY uri"
        return {uri: (articles, others) for uri, articles, others in con.execute(query).fetchall()}


def _count_statements(store: Store, stage: Stage, parts: Iterable[BasePart]) -> int:
    """Rows of quotes that are statements, as the articles count them."""
    paths = [located(store, stage, part.origin) for part in parts if part.file.table == ARTICLES.name]
    if not paths:
        return 0
    with open_database() as con:
        query = f"SELECT coalesce(sum(n_quotes), 0)::BIGINT FROM {read_parquet(con, paths)}"
        counted = con.execute(query).fetchone()
    return int(counted[0]) if counted else 0


def _source_rows(files: FilePlan, counts: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
    rows = []
    for uri in sorted(files.rows):
        n_articles, n_quarantined = counts.get(uri, (0, 0))
        original = files.duplicates.get(uri)
        outcome = "duplicate" if original else "articles" if n_articles else "quarantined"
        told = {"outcome": outcome, "duplicate_of": original, "n_articles": n_articles, "n_quarantined": n_quarantined}
        rows.append({**files.rows[uri], **told})
    return rows


def _refuse_too_many(sources: Sequence[Mapping[str, Any]], max_share: float) -> None:
    n_quarantined = sum(1 for row in sources if row["outcome"] == "quarantined")
    if sources and n_quarantined / len(sources) > max_share:
        raise QuarantineError(
            f"{n_quarantined} of {len(sources)} files gave no article, more than max_quarantine_share = {max_share:g}"
            " allows; nothing was committed"
        )


def _run_row(work: Work, sources: Sequence[Mapping[str, Any]], counts: Mapping[str, int]) -> dict[str, Any]:
    n_sources: dict[str, int] = defaultdict(int)
    for row in sources:
        n_sources[row["outcome"]] += 1
    return {
        "run_id": work.run.run_id,
        "started_at": work.run.started_at,
        "finished_at": datetime.now(UTC),
        "code_version": work.run.code_version,
        "schema_version": SCHEMA_VERSION,
        "annotator": work.versions["annotator"],
        "settings": json.dumps(work.run.settings, sort_keys=True),
        "n_sources": len(sources),
        "n_sources_with_articles": n_sources["articles"],
        "n_sources_duplicate": n_sources["duplicate"],
        "n_sources_quarantined": n_sources["quarantined"],
        **{f"n_sources_{kind}": work.files.changes[kind] for kind in ("new", "changed", "moved", "gone")},
        **{f"n_{name}": counts[name] for name in ("articles", "sentences", "entity_mentions", "entities")},
        "n_quotes": counts["statements"],
        "n_attributions": counts["quotes"],
        "n_quarantined": counts["quarantine"],
    }


def _publish(store: Store, stage: Stage, snapshot: _Snapshot, work: Work, counts: dict[str, int]) -> Manifest:
    manifest = Manifest(
        number=max([*store.numbers(), 0]) + 1,
        parent=work.previous.number if work.previous else None,
        run_id=work.run.run_id,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=dict(work.versions),
        linked_with=work.catalog.fingerprint,
        counts=counts,
        changes=dict(work.files.changes),
        files=tuple(sorted(snapshot.files, key=lambda file: file.path)),
    )
    store.publish(stage, manifest, snapshot.origins)
    return manifest


def read_sources(store: Store, manifest: Manifest | None) -> list[dict[str, Any]]:
    """What the snapshot knows of each file: rows of SOURCES_SCHEMA; none in a snapshot of an earlier layout."""
    if manifest is None or not any(file.path == SOURCES for file in manifest.files):
        return []
    rows: list[dict[str, Any]] = open_parquet(store.locate(manifest.number, SOURCES)).read().to_pylist()
    return rows


def read_runs(store: Store, number: int) -> pa.Table:
    """The runs up to a snapshot, under the schema of their time."""
    return pa.concat_tables(
        (open_parquet(store.locate(number, file.path)).read() for file in store.manifest(number).parts("runs")),
        promote_options="default",
    )


def upgraded(old: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows of an earlier schema version under today's: the history of runs outlives a rebuild of everything else."""
    columns = [old[f.name].cast(f.type) if f.name in old.schema.names else _blank(f, old.num_rows) for f in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _blank(field: pa.Field, n_rows: int) -> pa.Array:
    if field.nullable:
        return pa.nulls(n_rows, field.type)
    blank = "" if pa.types.is_string(field.type) else 0
    return pa.array([blank] * n_rows).cast(field.type) if n_rows else pa.nulls(0, field.type)
