"""How fast each format is read, beside the library that reads it alone: ``python -m benchmarks.reading [MB]``.

Samples are made on the spot: articles of made-up words, about MB megabytes of text (default 20). Reading is finding the
records and their bytes; parsing them to documents is not part of it. The library alone does the least that gives the
same values: iterate over rows, items or records and touch each text.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import random
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from flows.formats.base import Record
from flows.formats.registry import read_records

N_TRIES = 9


def _articles(n_bytes: int) -> list[dict[str, str]]:
    chance = random.Random(7)
    words = ["".join(chance.choices("abcdefghilmnoprstu", k=chance.randrange(2, 11))) for _ in range(5000)]
    found, size = [], 0
    while size < n_bytes:
        text = "\n\n".join(" ".join(chance.choices(words, k=60)) + "." for _ in range(8))
        found.append({"id": f"a{len(found)}", "title": text[:60], "date": "2021-07-11", "text": text})
        size += len(text)
    return found


def _page_of(article: dict[str, str]) -> bytes:
    paragraphs = "".join(f"<p>{part}</p>" for part in article["text"].split("\n\n"))
    return (
        f"<!doctype html><html><head><title>{article['title']}</title></head><body>{paragraphs}</body></html>".encode()
    )


# Samples


def _write_zip(file: IO[bytes], rows: list[dict[str, str]]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in rows:
            archive.writestr(f"{row['id']}.html", _page_of(row))


def _write_tar(file: IO[bytes], rows: list[dict[str, str]]) -> None:
    with tarfile.open(fileobj=file, mode="w") as archive:
        for row in rows:
            info = tarfile.TarInfo(f"{row['id']}.html")
            data = _page_of(row)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def _write_warc(file: IO[bytes], rows: list[dict[str, str]]) -> None:
    for row in rows:
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + _page_of(row)
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:{row['id']}>\r\n"
            f"WARC-Target-URI: https://a.example/{row['id']}\r\nWARC-Date: 2021-07-11T00:00:00Z\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        file.write(gzip.compress(head.encode() + block + b"\r\n\r\n"))


def _write_csv(file: IO[bytes], rows: list[dict[str, str]]) -> None:
    text = io.TextIOWrapper(file, "utf-8", newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    text.detach()


def _write_mbox(file: IO[bytes], rows: list[dict[str, str]]) -> None:
    for row in rows:
        head = "From a@b.example Mon Jul 12 08:30:00 2021\nFrom: a@b.example\n"
        head += f"Subject: {row['title']}\nMessage-ID: <{row['id']}>\n"
        file.write((head + "Date: Mon, 12 Jul 2021 08:30:00 +0000\n\n" + row["text"] + "\n\n").encode())


def _write_xlsx(file: IO[bytes], rows: list[dict[str, str]]) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(rows[0]))
    for row in rows[: len(rows) // 4]:
        sheet.append(list(row.values()))
    book.save(file)


def _lines_of(rows: list[dict[str, str]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


# The libraries alone


def _bare_csv(file: IO[bytes]) -> Iterator[Any]:
    return (row for row in csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")))


def _bare_json(file: IO[bytes]) -> Iterator[Any]:
    import ijson

    return iter(ijson.items(file, "articles.item"))


def _bare_lines(file: IO[bytes]) -> Iterator[Any]:
    import orjson

    return (orjson.loads(line) for line in file)


def _bare_parquet(file: IO[bytes]) -> Iterator[Any]:
    for batch in pq.ParquetFile(file).iter_batches(1000):
        yield from batch.to_pylist()


def _bare_xlsx(file: IO[bytes]) -> Iterator[Any]:
    import openpyxl

    return iter(openpyxl.load_workbook(file, read_only=True).worksheets[0].iter_rows(values_only=True))


def _bare_zip(file: IO[bytes]) -> Iterator[Any]:
    archive = zipfile.ZipFile(file)
    return (archive.read(info) for info in archive.infolist())


def _bare_tar(file: IO[bytes]) -> Iterator[Any]:
    archive = tarfile.open(fileobj=file)  # noqa: SIM115 - read from later
    return (archive.extractfile(info).read() for info in archive)  # type: ignore[union-attr]


def _bare_warc(file: IO[bytes]) -> Iterator[Any]:
    from fastwarc.warc import ArchiveIterator

    return (record.reader.read() for record in ArchiveIterator(file))


def _bare_mbox(file: IO[bytes]) -> Iterator[Any]:
    import mailbox

    box = mailbox.mbox(file.name)
    return (box.get_bytes(key) for key in box.keys())  # noqa: SIM118 - it is no dict


def _unpacking(unpacked: Callable[..., Any]) -> Callable[[IO[bytes]], Iterator[Any]]:
    return lambda file: _bare_lines(unpacked(file))


Sample = tuple[Callable[[IO[bytes], list[dict[str, str]]], Any], Callable[[IO[bytes]], Iterator[Any]]]
SAMPLES: dict[str, Sample] = {
    "a.jsonl": (lambda file, rows: file.write(_lines_of(rows)), _bare_lines),
    "a.jsonl.gz": (
        lambda file, rows: file.write(gzip.compress(_lines_of(rows))),
        _unpacking(lambda file: gzip.GzipFile(fileobj=file)),
    ),
    "a.jsonl.bz2": (
        lambda file, rows: file.write(bz2.compress(_lines_of(rows))),
        _unpacking(bz2.BZ2File),
    ),
    "a.jsonl.xz": (
        lambda file, rows: file.write(lzma.compress(_lines_of(rows), preset=1)),
        _unpacking(lzma.LZMAFile),
    ),
    "a.jsonl.zst": (
        lambda file, rows: file.write(pa.compress(_lines_of(rows), codec="zstd", asbytes=True)),
        _unpacking(lambda file: io.BufferedReader(pa.CompressedInputStream(file, "zstd"))),
    ),
    "a.json": (lambda file, rows: file.write(json.dumps({"articles": rows}).encode()), _bare_json),
    "a.csv": (_write_csv, _bare_csv),
    "a.parquet": (lambda file, rows: pq.write_table(pa.Table.from_pylist(rows), file), _bare_parquet),
    "a.xlsx": (_write_xlsx, _bare_xlsx),
    "a.zip": (_write_zip, _bare_zip),
    "a.tar": (_write_tar, _bare_tar),
    "a.warc.gz": (_write_warc, _bare_warc),
    "a.mbox": (_write_mbox, _bare_mbox),
}


def _seconds(read: Callable[[], int]) -> tuple[float, int]:
    began = time.process_time()  # a busy machine slows both, not alike
    count = read()
    return time.process_time() - began, count


def _measure(path: Path, bare: Callable[[IO[bytes]], Iterator[Any]]) -> tuple[float, float, int]:
    def ours() -> int:
        with path.open("rb") as file:
            return sum(isinstance(item, Record) for _, item in read_records(file, path.name))

    def theirs() -> int:
        with path.open("rb") as file:
            return sum(1 for _ in bare(file))

    tries = [(_seconds(ours), _seconds(theirs)) for _ in range(N_TRIES)]  # in turn: what else is done comes and goes
    return min(own for (own, _), _ in tries), min(alone for _, (alone, _) in tries), tries[0][0][1]


def main() -> None:
    """Print a row a format: megabytes of text a processor second, the library alone, and the share of its speed."""
    rows = _articles(int(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 20_000_000)
    print(f"{'file':14} {'records':>8} {'MB/s':>8} {'alone':>8} {'share':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for name, (write, bare) in SAMPLES.items():
            path = Path(folder) / name
            with path.open("wb") as file:
                write(file, rows)
            own, alone, count = _measure(path, bare)
            n_mb = sum(len(row["text"]) for row in rows[:count]) / 1e6
            print(f"{name:14} {count:8,} {n_mb / own:8.1f} {n_mb / alone:8.1f} {alone / own:6.2f}", flush=True)


if __name__ == "__main__":
    main()
