"""What becomes of the parts of batches once articles are joined: ids of the data set, copies, sayings.

A part is written anew only where that changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

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


@dataclass(frozen=True)
class Join:
    """What one step that joins articles changes in the parts of a batch, of some tables only.

    ``digest_of`` gives one value for equal changes of a batch, "" for none; ``change``, of the rows of a part, its
    table and its batch, the rows with them, or the same rows where there are none.
    """

    tables: Collection[str]
    digest_of: Callable[[str], str]
    change: Callable[[pa.Table, str, str], pa.Table]

    def digest(self, part: BasePart) -> str:
        """One value for equal changes of a part; "" for none."""
        return self.digest_of(part.batch) if part.file.table in self.tables else ""

    def applied(self, rows: pa.Table, part: BasePart) -> pa.Table:
        """The rows of a part with the changes; ``rows`` itself where there are none."""
        return self.change(rows, part.file.table, part.batch) if part.file.table in self.tables else rows


def joins_of(copies: Copies, linked: Linked, reused: Reused) -> tuple[Join, ...]:
    """Which articles are copies of which, ids of entities merged, which quotations are of one saying."""
    return (
        Join(("articles",), copies.digest, lambda rows, _, batch: with_copies(rows, copies.kept(batch))),
        Join(ID_COLUMNS, linked.digest, lambda rows, table, batch: with_final_ids(rows, table, linked.changes(batch))),
        Join(("quotes",), reused.digest, lambda rows, _, batch: with_clusters(rows, reused.clusters(batch))),
    )


def write_parts(
    address: str, run_id: str, parts: Sequence[BasePart], copies: Copies, linked: Linked, reused: Reused
) -> tuple[list[StoredFile], dict[str, Origin]]:
    """The files of the next snapshot that are made of parts, and where each lies."""
    store = open_store(address)
    snapshot = NextSnapshot(store, store.stage(run_id))
    joins = joins_of(copies, linked, reused)
    for part in parts:
        add_part(snapshot, part, joins)
    return snapshot.files, snapshot.origins


def add_part(snapshot: NextSnapshot, part: BasePart, joins: Sequence[Join]) -> None:
    """Put one part into the snapshot; below ``internal/base`` too where its first form could not be had again."""
    table = part.file.table
    digest = _one_digest([join.digest(part) for join in joins])
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
        after = join.applied(after, part)
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
