"""What ties the articles of the data set to each other: which are copies, and who is who in them.

Every such step reads the base parts, gives tables of the whole data set, and says what becomes of the rows of each
batch. A part is written anew only where that changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from flows.copies.find import Copies, find_copies
from flows.copies.signatures import Before
from flows.link.database import within_memory
from flows.link.entities import Linked, link_entities
from flows.link.index import Index, Indexed
from flows.link.reuse import Reused, link_reuse
from flows.link.reuse_before import Known
from flows.run.apart import do_apart
from flows.run.carry import BasePart, grouped, located
from flows.run.next_snapshot import NextSnapshot
from flows.store import open_store
from flows.store.base import Origin
from flows.store.disk import raise_if_disk, writing
from flows.store.internal import SAYINGS, SIGNATURES
from flows.store.manifest import (
    BASE,
    COPIES,
    INTERNAL,
    NAMES,
    SAYING_INDEX,
    SAYING_PAIRS,
    SAYING_SPEAKERS,
    SIGNATURE_INDEX,
    Manifest,
    StoredFile,
)
from flows.store.parquet import open_parquet, stage_table
from transforms.catalog import Catalog
from transforms.copies.final_rows import with_copies
from transforms.link.final_ids import ID_COLUMNS, with_clusters, with_final_ids
from transforms.tables import ARTICLES

# Below it the start of a process costs more than the memory is worth.
MIN_ARTICLES_APART = 1_000

# Tables whose final values can be taken out again, so that the first form of a part is not kept beside it.
REVERSIBLE = ("articles",)


class Join(Protocol):
    """What one step that joins articles changes in the parts of a batch."""

    def digest(self, table: str, batch: str) -> str:
        """One value for equal changes of a table's part; "" for none."""
        ...

    def applied(self, data: pa.Table, table: str, batch: str) -> pa.Table:
        """The rows of the part with the changes; ``data`` itself where there are none."""
        ...


@dataclass(frozen=True)
class _Entities:
    """Ids of entities merged across the data set."""

    linked: Linked

    def digest(self, table: str, batch: str) -> str:
        return self.linked.digest(batch) if table in ID_COLUMNS else ""

    def applied(self, data: pa.Table, table: str, batch: str) -> pa.Table:
        return with_final_ids(data, table, self.linked.changes(batch))


@dataclass(frozen=True)
class _Copies:
    """Which articles are copies of which."""

    copies: Copies

    def digest(self, table: str, batch: str) -> str:
        return self.copies.digest(batch) if table == "articles" else ""

    def applied(self, data: pa.Table, table: str, batch: str) -> pa.Table:
        return with_copies(data, self.copies.kept(batch)) if table == "articles" else data


@dataclass(frozen=True)
class _Reuse:
    """Which quotations are of one saying."""

    reused: Reused

    def digest(self, table: str, batch: str) -> str:
        return self.reused.digest(batch) if table == "quotes" else ""

    def applied(self, data: pa.Table, table: str, batch: str) -> pa.Table:
        return with_clusters(data, self.reused.clusters(batch)) if table == "quotes" else data


def add_joined(
    snapshot: NextSnapshot,
    parts: Sequence[BasePart],
    previous: Manifest | None,
    catalog: Catalog,
    *,
    is_built_on_previous: bool,
) -> None:
    """Put every part into the snapshot, as it is or with what joining changes in it, and the tables of joining.

    Where there is much to join, DuckDB and the allocators keep what they took, up to hundreds of megabytes: then a
    process of its own does it.
    """
    given = (parts, previous, catalog, is_built_on_previous)
    n_new = sum(part.file.n_rows for part in parts if part.file.table == ARTICLES.name and part.origin.number is None)
    if n_new < MIN_ARTICLES_APART:
        join_articles(snapshot, *given)
        return
    files, origins = do_apart(_joined, snapshot.store.address, snapshot.stage.run_id, *given)
    for file in files:
        snapshot.add(file, origins[file.path])


def _joined(address: str, run_id: str, *given: Any) -> tuple[list[StoredFile], dict[str, Origin]]:
    store = open_store(address)
    snapshot = NextSnapshot(store, store.stage(run_id))
    join_articles(snapshot, *given)
    return snapshot.files, snapshot.origins


