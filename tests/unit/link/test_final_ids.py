from __future__ import annotations

import pyarrow as pa
import pytest

from transforms.link.final_ids import ID_COLUMNS, LIST_COLUMNS, Change, with_final_ids


def part(table: str, *rows: tuple[str, str | None]) -> pa.Table:
    column = pa.field(ID_COLUMNS.get(table, "entity_id"), pa.string(), nullable=table != "article_entities")
    schema = pa.schema([pa.field("article_id", pa.string()), column])
    data = pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)
    if table in LIST_COLUMNS:
        lists = pa.array([[row[1]] if row[1] else [] for row in rows], pa.list_(pa.string()))
        data = data.append_column(LIST_COLUMNS[table], lists)
    return data


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


def test_every_id_of_a_list_becomes_its_final_one() -> None:
    lists = [["one", "two"], [], ["two"], ["one"]]
    data = part("quotes", ("a", None), ("a", None), ("b", "two"), ("b", "one"))
    index = data.schema.get_field_index(LIST_COLUMNS["quotes"])
    data = data.set_column(index, data.schema.field(index), pa.array(lists, data.schema.field(index).type))

    def after(*changes: Change) -> list[list[str]]:
        found: list[list[str]] = with_final_ids(data, "quotes", changes)[LIST_COLUMNS["quotes"]].to_pylist()
        return found

    assert after(Change(None, "one", "end")) == [["end", "two"], [], ["two"], ["end"]]
    assert after(Change("b", "one", "end")) == [["one", "two"], [], ["two"], ["end"]]
    assert after(Change(None, "one", None)) == [["two"], [], ["two"], []]
    assert after(Change(None, "one", "two")) == [["two"], [], ["two"], ["two"]]


def test_a_table_without_entity_ids_never_changes() -> None:
    data = part("sentences", ("a", "one"))
    assert with_final_ids(data, "sentences", [Change(None, "one", "end")]) is data
