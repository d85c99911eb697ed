"""Memory of joining and commit at sizes that would take hours to annotate: ``python -m benchmarks.memory_joined DATA``.

DATA is a data set that ``benchmarks.memory --keep`` left. Its batches are taken again and again, each time under other
ids, other fingerprints and prints, so that only what many of its articles have in common is common to all; then copies,
linking, sayings and commit are done as in a first run. What this cannot show: names that are new in the later copies,
pairs of articles from two of them, and a run's workers.

Prints a line of JSON a size, as benchmarks.memory does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.memory import watch
from flows.jobs.specs import BatchResult
from flows.run.carry import BasePart, base_parts, located
from flows.store import open_store
from flows.store.base import Store, latest_manifest
from flows.store.internal import ANNOTATIONS, RECORDS, SAYINGS, SIGNATURES
from flows.store.manifest import StoredFile, part_name

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
# Ids of entities stay: at these sizes nearly all of the made-up names have been met.
IDS = ("article_id", "quote_id", "sentence_id", "mention_id", "article_entity_id")
HASHES = ("text_key", "node", "wording")
# Values of lists that so many articles share are common to all copies.
COMMON = {"fingerprints": 30, "prints": 30, "passage_keys": 8, "address_keys": sys.maxsize}
# Parts whose rows no step of joining reads are linked, not written.
UNREAD = ("sentences", "offset_map", "quarantine", ANNOTATIONS)
Common = Mapping[str, npt.NDArray[Any]]


def write_stage(data: Path, out: Path, n_articles: int) -> list[BatchResult]:
    """The stage of a run that has made so many articles, below ``out``."""
    store = open_store(str(data))
    manifest = latest_manifest(store)
    assert manifest is not None
    parts: dict[str, list[BasePart]] = defaultdict(list)
    for part in base_parts(manifest):
        parts[part.batch].append(part)
    common = common_values(store, [part for group in parts.values() for part in group])
    stage = open_store(str(out)).open_stage("joined")
    results: list[BatchResult] = []
    n_made = turn = 0
    while n_made < n_articles:
        for batch, group in parts.items():
            name = hashlib.sha256(f"{batch} {turn}".encode()).hexdigest()[:16]
            folder = f"batches/{name}"
            files = [write_part(store, part, Path(stage.locate(folder)), name, turn, common) for part in group]
            results.append(BatchResult(name, folder, tuple(files), 0, 0, 0, 0, 0, 0, {}))
            n_made += sum(file.n_rows for file in files if file.table == "articles")
            if n_made >= n_articles:
                break
        turn += 1
    return results


def common_values(store: Store, parts: Sequence[BasePart]) -> Common:
    """The values of each list column that so many articles share."""
    values: dict[str, list[npt.NDArray[Any]]] = defaultdict(list)
    for part in parts:
        if part.file.table in (SIGNATURES, SAYINGS):
            rows = pq.read_table(store.locate(part.origin.number or 0, part.origin.name))
            for name in COMMON.keys() & set(rows.column_names):
                values[name].append(rows[name].combine_chunks().flatten().to_numpy())
    common = {}
    for name, arrays in values.items():
        found, counts = np.unique(np.concatenate(arrays), return_counts=True)
        common[name] = found[counts >= COMMON[name]]
    return common


def write_part(store: Store, part: BasePart, folder: Path, batch: str, turn: int, common: Common) -> StoredFile:
    """One part of the batch as its ``turn``-th copy has it."""
    path, table = folder / part.file.table / part_name(batch), part.file.table
    path.parent.mkdir(parents=True, exist_ok=True)
    source = located(store, store.stage(""), part.origin)
    if table in UNREAD:
        os.link(source, path)
    else:
        rows = pq.read_table(source)
        for number, field in enumerate(rows.schema):
            rows = rows.set_column(
                number, field, relabelled(rows[field.name].combine_chunks(), field.name, turn, common)
            )
        pq.write_table(rows, path, compression="zstd", write_page_index=True)
    digest = hashlib.sha256(f"{part.file.sha256} {turn}".encode()).hexdigest()
    return StoredFile(table, path.name, part.file.n_rows, path.stat().st_size, digest)


def relabelled(values: pa.Array, name: str, turn: int, common: Common) -> pa.Array:
    """A column as the ``turn``-th copy has it."""
    salt = random.Random(f"{name} {turn}").getrandbits(62) if turn else 0
    if name in IDS and pa.types.is_string(values.type):
        starts = pc.utf8_slice_codeunits(values, 0, 2)
        known = pc.unique(starts)
        turned = pa.array([start and _turned(start, turn) for start in known.to_pylist()], pa.string())
        return pc.binary_join_element_wise(
            turned.take(pc.index_in(starts, value_set=known)), pc.utf8_slice_codeunits(values, 2), ""
        )
    if name in ("uri", "source_uri"):
        return pc.binary_join_element_wise(pa.scalar(f"{turn:05d}-"), values, "")
    if name in HASHES and pa.types.is_integer(values.type):
        numbers = values.to_numpy()
        return pa.array(numbers ^ np.array(salt).astype(numbers.dtype), values.type)
    if name in COMMON:
        numbers = values.flatten().to_numpy()
        other = numbers ^ np.array(salt & 0xFFFFFFFF if name == "fingerprints" else salt).astype(numbers.dtype)
        kept = np.where(np.isin(numbers, common[name]), numbers, other)
        return pa.ListArray.from_arrays(values.offsets, pa.array(kept, values.type.value_type), type=values.type)
    return values


def _turned(start: str, turn: int) -> str:
    place = (LETTERS.index(start[0]) * 32 + LETTERS.index(start[1]) + turn) % 1024
    return LETTERS[place // 32] + LETTERS[place % 32]


def commit(out: Path, results: Sequence[BatchResult]) -> None:
    """What a run does once its batches are done."""
    from flows.run.commit import RunInfo, Work, commit_snapshot
    from flows.run.plan import FilePlan
    from flows.run.todo import NOTHING
    from transforms.catalog import Catalog

    store = open_store(str(out))
    stage = store.stage("joined")
    paths = [stage.locate(f"{r.folder}/{file.path}") for r in results for file in r.files if file.table == RECORDS]
    uris = {uri for path in paths for uri in pq.read_table(path, columns=["uri"])["uri"].unique().to_pylist()}
    known = {"root": "", "size": 0, "mtime_ns": 0, "hashed_at_ns": 0, "sha256": "", "e_tag": ""}
    changes = dict.fromkeys(("new", "changed", "moved", "gone"), 0)
    files = FilePlan({uri: {"uri": uri, **known} for uri in uris}, frozenset(uris), {}, frozenset(), changes)
    info = RunInfo("joined", datetime.now(UTC), "", {})
    commit_snapshot(store, stage, Work(None, None, files, NOTHING, results, Catalog(), {"annotator": ""}, info))


def main() -> int:
    """Print one line of JSON a size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sizes", default="100000,300000,1000000")
    arguments = parser.parse_args()
    import flows.etl  # noqa: F401 - what a run's main process has loaded
    import tests.killing  # noqa: F401

    for size in map(int, arguments.sizes.split(",")):
        folder = Path(tempfile.mkdtemp(prefix="newsmill-joined-"))
        try:
            results = write_stage(arguments.data, folder / "out", size)
            figures = watch(lambda results=results, out=folder / "out": commit(out, results), folder)  # type: ignore[misc]
            print(json.dumps({"articles": size, **figures}), flush=True)
        finally:
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
