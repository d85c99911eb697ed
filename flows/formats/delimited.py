"""Tables as text (CSV, TSV): a record a row, its columns by the names in the header.

The bytes are parted as Latin-1, which keeps every byte as it is, and each row is decoded for itself: so a file need not
be read twice to know its encoding, and one damaged row harms no other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from flows.formats import encoding as encodings
from flows.formats import json_record
from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record
from flows.formats.limits import MAX_PREAMBLE_ROWS
from flows.formats.table_rows import Columns, columns_of, row_record
from flows.formats.unpacked import start_of
from transforms.field_names import is_known_name, names_of, normal_name

SUFFIXES = (".csv", ".tsv", ".tab")
DELIMITERS = ",\t;|"
MAX_CELLS = 10_000  # in a header; tables of news have some tens
N_ROWS_LOOKED_AT = 50

_CELL_EDGE = "\x1b"


# Which files


def _recognise(head: Head) -> Match:
    if encodings.is_binary(head.start):
        return Match.NO
    if _is_header_sure(encodings.decode_start(head.start)):
        return Match.CONTENT
    is_markup = encodings.decode_start(head.start[:1024]).lstrip()[:1] in {"<", "{", "["}
    return Match.NAME if head.name.endswith(SUFFIXES) and not is_markup and head.start.strip() else Match.NO


def _is_header_sure(start: str) -> bool:
    """Whether the first line is names, of which one is that of a text and another is known too, and rows follow."""
    line, _, rest = start.lstrip().partition("\n")
    if len(line) > 2000:
        return False
    second = rest.partition("\n")[0]
    for delimiter in DELIMITERS:
        names = [cell.strip(" \"'\r") for cell in line.split(delimiter)]
        is_followed = second.count(delimiter) >= len(names) - 1 or '"' in second
        if len(names) >= 3 and is_followed and all(0 < len(name) <= 60 for name in names):
            normal = {normal_name(name) for name in names}
            known = {name for name in normal if is_known_name(name)}
            if normal.intersection(names_of("text")) and len(known) >= 2 and len(known) * 2 >= len(normal):
                return True
    return False


# The dialect


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells of a table are parted."""

    delimiter: str
    escape: str | None = None
    is_quoted: bool = True


def find_dialect(start: str, name: str = "") -> Dialect:
    """The dialect whose rows agree best: as many cells in each, names that are known in one of the first.

    Python's Sniffer looks for quoted cells and for characters that recur, and takes a letter of the text for the
    delimiter where cells hold long texts; here only those that tables of news have are tried.
    """
    candidates = [Dialect(delimiter) for delimiter in DELIMITERS]
    scores = [_score(_rows_of(start, dialect)) for dialect in candidates]
    best = max(scores)
    dialect = candidates[scores.index(best)]
    if best <= 0:
        dialect = Dialect("\t" if name.endswith((".tsv", ".tab")) else ",")
    return Dialect(dialect.delimiter, "\\" if _escapes_with_backslash(start, dialect.delimiter) else None)


def _score(rows: list[list[str]]) -> float:
    widths = [len(row) for row in rows if any(cell.strip() for cell in row)]
    if not widths:
        return 0
    width = max(set(widths), key=widths.count)
    if width < 2:
        return 0
    known = max(sum(is_known_name(normal_name(cell)) for cell in row) for row in rows[:MAX_PREAMBLE_ROWS])
    return known * 10 + widths.count(width) / len(widths) + min(width, 50) / 100


def _rows_of(start: str, dialect: Dialect) -> list[list[str]]:
    lines = io.StringIO(start, newline="")
    rows: list[list[str]] = []
    try:
        for row in _parser(lines, dialect):
            rows.append(row)
            if len(rows) > N_ROWS_LOOKED_AT:
                break
    except csv.Error:
        pass
    return rows[:-1] if len(rows) > 1 and len(rows) <= N_ROWS_LOOKED_AT else rows


def _escapes_with_backslash(start: str, delimiter: str) -> bool:
    r"""Whether quotes in cells are written \" (as MySQL and Spark do) and not doubled."""
    n_escaped = start.count('\\"') - start.count(f'\\"{delimiter}') - start.count('\\"\n')
    return n_escaped > 0 and n_escaped > start.count('""') - start.count(f'{delimiter}""{delimiter}')


def _parser(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        escapechar=dialect.escape,
        doublequote=dialect.escape is None,
        skipinitialspace=False,
    )


# Rows


