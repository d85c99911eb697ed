"""The rows of tables (CSV, Parquet, Excel) as records: what matters of a row, as a JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from flows.formats.base import Fault, Item, Reading, Record, field_names_stated
from flows.formats.date_order import date_order_of
from flows.formats.json_record import own_id
from transforms.field_names import OwnNames, is_known_name, names_of, normal_name, own_names


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table that a record is made of: their names, and where in a row they are."""

    names: tuple[str, ...]
    places: tuple[int, ...]
    n_columns: int
    n_known: int
    has_text: bool
    last_needed: int  # the place of the last column that holds a text: rows that are shorter have lost it
    own: OwnNames  # of a row without an empty cell
    told: str  # all names, for a person


def columns_of(header: Sequence[str], fields: Mapping[str, str]) -> Columns:
    """The columns under a header; ``fields`` are the user's names, as in ``field_names.names_of``.

    Of two columns of one name the first counts.
    """
    chosen = {normal_name(name) for name in fields.values()}
    text_names = frozenset(names_of("text", fields))
    names: dict[str, int] = {}
    for place, name in enumerate(header):
        normal = normal_name(name)
        if normal and (normal in chosen or is_known_name(normal)) and name.strip() not in names:
            names[name.strip()] = place
    texts = [place for name, place in names.items() if normal_name(name) in text_names]
    told = ", ".join(name.strip()[:40] for name in header[:12] if name.strip()) or "none"
    return Columns(
        names=tuple(names),
        places=tuple(names.values()),
        n_columns=len(header),
        n_known=len(names),
        has_text=bool(texts),
        last_needed=min(texts, default=0),
        own=own_names(names, fields),
        told=told,
    )


def row_values(cells: Sequence[Any], names: Sequence[str]) -> dict[str, Any]:
    """What a row states: the cells that are not empty, by name."""
    if None not in cells and "" not in cells:
        return dict(zip(names, cells, strict=True))
    return {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None and cell != ""}


def has_text(row: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether one of the columns of texts of these names holds one; ``row`` as ``row_values`` gives it."""
    for name in names:
        text = row[name]
        if text and not (isinstance(text, str) and text.isspace()):
            return True
    return False


def row_record(
    cells: Sequence[Any], columns: Columns, format_: str, stated: Mapping[str, str], reading: Reading
) -> Item:
    """The record of a row's cells, one for each of the columns' names; a Fault where its text is empty."""
    row = row_values(cells, columns.names)
    own = columns.own if len(row) == len(columns.names) else own_names(row, reading.fields)
    if not has_text(row, own.text):
        return Fault("no_text", "the row's text is empty")
    try:
        data = orjson.dumps(row, default=str)
    except orjson.JSONEncodeError:
        data = json.dumps(row, default=str).encode()
    if len(data) > reading.limits.record_bytes:
        return Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one row")
    record_id, order = own_id(row, own.id), date_order_of(row, own.published_date)
    if reading.fields:
        stated = {**field_names_stated(reading.fields), **stated}
    return Record(data, format_, reading.name, record_id, "", stated, None, order)
