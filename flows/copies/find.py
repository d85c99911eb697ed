"""Which articles of the data set are copies of which; only what changed since the run before is compared again.

The result is a function of the articles alone: every step that depends on what was there before leaves what a run over
everything would give.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flows.copies.boilerplate import write_boilerplate
from flows.copies.candidates import find_candidates
from flows.copies.comparison import compare_candidates
from flows.copies.signatures import Before, number_articles, open_signatures
from flows.link.database import MEMORY_LIMITS, open_database
from flows.storage.database import let_read, literal
from transforms.copies.alignment import Aligned
from transforms.copies.clusters import Copy, Pair, find_clusters
from transforms.schema import arrow_schema
from transforms.tables import ARTICLE_DUPLICATES

PAIRS_SCHEMA = pa.schema(
    [pa.field(name, pa.string(), nullable=False) for name in ("first", "second")]
    + [pa.field(name, pa.int32(), nullable=False) for name in ("n_shared", "n_first", "n_second")]
    + [pa.field(name, pa.bool_(), nullable=False) for name in ("has_same_text", "has_same_address")]
)


@dataclass(frozen=True)
class Copies:
    """What was found: the tables ``article_duplicates`` and ``boilerplate`` as files, and the copies of each batch.

    ``pairs`` is the file to hand to the next run. ``kept_by_batch`` maps each copy of a batch to the article kept.
    """

    duplicates: Path
    boilerplate: Path
    pairs: Path
    n_duplicates: int
    kept_by_batch: Mapping[str, Mapping[str, str]]
    digests: Mapping[str, str]

    def kept(self, batch: str) -> Mapping[str, str]:
        """The copies among the articles of a batch, each with the article that is kept."""
        return self.kept_by_batch.get(batch, {})

    def digest(self, batch: str) -> str:
        """One value for equal copies: where it is as before, so is the part of articles. Empty without any copy."""
        return self.digests.get(batch, "")


def find_copies(
    articles: Mapping[str, Sequence[str]],
    signatures: Mapping[str, Sequence[str]],
    scratch: Path,
    *,
    before: Before | None = None,
    memory_limit: str = MEMORY_LIMITS[0],
) -> Copies:
    """Find all copies and all boilerplate; files go below ``scratch``.

    ``articles`` and ``signatures`` name the parts of each batch; of articles only those that hold candidates are read.
    ``before`` is what the run before left, None to compare everything.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    names = ("article_duplicates.parquet", "boilerplate.parquet", "pairs.parquet")
    duplicates, boilerplate, kept_pairs = (scratch / name for name in names)
    with open_database(scratch / "spilled", memory_limit) as con:
        open_signatures(con, signatures, before)
        write_boilerplate(con, boilerplate)
        if before is not None:
            _note_other_boilerplate(con, before.boilerplate)
        number_articles(con, is_first=before is None)
        find_candidates(con)
        pairs = [*_kept_pairs(con, before), *compare_candidates(con, articles, scratch)]
        _write_pairs(pairs, kept_pairs)
        copies = find_clusters(pairs, _places(con, pairs))
        _write_duplicates(copies, duplicates)
        kept = _by_batch(con, copies, list(signatures))
    digests = {batch: _digest(of_batch) for batch, of_batch in kept.items()}
    return Copies(duplicates, boilerplate, kept_pairs, len(copies), kept, digests)


def _note_other_boilerplate(con: duckdb.DuckDBPyConnection, path: str) -> None:
    """Articles whose boilerplate is other than it was have other words to compare."""
    let_read(con, [path])
    columns = "article_id, char_start, char_end"
    con.execute(
        f"CREATE TABLE spans_before AS SELECT {columns} FROM read_parquet($path, hive_partitioning = false)",
        {"path": [literal(path)]},
    )
    for one, other in (("spans", "spans_before"), ("spans_before", "spans")):
        found = f"(SELECT {columns} FROM {one} EXCEPT SELECT {columns} FROM {other})"
        con.execute(f"INSERT INTO changed_ids SELECT DISTINCT article_id FROM {found}")


def _kept_pairs(con: duckdb.DuckDBPyConnection, before: Before | None) -> list[Pair]:
    """The pairs of the run before that nothing new bears on."""
    if before is None:
        return []
    let_read(con, [before.pairs])
    columns = ", ".join(f'"{name}"' for name in PAIRS_SCHEMA.names)
    rows = con.execute(UNTOUCHED.format(columns=columns), {"path": [literal(before.pairs)]}).fetchall()
    return [
        Pair(first, second, Aligned(*aligned), *same)
        for first, second, *rest in rows
        for aligned, same in [(rest[:3], rest[3:])]
    ]


UNTOUCHED = """
    SELECT {columns} FROM read_parquet($path, hive_partitioning = false)
    WHERE first NOT IN (SELECT article_id FROM numbered WHERE is_changed)
    AND second NOT IN (SELECT article_id FROM numbered WHERE is_changed OR n IN (SELECT n FROM touched))
"""


def _write_pairs(pairs: Iterable[Pair], path: Path) -> None:
    rows = sorted((p.first, p.second, *p.aligned[:3], p.has_same_text, p.has_same_address) for p in pairs)
    columns = list(zip(*rows, strict=True)) or [()] * len(PAIRS_SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, PAIRS_SCHEMA, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=PAIRS_SCHEMA), path, compression="zstd")


def _places(con: duckdb.DuckDBPyConnection, pairs: Sequence[Pair]) -> dict[str, int]:
    """The number of each article that stands in a pair."""
    ids = pa.table({"article_id": pa.array({article for pair in pairs for article in pair[:2]}, pa.string())})
    con.register("paired", ids)
    query = "SELECT article_id, n FROM numbered SEMI JOIN paired USING (article_id) WHERE NOT is_gone"
    found = dict(con.execute(query).fetchall())
    con.unregister("paired")
    return found


def _write_duplicates(copies: Sequence[Copy], path: Path) -> None:
    rows = [
        {
            "article_id": copy.article_id,
            "kept_article_id": copy.kept_article_id,
            "kind": copy.pair.kind,
            "similarity": copy.pair.aligned.similarity,
            "containment": copy.pair.aligned.containment,
            "shared_words": copy.pair.aligned.n_shared,
            "method": "text_hash" if copy.pair.has_same_text else "aligned_words",
            "compared_article_id": copy.compared_article_id,
        }
        for copy in copies
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(ARTICLE_DUPLICATES)), path, compression="zstd")


def _by_batch(
    con: duckdb.DuckDBPyConnection, copies: Sequence[Copy], batches: Sequence[str]
) -> dict[str, dict[str, str]]:
    kept = {copy.article_id: copy.kept_article_id for copy in copies}
    con.register("copied", pa.table({"article_id": pa.array(list(kept), pa.string())}))
    query = "SELECT batch, article_id FROM numbered SEMI JOIN copied USING (article_id) WHERE NOT is_gone ORDER BY ALL"
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for number, article in con.execute(query).fetchall():
        found[batches[number]][article] = kept[article]
    con.unregister("copied")
    return found


def _digest(kept: Mapping[str, str]) -> str:
    return hashlib.sha256(",".join(f"{copy} {of}" for copy, of in sorted(kept.items())).encode()).hexdigest()
