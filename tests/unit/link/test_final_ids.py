from __future__ import annotations

import pyarrow as pa
import pytest

from transforms.link.final_ids import ID_COLUMNS, Change, with_final_ids


def part(table: str, *rows: tuple[str, str | None]) -> pa.Table:
    column = pa.field(ID_COLUMNS.get(table, "entity_id"), pa.string(), nullable=table != "article_entities")
    schema = pa.schema([pa.field("article_id", pa.string()), column])
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def ids_of(data: pa.Table) -> list[str | None]:
    return data.column(1).to_pylist()


def test_an_id_becomes_its_final_one_wherever_it_stands() -> None:
    data = part("quotes", ("a", "one"), ("b", "one"), ("b", None), ("b", "two"))
    assert ids_of(with_final_ids(data, "quotes", [Change(None, "one", "end")])) == ["end", "end", None, "two"]


def test_what_is_said_of_one_article_goes_before_what_is_said_of_all() -> None:
    data = part("entity_mentions", ("a", "one"), ("b", "one"), ("b", "two"))
    changes = [Change("b", "one", "split"), Change(None, "one", "end")]
    assert ids_of(with_final_ids(data, "entity_mentions", changes)) == ["end", "split", "two"]
    assert ids_of(with_final_ids(data, "entity_mentions", changes[::-1])) == ["end", "split", "two"]


def test_what_is_no_entity_loses_its_id_or_its_row() -> None:
    changes = [Change(None, "one", None)]
    assert ids_of(with_final_ids(part("quotes", ("a", "one"), ("a", "two")), "quotes", changes)) == [None, "two"]
    rows = part("article_entities", ("a", "one"), ("a", "two"))
    assert ids_of(with_final_ids(rows, "article_entities", changes)) == ["two"]


@pytest.mark.parametrize("table", ["quotes", "article_entities", "articles"])
def test_a_part_that_does_not_change_is_given_back_as_it_is(table: str) -> None:
    data = part(table, ("a", "one"), ("b", "two"))
    for changes in ([], [Change(None, "three", "end")], [Change("b", "one", "end")]):
        assert with_final_ids(data, table, changes) is data


def test_a_table_without_entity_ids_never_changes() -> None:
    data = part("sentences", ("a", "one"))
    assert with_final_ids(data, "sentences", [Change(None, "one", "end")]) is data
