"""One table as one file, a batch of rows at a time."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from flows.errors import UserError
from flows.export.cells import csv_cell, excel_cell

MAX_EXCEL_ROWS = 1_048_575  # below the row of names
MIN_EXCEL_YEAR = 1900  # Excel knows no days before

Batches = Iterable[pa.RecordBatch]
Writer = Callable[[Path, pa.Schema, Batches], int]


class ExportError(UserError):
    """A table that a kind of file cannot hold, or a file that cannot be written; the message says what to do."""


def write_csv(path: Path, schema: pa.Schema, batches: Batches) -> int:
    """UTF-8 with a signature, by which Excel knows it; the number of rows."""
    with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(schema.names)
        return _each(batches, lambda rows: writer.writerows([map(csv_cell, row) for row in rows]))


def write_json_lines(path: Path, schema: pa.Schema, batches: Batches) -> int:
    """One JSON object a line, lists and structs as they are; the number of rows."""
    with path.open("wb") as file:
        return _each(batches, lambda rows: _write_objects(file, schema.names, rows))


def write_parquet(path: Path, schema: pa.Schema, batches: Batches) -> int:
    """Parquet with the schema's descriptions; the number of rows."""
    n_rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            n_rows += batch.num_rows
    return n_rows


def write_excel(path: Path, schema: pa.Schema, batches: Batches) -> int:
    """A workbook of one sheet, every text a text and never a formula; the number of rows."""
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
    except ImportError:
        raise ExportError("Excel files need openpyxl: pip install 'newsmill[office]'") from None
    book = Workbook(write_only=True)
    sheet = book.create_sheet("newsmill")
    sheet.freeze_panes = "A2"

    def cell(value: object) -> object:
        shown = excel_cell(value)
        if getattr(shown, "year", MIN_EXCEL_YEAR) < MIN_EXCEL_YEAR:
            shown = str(shown)
        if not isinstance(shown, str):
            return shown
        made = WriteOnlyCell(sheet, shown)
        made.data_type = "s"  # openpyxl takes a text that starts with = for a formula
        return made

    sheet.append(schema.names)

    def append(rows: list[tuple[object, ...]]) -> None:
        for row in rows:
            sheet.append([cell(value) for value in row])

    n_rows = _each(batches, append, MAX_EXCEL_ROWS)
    book.save(path)
    return n_rows


WRITERS: dict[str, Writer] = {
    "csv": write_csv,
    "xlsx": write_excel,
    "jsonl": write_json_lines,
    "parquet": write_parquet,
}


def _each(batches: Batches, write: Callable[[list[tuple[object, ...]]], object], most: int | None = None) -> int:
    n_rows = 0
    for batch in batches:
        n_rows += batch.num_rows
        if most is not None and n_rows > most:
            raise ExportError(f"an Excel sheet holds {most:,} rows; ask for fewer, or for .csv or .parquet")
        write(list(zip(*(column.to_pylist() for column in batch.columns), strict=True)))
    return n_rows


def _write_objects(file: IO[bytes], names: list[str], rows: list[tuple[object, ...]]) -> None:
    for row in rows:
        file.write(orjson.dumps(dict(zip(names, row, strict=True))) + b"\n")
