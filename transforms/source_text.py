"""The characters of a record as its bytes hold them, each with where its bytes are.

What stands between bytes and characters is undone here: the encoding, JSON's escapes, the doubled quotes of a table.
Everything else (white space, markup, damage) stays as it was written; ``transforms.offset_map`` finds an article in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

PLAIN, ESCAPED, REPAIRED, COMPOSED = range(4)  # places in tables.WRITTEN

_SURROGATE = re.compile("[\ud800-\udfff]")
_LOST = "\udcfd"  # a character that no byte says: no text holds it, so nothing is found there
_STRAY_BYTES = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "replace").replace("\ufffd", _LOST) for byte in range(0x80, 0x100)
}
_JSON_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.S)
_JSON_SIGNS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SourceText:
    """The characters of one record.

    ``byte_starts`` says where each of them starts in the record's bytes, and where the last one ends; ``written`` how
    its bytes say it: PLAIN, ESCAPED or REPAIRED. ``has_varied_width`` where the encoding is UTF-8. ``fields`` are the
    ranges of ``text`` that hold the "title" and the "text", where the record has fields.
    """

    text: str
    byte_starts: NDArray[np.int64]
    written: NDArray[np.int8]
    has_varied_width: bool
    fields: Mapping[str, Range] = field(default_factory=dict)


def decoded(data: bytes, encoding: str, *, byte_start: int = 0) -> SourceText | None:
    """The characters of ``data``, whose first byte is number ``byte_start`` of its record.

    A byte that is no UTF-8 is read as Windows-1252. None where the bytes of each character cannot be told.
    """
    text = data.decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")
    written = np.zeros(len(text), np.int8)
    widths = _widths(text, data, encoding)
    if widths is None:
        return None
    if encoding == "utf-8" and _SURROGATE.search(text):
        written[[stray.start() for stray in _SURROGATE.finditer(text)]] = REPAIRED
        text = text.translate(_STRAY_BYTES)
    elif encoding != "utf-8":
        text = text.replace("\ufffd", _LOST)
    starts = np.concatenate(([0], np.cumsum(widths))) + byte_start
    return SourceText(text, starts, written, encoding == "utf-8")


def _widths(text: str, data: bytes, encoding: str) -> NDArray[np.int64] | None:
    if len(text) == len(data):
        return np.ones(len(text), np.int64)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    if encoding == "utf-8":
        widths = 1 + (points >= 0x80) + (points >= 0x800).astype(np.int64) + (points >= 0x10000)
        widths[(points >= 0xD800) & (points <= 0xDFFF)] = 1  # a byte that is no UTF-8, as surrogateescape writes it
    elif encoding.startswith("utf-16"):
        widths = 2 + 2 * (points >= 0x10000).astype(np.int64)
    elif encoding.startswith("utf-32"):
        widths = np.full(len(points), 4, np.int64)
    else:
        of_each = {ch: len(ch.encode(encoding, "replace")) for ch in set(text)}
        widths = np.array([of_each[ch] for ch in text], np.int64)
    n_over = len(data) - int(widths.sum())
    if n_over and text.endswith("\ufffd") and -4 < n_over < 4:  # cut off inside the last character
        widths[-1] += n_over
        n_over = 0
    return widths if not n_over else None


def without_json_escapes(source: SourceText) -> SourceText:
    """The same with each escape as the character that it stands for: JSON has them in its strings alone."""
    if "\\" not in source.text:
        return source
    escapes = [(found.start(), found.end(), _unescaped(found[0])) for found in _JSON_ESCAPE.finditer(source.text)]
    return _replaced(source, escapes)


def _unescaped(escape: str) -> str:
    if escape[1] != "u" or len(escape) < 6:
        return _JSON_SIGNS.get(escape[1], escape[1])
    units = bytes.fromhex(escape[2:6] + escape[8:])
    return units.decode("utf-16-be", "surrogatepass")


def cells_of(source: SourceText, delimiter: str, escape: str | None) -> tuple[SourceText, list[Range]]:
    """The row of a table without the escapes in its quoted cells, and the range of each cell, quotes aside."""
    escapes: list[tuple[int, int, str]] = []
    ranges: list[Range] = []
    sign = re.compile(re.escape(escape) + "(.)" if escape else '"(")', re.S)
    n_gone = 0
    for start, end, is_quoted in _raw_cells(source.text, delimiter, escape):
        found = [(at.start(), at.end(), at[1]) for at in sign.finditer(source.text, start, end)] if is_quoted else []
        escapes += found
        ranges.append((start - n_gone, end - n_gone - len(found)))
        n_gone += len(found)
    return _replaced(source, escapes), ranges


def _raw_cells(row: str, delimiter: str, escape: str | None) -> Iterator[tuple[int, int, bool]]:
    """Where each cell of a row starts and ends, without its quotes, and whether it has any."""
    inside = rf"(?:[^\"{re.escape(escape)}]++|{re.escape(escape)}.)*+" if escape else r'(?:[^"]++|"")*+'
    cell = re.compile(rf'"(?P<quoted>{inside})"?[^{re.escape(delimiter)}]*|[^{re.escape(delimiter)}]*', re.S)
    at = 0
    while at <= len(row):
        found = cell.match(row, at)
        assert found is not None  # a cell may be empty
        group = "quoted" if found["quoted"] is not None else 0
        yield *found.span(group), group != 0
        at = found.end() + 1


def _replaced(source: SourceText, escapes: Iterable[tuple[int, int, str]]) -> SourceText:
    """Each range of characters as the one character that it stands for."""
    pieces: list[str] = []
    is_kept = np.ones(len(source.text), np.bool_)
    written = source.written.copy()
    done = 0
    for start, end, sign in escapes:
        pieces += (source.text[done:start], sign)
        is_kept[start + 1 : end] = False
        written[start] = ESCAPED
        done = end
    if not done:
        return source
    pieces.append(source.text[done:])
    starts = np.append(source.byte_starts[:-1][is_kept], source.byte_starts[-1])
    return SourceText("".join(pieces), starts, written[is_kept], source.has_varied_width)
