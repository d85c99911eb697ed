"""What linking changes in the rows of a batch, and those rows under their final ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

# The column of each table that holds an entity id.
ID_COLUMNS = {"quotes": "speaker_entity_id", "entity_mentions": "entity_id", "article_entities": "entity_id"}

LIST_COLUMNS = {"quotes": "speaker_entity_ids"}


class Change(NamedTuple):
    """``local_id`` becomes ``final_id``, or none at all: in one article, or wherever ``article_id`` is None.

    What is said of one article goes before what is said of all.
    """

    article_id: str | None
    local_id: str
    final_id: str | None


def with_final_ids(data: pa.Table, table: str, changes: Sequence[Change]) -> pa.Table:
    """The rows of one part with each changed id replaced; ``data`` itself where that changes nothing.

    A row whose id must not be null goes with its entity. Tables without an entity id never change.
    """
    column = ID_COLUMNS.get(table)
    if column is None:
        return data
    if table in LIST_COLUMNS:
        data = _with_final_lists(data, LIST_COLUMNS[table], changes)
    index = data.schema.get_field_index(column)
    place, old = data.schema.field(index), data[column]
    new = _final(old, data["article_id"], changes)
    if new.equals(old):
        return data
    if not place.nullable:
        data, new = data.filter(pc.is_valid(new)), new.filter(pc.is_valid(new))
    return data.set_column(index, place, new)


def with_clusters(quotes: pa.Table, clusters: pa.Table | None) -> pa.Table:
    """The rows of one part of quotes with the reuse_cluster_id of those that ``clusters`` (quote_id, it) names."""
    if clusters is None:
        return quotes
    found = pc.index_in(quotes["quote_id"], value_set=clusters["quote_id"].combine_chunks())
    index = quotes.schema.get_field_index("reuse_cluster_id")
    values = clusters["reuse_cluster_id"].combine_chunks().take(found)
    return quotes.set_column(index, quotes.schema.field(index), values)


def _with_final_lists(data: pa.Table, column: str, changes: Sequence[Change]) -> pa.Table:
    """The ids of each list replaced, those that are none taken out, and one that came twice given once."""
    index = data.schema.get_field_index(column)
    lists = data[column].combine_chunks()
    owners = pc.list_parent_indices(lists)
    old = pa.chunked_array([pc.list_flatten(lists)])
    new = _final(old, data["article_id"].take(owners), changes)
    if new.equals(old):
        return data
    rows: list[dict[str, None]] = [{} for _ in range(data.num_rows)]
    for owner, entity in zip(owners.to_pylist(), new.to_pylist(), strict=True):
        if entity is not None:
            rows[owner][entity] = None
    return data.set_column(index, data.schema.field(index), pa.array(map(list, rows), lists.type))


def _final(values: pa.ChunkedArray, articles: pa.ChunkedArray, changes: Sequence[Change]) -> pa.ChunkedArray:
    new = _replaced(values, [change for change in changes if change.article_id is None])
    for article, local, final in changes:
        if article is not None:
            here = pc.and_(pc.equal(articles, article), pc.equal(values, local))
            new = pc.if_else(pc.fill_null(here, False), pa.scalar(final, values.type), new)
    return new


def _replaced(values: pa.ChunkedArray, changes: Sequence[Change]) -> pa.ChunkedArray:
    """The column with every local id replaced by its final one."""
    if not changes:
        return values
    before = pa.array([change.local_id for change in changes], values.type)
    after = pa.array([change.final_id for change in changes], values.type)
    found = pc.index_in(values, value_set=before)
    return pc.if_else(pc.is_valid(found), after.take(found), values)
