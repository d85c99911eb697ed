"""Input that is made to harm: each ends soon, in bounded memory, in one Fault that names it or in what is sound."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator

import pytest

from flows.formats.base import FormatError
from flows.formats.registry import parse_record, read_records
from tests.reading import outcomes, read_items

N_DEEP = 100_000
MAX_SECONDS = 10  # of processor time, on a slow machine


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < MAX_SECONDS


class Endless(io.RawIOBase):
    """A line of 100 MB that takes none."""

    def __init__(self, start: bytes, n_bytes: int = 10**8) -> None:
        self._start, self._n_bytes, self._offset = start, n_bytes, 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        n_read = max(0, min(len(buffer), self._n_bytes - self._offset))
        head = self._start[self._offset : self._offset + n_read]
        buffer[:n_read] = head + b"w" * (n_read - len(head))
        self._offset += n_read
        return n_read

    def seek(self, offset: int, whence: int = 0) -> int:
        self._offset = offset + (0, self._offset, self._n_bytes)[whence]
        return self._offset

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("name", "start", "reason"),
    [
        ("a.txt", b"w", "too_large"),
        ("a.html", b"<html><body>", "too_large"),
        ("a.jsonl", b'{"text": "', "too_large"),
        ("a.csv", b"id,text\n1,", "too_large"),
        ("a.eml", b"Subject: ", "too_large"),
        ("a.mbox", b"From a@b.example Mon Jul 12 08:30:00 2021\nSubject: ", "too_large"),
        ("a.xml", b"<rss><channel><item><title>", "too_large"),
        ("a.json", b'[{"text": "', "too_large"),
    ],
)
def test_a_line_without_an_end_is_one_fault(name: str, start: bytes, reason: str) -> None:
    tracemalloc.start()
    found = [item for _, item in read_records(io.BufferedReader(Endless(start)), name)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [item.reason for item in found] == [reason]  # type: ignore[union-attr]
    assert peak < 150e6


DEEP: dict[str, Callable[[int], str]] = {
    "a.html": lambda n: f"<html><body>{'<div>' * n}Words.{'</div>' * n}",
    "b.html": lambda n: f"<html><body>{'<blockquote><p>' * n}Words.",
    "a.xml": lambda n: f'<?xml version="1.0"?>{"<a>" * n}<body>Words.</body>{"</a>" * n}',
    "b.xml": lambda n: (
        f"<rss><channel><item><description>{'<b>' * n}Words.{'</b>' * n}</description></item></channel></rss>"
    ),
    "a.json": lambda n: f'{{"text": {"[" * n}"Words."{"]" * n}}}',
    "a.jsonl": lambda n: f'{{"text": "Words.", "x": {"[" * n}{"]" * n}}}',
    "a.md": lambda n: ">" * n + " Words.",
}


@pytest.mark.parametrize("name", DEEP)
def test_what_is_nested_a_hundred_thousand_deep_ends_soon(name: str) -> None:
    for outcome in outcomes(DEEP[name](N_DEEP).encode(), name):
        assert isinstance(outcome, str) or "Words" in outcome.text


def test_archives_in_archives_end_at_the_limit() -> None:
    data, name = b"The text of it.", "a.txt"
    for depth in range(8):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(name, data)
        data, name = packed.getvalue(), f"{depth}.zip"
    assert [getattr(item, "reason", "") for item in read_items(data, name)] == ["too_deep"]


@pytest.mark.parametrize("data", [b"\0" * 10**6, b"Words \0 here\0.\n" * 10_000, b"\xff\xfe" + b"\0" * 10**6])
def test_zeros_give_a_text_or_a_reason(data: bytes) -> None:
    for item in read_items(data, "a.txt"):
        if not hasattr(item, "reason"):
            try:
                parse_record(item)
            except FormatError as error:
                assert error.reason in {"binary", "empty", "bad_encoding", "no_text"}
