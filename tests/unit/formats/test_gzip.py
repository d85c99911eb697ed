from __future__ import annotations

import gzip
import hashlib
import io
import random
from typing import Any

import pytest

from flows.formats.base import Document, Fault
from flows.formats.compressed import Gzip
from tests.reading import document, parse, refusal

TEXT = "Café owners in Port Calder said “enough” on Monday.\n"


def test_gzip_is_recognised_by_content() -> None:
    assert document(gzip.compress(TEXT.encode()), "named-wrongly.txt").text == TEXT
    assert document(TEXT.encode(), "not-packed.txt.gz").text == TEXT


def test_what_lies_inside_goes_by_the_name_without_the_suffix() -> None:
    assert document(gzip.compress(b"# A day"), "A.MD.GZ").text == "A day"
    assert document(gzip.compress(gzip.compress(b"# A day")), "a.md.gz.gz").text == "A day"


def test_packed_over_and_over_is_refused() -> None:
    data = TEXT.encode()
    for _ in range(10):
        data = gzip.compress(data)
    assert refusal(data, "a.txt.gz").reason == "too_deep"


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(TEXT.encode() * 9)[:60],
        gzip.compress(TEXT.encode())[:5],
        gzip.compress(TEXT.encode())[:-8] + b"12345678",
        gzip.compress(TEXT.encode())[:20] + b"\xff" * 20,
    ],
    ids=["cut", "cut in its head", "another sum", "damaged inside"],
)
def test_a_damaged_file_is_refused(data: bytes) -> None:
    assert refusal(data, "a.txt.gz").reason == "truncated_archive"


def test_an_empty_one_is_empty() -> None:
    assert refusal(gzip.compress(b""), "a.txt.gz").reason == "empty"


def test_records_before_the_end_of_a_cut_off_file_are_kept() -> None:
    lines = [f'{{"text": "Record {n} {hashlib.sha256(str(n).encode()).hexdigest()}"}}' for n in range(500)]
    packed = gzip.compress("\n".join(lines).encode())
    found = parse(packed[: len(packed) // 2], "a.jsonl.gz")
    assert len(found) > 100
    assert all(isinstance(item, Document) for _, item in found[:-1])
    number, last = found[-1]
    assert isinstance(last, Fault)
    assert (number, last.reason) == (len(found) - 1, "truncated_archive")


def test_what_is_damaged_anywhere_is_unpacked_as_far_as_by_the_standard_library() -> None:
    rng = random.Random(5)
    for _ in range(200):
        packed = bytearray(b"".join(gzip.compress(bytes(rng.choices(b"abc \n", k=2000))) for _ in range(3)))
        packed[rng.randrange(len(packed))] ^= 1 << rng.randrange(8)
        del packed[rng.randrange(len(packed) // 2, len(packed)) :]
        data = bytes(packed)
        assert drained(Gzip(io.BytesIO(data))) == drained(gzip.GzipFile(fileobj=io.BytesIO(data)))


def drained(stream: Any) -> tuple[bytes, bool]:
    """What a stream gives before its end, and whether that was an error."""
    found = b""
    read = getattr(stream, "read1", stream.read)  # the other would lose what it has when the error comes
    try:
        while piece := read(1000):
            found += piece
    except Exception:
        return found, True
    return found, False


def test_absurd_sizes_are_refused_without_reading_on() -> None:
    assert refusal(gzip.compress(b"word " * 300), "a.txt.gz", record_bytes=1000).reason == "too_large"


def test_a_source_unpacks_to_so_much_and_no_more() -> None:
    data = gzip.compress(b'{"text": "One."}\n' * 50_000)
    found = parse(data, "a.jsonl.gz", unpacked_bytes=300_000)
    assert len(found) > 1000
    assert [item.reason for _, item in found if isinstance(item, Fault)] == ["archive_bomb"]
