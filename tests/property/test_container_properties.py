"""Whatever bytes a file holds, reading it gives records and faults, in bounded time, and raises nothing."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import time
import zipfile

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from flows.formats.base import Fault, FormatError, Record
from flows.formats.registry import parse_record, read_records
from transforms.tables import REASONS

TEXT = "The harbour reopened on Monday, “at last”, the port said; ships had waited for two days.\n"
ROWS = [{"id": n, "title": f"Report {n}", "text": TEXT * 3, "date": "2021-07-11"} for n in range(8)]
PAGE = f"<!doctype html><html><body><p>{TEXT}</p></body></html>".encode()
MAX_SECONDS = 10
N_CASES = 60  # of each kind of file; benchmarks/fuzz.py runs as many as it is told


def _zip() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.html", PAGE)
        archive.writestr("b.jsonl", "\n".join(map(json.dumps, ROWS)))
    return sink.getvalue()


def _tar() -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name in ("a.html", "folder/" + "b" * 120 + ".html"):
            info = tarfile.TarInfo(name)
            info.size = len(PAGE)
            archive.addfile(info, io.BytesIO(PAGE))
    return sink.getvalue()


def _seven_zip() -> bytes:
    import py7zr

    sink = io.BytesIO()
    with py7zr.SevenZipFile(sink, "w") as archive:
        archive.writestr(PAGE, "a.html")
    return sink.getvalue()


def _table(writer: str) -> bytes:
    sink, table = io.BytesIO(), pa.Table.from_pylist(ROWS)
    if writer == "parquet":
        pq.write_table(table, sink)
    else:
        feather.write_feather(table, sink)
    return sink.getvalue()


def _xlsx() -> bytes:
    import openpyxl

    book, sink = openpyxl.Workbook(), io.BytesIO()
    for row in ([*ROWS[0]], *([*row.values()] for row in ROWS)):
        book.active.append(row)
    book.save(sink)
    return sink.getvalue()


def _warc() -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE)
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return (head.encode() + block + b"\r\n\r\n") * 3


def _arc() -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE
    about = b"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n"
    head = b"filedesc://a.arc 0.0.0.0 20080430204825 text/plain %d\n%s\n" % (len(about), about)
    return head + b"https://a.example 10.0.0.1 20080430204825 text/html %d\n%s\n" % (len(block), block)


CSV = "id,title,text\n" + "".join(f'{row["id"]},{row["title"]},"{row["text"]}"\n' for row in ROWS)
MAIL = (
    "From: A <a@b.example>\nTo: b@b.example\nSubject: =?utf-8?q?H=C3=A4fen?=\nDate: Mon, 12 Jul 2021 08:30:00 +0200\n"
)
MAIL += 'MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="x"\n\n--x\nContent-Type: text/plain\n\n'
MAIL += (
    f"{TEXT}\n--x\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p>H=C3=A4fen</p>\n--x--\n"
)
FILES = {
    "a.txt": TEXT.encode() * 9,
    "a.html": PAGE,
    "a.json": json.dumps({"articles": ROWS}).encode(),
    "a.jsonl": "\n".join(map(json.dumps, ROWS)).encode(),
    "a.csv": CSV.encode(),
    "b.csv": CSV.encode("utf-16"),
    "a.txt.gz": gzip.compress(TEXT.encode() * 99),
    "a.txt.bz2": bz2.compress(TEXT.encode() * 99),
    "a.txt.xz": lzma.compress(TEXT.encode() * 99),
    "a.txt.zst": pa.compress(TEXT.encode() * 99, codec="zstd", asbytes=True),
    "a.txt.br": pa.compress(TEXT.encode() * 99, codec="brotli", asbytes=True),
    "a.zip": _zip(),
    "a.tar": _tar(),
    "a.7z": _seven_zip(),
    "a.parquet": _table("parquet"),
    "a.feather": _table("feather"),
    "a.xlsx": _xlsx(),
    "a.warc": _warc(),
    "a.warc.gz": gzip.compress(_warc()),
    "a.arc": _arc(),
    "a.eml": MAIL.encode(),
    "a.mbox": ("From a@b.example Mon Jul 12 08:30:00 2021\n" + MAIL).encode() * 3,
}


def damaged(data: bytes, chance: random.Random) -> bytes:
    kind = chance.randrange(6)
    if kind == 0:
        return chance.randbytes(chance.randrange(3000))
    if kind == 1:
        return data[: chance.randrange(len(data) + 1)]
    changed = bytearray(data)
    if kind == 2:
        at = chance.randrange(len(data))
        changed[at : at + chance.randrange(200)] = chance.randbytes(chance.randrange(200))
    elif kind == 3:
        start, end = sorted(chance.randrange(len(data)) for _ in range(2))
        changed[start:start] = changed[start:end] * chance.randrange(1, 4)
    else:
        for _ in range(chance.randrange(1, 12)):
            changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("name", FILES)
def test_damaged_files_give_records_and_faults(name: str) -> None:
    chance = random.Random(name)
    for _ in range(N_CASES):
        data = damaged(FILES[name], chance)
        began = time.monotonic()
        for _, item in read_records(io.BytesIO(data), name):
            assert isinstance(item, Record | Fault)
            if isinstance(item, Fault):
                assert item.reason in REASONS, item
                continue
            try:
                assert parse_record(item).text.strip()
            except FormatError as error:
                assert error.reason in REASONS, error
        assert time.monotonic() - began < MAX_SECONDS


@pytest.mark.parametrize("name", FILES)
def test_the_files_that_are_damaged_are_read_when_they_are_whole(name: str) -> None:
    items = [item for _, item in read_records(io.BytesIO(FILES[name]), name)]
    assert items
    assert all(isinstance(item, Record) for item in items), items
