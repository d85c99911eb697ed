"""Commit: from carried parts and finished batches to the next snapshot, the only step that changes what readers see."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from flows.jobs.specs import BatchResult
from flows.run.carry import BasePart, carry_over, located
from flows.run.joined import add_joined
from flows.run.next_snapshot import NextSnapshot
from flows.run.plan import FilePlan
from flows.run.todo import Todo
from flows.storage.database import open_database, read_parquet
from flows.store.base import Origin, Stage, Store
from flows.store.internal import CORRECTIONS_SCHEMA, RECORDS, SOURCES_SCHEMA
from flows.store.manifest import INTERNAL, SOURCES, Manifest
from flows.store.parquet import open_parquet
from transforms.catalog import Catalog
from transforms.datapackage import DATA_PACKAGE, README, Described, data_package, readme
from transforms.schema import arrow_schema
from transforms.tables import ARTICLES, BY_NAME, PART_TABLES, RUNS, SCHEMA_VERSION


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
    snapshot = NextSnapshot(store, stage)
    parts = [*carry_over(store, stage, work.base, work.todo), *_fresh_parts(work.results)]
    sources = _source_rows(work.files, _count_records(store, stage, parts))
    _refuse_too_many(sources, work.max_quarantine_share)
    add_joined(snapshot, parts, work.previous, work.catalog, is_built_on_previous=work.base is not None)
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


def _fresh_parts(results: Sequence[BatchResult]) -> list[BasePart]:
    return [BasePart(file, Origin(None, f"{result.folder}/{file.path}")) for result in results for file in result.files]


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
        "n_duplicates": counts["article_duplicates"],
        "n_quarantined": counts["quarantine"],
    }


def _publish(store: Store, stage: Stage, snapshot: NextSnapshot, work: Work, counts: dict[str, int]) -> Manifest:
    number, created_at = max([*store.numbers(), 0]) + 1, datetime.now(UTC).isoformat(timespec="seconds")
    _describe(snapshot, Described(number, created_at, work.run.run_id, work.versions, counts, snapshot.table_parts()))
    manifest = Manifest(
        number=number,
        parent=work.previous.number if work.previous else None,
        run_id=work.run.run_id,
        created_at=created_at,
        versions=dict(work.versions),
        linked_with=work.catalog.fingerprint,
        counts=counts,
        changes=dict(work.files.changes),
        files=tuple(sorted(snapshot.files, key=lambda file: file.path)),
    )
    store.publish(stage, manifest, snapshot.origins)
    return manifest


def _describe(snapshot: NextSnapshot, described: Described) -> None:
    """Have the snapshot say by itself what it is."""
    snapshot.add_text(DATA_PACKAGE, json.dumps(data_package(described), indent=1, ensure_ascii=False) + "\n")
    snapshot.add_text(README, readme(described))


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