def join_articles(
    snapshot: NextSnapshot,
    parts: Sequence[BasePart],
    previous: Manifest | None,
    catalog: Catalog,
    is_built_on_previous: bool,
) -> None:
    """The same in this process."""
    store, stage = snapshot.store, snapshot.stage
    files = previous.files if previous else ()
    names = next((file for file in files if file.path == NAMES), None)
    names_before = Origin(previous.number, NAMES) if previous and names else None

    def paths(table: str) -> dict[str, list[str]]:
        by_batch = grouped(parts, table).items()
        return {batch: [located(store, stage, part.origin) for part in group] for batch, group in by_batch}

    with stage.scratch() as scratch, writing(scratch):
        try:
            known = located(store, stage, names_before) if names_before else None
            before = _copies_before(snapshot, parts, previous) if is_built_on_previous else None
            signed = Indexed(paths(SIGNATURES), _digests(parts, SIGNATURES))
            copies = within_memory(
                lambda limit: find_copies(
                    paths("articles"), signed, scratch / "copies", before=before, memory_limit=limit
                )
            )
            linked = within_memory(
                lambda limit: link_entities(
                    paths("articles"),
                    paths("article_entities"),
                    catalog,
                    scratch,
                    duplicates=copies.duplicates,
                    names=known,
                    memory_limit=limit,
                )
            )
            said = Indexed(paths(SAYINGS), _digests(parts, SAYINGS))
            sayings = _sayings_before(snapshot, parts, previous, copies) if before is not None else None
            reused = within_memory(
                lambda limit: link_reuse(
                    said,
                    paths("articles"),
                    paths("quotes"),
                    scratch,
                    entities=linked.entities,
                    final_ids=linked.all_changes(),
                    duplicates=copies.duplicates,
                    boilerplate=copies.boilerplate,
                    known=sayings,
                    memory_limit=limit,
                )
            )
        except duckdb.Error as error:  # a full disk has many names there
            raise_if_disk(error, scratch)
            raise
        joins: tuple[Join, ...] = (_Copies(copies), _Entities(linked), _Reuse(reused))
        for part in parts:
            add_part(snapshot, part, joins)
        snapshot.add_file("entities", "part-0.parquet", linked.entities)
        snapshot.add_file("article_duplicates", "part-0.parquet", copies.duplicates, previous)
        snapshot.add_file("boilerplate", "part-0.parquet", copies.boilerplate, previous)
        snapshot.add_file(INTERNAL, "copies.parquet", copies.pairs, previous)
        for name, path in zip((*SIGNATURE_INDEX, *SAYING_INDEX), (*copies.index, *reused.index), strict=True):
            _add_index(snapshot, name, path, previous)
        snapshot.add_file("sayings", "part-0.parquet", reused.sayings, previous)
        snapshot.add_file("quote_reuse", "part-0.parquet", reused.quote_reuse, previous)
        snapshot.add_file(INTERNAL, "saying_pairs.parquet", reused.pairs, previous)
        snapshot.add_file(INTERNAL, "saying_speakers.parquet", reused.speakers, previous)
        if linked.names is not None:
            snapshot.add_file(INTERNAL, "names.parquet", linked.names)
        elif names is not None and names_before is not None:
            snapshot.add(names, names_before)


def _copies_before(snapshot: NextSnapshot, parts: Sequence[BasePart], previous: Manifest | None) -> Before | None:
    """What the snapshot before knows of copies, and which parts are other than there; None where it knows nothing."""
    kept = _left(snapshot, previous, ("article_duplicates/part-0.parquet", "boilerplate/part-0.parquet", COPIES))
    if previous is None or kept is None:
        return None
    new, gone = _differing(snapshot, parts, previous, SIGNATURES)
    duplicates, boilerplate, pairs = kept
    return Before(
        pairs=pairs,
        duplicates=duplicates,
        boilerplate=boilerplate,
        index=_index_before(snapshot, previous, SIGNATURE_INDEX),
        new_signatures=new,
        gone_signatures=gone,
    )


