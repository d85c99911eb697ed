"""Tables as text (CSV, TSV): a record a row, its columns by the names in the header.

The bytes are parted as Latin-1, which keeps every byte as it is, and each row is decoded for itself: so a file need not
be read twice to know its encoding, and one damaged row harms no other. A record's bytes are those of its row, without
the line's end; how its cells are parted, and which of them matter, it states as its layout.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any, NamedTuple

from flows.formats import encoding as encodings
from flows.formats import json_record
from flows.formats.base import (
    LAYOUT,
    Document,
    Fault,
    Format,
    FormatError,
    Head,
    Item,
    Match,
    Reading,
    Record,
    field_names_of,
    field_names_stated,
)
from flows.formats.date_order import date_order_of
from flows.formats.limits import MAX_PREAMBLE_ROWS
from flows.formats.table_rows import Columns, columns_of, has_text, row_values
from flows.formats.unpacked import start_of
from transforms.field_names import field_sources, is_known_name, names_of, normal_name, own_names
from transforms.source_text import SourceText, cells_of, decoded

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


def _parser(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        escapechar=dialect.escape,
        doublequote=dialect.escape is None,
        skipinitialspace=False,
    )


# Rows


class _Row(NamedTuple):
    """A row's cells as Latin-1, its bytes, and where they start in the file (None where that is not known)."""

    cells: list[str]
    data: bytes
    start: int | None


class _Lines:
    """The lines of a stream as Latin-1; in place of a row that is longer than it may be, an error, once it is over.

    ``wide`` is the encoding of the file behind a stream in UTF-8, ``n_mark`` the length of its byte order mark.
    """

    def __init__(self, stream: IO[bytes], max_row_bytes: int, wide: str | None, n_mark: int) -> None:
        self._stream = stream
        self._limit = max_row_bytes
        self._wide = wide
        self._n_bytes = 0
        self._row: list[bytes] = []
        self._row_start: int | None = n_mark if wide else 0
        self.is_at_end = False

    def __iter__(self) -> Iterator[str]:
        """The lines up to the end, or the row that is too long."""
        readline, limit = self._stream.readline, self._limit
        while line := readline(limit + 1):
            self._n_bytes += len(line)
            if self._n_bytes > limit:
                self._skip(line)
                raise FormatError("too_large", f"more than {limit:,} bytes in one row")
            self._row.append(line)
            yield line.decode("latin-1")
        self.is_at_end = True

    def start_row(self) -> None:
        """From here on another row is read."""
        if self._row_start is not None:
            self._row_start += len(self._wide_row()) if self._wide else self._n_bytes
        self._n_bytes = 0
        self._row = []

    def row_of(self, cells: list[str]) -> _Row:
        """The row that was read last; without the end of its last line, which the last row of a file may lack."""
        data = b"".join(self._row).rstrip(b"\r\n")
        return _Row(cells, data.decode().encode(self._wide) if self._wide else data, self._row_start)

    def _wide_row(self) -> bytes:
        assert self._wide is not None
        return b"".join(self._row).decode().encode(self._wide)

    def _skip(self, line: bytes) -> None:
        """Go on to the end of the first line that no quotation is open in."""
        n_quotes = sum(part.count(b'"') for part in (*self._row, line))
        while line and not (line.endswith(b"\n") and n_quotes % 2 == 0):
            line = self._stream.readline(2**16)
            n_quotes += line.count(b'"')
            self._n_bytes += len(line)
        if self._wide:  # the pieces may end inside a character, so that they cannot be measured
            self._row_start = None


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    start = start_of(stream)
    marked = encodings.byte_order_mark(start) or encodings.unmarked_utf16(start)
    charset = marked or _charset(start)
    wide = marked if marked != "utf-8" else None
    n_mark = encodings.mark_length(start)
    if wide:
        stream = io.BufferedReader(Utf8Stream(stream, wide))
        start = start_of(stream)
    _allow_cells_of(reading.max_record_bytes)
    lines = _Lines(stream, reading.max_record_bytes, wide, n_mark)
    dialect = find_dialect(start.decode("latin-1").removeprefix("\xef\xbb\xbf"), reading.name.lower())
    rows = _rows(lines, dialect)
    columns = _header(rows, charset, reading)
    if not columns.has_text:
        raise FormatError("no_text", f"no column holds the text; its columns: {columns.told}")
    layout = _Layout(dialect.delimiter, dialect.escape, wide, columns.names, columns.places)
    stated = {**field_names_stated(reading.fields), LAYOUT: json.dumps(layout)}
    if charset != "utf-8" and not marked:
        stated["charset"] = charset
    for row in rows:
        yield row if isinstance(row, Fault) else _record(row, columns, layout, stated, reading)


def _allow_cells_of(n_bytes: int) -> None:
    csv.field_size_limit(max(csv.field_size_limit(), n_bytes + 1))


def _charset(start: bytes) -> str:
    """The encoding of rows that are not in UTF-8, as far as the start of the file tells."""
    try:
        return encodings.decode(start).encoding
    except FormatError:
        return "utf-8"


def _rows(lines: _Lines, dialect: Dialect) -> Iterator[_Row | Fault]:
    parser = _parser(lines, dialect)
    while not lines.is_at_end:
        lines.start_row()
        try:
            cells = next(parser)
        except StopIteration:
            return
        except FormatError as error:
            yield Fault(error.reason, str(error))
            parser = _parser(lines, dialect)
        except csv.Error as error:
            yield Fault("bad_record", f"no row of a table: {error}")
        else:
            if any(map(str.strip, cells)):
                yield lines.row_of(cells)


