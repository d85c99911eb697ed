"""Excel workbooks: the first sheet that has a header row with a text column, a record a row."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from flows.formats import json_record
from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.extras import needs
from flows.formats.limits import MAX_PREAMBLE_ROWS, MAX_WORKBOOK_BYTES
from flows.formats.table_rows import Columns, columns_of, row_record
from flows.formats.unpacked import ArchiveBombError, random_access

SUFFIXES = (".xlsx", ".xlsm")


def _recognise(head: Head) -> Match:
    if not head.start.startswith(b"PK\x03\x04"):
        return Match.NO
    # The parts of a workbook are named in the list of its contents or by their own paths.
    is_workbook = head.name.endswith(SUFFIXES) or b"xl/workbook.xml" in head.start or b"xl/worksheets/" in head.start
    return Match.CONTENT if is_workbook else Match.NO


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    openpyxl = needs("openpyxl", "office", "an Excel workbook")
    file = random_access(stream)
    try:
        _check_size(file)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except FormatError:
        raise
    except Exception as error:
        raise FormatError("truncated_archive", f"the workbook is damaged: {error}") from None
    try:
        yield from _read_book(book, reading)
    finally:
        book.close()


def _check_size(file: IO[bytes]) -> None:
    """Raises ArchiveBombError where what must be held in memory (the shared strings) is more than a workbook's."""
    with zipfile.ZipFile(file) as archive:
        n_bytes = sum(info.file_size for info in archive.infolist())
    file.seek(0)
    if n_bytes > MAX_WORKBOOK_BYTES:
        raise ArchiveBombError(f"a workbook that unpacks to {n_bytes:,} bytes")


def _read_book(book: Any, reading: Reading) -> Iterator[Item]:
    told = "none"
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # some programs write wrong ones
        rows = sheet.iter_rows(values_only=True)
        columns = _header(rows, reading)
        if columns is not None and columns.has_text:
            yield from _records(rows, columns, reading)
            return
        told = columns.told if columns is not None and told == "none" else told
    yield Fault("no_text", f"no column of any sheet holds the text; the first sheet's columns: {told}")


def _header(rows: Iterator[tuple[Any, ...]], reading: Reading) -> Columns | None:
    first: Columns | None = None
    for number, row in enumerate(rows):
        if number == MAX_PREAMBLE_ROWS:
            break
        columns = columns_of(["" if cell is None else str(cell) for cell in row], reading.fields)
        if columns.has_text or columns.n_known > 1:
            return columns
        first = first or columns
    return first


def _records(rows: Iterator[tuple[Any, ...]], columns: Columns, reading: Reading) -> Iterator[Item]:
    for row in rows:
        if any(cell is not None and cell != "" for cell in row):
            cells = [_plain(row[place]) if place < len(row) else None for place in columns.places]
            yield row_record(cells, columns, "excel", {}, reading)


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime.datetime):
        is_day = cell.time() == datetime.time()
        return cell.date().isoformat() if is_day else cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell if cell is None or isinstance(cell, int | str) else str(cell)


def _parse(record: Record) -> Document:
    return json_record.parse(record, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


FORMAT = Format("excel", SUFFIXES, _recognise, _read, _parse, opens=b"P")