class _Lines:
    """The lines of a stream as Latin-1; in place of a row that is longer than it may be, an error, once it is over."""

    def __init__(self, stream: IO[bytes], max_row_bytes: int) -> None:
        self._stream = stream
        self._limit = max_row_bytes
        self._n_bytes = self._n_quotes = 0
        self.is_at_end = False

    def __iter__(self) -> _Lines:
        return self

    def start_row(self) -> None:
        """From here on another row is read."""
        self._n_bytes = self._n_quotes = 0

    def __next__(self) -> str:
        line = self._stream.readline(self._limit + 1)
        self._n_bytes += len(line)
        self._n_quotes += line.count(b'"')
        if self._n_bytes > self._limit:
            # It is over at the end of the first line that no quotation is open in.
            while line and not (line.endswith(b"\n") and self._n_quotes % 2 == 0):
                line = self._stream.readline(2**16)
                self._n_quotes += line.count(b'"')
            raise FormatError("too_large", f"more than {self._limit:,} bytes in one row")
        if not line:
            self.is_at_end = True
            raise StopIteration
        return line.decode("latin-1")


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    start = start_of(stream)
    marked = encodings.byte_order_mark(start) or encodings.unmarked_utf16(start)
    charset = marked or _charset(start)
    if marked and marked != "utf-8":
        stream = io.BufferedReader(Utf8Stream(stream, marked))
        start = start_of(stream)
    csv.field_size_limit(max(csv.field_size_limit(), reading.max_record_bytes + 1))
    lines = _Lines(stream, reading.max_record_bytes)
    first = start.decode("latin-1").removeprefix("\xef\xbb\xbf")
    rows = _rows(lines, find_dialect(first, reading.name.lower()))
    columns = _header(rows, charset, reading)
    if not columns.has_text:
        raise FormatError("no_text", f"no column holds the text; its columns: {columns.told}")
    stated = {} if charset == "utf-8" or marked else {"charset": charset}
    for row in rows:
        yield row if isinstance(row, Fault) else _record(row, columns, charset, stated, reading)


def _charset(start: bytes) -> str:
    """The encoding of rows that are not in UTF-8, as far as the start of the file tells."""
    try:
        return encodings.decode(start).encoding
    except FormatError:
        return "utf-8"


def _rows(lines: _Lines, dialect: Dialect) -> Iterator[list[str] | Fault]:
    parser = _parser(lines, dialect)
    while not lines.is_at_end:
        lines.start_row()
        try:
            row = next(parser)
        except StopIteration:
            return
        except FormatError as error:
            yield Fault(error.reason, str(error))
        except csv.Error as error:
            yield Fault("bad_record", f"no row of a table: {error}")
        else:
            if any(not cell.isspace() for cell in row if cell):
                yield row


def _header(rows: Iterator[list[str] | Fault], charset: str, reading: Reading) -> Columns:
    """The columns: of the first row with names that are known, else of the first row."""
    first: Columns | None = None
    for number, row in enumerate(rows):
        if isinstance(row, Fault) or number == MAX_PREAMBLE_ROWS:
            break
        if number == 0:
            row[0] = row[0].removeprefix("\xef\xbb\xbf").strip('"') if row else ""
        columns = columns_of(_decoded(row[:MAX_CELLS], charset), reading.fields)
        first = first or columns
        if columns.has_text or columns.n_known >= 2:
            return columns
    return first or columns_of([], reading.fields)


def _decoded(row: Sequence[str], charset: str) -> list[str]:
    data = _CELL_EDGE.join(row).encode("latin-1")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = encodings.decode(data, declared=charset).text
    cells = text.split(_CELL_EDGE)
    if len(cells) == len(row):
        return cells
    return [encodings.decode(cell.encode("latin-1"), declared=charset).text if cell else "" for cell in row]


def _record(row: list[str], columns: Columns, charset: str, stated: Mapping[str, str], reading: Reading) -> Item:
    n_cells = len(row)
    while n_cells > columns.n_columns and not row[n_cells - 1].strip():  # a delimiter at each line's end
        n_cells -= 1
    if n_cells > columns.n_columns or n_cells <= columns.last_needed:
        return Fault("bad_record", f"a row of {n_cells:,} cells under {columns.n_columns:,} columns")
    try:
        cells = _decoded([row[place] for place in columns.places], charset)
    except FormatError as error:
        return Fault(error.reason, str(error))
    return row_record(cells, columns, "csv", stated, reading)


class Utf8Stream(io.RawIOBase):
    """A text of another encoding as UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding, "replace", newline="")
        self._rest = b""

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the next characters go."""
        if not self._rest:
            self._rest = self._text.read(2**14).removeprefix("\ufeff").encode("utf-8", "replace")
        data, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """To the start alone."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to the start."""
        if offset or whence:
            raise io.UnsupportedOperation("to the start alone")
        self._rest = b""
        self._text.seek(0)
        return 0

    def close(self) -> None:
        """Leave the stream below open: it belongs to whom it came from."""
        if not self.closed:
            self._text.detach()
        super().close()


def _parse(record: Record) -> Document:
    return json_record.parse(record, "text/csv")


FORMAT = Format("csv", SUFFIXES, _recognise, _read, _parse)
