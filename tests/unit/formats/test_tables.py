from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from flows.formats import extras
from flows.formats.registry import parse_record
from tests.reading import read_documents, read_faults, read_items, read_records_of

ROWS: list[dict[str, Any]] = [
    {
        "id": 7,
        "headline": "Harbour reopens",
        "body": "The harbour reopened.",
        "published": datetime.date(2021, 7, 11),
        "embedding": "0.1",
    },
    {"id": 8, "headline": "Ferry late", "body": "The ferry was late.", "published": None, "embedding": None},
]


def make_parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def make_feather(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    feather.write_feather(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def with_offset_out_of_bounds(rows: list[dict[str, Any]]) -> bytes:
    """A Feather file in which the first text ends far behind the last byte."""
    sink = io.BytesIO()
    feather.write_feather(pa.Table.from_pylist(rows), sink, compression="uncompressed")
    ends = [len(rows[0]["body"]), len(rows[0]["body"] + rows[1]["body"])]
    offsets = b"".join(end.to_bytes(4, "little") for end in (0, *ends))
    assert sink.getvalue().count(offsets) == 1
    damaged = b"".join(end.to_bytes(4, "little") for end in (0, 2**28, 2**28 + 9))
    return sink.getvalue().replace(offsets, damaged)


def make_stream(rows: list[dict[str, Any]]) -> bytes:
    table, sink = pa.Table.from_pylist(rows), io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def make_xlsx(rows: list[dict[str, Any]], above: int = 0, sheets_before: int = 0) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for _ in range(sheets_before):
        book.create_sheet("Notes", 0).append(["About this export"])
    sheet = book.worksheets[-1]
    for number in range(above):
        sheet.append([f"Export line {number}"])
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


TABLES = [
    ("a.parquet", make_parquet),
    ("a.feather", make_feather),
    ("a.arrow", make_stream),
    ("a.xlsx", make_xlsx),
]


@pytest.mark.parametrize(("name", "make"), TABLES)
def test_a_row_is_a_record(name, make) -> None:
    records = read_records_of(make(ROWS), name)
    assert [record.own_id for record in records] == ["7", "8"]
    assert b"embedding" not in records[0].data
    documents = [parse_record(record) for record in records]
    assert [document.text for document in documents] == ["The harbour reopened.", "The ferry was late."]
    assert documents[0].fields == {"title": "Harbour reopens", "published_date": "2021-07-11"}
    assert documents[1].fields == {"title": "Ferry late"}


@pytest.mark.parametrize(("name", "make"), TABLES)
def test_tables_in_an_archive(name, make) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, make(ROWS))
    assert [record.member for record in read_records_of(sink.getvalue(), "a.zip")] == [name, name]


@pytest.mark.parametrize(("name", "make"), TABLES)
def test_rows_without_text_are_faults(name, make) -> None:
    items = read_items(make([ROWS[0], {**ROWS[1], "body": " "}, {**ROWS[1], "body": None}, ROWS[1]]), name)
    assert [getattr(item, "reason", None) for item in items] == [None, "no_text", "no_text", None]


@pytest.mark.parametrize(("name", "make"), TABLES)
def test_a_table_without_a_text_column_is_one_fault(name, make) -> None:
    (fault,) = read_faults(make([{"url": "https://x.example", "title": "A"}] * 9), name)
    assert fault.reason == "no_text"
    assert "url, title" in fault.detail


@pytest.mark.parametrize(("name", "make"), TABLES)
def test_the_user_names_the_columns(name, make) -> None:
    (document,) = read_documents(make([{"BODY_2": "The text.", "HED": "A"}]), name, fields={"text": "body_2"})
    assert document.text == "The text."


@pytest.mark.parametrize(("name", "make"), TABLES)
def test_a_damaged_table_is_a_fault(name, make) -> None:
    data = make(ROWS)
    items = read_items(data[: len(data) // 2], name)
    assert getattr(items[-1], "reason", None) == "truncated_archive"


def test_offsets_out_of_bounds_are_a_fault_and_no_memory_is_read_by_them() -> None:
    (fault,) = read_faults(with_offset_out_of_bounds(ROWS), "a.feather")
    assert fault.reason == "truncated_archive"
    assert "out of bounds" in fault.detail


def test_what_stands_before_the_rows_of_a_workbook() -> None:
    assert len(read_documents(make_xlsx(ROWS, above=3, sheets_before=1), "a.xlsx")) == 2


def test_a_workbook_is_seen_whatever_its_name() -> None:
    assert len(read_documents(make_xlsx(ROWS), "download.bin")) == 2


def test_a_workbook_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_xlsx(ROWS)

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(extras, "import_module", missing)
    (fault,) = read_faults(data, "a.xlsx")
    assert fault.reason == "needs_extra"
    assert "newsmill[office]" in fault.detail


def test_long_tables_come_in_order() -> None:
    rows = [{"id": number, "text": f"Report {number}."} for number in range(3000)]
    for name, make in TABLES[:3]:
        assert [record.own_id for record in read_records_of(make(rows), name)] == [str(n) for n in range(3000)]
