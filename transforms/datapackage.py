"""A snapshot described for whoever finds it without newsmill: a Frictionless Data Package, and a page for people.

Both are made from the declarations of tables.py. The standard: https://datapackage.org, versions 1 and 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from transforms.tables import BY_NAME, TABLES, Column, Table

DATA_PACKAGE, README = "datapackage.json", "README.md"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
RIGHTS = (
    "The texts are their publishers' and stand under the terms on which you have them; the tables quote them at "
    "length. newsmill's own licence (MIT) is for the program and says nothing about them. Ask before you pass this on."
)
DEFAULT_TABLE = "quotes"

_TYPES = (
    (pa.types.is_string, "string"),
    (pa.types.is_integer, "integer"),
    (pa.types.is_floating, "number"),
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "datetime"),
    (pa.types.is_list, "array"),
    (pa.types.is_struct, "object"),
)


@dataclass(frozen=True)
class Described:
    """What there is to say of one snapshot.

    ``parts`` are the files of each table, by their paths in the snapshot, with their bytes; ``created_at`` is ISO 8601.
    """

    number: int
    created_at: str
    run_id: str
    versions: Mapping[str, str]
    counts: Mapping[str, int]
    parts: Mapping[str, Sequence[tuple[str, int]]]


def data_package(snapshot: Described) -> dict[str, Any]:
    """The descriptor: a resource a table, with its Table Schema."""
    return {
        "$schema": PROFILE,
        "profile": "data-package",  # what version 1 of the standard asks for
        "name": "newsmill",
        "title": f"News articles, quotations and entities, snapshot {snapshot.number}",
        "description": f"Who said what, when, about whom. {RIGHTS}",
        "created": snapshot.created_at,
        "newsmill": {"snapshot": snapshot.number, "run_id": snapshot.run_id, "versions": dict(snapshot.versions)},
        "resources": [_resource(table, snapshot) for table in TABLES],
    }


def _resource(table: Table, snapshot: Described) -> dict[str, Any]:
    parts = sorted(snapshot.parts[table.name])
    paths = [path for path, _ in parts]
    return {
        "name": table.name,
        "type": "table",
        "description": f"One row: {table.grain}.",
        "path": paths[0] if len(paths) == 1 else paths,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "rows": snapshot.counts[table.name],
        "schema": table_schema(table),
    }


def table_schema(table: Table) -> dict[str, Any]:
    """The Table Schema of one table. References out of lists cannot be said there, and stand in the descriptions."""
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [],  # what is missing is null; an empty string is one
    }
    if table.key:
        schema["primaryKey"] = [table.key]
    keys = [
        {"fields": [column.name], "reference": {"resource": column.references, "fields": [_key_of(column.references)]}}
        for column in table.columns
        if column.references and not pa.types.is_list(column.type)
    ]
    return {**schema, "foreignKeys": keys} if keys else schema


def _key_of(table: str) -> str:
    key = BY_NAME[table].key
    assert key is not None
    return key


def _field(column: Column) -> dict[str, Any]:
    kind = next(kind for is_kind, kind in _TYPES if is_kind(column.type))
    description = column.description
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if pa.types.is_list(column.type):
        description += f" Of each: one of {', '.join(column.vocabulary)}." if column.vocabulary else ""
        description += f" Each is a key of {column.references}." if column.references else ""
    elif column.vocabulary:
        constraints["enum"] = list(column.vocabulary)
    field: dict[str, Any] = {
        "name": column.name,
        "type": kind,
        "arrowType": str(column.type),
        "description": description,
    }
    if column.example and kind not in ("array", "object"):  # those of tables.py are written for people
        field["example"] = column.example
    return {**field, "constraints": constraints} if constraints else field


def readme(snapshot: Described) -> str:
    """The page: counts, versions, how to open it, whose the texts are. Its head tells Hugging Face the tables."""
    head = ["---", "license: other", "configs:"]
    for table in TABLES:
        head += [f"- config_name: {table.name}", f"  data_files: {table.name}/*.parquet"]
        head += ["  default: true"] if table.name == DEFAULT_TABLE else []
    rows = [_table_line(table, snapshot) for table in TABLES]
    versions = [f"- {name}: {value}" for name, value in sorted(snapshot.versions.items())]
    return "\n".join(
        [
            *head,
            "---",
            "",
            f"# News articles, quotations and entities: snapshot {snapshot.number}",
            "",
            f"Made by newsmill on {snapshot.created_at} (run {snapshot.run_id}). It is whole and never changes.",
            "",
            "| table | one row is | key | rows | parts | bytes |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            "What the rows were made with:",
            "",
            *versions,
            "",
            _HOW_TO_READ,
            "## Whose it is",
            "",
            RIGHTS,
            "",
        ]
    )


def _table_line(table: Table, snapshot: Described) -> str:
    parts = snapshot.parts[table.name]
    key = f"`{table.key}`" if table.key else "–"
    sizes = f"{snapshot.counts[table.name]:,} | {len(parts):,} | {sum(n_bytes for _, n_bytes in parts):,}"
    return f"| `{table.name}` | {table.grain} | {key} | {sizes} |"


_HOW_TO_READ = """\
## Open it

Each table is a folder of Parquet files with the same columns. `datapackage.json` describes every table and column (a
Frictionless Data Package), and so does the metadata in the Parquet files. `manifest.json` holds the checksum of every
file; `internal/` is newsmill's own. Offsets count Unicode code points of `articles.text`, ends exclusive.

    duckdb -c "SELECT speaker_name, count(*) FROM 'quotes/*.parquet' GROUP BY ALL"     DuckDB
    pandas.read_parquet("quotes")                                                       pandas
    polars.read_parquet("quotes/*.parquet")                                             Polars
    spark.read.parquet("quotes")                                                        Spark
    arrow::open_dataset("quotes")                                                       R
    datasets.load_dataset(".", "quotes")                                                Hugging Face
"""
