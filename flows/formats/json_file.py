"""JSON files: an array of records, one record, or an object that holds its records somewhere inside.

A file of the size of one record is read whole; a larger one is read as a stream, a record at a time.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from flows.formats import encoding as encodings
from flows.formats import json_record
from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record, read_at_most
from flows.formats.limits import MAX_FAULTS_A_SOURCE
from flows.formats.unpacked import start_of
from transforms.field_names import names_of, normal_name, own_names

SUFFIXES = (".json",)
MAX_DEPTH = 4  # of the list of records in the file: response.result.items.hits
N_LOOKED_AT = 20  # records of a list, one of which must hold text

_START = re.compile(r'\s*+(?:\[\s*+)?\{\s*+(?:"|\})|\s*+\[\s*+\]')
_STARTS, _ENDS = ("start_map", "start_array"), ("end_map", "end_array")
_Found = tuple[str, Any]  # a record, and its name where the file has one for it


def _recognise(head: Head) -> Match:
    if encodings.first_of(head.start) not in {"{", "["} or encodings.is_binary(head.start):
        return Match.NO
    start = encodings.decode_start(head.start)
    if _START.match(start):
        return Match.CONTENT
    return Match.NAME if head.name.endswith(SUFFIXES) and start.lstrip()[:1] in {"{", "["} else Match.NO


def _read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    data = read_at_most(stream, reading.max_record_bytes + 1)
    if len(data) > reading.max_record_bytes:
        stream.seek(0)
        yield from _or_unknown(_stream_records(stream, reading))
        return
    try:
        value = json_record.load(data)
    except FormatError:  # cut short perhaps, or one value behind another: what is whole is read
        yield from _or_unknown(_stream_records(io.BytesIO(data), reading))
        return
    if isinstance(value, dict) and _is_record(value, reading.fields):
        yield json_record.record_of(value, "json", reading, data=data, byte_start=0)
        return
    found = find_records(value, reading.fields)
    if found is None:
        raise _without_text(value)
    for key, record in found:
        yield json_record.record_of(record, "json", reading, key=key)


def _or_unknown(items: Iterator[Item]) -> Iterator[Item]:
    """The items, but one Fault in place of them where no record holds text: then it is no file of articles."""
    waiting: list[Item] = []
    for item in items:
        if isinstance(item, Fault) and item.reason == "no_text" and len(waiting) < MAX_FAULTS_A_SOURCE:
            waiting.append(item)
            continue
        yield from waiting
        yield item
        yield from items
        return
    if waiting:
        raise FormatError("unknown_format", f"JSON without text: {waiting[0].detail}")  # type: ignore[union-attr]


def _without_text(value: Any) -> FormatError:
    names = json_record.field_list(value) if isinstance(value, dict) else f"a list of {len(value):,}"
    return FormatError("unknown_format", f"JSON in which no field holds a text: {names}")


# Where the records are


def find_records(value: Any, fields: Mapping[str, str], depth: int = 0) -> list[_Found] | None:
    """The records in what a JSON file holds, None where it has none: the outermost list whose objects hold text.

    An object of objects is such a list too, and a table by its columns is turned.
    """
    if isinstance(value, list):
        rows = [("", item) for item in value]
        return rows if any(_is_record(item, fields) for item in value[:N_LOOKED_AT]) else None
    if not isinstance(value, dict) or depth == MAX_DEPTH:
        return None
    if turned := _turned(value):
        return find_records(turned, fields, depth)
    children = list(value.values())
    for inner in sorted(children, key=lambda child: not isinstance(child, list)):
        if found := find_records(inner, fields, depth + 1):
            return found
    objects = [(key, inner) for key, inner in value.items() if isinstance(inner, dict)]
    return objects if any(_is_record(inner, fields) for _, inner in objects[:N_LOOKED_AT]) else None


def _is_record(value: Any, fields: Mapping[str, str]) -> bool:
    if not isinstance(value, dict) or _turned(value):
        return False
    article = json_record.unwrapped(value, fields)
    names = own_names(article, fields).text
    texts = [article[name] for name in names]
    # A list of titled objects under a name like "content" is the records themselves.
    return json_record.has_text(article, names) and all(
        json_record.is_paragraphs(text) for text in texts if isinstance(text, list)
    )


def _turned(table: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table that was written by its columns, as data frames are; empty where it is none."""
    if isinstance(names := table.get("columns"), list) and isinstance(rows := table.get("data"), list):
        return [dict(zip(map(str, names), row, strict=False)) for row in rows if isinstance(row, list)]
    columns = list(table.values())
    if len(columns) < 2 or not isinstance(first := columns[0], list | dict) or not first:
        return []
    if any(type(column) is not type(first) or len(column) != len(first) for column in columns):
        return []
    if isinstance(first, list):
        is_plain = all(not isinstance(cell, list | dict) for column in columns for cell in column[:N_LOOKED_AT])
        return [dict(zip(table, row, strict=True)) for row in zip(*columns, strict=True)] if is_plain else []
    if any(column.keys() != first.keys() for column in columns) or not all(key.isdecimal() for key in first):
        return []
    return [{name: column[key] for name, column in table.items()} for key in first]


