"""Care of snapshots: verify one, and go back to one."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator

import pyarrow as pa

from flows.run.commit import read_sources
from flows.storage.database import open_database, read_parquet
from flows.storage.files import open_file
from flows.store import reach_store
from flows.store.base import SnapshotError, Store, latest_of
from flows.store.disk import UNCHANGED, writing
from flows.store.internal import RECORDS
from flows.store.manifest import MANIFEST, Manifest
from flows.store.parquet import open_parquet, read_table, table_paths
from transforms.schema import find_problems
from transforms.tables import PART_TABLES, TABLES


def check_snapshot(out: str, number: int | None) -> tuple[int, list[str]]:
    """The number of the snapshot looked at, and everything wrong with it, one line each."""
    store = reach_store(out)
    number = number if number is not None else store.latest_number()
    if number is None or number not in store.numbers():
        raise SnapshotError(f"there is no such snapshot in {out}; `newsmill history` lists them")
    try:
        manifest = store.manifest(number)
    except SnapshotError as error:
        return number, [str(error)]
    damaged = list(_damaged_files(store, manifest))
    if damaged:
        return number, damaged  # reading a damaged file would only fail in less clear words
    problems = [*_broken_contract(store, manifest), *_broken_keys(store, manifest)]
    return number, [*problems, *_unbalanced_sources(store, manifest)]


def roll_back(out: str, number: int | None) -> int:
    """Point ``latest`` at snapshot ``number``, or at the one that it was made from; the number it points at now."""
    store = reach_store(out)
    latest_of(store, out)
    with store.hold("rollback", wait=True, on_wait=lambda _: None), writing(out, UNCHANGED):
        target = number if number is not None else _one_before(store, out)
        store.recover()  # or the next run would finish a dead run's commit, and undo this
        store.point_latest(target)
    return target


def _one_before(store: Store, out: str) -> int:
    """The snapshot that the latest was made from, or the nearest before that which is still kept.

    Not the number before it: after a roll back that is the snapshot somebody rolled back from.
    """
    current = latest_of(store, out)
    try:
        parent = store.manifest(current).parent
    except SnapshotError:  # a damaged latest is what people want to leave
        parent = current - 1
    if parent is None:
        raise SnapshotError(f"snapshot {current:06d} is the oldest in {out}; there is nothing to go back to")
    earlier = [n for n in store.numbers() if n <= parent]
    if not earlier:
        raise SnapshotError(f"snapshot {current:06d} was made from {parent:06d}, which is no longer in {out}")
    return earlier[-1]


def _damaged_files(store: Store, manifest: Manifest) -> Iterator[str]:
    there = set(store.file_names(manifest.number))
    for file in manifest.files:
        if file.path not in there:
            yield f"{file.path} is missing"
            continue
        with open_file(store.locate(manifest.number, file.path)) as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
                yield f"{file.path} is damaged: its checksum differs from the manifest's"
    for name in sorted(there - {file.path for file in manifest.files} - {MANIFEST}):
        yield f"{name} is not in the manifest"


def _broken_contract(store: Store, manifest: Manifest) -> Iterator[str]:
    """Columns, vocabularies, offsets: batch by batch, as they were written, so that memory stays bounded."""
    by_name: dict[str, dict[str, str]] = defaultdict(dict)
    for table in PART_TABLES:
        for file in manifest.parts(table.name):
            by_name[file.name][table.name] = store.locate(manifest.number, file.path)
    for name in sorted(by_name):
        tables = {table: open_parquet(path).read() for table, path in by_name[name].items()}
        yield from (f"{name}: {problem}" for problem in find_problems(tables))
    for declared in TABLES:
        paths = [store.locate(manifest.number, file.path) for file in manifest.parts(declared.name)]
        rows = sum(open_parquet(path).metadata.num_rows for path in paths)
        counted = manifest.counts.get(declared.name, 0)  # an older snapshot knows fewer tables
        if rows != counted:
            yield f"{declared.name}: {rows} rows, but the manifest counts {counted}"


def _broken_keys(store: Store, manifest: Manifest) -> Iterator[str]:
    """Keys and foreign keys over the whole data set, out of memory."""
    with open_database() as database:
        paths = {table.name: table_paths(store, manifest.number, table.name) for table in TABLES}
        files = {name: read_parquet(database, located) for name, located in paths.items()}

        def count(query: str) -> int:
            found = database.execute(query).fetchone()
            return int(found[0]) if found else 0

        for table in TABLES:
            if table.key:
                twice = count(f"SELECT count({table.key}) - count(DISTINCT {table.key}) FROM {files[table.name]}")
                if twice:
                    yield f"{table.name}.{table.key}: {twice} keys stand twice"
            for column in table.columns:
                if column.references:
                    target = next(t for t in TABLES if t.name == column.references)
                    value = f"unnest({column.name})" if pa.types.is_list(column.type) else column.name
                    lost = count(
                        f"SELECT count(*) FROM (SELECT {value} AS value FROM {files[table.name]}) a"
                        f" ANTI JOIN {files[target.name]} b ON a.value = b.{target.key} WHERE a.value IS NOT NULL"
                    )
                    if lost:
                        yield f"{table.name}.{column.name}: {lost} values are not in {target.name}"


def _unbalanced_sources(store: Store, manifest: Manifest) -> Iterator[str]:
    """What the sources count, what the records say and what the tables hold must be the same."""
    sources = read_sources(store, manifest)
    records = [store.locate(manifest.number, file.path) for file in manifest.parts(RECORDS)]
    for table, column, holds in (
        ("articles", "n_articles", "article_id IS NOT NULL"),
        ("quarantine", "n_quarantined", "article_id IS NULL"),
    ):
        expected = {row["uri"]: row[column] for row in sources if row[column]}
        stored = Counter(read_table(store, manifest.number, table, ["source_uri"])["source_uri"].to_pylist())
        noted: Counter[str] = Counter()
        if records:
            with open_database() as con:
                query = f"SELECT uri, count(*) FROM {read_parquet(con, records)} WHERE {holds} GROUP BY uri"
                noted = Counter(dict(con.execute(query).fetchall()))
        if not expected == stored == noted:
            n_files = len(expected.items() ^ stored.items() | expected.items() ^ noted.items())
            yield f"sources, records and {table} count differently; {n_files} entries do not match"
