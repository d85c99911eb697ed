"""The check at the door: rows become Arrow tables that keep the contract, or a ContractError says which part broke."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.tables import BY_NAME, PART_TABLES, SCHEMA_VERSION, Column, Table

Rows = dict[str, list[dict[str, Any]]]


class ContractError(ValueError):
    """Rows that break the contract of tables.py: a defect of ours, never of the input."""


@cache
def arrow_schema(table: Table) -> pa.Schema:
    """The table's Arrow schema, with grain and descriptions as metadata."""
    fields = [
        pa.field(c.name, c.type, c.nullable, metadata={"description": c.description, "example": c.example})
        for c in table.columns
    ]
    metadata = {"newsmill.table": table.name, "newsmill.grain": table.grain, "newsmill.schema_version": SCHEMA_VERSION}
    return pa.schema(fields, metadata=metadata)


def conform(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, pa.Table]:
    """Arrow tables for one batch's rows, checked: types, nulls, vocabularies, keys, foreign keys, offsets.

    Raises ContractError naming table, column and an example. References to ``entities``, and from one article
    to another, are left to the check of the whole snapshot, since they lead out of the batch.
    """
    tables = {table.name: _to_arrow(table, rows.get(table.name, [])) for table in PART_TABLES}
    check_tables(tables)
    return tables


def check_tables(tables: Mapping[str, pa.Table]) -> None:
    """Raise ContractError where any of the tables, read together, breaks its declaration."""
    problems = list(find_problems(tables))
    if problems:
        raise ContractError("; ".join(problems[:5]))


def find_problems(tables: Mapping[str, pa.Table]) -> Iterable[str]:
    """Every breach of the contract among tables that belong together, as one line each."""
    for name, data in tables.items():
        table = BY_NAME[name]
        if not data.schema.equals(arrow_schema(table)):
            yield f"{name}: columns or types differ from the declaration"
            continue
        yield from _column_problems(table, data)
        yield from _key_problems(table, data)
        yield from _reference_problems(table, data, tables)
        yield from _run_problems(table, data)
        if table.offsets and "articles" in tables:
            yield from _offset_problems(table, data, tables["articles"])


def _to_arrow(table: Table, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    schema = arrow_schema(table)
    names = set(schema.names)
    for row in rows:
        if row.keys() != names:
            raise ContractError(f"{table.name}: a row has the columns {sorted(row)}")
    try:
        return pa.Table.from_pylist(list(rows), schema=schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ContractError(f"{table.name}: {error}") from error


def _column_problems(table: Table, data: pa.Table) -> Iterable[str]:
    for column in table.columns:
        values = data[column.name]
        if not column.nullable and values.null_count:
            yield f"{table.name}.{column.name}: {values.null_count} nulls"
        stranger = _outside_vocabulary(column, values)
        if stranger is not None:
            yield f"{table.name}.{column.name}: {stranger!r} is not in its vocabulary"


def _outside_vocabulary(column: Column, values: pa.ChunkedArray) -> str | None:
    if not column.vocabulary:
        return None
    if pa.types.is_list(values.type):
        values = pc.list_flatten(values)
    known = pc.is_in(values, value_set=pa.array(column.vocabulary))
    strangers = values.filter(pc.and_(pc.invert(known), pc.is_valid(values)))
    return strangers[0].as_py() if len(strangers) else None


def _key_problems(table: Table, data: pa.Table) -> Iterable[str]:
    if table.key and pc.count_distinct(data[table.key]).as_py() != len(data):
        yield f"{table.name}.{table.key}: a key stands twice"


def _reference_problems(table: Table, data: pa.Table, tables: Mapping[str, pa.Table]) -> Iterable[str]:
    for column in table.columns:
        # What refers to a row of its own table may find it in another part: only the whole data set can tell.
        if column.references is None or column.references not in tables or column.references == table.name:
            continue
        keys = tables[column.references][BY_NAME[column.references].key]
        values = data[column.name].drop_null()
        if pa.types.is_list(values.type):
            values = pc.list_flatten(values)
        lost = values.filter(pc.invert(pc.is_in(values, value_set=keys.combine_chunks())))
        if len(lost):
            yield f"{table.name}.{column.name}: {lost[0].as_py()!r} is not in {column.references}"


def _run_problems(table: Table, data: pa.Table) -> Iterable[str]:
    for start, end in table.runs:
        if pc.any(pc.greater_equal(data[start], data[end])).as_py():
            yield f"{table.name}: a run {start}..{end} is empty"
    for start, end in table.runs[:1]:
        runs = data.sort_by([("article_id", "ascending"), (start, "ascending")])
        before, after = runs.slice(0, max(0, runs.num_rows - 1)), runs.slice(1)
        is_same = pc.equal(before["article_id"], after["article_id"])
        if pc.any(pc.and_(is_same, pc.less(after[start], before[end]))).as_py():
            yield f"{table.name}: runs {start}..{end} of one article overlap"


def _offset_problems(table: Table, data: pa.Table, articles: pa.Table) -> Iterable[str]:
    texts = dict(zip(articles["article_id"].to_pylist(), articles["text"].to_pylist(), strict=True))
    owners = data["article_id"].to_pylist()
    for check in table.offsets:
        starts, ends = data[check.start].to_pylist(), data[check.end].to_pylist()
        stored = data[check.text].to_pylist() if check.text else [None] * len(owners)
        for owner, start, end, text in zip(owners, starts, ends, stored, strict=True):
            if not _offsets_hold(texts.get(owner, ""), start, end, text, check.text is not None):
                yield f"{table.name}: {check.start}..{check.end} = {start}..{end} does not fit article {owner}"
                break


def _offsets_hold(source: str, start: int | None, end: int | None, text: str | None, has_text: bool) -> bool:
    if start is None or end is None:
        return start is None and end is None and text is None
    if not 0 <= start <= end <= len(source):
        return False
    return not has_text or source[start:end] == text
