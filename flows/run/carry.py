"""Carry over: the parts of the snapshot before that the next one keeps, less what is gone, small ones joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from flows.run.todo import Todo
from flows.store.base import Origin, Stage, Store
from flows.store.internal import ANNOTATIONS, RECORDS, SAYINGS, SIGNATURES
from flows.store.manifest import BASE, Manifest, StoredFile, part_name
from flows.store.parquet import open_parquet, stage_table
from transforms.copies.final_rows import with_copies
from transforms.ids import short_hash
from transforms.tables import ARTICLES, PART_TABLES

# A schedule that finds a few articles every quarter of an hour would leave thousands of tiny files for every reader.
SMALL_BATCH_ARTICLES = 500
SMALL_BATCHES_TO_JOIN = 32

BASE_TABLES = (*(table.name for table in PART_TABLES), RECORDS, ANNOTATIONS, SAYINGS, SIGNATURES)


@dataclass(frozen=True, slots=True)
class BasePart:
    """One part as its batch wrote it, with the entity ids of its articles alone, and where it lies.

    ``final`` is the same part with the ids of the whole data set in the snapshot before, where it had others.
    """

    file: StoredFile
    origin: Origin
    final: StoredFile | None = None

    @property
    def batch(self) -> str:
        """The batch that the part belongs to."""
        return self.file.batch


def located(store: Store, stage: Stage, origin: Origin) -> str:
    """The path or the address of a file to be."""
    return stage.locate(origin.name) if origin.number is None else store.locate(origin.number, origin.name)


def carry_over(store: Store, stage: Stage, base: Manifest | None, todo: Todo) -> list[BasePart]:
    """The parts of the snapshot that stay (None: none do); whatever must be written anew goes to the stage."""
    if base is None:
        return []
    kept = [part for batch in _batches(store, stage, base, todo) for part in batch]
    return _join_small(store, stage, kept)


def base_parts(manifest: Manifest) -> list[BasePart]:
    """All parts of a snapshot as they were before linking."""
    unlinked = {file.path.removeprefix(f"{BASE}/"): file for file in manifest.files if file.table.startswith(BASE)}
    parts = []
    for file in manifest.files:
        if file.table in BASE_TABLES and file.batch:
            base = unlinked.get(file.path)
            origin = Origin(manifest.number, (base or file).path)
            plain = replace(base or file, table=file.table, linked="")
            parts.append(BasePart(plain, origin, file if file.linked else None))
    return sorted(parts, key=lambda part: part.file.path)


def _batches(store: Store, stage: Stage, base: Manifest, todo: Todo) -> Iterator[list[BasePart]]:
    by_batch: dict[str, list[BasePart]] = defaultdict(list)
    for part in base_parts(base):
        by_batch[part.batch].append(part)
    dropped, moved = _by_batch(todo.dropped), _by_batch(todo.moved)
    for batch, parts in sorted(by_batch.items()):
        change = _Change(batch, dropped.get(batch), moved.get(batch))
        touched = [part for part in parts if change.touches(part.file.table)]
        changed = [new for part in touched if (new := _changed(store, stage, part, change)) is not None]
        yield [*changed, *(part for part in parts if part not in touched)]


def _by_batch(rows: pa.Table) -> dict[str, pa.Table]:
    batches = rows["batch"].unique().to_pylist() if rows.num_rows else []
    if len(batches) == 1:
        return {batches[0]: rows}
    return {batch: rows.filter(pc.equal(rows["batch"], batch)) for batch in batches}


class _Change:
    """What becomes of one batch's rows."""

    def __init__(self, batch: str, dropped: pa.Table | None, moved: pa.Table | None) -> None:
        self.dropped = dropped
        self.moved = moved
        self._is_renumbered = moved is not None and pc.any(pc.not_equal(moved["number"], moved["new_number"])).as_py()
        # Rows that only have another number are still the batch's own, and its other parts stay as they are.
        told = [str(rows.to_pydict()) for rows in (dropped, moved) if rows is not None]
        self.new_batch = short_hash("kept", batch, *told) if dropped is not None else batch

    def touches(self, table: str) -> bool:
        """Whether the part of a table has to be written anew: where records only moved, those that tell where."""
        if self.dropped is not None:
            return True
        return self.moved is not None and table in _PLACES and (table == RECORDS or bool(self._is_renumbered))

    def apply(self, table: str, data: pa.Table) -> pa.Table:
        """The rows that stay, with their records' new places."""
        if self.dropped is not None:
            data = data.filter(pc.invert(_hit(table, data, self.dropped)))
        if self.moved is not None and table in _PLACES:
            data = _with_places(table, data, self.moved)
        return data


