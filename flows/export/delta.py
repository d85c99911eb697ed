"""Each table as a Delta table beside the snapshots: the committed parts themselves, one version a snapshot.

    data/delta/quotes/_delta_log/…      the log, whose versions name their snapshots
    data/delta/quotes/part-….parquet    the parts of all kept snapshots, by hard link; in object storage by a copy there

The manifest stays the truth, since it alone commits all tables together. Nothing here is needed to read or to make a
snapshot: what fails, or dies half-way, is made up for by the next call, and the folder may be deleted at any time.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import pyarrow as pa

from flows.errors import SettingsError, UserError
from flows.storage.address import is_remote
from flows.store.base import SnapshotError, Store
from flows.store.manifest import Manifest, StoredFile
from flows.store.parquet import open_parquet
from transforms.tables import BY_NAME, TABLES

if TYPE_CHECKING:
    from deltalake import DeltaTable, Schema
    from deltalake.transaction import CommitProperties

FOLDER = "delta"
LOG = "_delta_log"
SNAPSHOT = "newsmill.snapshot"  # in the metadata of each version
# Or the library, when it makes a checkpoint, takes versions older than a month away, kept snapshot or not.
CONFIGURATION = {"delta.enableExpiredLogCleanup": "false"}


def require_delta() -> None:
    """SettingsError where the library is not there."""
    try:
        import deltalake  # noqa: F401
    except ImportError:
        raise SettingsError("--table-format delta needs: pip install 'newsmill[delta]'") from None


def export_delta(store: Store) -> None:
    """Have the Delta tables hold exactly the kept snapshots, the latest as their last version.

    For the holder of the write lock. Raises what the store or the library raises; call it again then.
    """
    latest = store.latest_number()
    manifests = {number: manifest for number in store.numbers() if (manifest := _manifest(store, number))}
    if latest in manifests:
        for table in TABLES:
            _DeltaTable(store, table.name).follow(manifests, latest)


def _manifest(store: Store, number: int) -> Manifest | None:
    with suppress(SnapshotError):  # a damaged one has no version; `newsmill check` tells of it
        return store.manifest(number)
    return None


class _DeltaTable:
    """One table of the data set as a Delta table."""

    def __init__(self, store: Store, table: str) -> None:
        self._store, self._table = store, table
        self._folder = f"{FOLDER}/{table}"
        self._address = store.beside(self._folder)
        self._options = {"allow_http": "true"} if is_remote(self._address) else None

    def follow(self, manifests: Mapping[int, Manifest], latest: int) -> None:
        """Add a version for each snapshot that has none yet, and forget those that are gone."""
        held = [number for number, manifest in manifests.items() if any(manifest.parts(self._table))]
        there = self._versions()
        last = max(there.values(), default=0)
        missing = [number for number in held if number > last]
        newest = missing[-1] if missing else there[max(there)] if there else None
        if latest in held and newest != latest:  # somebody rolled back
            missing.append(latest)
        for number in missing:
            self._add_version(manifests[number])
        if missing or not set(there.values()) <= set(held):
            self._forget(set(held))

    def _open(self, version: int | None = None) -> DeltaTable | None:
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        try:
            return DeltaTable(self._address, version=version, storage_options=self._options)
        except TableNotFoundError:
            return None

    def _versions(self) -> dict[int, int]:
        """Snapshot by version; UserError where a version is not ours."""
        table = self._open()
        history = table.history() if table else []
        if not all(SNAPSHOT in entry for entry in history):
            raise UserError(
                f"another program has written to {self._address}; remove it, and the next run makes it anew"
            )
        return {entry["version"]: int(entry[SNAPSHOT]) for entry in history}

    def _add_version(self, manifest: Manifest) -> None:
        from deltalake import Schema
        from deltalake.transaction import CommitProperties

        parts = {_name(file): file for file in manifest.parts(self._table)}
        self._store.lend(manifest.number, {file.path: f"{self._folder}/{name}" for name, file in parts.items()})
        first = next(iter(parts.values()))
        schema = Schema.from_arrow(_schema_of(self._store.locate(manifest.number, first.path)))
        properties = CommitProperties(custom_metadata={SNAPSHOT: str(manifest.number)})
        table = self._open()
        if table is None:
            self._create(parts, schema, properties)
        else:
            self._change(table, parts, schema, properties)

    def _create(self, parts: Mapping[str, StoredFile], schema: Schema, properties: CommitProperties) -> None:
        from deltalake.transaction import AddAction, create_table_with_add_actions

        create_table_with_add_actions(
            self._address,
            schema,
            [AddAction(name, *_facts(file)) for name, file in parts.items()],
            name=self._table,
            description=BY_NAME[self._table].grain,
            configuration=CONFIGURATION,
            storage_options=self._options,
            commit_properties=properties,
        )

    def _change(
        self, table: DeltaTable, parts: Mapping[str, StoredFile], schema: Schema, properties: CommitProperties
    ) -> None:
        from deltalake.transaction import AddAction, RemoveAction

        before = set(_names(table))
        actions: list[AddAction | RemoveAction] = [
            AddAction(name, *_facts(file)) for name, file in parts.items() if name not in before
        ]
        if schema == table.schema():
            now = time.time_ns() // 1_000_000
            actions += [RemoveAction(name, True, now) for name in sorted(before - parts.keys())]
            table.create_write_transaction(actions, "append", schema, commit_properties=properties)
        else:  # only this changes the schema; no part of another schema has the bytes of one before
            table.create_write_transaction(actions, "overwrite", schema, commit_properties=properties)

    def _forget(self, kept: set[int]) -> None:
        """Have no version before the first that is kept, and no file that only other versions had."""
        versions = {version: number for version, number in self._versions().items() if number in kept}
        if not versions:
            return
        first = min(versions)
        names = self._store.names_beside(self._folder)
        old = [name for name in names if _is_log_before(name, first)]
        if old:  # what is needed of them goes into a checkpoint
            self._at(first).create_checkpoint()
        needed = {name for version in versions for name in _names(self._at(version))}
        parts = [name for name in names if not name.startswith(f"{LOG}/") and name not in needed]
        self._store.remove_beside(f"{self._folder}/{name}" for name in [*old, *parts])

    def _at(self, version: int) -> DeltaTable:
        table = self._open(version)
        assert table is not None
        return table


def _name(file: StoredFile) -> str:
    """A name that stands for the bytes: the same part of two snapshots is one file, another part is another."""
    return f"{file.name.removesuffix('.parquet')}-{file.sha256[:16]}.parquet"


def _names(table: DeltaTable) -> Sequence[str]:
    return [uri.rpartition("/")[2] for uri in table.file_uris()]


def _facts(file: StoredFile) -> tuple[int, dict[str, str | None], int, bool, str]:
    """What follows the path in an AddAction: size, partition, time of change (unknown), is it data, statistics."""
    return file.n_bytes, {}, 0, True, json.dumps({"numRecords": file.n_rows})


def _schema_of(path: str) -> pa.Schema:
    return open_parquet(path).schema_arrow


def _is_log_before(name: str, version: int) -> bool:
    folder, _, file = name.partition("/")
    number = file.partition(".")[0]
    return folder == LOG and number.isdigit() and int(number) < version
