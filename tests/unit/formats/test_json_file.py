from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import pytest

from flows.formats.base import Fault, Record
from flows.formats.limits import Limits
from flows.formats.registry import parse_record, read_records
from tests.reading import read_documents, read_faults, read_items, read_records_of

ARTICLES: list[dict[str, Any]] = [
    {"id": "w1", "headline": "Harbour reopens", "body": "The harbour reopened on Monday.", "pubDate": "2021-07-11"},
    {"id": 2, "headline": "Ferry late", "body": "The ferry was late again."},
]
TEXTS = ["The harbour reopened on Monday.", "The ferry was late again."]
SHAPES = {
    "array": ARTICLES,
    "in an object": {"status": "ok", "totalResults": 2, "articles": ARTICLES},
    "deep": {"response": {"meta": {"hits": 2}, "results": {"items": ARTICLES}}},
    "hits": {"hits": {"total": 2, "hits": [{"_id": a["id"], "_source": {**a, "id": None}} for a in ARTICLES]}},
    "fields": {"response": {"results": [{"id": a["id"], "webTitle": a["headline"], "fields": a} for a in ARTICLES]}},
    "content": {"content": [{"title": a["headline"], "text": a["body"], "id": a["id"]} for a in ARTICLES]},
    "rows of a frame": {
        "headline": {"0": "Harbour reopens", "1": "Ferry late"},
        "body": {"0": TEXTS[0], "1": TEXTS[1]},
        "id": {"0": "w1", "1": 2},
    },
    "columns of a frame": {"id": ["w1", 2], "headline": ["Harbour reopens", "Ferry late"], "body": TEXTS},
    "split frame": {
        "columns": ["id", "headline", "body"],
        "index": [0, 1],
        "data": [[a["id"], a["headline"], a["body"]] for a in ARTICLES],
    },
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("indent", [None, 2])
def test_records_are_found_wherever_they_lie(shape: str, indent: int | None) -> None:
    data = json.dumps(SHAPES[shape], indent=indent).encode()
    records = read_records_of(data, "a.json")
    assert [record.own_id for record in records] == ["w1", "2"]
    documents = [parse_record(record) for record in records]
    assert [document.text for document in documents] == TEXTS
    assert documents[0].media_type == "application/json"


@pytest.mark.parametrize("shape", ["array", "in an object", "deep", "hits", "fields"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_large_files_are_read_as_a_stream_to_the_same_records(shape: str, encoding: str) -> None:
    data = json.dumps(SHAPES[shape], ensure_ascii=False).encode(encoding)
    whole = [record for _, record in read_records(io.BytesIO(data), "a.json")]
    streamed = [
        record for _, record in read_records(io.BytesIO(data), "a.json", limits=Limits(record_bytes=len(data) - 1))
    ]
    assert [r.own_id for r in streamed if isinstance(r, Record)] == ["w1", "2"]
    assert [parse_record(r) for r in streamed] == [parse_record(r) for r in whole]  # type: ignore[arg-type]


def test_one_object_is_one_record_with_the_bytes_of_the_file() -> None:
    data = json.dumps(ARTICLES[0], indent=1).encode()
    (record,) = read_records_of(data, "a.json")
    assert (record.data, record.byte_start, record.own_id) == (data, 0, "w1")
    fields = parse_record(record).fields
    assert fields == {"title": "Harbour reopens", "published_date": "2021-07-11"}


def test_an_object_with_paragraphs_and_comments_is_one_article() -> None:
    value = {"title": "Harbour", "body": [{"text": "One."}, {"text": "Two."}], "comments": [{"text": "Nice."}]}
    (document,) = read_documents(json.dumps(value).encode(), "a.json")
    assert document.text == "One.\n\nTwo."


def test_objects_by_their_keys_take_them_for_ids() -> None:
    value = {"http://x.example/1": {"title": "A", "text": TEXTS[0]}, "http://x.example/2": {"text": TEXTS[1]}}
    data = json.dumps({"version": "2", **value, "sizes": [1, 2]}).encode()
    for max_bytes in (10**6, 90):
        items = [item for _, item in read_records(io.BytesIO(data), "a.json", limits=Limits(record_bytes=max_bytes))]
        assert [item.own_id for item in items if isinstance(item, Record)] == list(value)
        assert len(items) == 2


def test_a_record_without_text_is_one_fault() -> None:
    items = read_items(json.dumps([ARTICLES[0], {"headline": "No text"}, 7, ARTICLES[1]]).encode(), "a.json")
    assert [getattr(item, "reason", None) for item in items] == [None, "no_text", "bad_json", None]


@pytest.mark.parametrize(
    "value",
    [
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "Port"}}]},
        {"name": "package", "version": "1.0.0", "scripts": {"build": "make"}},
        [{"lat": 1, "lon": 2}] * 50,
        [],
        {},
    ],
)
def test_a_file_without_any_text_is_one_fault(value: Any) -> None:
    for max_bytes in (10**6, 5):
        faults = [item for _, item in read_records(io.BytesIO(json.dumps(value).encode()), "a.json")]
        assert [fault.reason for fault in faults if isinstance(fault, Fault)] == ["unknown_format"], max_bytes


