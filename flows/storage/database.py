"""DuckDB over files that may lie in object storage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from flows.storage.address import SCHEMES, is_remote
from flows.storage.errors import StorageError

_STORAGE_ERROR = re.compile(r"StorageError: (.+)")


@contextmanager
def open_database(**config: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory. A failure of object storage in a query is raised as StorageError."""
    try:
        with duckdb.connect(config=config) as con:
            yield con
    except duckdb.Error as error:
        if told := _STORAGE_ERROR.search(str(error)):
            raise StorageError(told[1]) from error
        raise


def let_read(con: duckdb.DuckDBPyConnection, paths: Iterable[str]) -> None:
    """Have the database read these files, wherever they lie, each by its own name: no pattern in it counts."""
    if any(map(is_remote, paths)) and not con.list_filesystems():
        con.register_filesystem(_parts())


def fetch_rows(found: duckdb.DuckDBPyConnection, most: int | None = None) -> list[dict[str, Any]]:
    """The rows of the query that was executed, by the names of its columns; all that are left, or the next ``most``."""
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in (found.fetchall() if most is None else found.fetchmany(most))]


def quoted(text: str) -> str:
    """The text as it stands between the marks of a string in SQL."""
    return text.replace("'", "''")


def literal(path: str) -> str:
    """The path as a DuckDB pattern that fits nothing but that path; an address is never taken for a pattern."""
    if is_remote(path):
        return path
    return "".join(f"[{char}]" if char in "*?[" else char for char in path)


def read_parquet(con: duckdb.DuckDBPyConnection, paths: Sequence[str] | dict[str, str]) -> str:
    """SQL for the rows of some files, with their ``filename``; no path is taken for a pattern."""
    let_read(con, paths)
    listed = ", ".join(f"'{quoted(path)}'" for path in paths)
    return f"read_parquet([{listed}], filename = true)"


def rows_of(
    con: duckdb.DuckDBPyConnection, name: str, paths: Sequence[str], schema: pa.Schema, *, options: str = ""
) -> str:
    """SQL for the rows of a table's part files, for a view that outlives this call; an empty table where there is none.

    ``options`` are more of DuckDB's ``read_parquet``; the columns they add, an empty table does not have.
    """
    if not paths:
        con.register(f"no_{name}", schema.empty_table())
        return f"no_{name}"
    let_read(con, paths)
    con.execute(f"SET VARIABLE {name}_paths = $paths", {"paths": [literal(path) for path in paths]})
    return f"read_parquet(getvariable('{name}_paths'), hive_partitioning = false{options})"


def _parts() -> Any:
    """The parts in object storage as a file system of fsspec, which is how DuckDB takes one."""
    from fsspec import AbstractFileSystem  # type: ignore[import-untyped]

    from flows.storage.files import PartFile

    class Parts(AbstractFileSystem):  # type: ignore[misc]
        protocol = SCHEMES
        cachable = False

        def open(self, path: str, mode: str = "rb", **_: Any) -> PartFile:
            return PartFile(path)

        def glob(self, path: str, **_: Any) -> list[str]:
            return [path]

        def exists(self, path: str, **_: Any) -> bool:
            return True

        def isfile(self, path: str) -> bool:
            return True

        def size(self, path: str) -> int:
            return PartFile(path).entry.size

        def modified(self, path: str) -> datetime:
            return PartFile(path).entry.modified

    return Parts()
