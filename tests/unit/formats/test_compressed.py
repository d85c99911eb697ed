from __future__ import annotations

import bz2
import gzip
import lzma

import pyarrow as pa
import pytest

from tests.reading import read_documents, read_faults

TEXT = "The harbour reopened on Monday, the port said.\n\n" + "Ships waited for two days off the coast.\n" * 30


def zst(data: bytes) -> bytes:
    return pa.compress(data, codec="zstd", asbytes=True)


def brotli(data: bytes) -> bytes:
    return pa.compress(data, codec="brotli", asbytes=True)


PACKED = [
    ("a.txt.gz", gzip.compress),
    ("a.txt.bz2", bz2.compress),
    ("a.txt.xz", lzma.compress),
    ("a.txt.zst", zst),
    ("a.txt.br", brotli),
]


@pytest.mark.parametrize(("name", "pack"), PACKED)
def test_what_is_compressed_is_read_as_what_it_is(name, pack) -> None:
    (document,) = read_documents(pack(TEXT.encode()), name)
    assert document.text == TEXT
    assert document.media_type == "text/plain"


@pytest.mark.parametrize(("name", "pack"), PACKED[:-1])
def test_compression_is_seen_whatever_the_suffix_says(name, pack) -> None:
    (document,) = read_documents(pack(TEXT.encode()), "renamed.txt")
    assert document.text == TEXT


@pytest.mark.parametrize(("name", "pack"), PACKED[:4])
def test_several_streams_behind_each_other_are_one_text(name, pack) -> None:
    (document,) = read_documents(pack(TEXT.encode()) + pack(b"And a second part."), name)
    assert document.text == TEXT + "And a second part."


@pytest.mark.parametrize(("name", "pack"), PACKED)
def test_a_file_cut_short_is_a_truncated_archive(name, pack) -> None:
    (fault,) = read_faults(pack(TEXT.encode())[:-5], name)
    assert fault.reason == "truncated_archive"


@pytest.mark.parametrize(("name", "pack"), PACKED)
def test_lines_are_read_far_behind_what_is_looked_at_first(name, pack) -> None:
    lines = "".join(f'{{"id": {n}, "text": "Report {n}: {n * 7919 % 1013} ships."}}\n' for n in range(6_000)).encode()
    documents = read_documents(pack(lines), name.replace(".txt", ".jsonl"))
    assert len(documents) == 6_000
    assert documents[-1].text == f"Report 5999: {5999 * 7919 % 1013} ships."


def test_two_compressions_of_one_file() -> None:
    (document,) = read_documents(gzip.compress(brotli(TEXT.encode())), "a.txt.br.gz")
    assert document.text == TEXT


@pytest.mark.parametrize(("name", "pack"), [PACKED[0], PACKED[3], PACKED[4]])
def test_a_file_that_unpacks_without_end_is_given_up(name, pack) -> None:
    (fault,) = read_faults(pack(b"a\n" * 6_000_000), name)
    assert fault.reason == "archive_bomb"