# The columns that tell where in its file a record is, and what becomes of them.
_PLACES = {
    "articles": {"record_index": "new_number"},
    "quarantine": {"record_index": "new_number"},
    RECORDS: {"number": "new_number", "byte_start": "new_byte_start"},
}


def _keys(table: str, data: pa.Table) -> pa.Array:
    """What tells the record of each row: its article, its key, or its number."""
    if table == RECORDS:
        return _joined(data["uri"], data["key"])
    if table == "quarantine":
        return _joined(data["source_uri"], data["record_index"].cast(pa.string()))
    return data["article_id"]


def _changed_keys(table: str, rows: pa.Table) -> pa.Array:
    if table == RECORDS:
        return _joined(rows["uri"], rows["key"])
    if table == "quarantine":  # a record with an article has no row there
        rows = rows.filter(pc.is_null(rows["article_id"]))
        return _joined(rows["uri"], rows["number"].cast(pa.string()))
    return rows["article_id"]


def _joined(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(left, pc.fill_null(right, ""), "\x1f")


def _hit(table: str, data: pa.Table, rows: pa.Table) -> pa.ChunkedArray:
    return pc.is_in(_keys(table, data), value_set=_flat(_changed_keys(table, rows)), skip_nulls=True)


def _flat(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _with_places(table: str, data: pa.Table, rows: pa.Table) -> pa.Table:
    if table == "quarantine":
        rows = rows.filter(pc.is_null(rows["article_id"]))
    at = pc.index_in(_keys(table, data), value_set=_flat(_changed_keys(table, rows)), skip_nulls=True)
    for column, new_column in _PLACES[table].items():
        new = _flat(rows[new_column]).take(_flat(at)) if rows.num_rows else pa.nulls(len(data), pa.int64())
        place = data.schema.get_field_index(column)
        field = data.schema.field(place)
        data = data.set_column(place, field, pc.if_else(pc.is_valid(at), new.cast(field.type), data[column]))
    return data


def _changed(store: Store, stage: Stage, part: BasePart, change: _Change) -> BasePart | None:
    """The part written anew under the new batch; None where nothing is left of it."""
    data = open_parquet(located(store, stage, part.origin)).read()
    return _write(stage, part.file.table, change.new_batch, change.apply(part.file.table, data))


def _join_small(store: Store, stage: Stage, parts: Sequence[BasePart]) -> list[BasePart]:
    """Small batches as one, once there are many of them."""
    n_articles: dict[str, int] = defaultdict(int)
    for part in parts:
        n_articles[part.batch] += part.file.n_rows if part.file.table == "articles" else 0
    small = {batch for batch, rows in n_articles.items() if rows < SMALL_BATCH_ARTICLES}
    if len(small) < SMALL_BATCHES_TO_JOIN:
        return list(parts)
    by_table: dict[str, list[str]] = defaultdict(list)
    for part in sorted(parts, key=lambda p: p.file.name):
        if part.batch in small:
            by_table[part.file.table].append(located(store, stage, part.origin))
    new = short_hash("joined", *sorted(small))
    joined = [_write(stage, table, new, _concat(paths)) for table, paths in by_table.items()]
    return [*(part for part in parts if part.batch not in small), *(part for part in joined if part)]


def _concat(paths: Iterable[str]) -> pa.Table:
    return pa.concat_tables(open_parquet(path).read() for path in paths)


def _write(stage: Stage, table: str, batch: str, data: pa.Table) -> BasePart | None:
    if not data.num_rows:
        return None
    if table == ARTICLES.name:  # they lie there with what joining found, since no first form is kept
        data = with_copies(data, {})
    file = stage_table(stage, "carried", table, part_name(batch), data)
    return BasePart(file, Origin(None, f"carried/{file.path}"))


def grouped(parts: Iterable[BasePart], table: str) -> Mapping[str, list[BasePart]]:
    """The parts of one table, by batch."""
    by_batch: dict[str, list[BasePart]] = defaultdict(list)
    for part in parts:
        if part.file.table == table:
            by_batch[part.batch].append(part)
    return by_batch
