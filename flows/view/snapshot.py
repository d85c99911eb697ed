"""The snapshot that the pages show: opened once, followed when a run commits another."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from flows.errors import UserError
from flows.storage.address import is_remote
from flows.storage.database import fetch_rows
from flows.store import reach_store
from flows.store.base import Store, latest_of
from flows.store.manifest import MANIFEST, Manifest
from flows.view.cache import cache_folder
from flows.view.facts import build_facts
from flows.view.quote_columns import QuoteColumns
from flows.view.search_index import SearchIndex, build_index

QUERY_LIMIT_S = 10.0
PREPARE_LIMIT_S = 300.0  # for what is worked out before anybody asks
LOOK_EVERY_S = 1.0
MAX_KEPT = 200  # answers that are kept for as long as the snapshot is shown
MAX_MATCHED = 16  # searches whose finds are kept, up to some megabytes each
# A page can neither read nor write a file through its queries, nor use more memory than this.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "500MB",
    "threads": 2,
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}

Row = dict[str, Any]
T = TypeVar("T")


class QueryTimeoutError(RuntimeError):
    """A query that took longer than a reader waits for."""


class Kept:
    """The last things that were worked out, at most so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is kept under a key, or else what ``make`` gives, which is kept from then on."""
        if key not in self._made:
            made = make()
            while len(self._made) >= self._most:
                self._made.pop(next(iter(self._made)), None)
            self._made[key] = made
            return made
        kept: T = self._made[key]
        return kept


class Snapshot:
    """One snapshot, open for reading; any thread may ask."""

    def __init__(self, store: Store, manifest: Manifest, facts: Path, index: SearchIndex) -> None:
        self.store = store
        self.manifest = manifest
        self.number = manifest.number
        self.index = index
        self.limit_s = PREPARE_LIMIT_S
        self._answers = Kept(MAX_KEPT)
        self._matched = Kept(MAX_MATCHED)
        self._facts = duckdb.connect(str(facts), read_only=True, config=_CONFIG)
        self.quote_columns = {row["column_name"] for row in self.rows("DESCRIBE quote")}
        with self.asking() as cursor:
            self.quotes = QuoteColumns(cursor, self.quote_columns)

    def rows(
        self, query: str, values: Mapping[str, object] | None = None, *, tables: Mapping[str, Any] = {}
    ) -> list[Row]:
        """The rows of a query with bound ``values``; ``tables``: Arrow tables that it reads besides."""
        with self.asking(tables) as cursor:
            return fetch_rows(cursor.execute(query, values or {}))

    def row(self, query: str, values: Mapping[str, object] | None = None) -> Row | None:
        """The one row of a query; None where there is none."""
        return next(iter(self.rows(query, values)), None)

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, worked out once for as long as it is among the last that were asked for."""
        return self._answers.get(key, make)

    def keep_matched(self, key: Hashable, make: Callable[[], T]) -> T:
        """The same for what may be large."""
        return self._matched.get(key, make)

    @contextmanager
    def asking(
        self, tables: Mapping[str, Any] = {}, limit_s: float | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor whose query is stopped after ``limit_s``; QueryTimeoutError where that happens."""
        with self._facts.cursor() as cursor:
            for name, table in tables.items():
                cursor.register(name, table)
            timer = threading.Timer(limit_s or self.limit_s, cursor.interrupt)
            timer.daemon = True
            timer.start()
            try:
                yield cursor
            except duckdb.InterruptException as error:
                raise QueryTimeoutError from error
            finally:
                timer.cancel()

    @property
    def has_copies(self) -> bool:
        """Whether any article is a copy of another."""
        return bool(self.manifest.counts.get("article_duplicates"))

    @property
    def has_sayings(self) -> bool:
        """Whether anything was said in more articles than one."""
        return bool(self.manifest.counts.get("sayings"))

    @property
    def folder(self) -> str:
        """What a reader opens: the folder `latest`, or in object storage the one that it stands for now."""
        address = self.store.address
        return self.store.locate(self.number, MANIFEST).rsplit("/", 1)[0] if is_remote(address) else f"{address}/latest"

    def part(self, table: str, name: str) -> str | None:
        """Where a part of a table lies; None where the snapshot has no such part."""
        path = next((file.path for file in self.manifest.parts(table) if file.name == name), None)
        return self.store.locate(self.number, path) if path else None

    def close(self) -> None:
        """Close the facts."""
        self._facts.close()


def open_snapshot(store: Store, number: int, folder: Path, tell: Callable[[str], None]) -> Snapshot:
    """Open a snapshot for the pages, making its index and facts where they are not there yet."""
    manifest = store.manifest(number)
    index = SearchIndex(build_index(store, manifest, folder, tell))
    facts = build_facts(store, manifest, index.part_numbers(), folder)
    return Snapshot(store, manifest, facts, index)


class Latest:
    """The latest snapshot of a data set; a newer one is opened in the background and shown once it is ready.

    ``prepare`` works out what every reader looks at first, before the snapshot is shown.
    """

    def __init__(
        self,
        out: str,
        tell: Callable[[str], None] = lambda _: None,
        prepare: Callable[[Snapshot], object] = lambda _: None,
    ) -> None:
        self._prepare = prepare
        self.store = reach_store(out)
        number = latest_of(self.store, out)
        self._folder = cache_folder(self.store.address)
        self._current = self._open(number, tell)
        self._readers: Counter[Snapshot] = Counter()
        self._counting = threading.Lock()
        self._opening = threading.Lock()
        self._looked_at = time.monotonic()

    @contextmanager
    def lease(self) -> Iterator[Snapshot]:
        """The snapshot to show now, which stays open to the end of the block even where a newer one takes its place."""
        if time.monotonic() - self._looked_at >= LOOK_EVERY_S and self._opening.acquire(blocking=False):
            self._looked_at = time.monotonic()
            threading.Thread(target=self._follow, daemon=True).start()
        with self._counting:
            snapshot = self._current
            self._readers[snapshot] += 1
        try:
            yield snapshot
        finally:
            with self._counting:
                self._readers[snapshot] -= 1
                self._close_unused()

    def _open(self, number: int, tell: Callable[[str], None]) -> Snapshot:
        opened = open_snapshot(self.store, number, self._folder, tell)
        self._prepare(opened)
        opened.limit_s = QUERY_LIMIT_S
        return opened

    def close(self) -> None:
        """Close what is open."""
        self._current.close()

    def _close_unused(self) -> None:
        """Close those that are shown no more and that nobody reads any more; only while counting."""
        unused = [snapshot for snapshot, n in self._readers.items() if not n and snapshot is not self._current]
        for snapshot in unused:
            del self._readers[snapshot]
            snapshot.close()

    def _follow(self) -> None:
        try:
            number = self.store.latest_number()
            if number is not None and number != self._current.number:
                opened = self._open(number, lambda _: None)
                with self._counting:
                    self._readers[self._current] += 0  # one that nobody has asked yet is unused too
                    self._current = opened
                    self._close_unused()
        except (UserError, OSError, duckdb.Error) as error:  # the one before goes on being shown
            logging.getLogger(__name__).warning("the latest snapshot cannot be opened: %s", error)
        finally:
            self._opening.release()
