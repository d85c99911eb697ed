"""What becomes of the parts of batches once articles are joined: ids of the data set, copies, sayings.

A part is written anew only where that changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pyarrow as pa

from flows.copies.find import Copies
from flows.link.entities import Linked
from flows.link.reuse import Reused
from flows.run.carry import BasePart, located
from flows.run.next_snapshot import NextSnapshot
from flows.store import open_store
from flows.store.base import Origin
from flows.store.manifest import BASE, StoredFile
from flows.store.parquet import open_parquet, stage_table
from transforms.copies.final_rows import with_copies
from transforms.link.final_ids import ID_COLUMNS, with_clusters, with_final_ids

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


def write_parts(
    address: str, run_id: str, parts: Sequence[BasePart], copies: Copies, linked: Linked, reused: Reused
) -> tuple[list[StoredFile], dict[str, Origin]]:
    """The files of the next snapshot that are made of parts, and where each lies."""
    store = open_store(address)
    snapshot = NextSnapshot(store, store.stage(run_id))
    joins: tuple[Join, ...] = (_Copies(copies), _Entities(linked), _Reuse(reused))
    for part in parts:
        add_part(snapshot, part, joins)
    return snapshot.files, snapshot.origins


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