def _header(rows: Iterator[_Row | Fault], charset: str, reading: Reading) -> Columns:
    """The columns: of the first row with names that are known, else of the first row."""
    first: Columns | None = None
    for number, row in enumerate(rows):
        if isinstance(row, Fault) or number == MAX_PREAMBLE_ROWS:
            break
        cells = row.cells[:MAX_CELLS]
        if number == 0:
            cells[0] = cells[0].removeprefix("\xef\xbb\xbf").strip('"')
        columns = columns_of(_decoded(cells, charset)[0], reading.fields)
        first = first or columns
        if columns.has_text or columns.n_known >= 2:
            return columns
    return first or columns_of([], reading.fields)


def _record(row: _Row, columns: Columns, layout: _Layout, stated: Mapping[str, str], reading: Reading) -> Item:
    n_cells = len(row.cells)
    while n_cells > columns.n_columns and not row.cells[n_cells - 1].strip():  # a delimiter at each line's end
        n_cells -= 1
    if n_cells > columns.n_columns or n_cells <= columns.last_needed:
        return Fault("bad_record", f"a row of {n_cells:,} cells under {columns.n_columns:,} columns")
    try:
        values = _values(row.cells, layout, stated.get("charset"))[0]
    except FormatError as error:
        return Fault(error.reason, str(error))
    own = own_names(values, reading.fields)
    if not has_text(values, own.text):
        return Fault("no_text", "the row's text is empty")
    record_id, order = json_record.own_id(values, own.id), date_order_of(values, own.published_date)
    byte_start = None if layout.wide else row.start
    return Record(row.data, "csv", reading.name, record_id, "", stated, byte_start, order, row.start)


# One row


class _Layout(NamedTuple):
    """How a row is parted and (if it is ``wide``) encoded, and the names and places of the cells that matter."""

    delimiter: str
    escape: str | None
    wide: str | None
    names: Sequence[str]
    places: Sequence[int]


def row_of(record: Record) -> tuple[dict[str, Any], encodings.Decoded]:
    """What the row of a record states, by the names of its columns, and how its bytes were read."""
    layout = _Layout(*json.loads(record.stated[LAYOUT]))
    data = record.data.decode(layout.wide, "replace").encode() if layout.wide else record.data
    _allow_cells_of(len(data))
    try:
        lines = io.StringIO(data.decode("latin-1"), newline="\n")
        cells = next(_parser(lines, Dialect(layout.delimiter, layout.escape)), [])
    except csv.Error as error:
        raise FormatError("bad_record", f"no row of a table: {error}") from None
    values, found = _values(cells, layout, record.stated.get("charset"))
    return values, replace(found, encoding=layout.wide) if layout.wide else found


def _values(cells: Sequence[str], layout: _Layout, charset: str | None) -> tuple[dict[str, Any], encodings.Decoded]:
    there = [cells[place] if place < len(cells) else "" for place in layout.places]
    texts, found = _decoded(there, charset)
    return row_values(texts, layout.names), found


def _decoded(cells: Sequence[str], charset: str | None) -> tuple[list[str], encodings.Decoded]:
    """Cells in Latin-1 as they were meant, and how they were read."""
    if all(map(str.isascii, cells)):
        return list(cells), encodings.Decoded("", "utf-8")
    data = _CELL_EDGE.join(cells).encode("latin-1")
    try:
        found = encodings.Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        found = encodings.decode(data, declared=charset)
    if charset == found.encoding != "utf-8" and not found.quality_flags:  # nothing in a table declares its encoding
        found = replace(found, quality_flags=(encodings.GUESSED,))
    apart = found.text.split(_CELL_EDGE)
    if len(apart) != len(cells):
        apart = [encodings.decode(cell.encode("latin-1"), declared=charset).text if cell else "" for cell in cells]
    return apart, found


def _parse(record: Record) -> Document:
    values, found = row_of(record)
    return json_record.document_of(values, field_names_of(record), "text/csv", found)


def _source_text(record: Record, document: Document) -> SourceText | None:
    layout = _Layout(*json.loads(record.stated[LAYOUT]))
    found = decoded(record.data, document.encoding)
    if found is None:
        return None
    found, ranges = cells_of(found, layout.delimiter, layout.escape)
    places = dict(zip(layout.names, layout.places, strict=True))
    chosen = field_sources(row_of(record)[0], field_names_of(record))
    cells = {column: places[name] for column, name in chosen.items() if column in {"title", "text"}}
    return replace(found, fields={column: ranges[cell] for column, cell in cells.items() if cell < len(ranges)})


class Utf8Stream(io.RawIOBase):
    """A text of another encoding as UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding, "replace", newline="")
        self._rest = b""
        self._is_at_start = True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the next characters go."""
        if not self._rest:
            text = self._text.read(2**14)
            self._rest = (text.removeprefix("\ufeff") if self._is_at_start else text).encode("utf-8", "replace")
            self._is_at_start = False
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
        self._is_at_start = True
        self._text.seek(0)
        return 0

    def close(self) -> None:
        """Leave the stream below open: it belongs to whom it came from."""
        if not self.closed:
            self._text.detach()
        super().close()


FORMAT = Format("csv", SUFFIXES, _recognise, _read, _parse, source_text=_source_text)
