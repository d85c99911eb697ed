"""Reading the user's gazetteer and corrections, with one clear line where a file is not as it should be."""

from __future__ import annotations

import csv
from collections.abc import Iterator
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
    for line, row in read_rows(path, GAZETTEER_COLUMNS, required=("name", "type")):
        check_type(path, line, row["type"])
        aliases = tuple(alias.strip() for alias in row["aliases"].split("|") if alias.strip())
        yield GazetteerRow(row["name"], row["type"], aliases, row["external_id"] or None)


def read_corrections(path: Path) -> Iterator[Correction]:
    """The lines of a corrections CSV."""
    for line, row in read_rows(path, CORRECTION_COLUMNS, required=("action", "name")):
        action = row["action"]
        if action not in ACTIONS:
            raise CatalogError(f"{path}, line {line}: unknown action {action!r}; use one of {', '.join(ACTIONS)}")
        if row["type"] or not is_entity_id(row["name"]):
            check_type(path, line, row["type"])
        missing = [column for column in NEEDS[action] if not row[column]]
        if missing:
            raise CatalogError(f"{path}, line {line}: {action} needs a value in {' and '.join(missing)}")
        yield Correction(action, row["type"], row["name"], row["target"], row["article"])


def read_rows(path: Path, columns: tuple[str, ...], required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row; empty lines and lines that start with # are passed over."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CatalogError(f"{path}: {error.strerror or error}; give the path of a CSV file") from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    reader = csv.reader(text.splitlines())
    header: list[str] | None = None
    for cells in reader:
        if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        if header is None:
            header = check_header(path, reader.line_num, cells, columns, required)
            continue
        if len(cells) > len(header):
            raise CatalogError(
                f"{path}, line {reader.line_num}: more cells than the header has; quote those with commas"
            )
        row = dict.fromkeys(columns, "") | {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        for name in required:
            if not row[name]:
                raise CatalogError(f"{path}, line {reader.line_num}: {name} is empty; fill it in or delete the line")
        yield reader.line_num, row
    if header is None:
        raise CatalogError(f"{path}: empty; its first line must be {','.join(columns)}")


def check_header(
    path: Path, line: int, cells: list[str], columns: tuple[str, ...], required: tuple[str, ...]
) -> list[str]:
    """The column names, known ones only and with all that are required."""
    header = [cell.strip().lower() for cell in cells]
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
