"""Carry over: the parts of the previous snapshot that the next one keeps, less what is gone, small ones joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.run.plan import Plan
from flows.store.parquet import write_table
from flows.store.parts import BasePart, part_batch
from flows.store.snapshots import UNLINKED, Manifest, Store, read_sources
from transforms.ids import short_hash
from transforms.tables import PART_TABLES

# A schedule that finds a few articles every quarter of an hour would leave thousands of tiny files for every reader.
SMALL_BATCH_ARTICLES = 500
SMALL_BATCHES_TO_JOIN = 32

_PART_TABLES = frozenset(table.name for table in PART_TABLES)


@dataclass(frozen=True)
class Carried:
    """The parts to keep, and the new batch id of every batch whose parts were written anew."""

    parts: Sequence[BasePart] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)


def carry_over(store: Store, previous: Manifest | None, plan: Plan, work: Path) -> Carried:
    """The parts of ``previous`` that hold carried sources; whatever must be written anew goes below ``work``."""
    if previous is None or not plan.carried:
        return Carried()
    kept = _without_dropped(store.folder(previous.number), previous, plan, work / "kept")
    return _join_small(kept, work / "joined")


def _without_dropped(folder: Path, previous: Manifest, plan: Plan, out: Path) -> Carried:
    dropped = _dropped_by_batch(folder, plan.dropped)
    carried_batches = {row["batch"] for row in plan.carried.values()}
    parts: list[BasePart] = []
    renamed: dict[str, str] = {}
    for part in _base_parts(folder, previous):
        if part.batch not in carried_batches:
            continue
        if part.batch not in dropped:
            parts.append(part)
            continue
        uris = dropped[part.batch]
        new = renamed.setdefault(part.batch, short_hash("kept", part.batch, *sorted(uris)))
        rest = _without(part, folder, new, uris, out)
        if rest is not None:
            parts.append(rest)
    return Carried(parts, renamed)


def _base_parts(folder: Path, manifest: Manifest) -> list[BasePart]:
    """All parts of a snapshot as they were before linking."""
    bases: dict[tuple[str, str], BasePart] = {}
    for file in manifest.files:
        table = file.table.removeprefix(f"{UNLINKED}/")
        part = BasePart(replace(file, table=table), folder / file.table / file.name, part_batch(file.name))
        if table in _PART_TABLES and (table != file.table or (table, file.name) not in bases):
            bases[table, file.name] = part
    return [bases[key] for key in sorted(bases)]


def _dropped_by_batch(folder: Path, dropped: Iterable[str]) -> dict[str, set[str]]:
    gone = set(dropped)
    by_batch: dict[str, set[str]] = defaultdict(set)
    for row in read_sources(folder):
        if row["uri"] in gone and row["batch"]:
            by_batch[row["batch"]].add(row["uri"])
    return by_batch


def _without(part: BasePart, folder: Path, new: str, uris: set[str], out: Path) -> BasePart | None:
    """The part without the rows of the dropped sources, written anew; None where nothing is left of it."""
    data = pq.ParquetFile(part.path).read()
    if part.file.table in ("articles", "quarantine"):
        is_gone = pc.is_in(data["source_uri"], value_set=pa.array(sorted(uris), pa.string()))
    else:
        is_gone = pc.is_in(data["article_id"], value_set=_article_ids(folder, part.batch, uris))
    return _write(out, part.file.table, new, part.file.name.replace(part.batch, new), data.filter(pc.invert(is_gone)))


def _article_ids(folder: Path, batch: str, uris: set[str]) -> pa.Array:
    ids: list[str] = []
    for path in sorted((folder / "articles").glob(f"part-{batch}*.parquet")):
        table = pq.ParquetFile(path).read(columns=["article_id", "source_uri"])
        gone = pc.is_in(table["source_uri"], value_set=pa.array(sorted(uris), pa.string()))
        ids += table.filter(gone)["article_id"].to_pylist()
    return pa.array(ids, pa.string())


def _join_small(carried: Carried, out: Path) -> Carried:
    """Small batches as one, once there are many of them."""
    n_articles: dict[str, int] = defaultdict(int)
    for part in carried.parts:
        n_articles[part.batch] += part.file.n_rows if part.file.table == "articles" else 0
    small = sorted(batch for batch, rows in n_articles.items() if rows < SMALL_BATCH_ARTICLES)
    if len(small) < SMALL_BATCHES_TO_JOIN:
        return carried
    new = short_hash("joined", *small)
    by_table: dict[str, list[Path]] = defaultdict(list)
    for part in sorted(carried.parts, key=lambda p: p.file.name):
        if part.batch in set(small):
            by_table[part.file.table].append(part.path)
    joined = [
        _write(out, table, new, f"part-{new}.parquet", pa.concat_tables(pq.ParquetFile(p).read() for p in paths))
        for table, paths in by_table.items()
    ]
    rest = [part for part in carried.parts if part.batch not in set(small)]
    return Carried([*rest, *(part for part in joined if part)], _chain(carried.renamed, dict.fromkeys(small, new)))


def _chain(first: Mapping[str, str], then: Mapping[str, str]) -> dict[str, str]:
    return {**then, **{old: then.get(new, new) for old, new in first.items()}}


def _write(out: Path, table: str, batch: str, name: str, data: pa.Table) -> BasePart | None:
    if not data.num_rows:
        return None
    file = write_table(out, table, name, data)
    return BasePart(file, out / table / name, batch)