def test_what_comes_before_the_damage_is_read() -> None:
    data = json.dumps(ARTICLES * 3).encode()[:-40]
    items = read_items(data, "a.json")
    assert [getattr(item, "reason", None) for item in items] == [None] * 5 + ["bad_json"]


def test_objects_behind_each_other_in_a_json_file() -> None:
    data = "\n".join(json.dumps(article, indent=1) for article in ARTICLES).encode()
    assert [document.text for document in read_documents(data, "a.json")] == TEXTS


def test_lines_in_a_json_file_are_json_lines() -> None:
    data = "\n".join(json.dumps(article) for article in ARTICLES).encode()
    assert [record.format for record in read_records_of(data, "a.json")] == ["json_lines", "json_lines"]


def test_odd_values_survive() -> None:
    data = b'[{"text": "Half a pair \\ud83d.", "n": 123456789012345678901234567890, "score": NaN}]'
    (document,) = read_documents(data, "a.json")
    assert document.text == "Half a pair \ufffd."


@pytest.mark.parametrize("depth", [300, 900, 5000])
def test_a_record_with_something_nested_deep_harms_no_other(depth: int) -> None:
    deep = '{"text": "Deep.", "x": ' + "[" * depth + "]" * depth + "}"
    items = read_items(f'[{{"text": "One."}}, {deep}]'.encode(), "a.json")
    assert isinstance(items[0], Record)
    assert isinstance(items[1], Record) or items[1].reason == "bad_json"


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_deep_nesting_is_a_fault(opening: str) -> None:
    (fault,) = read_faults((opening * 100_000).encode(), "a.json")
    assert fault.reason in {"bad_json", "unknown_format"}


def test_one_record_too_large_ends_the_file_with_a_reason() -> None:
    data = json.dumps([ARTICLES[0], {"text": "long " * 300_000}, ARTICLES[1]]).encode()
    items = [item for _, item in read_records(io.BytesIO(data), "a.json", limits=Limits(record_bytes=200_000))]
    assert [getattr(item, "reason", None) for item in items] == [None, "too_large"]


def test_memory_does_not_grow_with_the_file() -> None:
    def read(n_records: int) -> int:
        data = json.dumps({"articles": [{"id": n, "text": "words " * 400} for n in range(n_records)]}).encode()
        stream = io.BytesIO(data)
        tracemalloc.start()
        n_read = sum(1 for _ in read_records(stream, "a.json", limits=Limits(record_bytes=100_000)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert n_read == n_records
        return peak

    assert read(2000) < read(200) + 300_000


def test_the_user_names_fields_that_nobody_would_guess() -> None:
    data = json.dumps([{"BODY_2": "The real text.", "text": "A teaser.", "Hed-line": "Harbour"}]).encode()
    for name in ("a.json", "a.jsonl"):
        shown = data if name == "a.json" else data[1:-1]
        (document,) = read_documents(shown, name, fields={"text": "body 2", "title": "Hed-line"})
        assert document.text == "The real text."
        assert document.fields == {"title": "Harbour"}
