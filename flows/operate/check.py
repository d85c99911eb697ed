"""Care of snapshots: verify one, and go back to one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from flows.store.disk import UNCHANGED, local_path, writing
from flows.store.lock import write_lock
from flows.store.parquet import parts_of, read_table
from flows.store.snapshots import Manifest, SnapshotError, Store, read_sources
from transforms.schema import find_problems
from transforms.tables import PART_TABLES, TABLES


def check_snapshot(out: str, number: int | None) -> tuple[int, list[str]]:
    """The number of the snapshot looked at, and everything wrong with it, one line each."""
    store = open_store(out)
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
    store = open_store(out)
    latest_of(store, out)
    with write_lock(store.root, "rollback", wait=True, on_wait=lambda _: None), writing(store.root, UNCHANGED):
        target = number if number is not None else _one_before(store, out)
        store.recover()  # or the next run would finish a dead run's commit, and undo this
        store.point_latest(target)
    return target


def open_store(out: str) -> Store:
    """The data folder that an option names, by a path that means the same to every library."""
    return Store(local_path(out, "--out").absolute())


def latest_of(store: Store, out: str) -> int:
    """The number of the latest snapshot; SnapshotError where there is none yet."""
    number = store.latest_number()
    if number is None:
        raise SnapshotError(f"there is no snapshot in {out} yet; `newsmill run` makes one")
    return number


def _one_before(store: Store, out: str) -> int:
    """The snapshot that the latest was made from, or the nearest before that is still there.

    Not the number before it: after a roll back that is the snapshot somebody rolled back from.
    """
    current = latest_of(store, out)
    try:
        parent = Manifest.load(store.folder(current)).parent
    except SnapshotError:  # damaged, which is a reason to roll back; then the number is all there is to go by
        parent = max((n for n in store.numbers() if n < current), default=None)
    if parent is None:
        raise SnapshotError(f"snapshot {current:06d} is the oldest in {out}; there is nothing to go back to")
    if store.folder(parent).is_dir():
        return parent
    earlier = _ancestors(store, current)
    if not earlier:
        raise SnapshotError(
            f"snapshot {current:06d} was made from {parent:06d}, which is no longer in {out}; "
            "`newsmill history` lists what --to can name"
        )
    return max(earlier)


def _ancestors(store: Store, current: int) -> list[int]:
    """The snapshots still there that led to ``current``: their runs are in its table ``runs``."""
    led_here = set(read_table(store.folder(current), "runs", ["run_id"])["run_id"].to_pylist())
    found = []
    for number in store.numbers():
        with suppress(SnapshotError):
            if number < current and Manifest.load(store.folder(number)).run_id in led_here:
                found.append(number)
    return found


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
    yield from (f"{table.name} has no part" for table in TABLES if not parts_of(folder, table.name))
    for path in sorted(folder.rglob("*.parquet")):
        if path.relative_to(folder) not in expected:
            yield f"{path.relative_to(folder)} is not in the manifest"


def _broken_contract(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Columns, vocabularies, offsets: batch by batch, as they were written, so that memory stays bounded."""
    names = {t.name: [path.name for path in parts_of(folder, t.name)] for t in TABLES}
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
            listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in parts_of(folder, table))
            return f"read_parquet([{listed}])"

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
