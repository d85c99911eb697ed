"""``newsmill export``: a table of the latest snapshot, or all of them, as one file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.errors import SettingsError
from flows.export.databases import DATABASES
from flows.export.writers import WRITERS, ExportError
from flows.storage.database import rows_of
from flows.store import reach_store
from flows.store.base import latest_of
from flows.store.disk import local_path, writing
from flows.store.parquet import table_paths
from transforms.schema import arrow_schema
from transforms.tables import BY_NAME

ALL = "all"
BATCH_ROWS = 20_000


def export(out: str, table: str, to: str, *, where: str = "", columns: Sequence[str] = ()) -> int:
    """Write the rows of ``table`` for which the SQL condition ``where`` holds; the number of rows written.

    The file is there whole or not at all; one that was there is replaced.
    """
    path = local_path(to, "--to", kind="file")
    form = path.suffix.lstrip(".").lower()
    names = _table_names(table, form, where, columns)
    if not path.parent.is_dir():
        raise SettingsError(f"--to: there is no folder {path.parent}")
    with writing(path.parent), tempfile.TemporaryDirectory(dir=path.parent, prefix=".newsmill-") as folder:
        fresh = Path(folder) / f"fresh.{form}"
        with ExitStack() as open_files:
            tables = {
                name: open_files.enter_context(_Selected(out, name, where=where, columns=columns)) for name in names
            }
            if form in DATABASES:
                n_rows = DATABASES[form](fresh, {name: (t.schema, t) for name, t in tables.items()})
            else:
                n_rows = WRITERS[form](fresh, tables[table].schema, tables[table])
        fresh.replace(path)
    return n_rows


def _table_names(table: str, form: str, where: str, columns: Sequence[str]) -> list[str]:
    """The tables to write; SettingsError where the question makes no sense."""
    if form not in WRITERS and form not in DATABASES:
        forms = ", ".join(f".{name}" for name in (*WRITERS, *DATABASES))
        raise SettingsError(f"--to: the name of the file says what it becomes; end it in one of {forms}")
    if table == ALL:
        if form not in DATABASES:
            raise SettingsError(f"all tables fit into a .sqlite or .duckdb file; a .{form} file holds one table")
        if where or columns:
            raise SettingsError("--where and --columns are for one table")
        return list(BY_NAME)
    if table not in BY_NAME:
        raise SettingsError(f"there is no table {table!r}; there are {', '.join(BY_NAME)}, and {ALL}")
    return [table]


class _Selected:
    """The rows of a table that were asked for, read as they are taken."""

    def __init__(self, out: str, table: str, *, where: str, columns: Sequence[str]) -> None:
        self._out = out
        self._table = table
        self._where = where
        self._columns = columns

    def __enter__(self) -> _Selected:
        declared = arrow_schema(BY_NAME[self._table])
        self._con = duckdb.connect(config={"threads": 2})
        self._con.execute("SET enable_progress_bar = false")
        store = reach_store(self._out)
        paths = table_paths(store, latest_of(store, self._out), self._table)
        source = rows_of(self._con, self._table, paths, declared)
        there = [row[0] for row in self._con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        chosen = list(self._columns) or there
        wrong = [name for name in chosen if name not in there]
        if wrong:
            raise SettingsError(f"--columns: {self._table} has no {wrong[0]!r}; it has {', '.join(there)}")
        listed = ", ".join(f'"{name}"' for name in chosen)
        condition = f" WHERE ({self._where}\n)" if self._where else ""
        try:
            self._reader = self._con.sql(f"SELECT {listed} FROM {source}{condition}").to_arrow_reader(BATCH_ROWS)
        except duckdb.Error as error:
            raise ExportError(f"--where: {_first_line(error)}") from None
        self.schema = pa.schema(
            [declared.field(n) if n in declared.names else self._reader.schema.field(n) for n in chosen]
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._reader:
                yield from pa.Table.from_batches([batch]).cast(self.schema).to_batches()
        except (duckdb.Error, pa.ArrowException) as error:  # a condition that only some row shows to make no sense
            raise ExportError(f"--where: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