# As a stream


_Path = list[str | None]  # for each container around a value a list's None, or the key in an object
_Events = Iterator[tuple[str, Any]]


def _stream_records(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    import ijson

    try:
        place = _place_of_records(_events(_Metered(stream, reading)), reading.fields)
        stream.seek(0)
        metered = _Metered(stream, reading)
        for key, value in _values_at(place, _events(metered)):
            metered.start_record()
            yield json_record.record_of(value, "json", reading, key=key)
    except (ijson.JSONError, UnicodeError) as error:
        raise FormatError("bad_json", f"not JSON from here on: {str(error).splitlines()[0]}") from None


def _events(stream: _Metered) -> _Events:
    import ijson

    # Its items() keeps the whole path of each value, which takes the square of the depth.
    return iter(ijson.basic_parse(stream, use_float=True, multiple_values=True))


def _place_of_records(events: _Events, fields: Mapping[str, str]) -> _Path:
    """The path of the records: in the list at the top, else where the first text is; FormatError if there is none."""
    names = frozenset(names_of("text", fields))
    path: _Path = []
    for event, value in events:
        _step(path, event, value)
        if path == [None]:
            return path
        if event == "string" and path and path[-1] and normal_name(path[-1]) in names and value.strip():
            place = path[:-1]
            while place and place[-1] is not None and normal_name(place[-1]) in json_record.WRAPPERS:
                place.pop()
            return place
    raise FormatError("unknown_format", "JSON in which no field holds a text")


def _step(path: _Path, event: str, value: Any) -> None:
    if event == "map_key":
        path[-1] = value
    elif event in _STARTS:
        if len(path) == json_record.MAX_NESTING:
            raise json_record.too_deep()
        path.append("" if event == "start_map" else None)
    elif event in _ENDS:
        path.pop()


def _values_at(place: _Path, events: _Events) -> Iterator[_Found]:
    """The values in the container that ``place`` leads to, each with its key there, "" where that is a list."""
    path: _Path = []
    for event, value in events:
        is_value = event != "map_key" and event not in _ENDS
        is_there = is_value and len(path) == len(place) and path[:-1] == place[:-1]
        if not is_there or (path and (path[-1] is None) != (place[-1] is None)):
            _step(path, event, value)
        elif not path or path[-1] is None:
            yield "", _build(event, value, events)
        elif event == "start_map":  # what else lies beside records under their keys is about all of them
            yield path[-1], _build(event, value, events)
        else:
            _build(event, value, events)


def _build(event: str, value: Any, events: _Events) -> Any:
    """The value that starts with an event; takes those up to its end."""
    if event not in _STARTS:
        return value
    root: Any = {} if event == "start_map" else []
    open_, keys = [root], [""]
    for event, value in events:
        if event == "map_key":
            keys[-1] = value
            continue
        if event in _ENDS:
            open_.pop()
            keys.pop()
            if not open_:
                break
            continue
        inner = {} if event == "start_map" else [] if event == "start_array" else value
        if isinstance(open_[-1], dict):
            open_[-1][keys[-1]] = inner
        else:
            open_[-1].append(inner)
        if event in _STARTS:
            if len(open_) == json_record.MAX_NESTING:
                raise json_record.too_deep()
            open_.append(inner)
            keys.append("")
    return root


class _Metered:
    """A stream in UTF-8, of which only so much is read as one record may have; then it raises FormatError."""

    def __init__(self, stream: IO[bytes], reading: Reading) -> None:
        start = start_of(stream)
        encoding = encodings.byte_order_mark(start) or encodings.decode(start).encoding
        self._stream = stream
        self._decoder = None
        if encoding != "utf-8" or start.startswith(codecs.BOM_UTF8):
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._limit = reading.max_record_bytes
        self._n_left = self._limit

    def start_record(self) -> None:
        """From here on another record is read."""
        self._n_left = self._limit

    def read(self, size: int = -1) -> bytes:
        """As a file's; not all of it at once."""
        if self._n_left < 0:
            raise FormatError("too_large", f"more than {self._limit:,} bytes in one record")
        data = self._stream.read(size)
        self._n_left -= len(data)
        if self._decoder is None or not size:
            return data
        text = self._decoder.decode(data, final=not data)
        while data and not text:  # a part of one character alone would look like the end
            data = self._stream.read(max(size, 8))
            text = self._decoder.decode(data, final=not data)
        return text.removeprefix("\ufeff").encode("utf-8", "replace")


def _parse(record: Record) -> Document:
    return json_record.parse(record, "application/json")


FORMAT = Format("json", SUFFIXES, _recognise, _read, _parse, opens=b"{[")
