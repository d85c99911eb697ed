"""Full text of all quotations by SQLite's FTS5: one file, made once a snapshot from the one before.

A quotation's ``row`` is its part's number in the index and its place in the part, so that parts that stay keep their
rows: only the parts that came or went are read.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import numpy.typing as npt

from flows.store.base import Store
from flows.store.manifest import Manifest, StoredFile
from flows.store.parquet import open_parquet
from flows.view.cache import digest_of, kept_file

VERSION = "1"
ROW_BITS = 24  # a part has fewer quotations than this many bits can number
SHOWN = ("quote_id", "text", "speaker_name", "speaker_role", "speaker_text", "cue_text")
MARKS = ("\x02", "\x03")
MAX_RANKED = 20_000  # ranking has to look at every quotation found; beyond this many the newest are shown first
PROGRESS_STEPS = 50_000  # of SQLite's virtual machine, between looks at the clock

_TABLES = f"""
    CREATE TABLE part (number INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE);
    CREATE TABLE quote (row INTEGER PRIMARY KEY, {", ".join(SHOWN)});
    CREATE VIRTUAL TABLE words USING fts5(
        text, content='quote', content_rowid='row', tokenize="unicode61 remove_diacritics 2");
"""
Rows = npt.NDArray[np.int64]


def build_index(store: Store, manifest: Manifest, folder: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """The index file of a snapshot's quotations, made where it is not there yet."""
    parts = list(manifest.parts("quotes"))

    def make(fresh: Path) -> None:
        _write(fresh, store, manifest.number, parts, tell)

    return kept_file(folder, "search", digest_of(parts, VERSION), "sqlite", make)


def _write(fresh: Path, store: Store, number: int, parts: Sequence[StoredFile], tell: Callable[[str], None]) -> None:
    """The index, made from the newest one there is."""
    before = max(fresh.parent.glob("search-*.sqlite"), key=lambda found: found.stat().st_mtime, default=None)
    if before:
        shutil.copyfile(before, fresh)
    with closing(sqlite3.connect(fresh, isolation_level=None)) as con:
        # The file is thrown away where this does not come to its end, so that nothing need be safe meanwhile.
        con.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")
        if not before:
            con.executescript(_TABLES)
        con.execute("BEGIN")
        _bring_up_to_date(con, store, number, parts, tell)
        con.execute("COMMIT")


def _bring_up_to_date(
    con: sqlite3.Connection, store: Store, number: int, parts: Sequence[StoredFile], tell: Callable[[str], None]
) -> None:
    known = dict(con.execute("SELECT sha256, number FROM part"))
    wanted = {part.sha256: part for part in parts if part.n_rows}
    for sha256 in known.keys() - wanted.keys():
        _remove_part(con, known[sha256])
    added = [part for sha256, part in sorted(wanted.items()) if sha256 not in known]
    total, done = sum(part.n_rows for part in added), 0
    free = max(known.values(), default=-1) + 1
    for place, part in enumerate(added, start=free):
        _add_part(con, place, part.sha256, store.locate(number, part.path))
        done += part.n_rows
        tell(f"{done:,} of {total:,} quotations indexed")


def _add_part(con: sqlite3.Connection, place: int, sha256: str, path: str) -> None:
    con.execute("INSERT INTO part VALUES (?, ?)", (place, sha256))
    first = place << ROW_BITS
    columns = open_parquet(path).read(columns=list(SHOWN)).to_pydict()
    rows = zip(range(first, first + len(columns["text"])), *(columns[name] for name in SHOWN), strict=True)
    con.executemany(f"INSERT INTO quote VALUES (?{', ?' * len(SHOWN)})", rows)
    con.execute("INSERT INTO words (rowid, text) SELECT row, text FROM quote WHERE row >= ?", (first,))


def _remove_part(con: sqlite3.Connection, place: int) -> None:
    span = (place << ROW_BITS, (place + 1) << ROW_BITS)
    con.execute(
        "INSERT INTO words (words, rowid, text) SELECT 'delete', row, text FROM quote WHERE row >= ? AND row < ?", span
    )
    con.execute("DELETE FROM quote WHERE row >= ? AND row < ?", span)
    con.execute("DELETE FROM part WHERE number = ?", (place,))


class SearchIndex:
    """An index file, for reading; a connection a call, so that any thread may ask."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def part_numbers(self) -> Mapping[str, int]:
        """The checksum of each part to its number."""
        with self._connect(60) as con:
            return dict(con.execute("SELECT sha256, number FROM part"))

    def find(self, expression: str, *, is_ranked: bool, limit_s: float) -> tuple[Rows, npt.NDArray[np.float64] | None]:
        """The rows that an FTS5 expression finds, and how well each fits (the smaller the better).

        No ranks where nobody asked for them or more than ``MAX_RANKED`` rows are found.
        """
        with self._connect(limit_s) as con:
            # As one text, since of a common word it is handing the rows over one by one that takes long.
            (listed,) = con.execute(
                "SELECT group_concat(rowid) FROM words WHERE words MATCH ?", (expression,)
            ).fetchone()
            rows = np.fromstring(listed, np.int64, sep=",") if listed else np.zeros(0, np.int64)
            if not is_ranked or not 0 < len(rows) <= MAX_RANKED:
                return rows, None
            ranked = con.execute("SELECT rowid, bm25(words) FROM words WHERE words MATCH ?", (expression,)).fetchall()
            return np.array([row for row, _ in ranked], np.int64), np.array([rank for _, rank in ranked], np.float64)

    def read(self, rows: Sequence[int], limit_s: float = 5.0) -> dict[int, dict[str, Any]]:
        """What is shown of some quotations, by row."""
        with self._connect(limit_s) as con:
            marks = ", ".join("?" * len(rows))
            found = con.execute(f"SELECT row, {', '.join(SHOWN)} FROM quote WHERE row IN ({marks})", list(rows))
            return {row: dict(zip(SHOWN, values, strict=True)) for row, *values in found}

    def read_marked(self, rows: Sequence[int], expression: str, limit_s: float = 5.0) -> dict[int, str]:
        """The texts of some quotations that an expression finds, with ``MARKS`` around the words that it is about."""
        with self._connect(limit_s) as con:
            marks = ", ".join("?" * len(rows))
            query = f"SELECT rowid, highlight(words, 0, ?, ?) FROM words WHERE words MATCH ? AND rowid IN ({marks})"
            return dict(con.execute(query, [*MARKS, expression, *rows]))

    @contextmanager
    def _connect(self, limit_s: float) -> Iterator[sqlite3.Connection]:
        deadline = monotonic() + limit_s
        # immutable: the file never changes, so that no lock is taken and no journal looked for.
        address = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as con:
            con.set_progress_handler(lambda: monotonic() > deadline, PROGRESS_STEPS)
            yield con
