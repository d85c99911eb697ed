from __future__ import annotations

import gzip
import io
import time
from collections.abc import Iterator
from typing import IO, Any

import pytest

from flows.formats import registry
from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.registry import format_of, is_supported_name, parse_record, read_records
from tests.reading import document, refusal
from transforms.tables import REASONS


@pytest.mark.parametrize(
    ("name", "start", "expected"),
    [
        ("a.txt", b"Words.", "text"),
        ("a.md", b"Words.", "markdown"),
        ("a.md", b'{"text": "Words."}\n', "json"),
        ("a.html", b"<p>Words.</p>", "html"),
        ("a.html", b"Words.", "text"),
        ("a.txt", b"<!doctype html>", "html"),
        ("a.html", b"<script>go()</script>", "html"),
        (
            "a.html",
            b"<!DOCTYPE html>\n<!--[if IE 8]><html class='ie'><![endif]-->\n<html><p>Factiva, a headline",
            "html",
        ),
        ("a.html", b'<html><title>Factiva</title><div class="article deArticle">', "factiva_html"),
        ("a.html", b'<html><title>x</title><b class=enHeadline>x</b><div class="article">', "factiva_html"),
        ("a.jsonl", b"<!doctype html>", "html"),
        ("a.jsonl", b"{broken", "json_lines"),
        ("a.txt", b"{broken", "text"),
        ("a.anything", b"Words.", "text"),
        ("a.txt", b"\x1f\x8b\x08", "gzip"),
        ("a.gz", b"Words.", "text"),
        ("a.txt", b"\x89PNG\r\n", None),
        ("a.jsonl", bytes(range(32)) * 9, None),
    ],
)
def test_content_says_what_a_file_is_before_its_name_does(name: str, start: bytes, expected: str | None) -> None:
    found = format_of(Head(name, start))
    assert (found.name if found else None) == expected


@pytest.mark.parametrize("name", ["a.txt", "A.TEXT", "a.md", "a.HTM", "a.html.gz", "a.jsonl", "a.ndjson.GZ"])
def test_names_that_are_read(name: str) -> None:
    assert is_supported_name(name)


@pytest.mark.parametrize("name", ["a.gz", "a.png", "a.png.gz", "txt", "a.txt.bak", ""])
def test_names_that_are_not(name: str) -> None:
    assert not is_supported_name(name)


def test_every_format_is_named_once() -> None:
    names = [format_.name for format_ in registry.FORMATS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("data", "reason"), [(b"\x89PNG\r\n", "binary"), (b"", "empty"), (b" \n\t", "empty")])
def test_a_file_without_records_says_why(data: bytes, reason: str) -> None:
    assert refusal(data).reason == reason
    assert reason in REASONS


# Faults


class Panic(BaseException):
    """What extensions written in Rust raise."""


Panic.__name__ = "PanicException"
RAISED = [RecursionError("deep"), MemoryError(), ValueError("a\x1b[31m\nb" * 500), KeyError("x"), Panic("at the disco")]


