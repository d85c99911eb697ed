"""Care of snapshots: verify one, and go back to one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from flows.store.disk import writing
from flows.store.lock import write_lock
from flows.store.parquet import read_table
from flows.store.snapshots import Manifest, SnapshotError, Store, read_sources
from transforms.schema import find_problems
from transforms.tables import PART_TABLES, TABLES


def check_snapshot(out: str, number: int | None) -> tuple[int, list[str]]:
    """The number of the snapshot looked at, and everything wrong with it, one line each."""
    store = Store(Path(out))
    number = number if number is not None else store.latest_number()
    if number is None or not store.folder(number).is_dir():
        raise SnapshotError(f"there is no such snapshot in {out}; `newsmill history` lists them")
    folder = store.folder(number)
    try:
        manifest = Manifest.load(folder)
    except SnapshotError as error:
        return number, [str(error)]
    damaged = list(_damaged_files(folder, manifest))
    if damaged:
        return number, damaged  # reading a damaged file would only fail in less clear words
    return number, [*_broken_contract(folder, manifest), *_broken_keys(folder), *_unbalanced_sources(folder, manifest)]


def roll_back(out: str, number: int | None) -> int:
    """Point ``latest`` at snapshot ``number``, or at the one before it; the number it points at now."""
    store = Store(Path(out))
    if store.latest_number() is None:
        raise SnapshotError(f"there is no snapshot in {out} yet; `newsmill run` makes one")
    with write_lock(Path(out), "rollback", wait=True, on_wait=lambda _: None), writing(Path(out)):
        target = number if number is not None else _one_before(store, out)
        store.recover()  # or the next run would finish a dead run's commit, and undo this
        store.point_latest(target)
    return target


def _one_before(store: Store, out: str) -> int:
    current = store.latest_number() or 0
    earlier = [n for n in store.numbers() if n < current]
    if not earlier:
        raise SnapshotError(f"snapshot {current:06d} is the oldest in {out}; there is nothing to go back to")
    return earlier[-1]


def _damaged_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    expected = {Path(file.table) / file.name for file in manifest.files}
    for file in manifest.files:
        path = folder / file.table / file.name
        if not path.is_file():
            yield f"{file.table}/{file.name} is missing"
            continue
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
                yield f"{file.table}/{file.name} is damaged: its checksum differs from the manifest's"
    for path in sorted(folder.rglob("*.parquet")):
        if path.relative_to(folder) not in expected:
            yield f"{path.relative_to(folder)} is not in the manifest"


def _broken_contract(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Columns, vocabularies, offsets: batch by batch, as they were written, so that memory stays bounded."""
    names = {t.name: sorted(p.name for p in (folder / t.name).glob("*.parquet")) for t in TABLES}
    for batch in sorted({name for t in PART_TABLES for name in names[t.name]}):
        tables = {t.name: pq.ParquetFile(folder / t.name / batch).read() for t in PART_TABLES if batch in names[t.name]}
        yield from (f"{batch}: {problem}" for problem in find_problems(tables))
    counted = {t.name: 0 for t in TABLES}
    for file in manifest.files:
        if file.table in counted:
            counted[file.table] += pq.ParquetFile(folder / file.table / file.name).metadata.num_rows
    for table, rows in counted.items():
        if rows != manifest.counts[table]:
            yield f"{table}: {rows} rows, but the manifest counts {manifest.counts[table]}"


def _broken_keys(folder: Path) -> Iterator[str]:
    """Keys and foreign keys over the whole data set, out of memory."""
    with duckdb.connect() as database:

        def count(query: str) -> int:
            found = database.execute(query).fetchone()
            return int(found[0]) if found else 0

        def files(table: str) -> str:
            pattern = f"{folder}/{table}/*.parquet".replace("'", "''")
            return f"read_parquet('{pattern}')"

        for table in TABLES:
            if table.key:
                twice = count(f"SELECT count({table.key}) - count(DISTINCT {table.key}) FROM {files(table.name)}")
                if twice:
                    yield f"{table.name}.{table.key}: {twice} keys stand twice"
            for column in table.columns:
                if column.references:
                    target = next(t for t in TABLES if t.name == column.references)
                    lost = count(
                        f"SELECT count(*) FROM {files(table.name)} a ANTI JOIN {files(target.name)} b"
                        f" ON a.{column.name} = b.{target.key} WHERE a.{column.name} IS NOT NULL"
                    )
                    if lost:
                        yield f"{table.name}.{column.name}: {lost} values are not in {target.name}"


def _unbalanced_sources(folder: Path, manifest: Manifest) -> Iterator[str]:
    sources = read_sources(folder)
    for table, column in (("articles", "n_articles"), ("quarantine", "n_quarantined")):
        expected = {row["uri"]: row[column] for row in sources if row[column]}
        stored = Counter(read_table(folder, table, ["source_uri"])["source_uri"].to_pylist())
        if expected != stored:
            n_files = len(expected.items() ^ stored.items())
            yield f"sources and {table} count differently; {n_files} entries do not match"
