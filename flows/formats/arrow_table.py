"""Parquet, Arrow and Feather: a record a row, read in small batches, and of the columns only those that matter."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import IO, Any

import pyarrow as pa

from flows.formats import json_record
from flows.formats.base import Document, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.table_rows import Columns, columns_of, row_record
from flows.formats.unpacked import random_access

N_ROWS_A_BATCH = 256  # of long texts about a megabyte
_PARQUET, _ARROW, _STREAM = b"PAR1", b"ARROW1\0\0", b"\xff\xff\xff\xff"


def _recognise_parquet(head: Head) -> Match:
    return Match.CONTENT if head.start.startswith(_PARQUET) else Match.NO


def _recognise_arrow(head: Head) -> Match:
    if head.start.startswith(_ARROW):
        return Match.CONTENT
    return Match.NAME if head.start.startswith(_STREAM) and head.name.endswith((".arrow", ".arrows")) else Match.NO


def _read_parquet(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    import pyarrow.parquet as pq

    try:
        # Columns are read as they are needed: pre-buffering would hold a whole row group.
        file = pq.ParquetFile(random_access(stream), pre_buffer=False, buffer_size=2**20)
        columns = _text_columns(file.schema_arrow, reading)
        batches = file.iter_batches(N_ROWS_A_BATCH, columns=list(columns.names), use_threads=False)
        yield from _rows(batches, columns, "parquet", reading)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(error) from None


def _read_arrow(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    try:
        if stream.read(len(_ARROW)) == _ARROW:
            file = pa.ipc.open_file(random_access(_rewound(stream)))
            batches = (file.get_batch(number) for number in range(file.num_record_batches))
        else:
            file = pa.ipc.open_stream(_rewound(stream))
            batches = iter(file)
        columns = _text_columns(file.schema, reading)
        slices = (
            batch.slice(start, N_ROWS_A_BATCH)
            for batch in batches
            for start in range(0, batch.num_rows, N_ROWS_A_BATCH)
        )
        yield from _rows((_checked(part.select(list(columns.names))) for part in slices), columns, "arrow", reading)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(error) from None


def _checked(batch: Any) -> Any:
    """The batch; raises ArrowException where its offsets lead out of its bytes, which nothing has looked at so far.

    Whether texts are UTF-8 is not looked at: one that is not must not take the others along.
    """
    for column in batch.columns:
        plain = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}.get(column.type)
        (column.view(plain) if plain else column).validate(full=True)
    return batch


def _rewound(stream: IO[bytes]) -> IO[bytes]:
    stream.seek(0)
    return stream


def _damaged(error: Exception) -> Exception:
    if isinstance(error, OSError) and error.errno is not None:
        return error
    return FormatError("truncated_archive", f"the table is damaged: {error}")


def _text_columns(schema: Any, reading: Reading) -> Columns:
    names = [name for name in schema.names if schema.names.count(name) == 1]
    columns = columns_of(names, reading.fields)
    if not columns.has_text:
        raise FormatError("no_text", f"no column holds the text; its columns: {columns.told}")
    return columns


def _rows(batches: Iterator[Any], columns: Columns, format_: str, reading: Reading) -> Iterator[Item]:
    stated: dict[str, str] = {}
    for batch in batches:
        # Not to_pylist() of the whole: one damaged text must not take its batch along.
        cells = [_values(column) for column in batch.columns]
        for row in zip(*cells, strict=True):
            yield row_record(row, columns, format_, stated, reading)


def _values(column: Any) -> list[Any]:
    try:
        found: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        found = column.cast(pa.large_binary()).to_pylist()
    else:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            return found
    return [_plain(cell) for cell in found]


def _plain(cell: Any) -> Any:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()
    return cell


def _parse_parquet(record: Record) -> Document:
    return json_record.parse(record, "application/vnd.apache.parquet")


def _parse_arrow(record: Record) -> Document:
    return json_record.parse(record, "application/vnd.apache.arrow.file")


FORMATS = (
    Format("parquet", (".parquet", ".pq"), _recognise_parquet, _read_parquet, _parse_parquet),
    Format("arrow", (".arrow", ".feather", ".arrows"), _recognise_arrow, _read_arrow, _parse_arrow),
)