def odd_format(read: Any = None, parse: Any = None) -> Format:
    def one(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
        yield Record(b"x", "odd", reading.name)

    return Format("odd", (), lambda _: Match.CONTENT, read or one, parse or (lambda _: None))


def read_as(odd: Format, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int | None, Item]]:
    monkeypatch.setattr(registry, "FORMATS", (odd,))
    return list(read_records(io.BytesIO(b"words"), "a.txt"))


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_whatever_a_reader_raises_is_the_last_fault(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
        yield Record(b"x", "odd", reading.name)
        yield Fault("bad_json", "one")
        raise error

    (_, first), (_, second), (number, last) = read_as(odd_format(read), monkeypatch)
    assert isinstance(first, Record)
    assert isinstance(second, Fault)
    assert isinstance(last, Fault)
    assert (number, last.reason) == (2, "bad_record")
    assert last.detail.startswith(type(error).__name__)
    assert last.detail.isprintable()
    assert len(last.detail) <= 300


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_whatever_a_parser_raises_is_a_format_error(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(record: Record) -> Document:
        raise error

    monkeypatch.setitem(registry._NAMED, "odd", odd_format(parse=parse))
    with pytest.raises(FormatError) as caught:
        parse_record(Record(b"x", "odd", "a.txt"))
    assert caught.value.reason == "bad_record"
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_process_is_no_fault(error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    def read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
        raise error
        yield

    with pytest.raises(error):
        read_as(odd_format(read), monkeypatch)


def test_a_disk_that_fails_is_another_fault_than_a_bad_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
        raise OSError(5, "Input/output error")
        yield

    assert read_as(odd_format(read), monkeypatch) == [(0, Fault("unreadable", "Input/output error"))]


def test_a_reader_that_finds_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_as(odd_format(lambda stream, reading: iter(())), monkeypatch) == [
        (0, Fault("empty", "it holds no records"))
    ]


@pytest.mark.parametrize("line", [b"{}\n", b"{broken\n", b"\xff{\xe9\n", b"1\n"])
def test_faults_without_end_are_counted_and_not_kept(line: bytes) -> None:
    """A gzip of a kilobyte made 300,000 rows of quarantine."""
    packed = gzip.compress(b'{"text": "One."}\n' + line * 50_000 + b'{"text": "Two."}\n')
    started = time.process_time()
    found = list(read_records(io.BytesIO(packed), "a.jsonl.gz"))
    assert time.process_time() - started < 10
    assert [number for number, item in found if isinstance(item, Record)] == [0, 50_001]
    assert sum(isinstance(item, Fault) for _, item in found) == registry.MAX_FAULTS_A_SOURCE + 1
    assert found[-1] == (None, Fault("too_many_faults", "49,000 more records like these"))


# Containers


def folder_format() -> Format:
    """Members parted by NUL, each a name, a line end, and bytes."""

    def read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
        for member in stream.read().removeprefix(b"FOLDER").split(b"\0"):
            name, _, data = member.partition(b"\n")
            yield from reading.read_inner(io.BytesIO(data), name.decode(), {"title": "Stated", "charset": "cp1251"})

    return Format("folder", (), lambda head: Match(3 * head.start.startswith(b"FOLDER")), read)


@pytest.fixture
def with_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FORMATS", (folder_format(), *registry.FORMATS))


@pytest.mark.usefixtures("with_folders")
def test_members_come_with_their_path_and_what_is_stated_of_them() -> None:
    inner = gzip.compress(b'{"text": "Three."}\n{broken')
    data = b"FOLDERa.txt\nOne.\0b/c.md\n# Two\0d.jsonl.gz\n" + inner.replace(b"\0", b"\0") + b"\0e.txt\n"
    data = b"FOLDERa.txt\nOne.\0b/c.md\n# Two\0e.txt\n\0f.txt\n\x89PNG\0g.jsonl\n{broken\n" + b'{"text": "Six."}'
    found = list(read_records(io.BytesIO(data), "a.folder"))
    assert [(number, item.member) for number, item in found] == [
        (0, "a.txt"),
        (1, "b/c.md"),
        (2, "e.txt"),
        (3, "f.txt"),
        (4, "g.jsonl"),
        (5, "g.jsonl"),
    ]
    assert [item.reason for _, item in found if isinstance(item, Fault)] == ["empty", "binary", "bad_json"]
    kept = [item for _, item in found if isinstance(item, Record)]
    assert [parse_record(item).text for item in kept] == ["One.", "Two", "Six."]
    assert all(item.byte_start is None and item.stated["title"] == "Stated" for item in kept)


@pytest.mark.usefixtures("with_folders")
def test_what_a_container_states_fills_what_the_document_leaves_open() -> None:
    data = b"FOLDERa.jsonl\n" + b'{"text": "One."}\n{"text": "Two.", "title": "Own"}'
    found = [parse_record(item) for _, item in read_records(io.BytesIO(data), "x") if isinstance(item, Record)]
    assert [document_.fields for document_ in found] == [{"title": "Stated"}, {"title": "Own"}]


@pytest.mark.usefixtures("with_folders")
def test_the_encoding_that_a_container_states_counts() -> None:
    words = "Президент заявил, что переговоры продолжатся в понедельник."
    data = b"FOLDERa.txt\n" + words.encode("cp1251")
    ((_, record),) = read_records(io.BytesIO(data), "x")
    assert isinstance(record, Record)
    assert (parse_record(record).text, parse_record(record).encoding) == (words, "cp1251")
    assert parse_record(record._replace(stated={})).encoding != "utf-8"


@pytest.mark.usefixtures("with_folders")
def test_containers_in_containers_end_somewhere() -> None:
    data = b"One."
    for _ in range(6):
        data = b"FOLDERx\n" + data
    ((_, fault),) = read_records(io.BytesIO(data), "x")
    assert isinstance(fault, Fault)
    assert (fault.reason, fault.member) == ("too_deep", "x/x/x/x")


def test_a_document_is_parsed_as_its_name_says() -> None:
    assert document(b"# A day", "a.md").text == "A day"
