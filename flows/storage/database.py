"""DuckDB over files that may lie in object storage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import duckdb

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