def _sayings_before(
    snapshot: NextSnapshot, parts: Sequence[BasePart], previous: Manifest | None, copies: Copies
) -> Known | None:
    """The same of sayings."""
    tables = ("sayings/part-0.parquet", "quote_reuse/part-0.parquet")
    kept = _left(snapshot, previous, (SAYING_PAIRS, SAYING_SPEAKERS, *tables))
    if previous is None or kept is None:
        return None
    new, gone = _differing(snapshot, parts, previous, SAYINGS)
    pairs, speakers, sayings, quote_reuse = kept
    return Known(
        pairs=pairs,
        speakers=speakers,
        sayings=sayings,
        quote_reuse=quote_reuse,
        index=_index_before(snapshot, previous, SAYING_INDEX),
        gone=gone,
        fresh=new,
        touched=copies.touched,
    )


def _index_before(snapshot: NextSnapshot, previous: Manifest, paths: Sequence[str]) -> Index | None:
    kept = _left(snapshot, previous, paths)
    return None if kept is None else Index(*kept)


def _left(snapshot: NextSnapshot, previous: Manifest | None, paths: Sequence[str]) -> list[str] | None:
    """Where the files that the snapshot before left lie; None where it lacks any."""
    if previous is None or not {*paths} <= {file.path for file in previous.files}:
        return None
    return [snapshot.store.locate(previous.number, path) for path in paths]


def _digests(parts: Sequence[BasePart], table: str) -> dict[str, str]:
    """What tells apart two contents of a batch's part."""
    return {batch: " ".join(part.file.sha256 for part in group) for batch, group in grouped(parts, table).items()}


def _add_index(snapshot: NextSnapshot, path: str, made: str, previous: Manifest | None) -> None:
    """Put a file of an index into the snapshot: the one made now, or the one before where that still serves."""
    known = next((file for file in previous.files if file.path == path), None) if previous else None
    if previous and known and made == snapshot.store.locate(previous.number, path):
        snapshot.add(known, Origin(previous.number, path))
    else:
        folder, _, name = path.rpartition("/")
        snapshot.add_file(folder, name, Path(made))


def _differing(
    snapshot: NextSnapshot, parts: Sequence[BasePart], previous: Manifest, table: str
) -> tuple[list[str], list[str]]:
    """Where the parts of a table lie that the snapshot before does not have, and those that it alone has."""
    store = snapshot.store
    now = [part for part in parts if part.file.table == table]
    kept = {part.origin.name for part in now if part.origin.number is not None}
    new = [located(store, snapshot.stage, part.origin) for part in now if part.origin.number is None]
    gone = [store.locate(previous.number, file.path) for file in previous.parts(table) if file.path not in kept]
    return new, gone


def add_part(snapshot: NextSnapshot, part: BasePart, joins: Sequence[Join]) -> None:
    """Put one part into the snapshot; below ``internal/base`` too where its first form could not be had again."""
    table = part.file.table
    digest = _one_digest([join.digest(table, part.batch) for join in joins])
    before = part.final.linked if part.final is not None else ""
    has_base = table not in REVERSIBLE
    if not digest and (not before or has_base):
        snapshot.add(part.file, part.origin)
    elif part.final is not None and before == digest and part.origin.number is not None:
        snapshot.add(part.final, Origin(part.origin.number, part.final.path))
        if part.origin.name != part.final.path:
            snapshot.add(replace(part.file, table=f"{BASE}/{table}"), part.origin)
    else:
        _add_joined(snapshot, part, joins, digest)


def _add_joined(snapshot: NextSnapshot, part: BasePart, joins: Sequence[Join], digest: str) -> None:
    table = part.file.table
    before = after = open_parquet(located(snapshot.store, snapshot.stage, part.origin)).read()
    for join in joins:
        after = join.applied(after, table, part.batch)
    if after is before:  # what changed stands in other tables of its batch
        snapshot.add(replace(part.file, linked=digest), part.origin)
        return
    final = stage_table(snapshot.stage, "linked", table, part.file.name, after)
    snapshot.add(replace(final, linked=digest), Origin(None, f"linked/{final.path}"))
    if table not in REVERSIBLE:
        snapshot.add(replace(part.file, table=f"{BASE}/{table}"), part.origin)


def _one_digest(digests: Sequence[str]) -> str:
    """One value for all: the one there is, or a hash of several."""
    told = [digest for digest in digests if digest]
    if len(told) < 2:
        return "".join(told)
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()
