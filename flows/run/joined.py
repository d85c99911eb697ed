"""What ties the articles of the data set to each other: which are copies, who is who in them, and who said it first.

Every such step reads the base parts, and gives tables of the whole data set and files of what becomes of the rows of
each batch (flows/run/joined_parts.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import duckdb

from flows.copies.find import Copies, find_copies
from flows.copies.signatures import Before
from flows.link.database import Step, within_memory
from flows.link.entities import Linked, link_entities
from flows.link.index import Index, Indexed
from flows.link.reuse import Reused, link_reuse
from flows.link.reuse_before import Known
from flows.run.apart import MANY_ARTICLES, Do, do_apart, do_here
from flows.run.carry import BasePart, grouped, located
from flows.run.joined_parts import write_parts
from flows.run.next_snapshot import NextSnapshot
from flows.store.base import Origin
from flows.store.disk import raise_if_disk, writing
from flows.store.internal import SAYINGS, SIGNATURES
from flows.store.manifest import (
    COPIES,
    INTERNAL,
    NAMES,
    SAYING_INDEX,
    SAYING_PAIRS,
    SAYING_SPEAKERS,
    SIGNATURE_INDEX,
    Manifest,
)
from transforms.catalog import Catalog
from transforms.tables import ARTICLES

T = TypeVar("T")
# So many new articles are worth it too: below, the start of four processes costs more than the memory is worth.
MIN_ARTICLES_APART = 3_000


class _Found(NamedTuple):
    copies: Copies
    linked: Linked
    reused: Reused


def add_joined(
    snapshot: NextSnapshot,
    parts: Sequence[BasePart],
    previous: Manifest | None,
    catalog: Catalog,
    *,
    is_built_on_previous: bool,
) -> None:
    """Put every part into the snapshot, as it is or with what joining changes in it, and the tables of joining."""
    store, stage = snapshot.store, snapshot.stage
    do: Do = do_apart if _is_much(parts) else do_here
    with stage.scratch() as scratch, writing(scratch):
        try:
            found = _find(snapshot, parts, previous, catalog, scratch, do, is_built_on_previous=is_built_on_previous)
        except duckdb.Error as error:  # a full disk has many names there
            raise_if_disk(error, scratch)
            raise
        files, origins = do(write_parts, store.address, stage.run_id, parts, *found)
        for file in files:
            snapshot.add(file, origins[file.path])
        _add_tables(snapshot, found, previous)


def _is_much(parts: Sequence[BasePart]) -> bool:
    articles = [part for part in parts if part.file.table == ARTICLES.name]
    n_new = sum(part.file.n_rows for part in articles if part.origin.number is None)
    return n_new >= MIN_ARTICLES_APART or sum(part.file.n_rows for part in articles) >= MANY_ARTICLES


def _find(
    snapshot: NextSnapshot,
    parts: Sequence[BasePart],
    previous: Manifest | None,
    catalog: Catalog,
    scratch: Path,
    do: Do,
    *,
    is_built_on_previous: bool,
) -> _Found:
    """The steps one after the other; each reads files that those before it left below ``scratch``."""
    store, stage = snapshot.store, snapshot.stage

    def paths(table: str) -> dict[str, list[str]]:
        by_batch = grouped(parts, table).items()
        return {batch: [located(store, stage, part.origin) for part in group] for batch, group in by_batch}

    def step(work: Step[T]) -> T:
        found: T = do(within_memory, work)
        return found

    articles, names = paths("articles"), _left(snapshot, previous, (NAMES,))
    before = _copies_before(snapshot, parts, previous) if is_built_on_previous else None
    signed = Indexed(paths(SIGNATURES), _digests(parts, SIGNATURES))
    copies = step(partial(find_copies, articles, signed, scratch / "copies", before=before))
    linked = step(
        partial(
            link_entities,
            articles,
            paths("article_entities"),
            catalog,
            scratch / "linked",
            duplicates=copies.duplicates,
            names=names[0] if names else None,
        )
    )
    reused = step(
        partial(
            link_reuse,
            Indexed(paths(SAYINGS), _digests(parts, SAYINGS)),
            articles,
            paths("quotes"),
            scratch / "reused",
            entities=linked.entities,
            final_ids=linked.changes_by_batch.path,
            duplicates=copies.duplicates,
            boilerplate=copies.boilerplate,
            known=_sayings_before(snapshot, parts, previous, copies) if before is not None else None,
        )
    )
    return _Found(copies, linked, reused)


def _add_tables(snapshot: NextSnapshot, found: _Found, previous: Manifest | None) -> None:
    """Put the tables of the whole data set into the snapshot, and what the next run needs of them."""
    copies, linked, reused = found
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
    elif previous is not None and (names := [file for file in previous.files if file.path == NAMES]):
        snapshot.add(names[0], Origin(previous.number, NAMES))


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
