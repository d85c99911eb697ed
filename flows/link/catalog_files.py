"""Reading the user's gazetteer and corrections, with one clear line where a file is not as it should be."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from flows.errors import UserError
from transforms.catalog import ACTIONS, Catalog, Correction, GazetteerRow, is_entity_id
from transforms.tables import ENTITY_TYPES

GAZETTEER_COLUMNS = ("name", "type", "aliases", "external_id")
CORRECTION_COLUMNS = ("action", "type", "name", "target", "article")
# What each action needs beside type and name.
NEEDS = {"merge": ("target",), "split": ("target", "article"), "rename": ("target",), "never": ()}


class CatalogError(UserError):
    """A gazetteer or corrections file that cannot be used: which file, which line, what to do."""


def load_catalog(gazetteer: Path | None, corrections: Path | None) -> Catalog:
    """The catalog of both files (either may be None); raises CatalogError."""
    rows = tuple(read_gazetteer(gazetteer)) if gazetteer else ()
    fixes = tuple(read_corrections(corrections)) if corrections else ()
    return Catalog(rows, fixes)


def read_gazetteer(path: Path) -> Iterator[GazetteerRow]:
    """The rows of a gazetteer CSV."""
    for line, row in read_rows(path, read_text(path), GAZETTEER_COLUMNS, required=("name", "type")):
        check_type(path, line, row["type"])
        aliases = tuple(alias.strip() for alias in row["aliases"].split("|") if alias.strip())
        yield GazetteerRow(row["name"], row["type"], aliases, row["external_id"] or None)


def read_corrections(path: Path) -> Iterator[Correction]:
    """The lines of a corrections CSV."""
    return (correction for _, correction in parse_corrections(path, read_text(path)))


def parse_corrections(path: Path, text: str) -> Iterator[tuple[int, Correction]]:
    """The lines of a corrections CSV with their numbers; ``path`` is what a fault is told of."""
    for line, row in read_rows(path, text, CORRECTION_COLUMNS, required=("action", "name")):
        action = row["action"]
        if action not in ACTIONS:
            raise CatalogError(f"{path}, line {line}: unknown action {action!r}; use one of {', '.join(ACTIONS)}")
        if row["type"] or not is_entity_id(row["name"]):
            check_type(path, line, row["type"])
        missing = [column for column in NEEDS[action] if not row[column]]
        if missing:
            raise CatalogError(f"{path}, line {line}: {action} needs a value in {' and '.join(missing)}")
        yield line, Correction(action, row["type"], row["name"], row["target"], row["article"])


def read_rows(
    path: Path, text: str, columns: tuple[str, ...], required: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Number of the first line and cells of each row; white space in a cell, line breaks included, is one space."""
    header: list[str] | None = None
    for line, cells in read_cells(path, text):
        if header is None:
            header = check_header(path, line, cells, columns, required)
            continue
        if len(cells) > len(header):
            raise CatalogError(f"{path}, line {line}: more cells than the header has; quote those with commas")
        row = dict.fromkeys(columns, "") | dict(zip(header, cells, strict=False))
        for name in required:
            if not row[name]:
                raise CatalogError(f"{path}, line {line}: {name} is empty; fill it in or delete the line")
        yield line, row
    if header is None:
        raise CatalogError(f"{path}: empty; its first line must be {','.join(columns)}")


def read_text(path: Path) -> str:
    """The text of a file, every line's end as it stands there; CatalogError where it cannot be read."""
    try:
        return decode(path, path.read_bytes())
    except OSError as error:
        raise CatalogError(f"{path}: {error.strerror or error}; give the path of a CSV file") from error


def decode(path: Path, data: bytes) -> str:
    """The text of a file's bytes; CatalogError where they are none."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error


def read_cells(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row that has any; lines that start with # are comments, except inside a quoted cell."""
    lines = enumerate(io.StringIO(text, newline=None), 1)
    for number, line in lines:
        if line.lstrip().startswith("#"):
            continue
        try:
            cells = next(csv.reader(chain([line], (more for _, more in lines)), strict=True), [])
        except csv.Error as error:
            raise CatalogError(
                f"{path}, line {number}: {error}; double each quotation mark in a quoted cell"
            ) from error
        if any(cell.strip() for cell in cells):
            yield number, [" ".join(cell.split()) for cell in cells]


def check_header(
    path: Path, line: int, cells: list[str], columns: tuple[str, ...], required: tuple[str, ...]
) -> list[str]:
    """The column names, known ones only and with all that are required."""
    header = [cell.lower() for cell in cells]
    unknown = [name for name in header if name not in columns]
    missing = [name for name in required if name not in header]
    if unknown or missing:
        raise CatalogError(f"{path}, line {line}: the first line must be {','.join(columns)}")
    return header


def check_type(path: Path, line: int, entity_type: str) -> None:
    """Raise CatalogError for a type the data set does not know."""
    if entity_type not in ENTITY_TYPES:
        known = ", ".join(ENTITY_TYPES)
        raise CatalogError(f"{path}, line {line}: unknown type {entity_type!r}; use one of {known}")
