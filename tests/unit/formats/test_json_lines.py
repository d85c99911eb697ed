from __future__ import annotations

import gzip
import io
import json
import time
from collections.abc import Iterator

import pytest

from flows.formats.base import Document, Fault, Record
from flows.formats.limits import Limits
from flows.formats.registry import read_records
from tests.reading import document, parse, refusal


def lines(*records: object) -> bytes:
    return "\n".join(record if isinstance(record, str) else json.dumps(record) for record in records).encode()


def records(data: bytes, name: str = "a.jsonl") -> Iterator[Record]:
    for _, item in read_records(io.BytesIO(data), name):
        assert isinstance(item, Record)
        yield item


def outcomes(data: bytes, name: str = "a.jsonl", **limits: int) -> list[tuple[int | None, str]]:
    return [(number, item.reason if isinstance(item, Fault) else "ok") for number, item in parse(data, name, **limits)]


@pytest.mark.parametrize(
    "record",
    [
        {"headline": "A", "body": "Words.", "datePublished": "2024-03-06", "byline": "Ada Osei", "site": "Wire"},
        {"Title": "A", "maintext": "Words.", "date_publish": "2024-03-06", "authors": ["Ada Osei"], "source": "Wire"},
        {
            "title": "A",
            "text": ["Words."],
            "published": "2024-03-06",
            "author": {"name": "Ada Osei"},
            "source": {"id": None, "name": "Wire"},
            "embedding": [1, 2],
        },
        {"title": "A", "content": "<p>Words.</p>", "date": "2024-03-06", "author": "Ada Osei", "publisher": "Wire"},
    ],
)
def test_json_records_name_the_same_things_in_many_ways(record: dict[str, object]) -> None:
    found = document(lines(record), "a.jsonl")
    assert (found.text, found.media_type) == ("Words.", "application/x-ndjson")
    assert found.fields == {"title": "A", "published_date": "2024-03-06", "byline": "Ada Osei", "publisher": "Wire"}


def test_html_in_a_json_field_becomes_paragraphs() -> None:
    body = "<p>“No &amp; no,” she said.</p><p>Then<br>she left.</p><script>x()</script>"
    assert document(lines({"text": body}), "a.jsonl").text == "“No & no,” she said.\n\nThen she left."
    assert document(lines({"text": "One <b>two</b>\n\nthree &#8217;"}), "a.jsonl").text == "One two\n\nthree ’"


@pytest.mark.parametrize("name", ["a.jsonl", "a.txt", "a.ndjson.gz"])
def test_json_lines_are_recognised_by_content_and_numbered(name: str) -> None:
    data = lines({"text": "One."}, "", "{broken", [1], {"title": "x"}, {"text": "Six."})
    assert outcomes(gzip.compress(data) if name.endswith(".gz") else data, name) == [
        (0, "ok"),
        (1, "bad_json"),
        (2, "bad_json"),
        (3, "no_text"),
        (4, "ok"),
    ]


def test_a_first_line_longer_than_what_is_looked_at_is_recognised_too() -> None:
    assert outcomes(lines({"text": "word " * 50_000}, {"text": "Two."}), "a.txt") == [(0, "ok"), (1, "ok")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_json_lines_with_a_byte_order_mark(encoding: str) -> None:
    found = [item for _, item in parse(lines({"text": "Ċafé."}, {"text": "Two.", "id": "b"}).decode().encode(encoding))]
    assert [item.text for item in found if isinstance(item, Document)] == ["Ċafé.", "Two."]
    assert {item.encoding for item in found if isinstance(item, Document)} <= {"utf-16-le", "utf-32-le", "utf-8"}


def test_half_a_surrogate_pair_in_json_can_be_stored() -> None:
    found = document(b'{"text": "smile \\ud83d", "title": "\\udc00"}', "a.jsonl")
    assert (found.text, found.fields["title"]) == ("smile \ufffd", "\ufffd")
    assert "replacement_characters" in found.quality_flags


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b'{"text": "a\tb\x01", "n": NaN}', "a\tb\x01"),
        ('{"text": "It’s naïve, déjà vu."}'.encode("cp1252"), "It’s naïve, déjà vu."),
        (b'{"text": "a", "text": "b"}', "b"),
        (b'{"text": "a", "n": 1e999999, "m": ' + b"9" * 500 + b"}", "a"),
    ],
)
def test_what_the_fast_parser_refuses_is_read_with_patience(line: bytes, text: str) -> None:
    assert document(line, "a.jsonl").text == text


