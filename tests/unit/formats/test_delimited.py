from __future__ import annotations

import csv
import gzip
import io
import tracemalloc

import pytest

from flows.formats.base import Fault
from flows.formats.limits import Limits
from flows.formats.registry import read_records
from tests.reading import read_documents, read_faults, read_items, read_records_of

HEADER = ["id", "headline", "article_text", "pubDate", "source", "n_shares"]
ROWS = [
    [
        "w1",
        "Harbour, reopened",
        'The harbour "reopened" on Monday.\n\nShips; waited | outside.',
        "2021-07-11",
        "Post",
        "3",
    ],
    ["w2", "Café rouvert", "Le café du port – enfin – a rouvert.", "2021-07-12", "Post", ""],
]


def table(delimiter: str = ",", end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([HEADER, *ROWS])
    return text.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_the_dialect_is_found(delimiter: str, end: str, quoting: int) -> None:
    for name in ("a.csv", "a.tsv", "export"):
        data = table(delimiter, end, quoting).encode()
        assert [record.own_id for record in read_records_of(data, name)] == ["w1", "w2"]
        documents = read_documents(data, name)
        assert [document.text for document in documents] == [row[2] for row in ROWS]
        assert documents[0].fields == {"title": ROWS[0][1], "published_date": "2021-07-11", "publisher": "Post"}
        assert documents[0].media_type == "text/csv"


@pytest.mark.parametrize(
    ("encoding", "recorded", "flags"),
    [
        ("utf-8", "utf-8", ()),
        ("utf-8-sig", "utf-8", ()),
        ("utf-16", "utf-16-le", ()),
        ("utf-16-le", "utf-16-le", ()),
        ("utf-32", "utf-32-le", ()),
        ("cp1252", "cp1252", ("encoding_guessed",)),
    ],
)
def test_the_encoding_is_found_and_recorded(encoding: str, recorded: str, flags: tuple[str, ...]) -> None:
    documents = read_documents(table().encode(encoding), "a.csv")
    assert (documents[1].encoding, documents[1].quality_flags) == (recorded, flags)
    assert [document.text for document in documents] == [row[2] for row in ROWS]
    assert [document.fields["title"] for document in documents] == [row[1] for row in ROWS]


def test_quotes_with_backslashes() -> None:
    data = b'id,title,text\n1,Port,"He said \\"enough\\", and left."\n2,Port,"She said \\"no\\"."\n'
    assert [document.text for document in read_documents(data, "a.csv")] == [
        'He said "enough", and left.',
        'She said "no".',
    ]


def test_a_backslash_in_a_text_is_kept() -> None:
    data = b'id,title,text\n1,Port,"The file C:\\temp was ""lost""."\n'
    assert [document.text for document in read_documents(data, "a.csv")] == ['The file C:\\temp was "lost".']


def test_what_stands_above_the_header_is_passed_over() -> None:
    data = b"Export of 12 July 2021\n\nQuery:;harbour;\n" + table(";").encode()
    assert len(read_documents(data, "a.csv")) == 2


def test_rows_that_are_no_records_are_faults_and_the_rest_is_read() -> None:
    rows = [
        "id,title,text",
        "1,A,One text.",
        "2,B",
        "3,C,Three.,more,cells",
        "4,D,  ",
        "5,E,Five texts.,,,",
        "",
        "6,F,Six.",
    ]
    items = read_items("\n".join(rows).encode(), "a.csv")
    assert [getattr(item, "own_id", None) or getattr(item, "reason", None) for item in items] == [
        "1",
        "bad_record",
        "bad_record",
        "no_text",
        "5",
        "6",
    ]


def test_a_table_without_a_text_is_one_fault_that_names_its_columns() -> None:
    data = b"id,url,title,publish_date,media_name,language\n" + b"7,https://x.example/a,A,2021-07-11,Post,en\n" * 50
    (fault,) = read_faults(data, "mediacloud.csv")
    assert fault.reason == "no_text"
    assert fault.detail == "no column holds the text; its columns: id, url, title, publish_date, media_name, language"


def test_the_user_names_the_columns() -> None:
    data = b"key,HED,BODY_2,text\nk1,Harbour,The real text.,A teaser.\n"
    fields = {"text": "BODY_2", "title": "HED", "id": "key"}
    (record,) = read_records_of(data, "a.csv", fields=fields)
    assert record.own_id == "k1"
    (document,) = read_documents(data, "a.csv", fields=fields)
    assert (document.text, document.fields) == ("The real text.", {"title": "Harbour"})


def test_a_row_too_large_is_a_fault_and_the_next_is_read() -> None:
    data = b'id,title,text\n1,A,"' + b"long words\n" * 5000 + b'"\n2,B,Short.\n'
    items = [item for _, item in read_records(io.BytesIO(data), "a.csv", limits=Limits(record_bytes=20_000))]
    assert [getattr(item, "own_id", None) or getattr(item, "reason", None) for item in items] == ["too_large", "2"]


def test_a_quote_that_never_ends_does_not_take_the_memory() -> None:
    data = b'id,title,text\n1,A,"' + b"a line of words without an end\n" * 40_000

    def peak() -> int:
        tracemalloc.start()
        items = list(read_records(io.BytesIO(data), "a.csv", limits=Limits(record_bytes=50_000)))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert all(isinstance(item, Fault) for _, item in items)
        return found

    assert peak() < 3_000_000


def test_a_row_lies_in_its_file_and_is_the_same_wherever_it_lies() -> None:
    data = b'id,title,text\n1,Port,"He said ""enough"",\nand left."\n2,Quay,"She stayed."'
    moved = b"id,title,text\r\n0,Gate,First of all.\r\n" + data.partition(b"\n")[2] + b"\n3,Dock,One more.\n"
    first, second = read_records_of(data, "a.csv"), read_records_of(moved, "a.csv")
    assert [record.data for record in first] == [record.data for record in second[1:3]]
    for record, there in [*((record, data) for record in first), *((record, moved) for record in second)]:
        assert record.byte_start is not None
        assert there[record.byte_start :].startswith(record.data)
        assert record.source_start == record.byte_start
    packed = read_records_of(gzip.compress(data), "a.csv.gz")
    assert [(record.byte_start, record.source_start) for record in packed] == [(None, None)] * 2


def test_a_row_that_ends_before_its_last_column_is_read() -> None:
    data = b"id,text,title\n1,The first text.\n2,The second text.,Quay\n"
    assert [document.text for document in read_documents(data, "a.csv")] == ["The first text.", "The second text."]


def test_damaged_bytes_harm_one_row() -> None:
    data = table().encode().replace("Café".encode(), b"Caf\xe9")
    assert read_documents(data, "a.csv")[1].fields["title"] == "Café rouvert"


def test_millions_of_rows_are_a_stream() -> None:
    def peak(n_rows: int) -> int:
        data = io.BytesIO(b"id,title,text\n" + b"1,A,A text of a few words.\n" * n_rows)
        tracemalloc.start()
        assert sum(1 for _ in read_records(data, "a.csv")) == n_rows
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(20_000) < peak(5000) + 100_000


@pytest.mark.parametrize("text", ["Title, text, date: three words that a reporter wrote.\nAnd more.", "A, b, c\n\nd"])
def test_prose_is_no_table(text: str) -> None:
    (record,) = read_records_of(text.encode(), "a.txt")
    assert record.format == "text"
