"""Articles with the rows that lead from their texts back to the bytes of their files."""

from __future__ import annotations

import codecs
import csv
import html
import io
import json
import unicodedata
from dataclasses import dataclass
from typing import Any

import ftfy

from flows.formats.base import Record
from flows.formats.registry import parse_record, read_records, source_text
from transforms.articles import build_article
from transforms.offset_map import offset_rows
from transforms.records import Article, RawDocument

Row = dict[str, Any]


@dataclass(frozen=True)
class Mapped:
    """An article of a file whose bytes are ``data``; its record starts at ``record_start``."""

    text: str
    encoding: str
    rows: list[Row]
    data: bytes
    record_start: int

    def row_at(self, char: int) -> Row | None:
        return next((row for row in self.rows if row["char_start"] <= char < row["char_end"]), None)

    def byte_of(self, char: int, row: Row | None, *, end: bool = False) -> int:
        """Where in the file a character's bytes start, or end: what the data dictionary tells readers to do."""
        assert row is not None
        before = self.text[row["char_start"] : char + end]
        width = row["bytes_per_char"]
        return int(self.record_start + row["byte_start"] + (len(before) * width if width else len(before.encode())))

    def bytes_of(self, row: Row) -> bytes:
        return self.data[self.record_start + row["byte_start"] : self.record_start + row["byte_end"]]

    def share_of_letters(self) -> float:
        letters = [number for number, ch in enumerate(self.text) if ch.isalnum()]
        return sum(self.row_at(number) is not None for number in letters) / len(letters)

    def readings_of(self, row: Row) -> set[str]:
        """What the bytes of a row may be read as, by means that share no code with the map."""
        raw = self.bytes_of(row)
        if row["written"] == "plain":
            return {raw.decode(self.encoding)}
        plain, mended = raw.decode(self.encoding, "replace"), raw.decode(self.encoding, "stray_as_cp1252")
        unescaped = {plain, mended, html.unescape(html.unescape(plain)), *_of_json(plain), *_of_cell(plain)}
        if row["written"] == "escaped":
            return unescaped
        if row["written"] == "composed":
            return {unicodedata.normalize("NFC", reading) for reading in unescaped}
        return {raw.decode("cp1252", "replace"), *map(ftfy.fix_encoding, unescaped), *map(_misread, unescaped)}


def _stray_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("stray_as_cp1252", _stray_as_cp1252)


def _of_json(escaped: str) -> set[str]:
    try:
        return {json.loads(f'"{escaped}"')}
    except ValueError:
        return set()


def _of_cell(escaped: str) -> set[str]:
    return {escaped.replace('""', '"'), escaped.replace('\\"', '"')}


def _misread(text: str) -> str:
    return text.encode("sloppy-windows-1252", "replace").decode("utf-8", "replace")


def mapped(data: bytes, name: str = "a.txt", *, number: int = 0) -> Mapped:
    """One article of a file."""
    records = [item for _, item in read_records(io.BytesIO(data), name) if isinstance(item, Record)]
    return mapped_record(records[number], data)


def mapped_record(record: Record, data: bytes) -> Mapped:
    """The article of a record of a file."""
    document = parse_record(record)
    raw = RawDocument("a", 0, "", document.media_type, document.encoding, document.text, document.fields)
    article = build_article(raw)
    assert isinstance(article, Article), article
    source = source_text(record, document)
    rows = offset_rows(article, source) if source is not None else []
    return Mapped(article.text, article.encoding, rows, data, record.source_start or 0)


def as_json_line(text: str, *, title: str = "", is_ascii: bool = True) -> bytes:
    """A line whose title is a text's first paragraph, unless it has one of its own."""
    head, _, body = text.partition("\n\n")
    fields = {"id": 1, "title": title, "text": text} if title else {"text": body, "id": "a", "title": head}
    return json.dumps(fields, ensure_ascii=is_ascii).encode() + b"\n"


def as_csv(text: str, **dialect: Any) -> str:
    """A table whose second row has the text."""
    head, _, body = text.partition("\n\n")
    table = io.StringIO()
    writer = csv.writer(table, **dialect)
    writer.writerows([["n_views", "title", "text", "url"], ["9", "Before it", "Another, and another’s", ""]])
    writer.writerow(["1,000", head, body, "https://example.org/é"])
    return table.getvalue()