@pytest.mark.parametrize("depth", [700, 100_000])
@pytest.mark.parametrize("field", ["text", "other"])
def test_one_record_nested_deep_is_one_fault_at_most(depth: int, field: str) -> None:
    nested = f'{{"{field}": {"[" * depth}{"]" * depth}}}'
    found = outcomes(lines({"text": "One."}, nested, {"text": "Three."}))
    assert [found[0], found[2]] == [(0, "ok"), (2, "ok")]
    assert found[1][1] in {"bad_json", "no_text"}


def test_deep_nesting_beside_the_text_does_no_harm() -> None:
    assert document(b'{"text": "One.", "a": ' + b"[" * 700 + b"]" * 700 + b"}", "a.jsonl").text == "One."


# Ids and places


@pytest.mark.parametrize(
    ("record", "own_id"),
    [
        ({"id": "a-1"}, "a-1"),
        ({"_id": 17}, "17"),
        ({"Article ID": " x "}, "x"),
        ({"guid": "", "uuid": "u"}, "u"),
        ({"docId": "d", "id": "first"}, "first"),
        ({"id": True, "document_id": "d"}, "d"),
        ({"id": 1.5}, None),
        ({"id": None, "guid": {"a": "b"}}, None),
        ({"id": "x" * 201}, None),
        ({"ident": "x"}, None),
    ],
)
def test_a_record_is_known_by_its_own_id(record: dict[str, object], own_id: str | None) -> None:
    (found,) = records(lines({"text": "One."} | record))
    assert found.own_id == own_id


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_bytes_of_a_record_lie_where_it_says(mark: bytes) -> None:
    data = mark + b'\r\n  {"text": "One."}\t\r\n\n{"text": "' + b"long " * 9 + b'"}\n {"text": "Three."}'
    found = [item for _, item in read_records(io.BytesIO(data), "a.jsonl", limits=Limits(record_bytes=40))]
    assert isinstance(found[1], Fault)
    kept = [item for item in found if isinstance(item, Record)]
    assert [item.data for item in kept] == [b'{"text": "One."}', b'{"text": "Three."}']
    for item in kept:
        assert item.byte_start is not None
        assert data[item.byte_start :].startswith(item.data)


def test_what_was_unpacked_or_is_wide_lies_nowhere() -> None:
    data = lines({"text": "One."})
    assert [item.byte_start for item in records(gzip.compress(data))] == [None]
    assert [item.byte_start for item in records(data.decode().encode("utf-16"))] == [None]


def test_a_record_is_the_same_wherever_it_lies() -> None:
    one, two = lines({"text": "One.", "id": 1}), lines({"text": "Two.", "id": 2})
    first = list(records(one + b"\n" + two))
    second = list(records(b"\n\n" + two + b"  \r\n" + one))
    assert {(item.own_id, item.data) for item in first} == {(item.own_id, item.data) for item in second}


# Sizes


def test_records_are_read_one_by_one() -> None:
    stream = io.BytesIO(b'{"text": "One."}\n' * 50_000)
    found = read_records(stream, "a.jsonl")
    next(found)
    assert stream.tell() < 100_000
    assert sum(1 for _ in found) == 49_999


def test_a_record_too_large_is_one_fault() -> None:
    data = lines({"text": "One."}, {"text": "word " * 50_000}, {"text": "Three."})
    assert outcomes(data, record_bytes=1000) == [(0, "ok"), (1, "too_large"), (2, "ok")]
    assert outcomes(data.decode().encode("utf-16"), record_bytes=1000) == [(0, "ok"), (1, "too_large"), (2, "ok")]


def test_finding_the_records_of_a_large_feed_is_quick() -> None:
    line = (
        lines({"id": 1, "title": "A day", "text": "Words of a text that goes on. " * 95, "author": "Ada Osei"}) + b"\n"
    )
    stream = io.BytesIO(line * 20_000)
    started = time.process_time()
    assert sum(1 for _ in read_records(stream, "a.jsonl")) == 20_000
    assert time.process_time() - started < 2  # 0.2 on a machine at rest


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"{" * 100_000, "bad_json"),
        (b'"words"', "bad_json"),
        (b'{"text": "One."', "bad_json"),
        (b'{"text": " "}', "no_text"),
        (b'{"text": "<p> </p>"}', "no_text"),
    ],
)
def test_what_holds_no_record_is_refused(data: bytes, reason: str) -> None:
    assert refusal(data, "a.jsonl").reason == reason
