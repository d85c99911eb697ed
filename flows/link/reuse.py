"""Which quotations of the data set are of one saying: candidates by shared prints, verified on their words, in DuckDB.

The sayings that share a print are its bucket. In a large one each is compared with the longest and with the next longer
alone, so that the work is linear in the prints; what a bucket gives depends on its own sayings and on nothing else.
Hence the pairs of buckets whose sayings are as they were are taken over from the run before, and the result is the same
as if all were made anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from flows.link.database import MEMORY_LIMITS, open_database, open_rows, read_batches
from flows.link.reuse_rows import KnownTexts, write_reuse
from flows.storage.database import let_read, literal, rows_of
from flows.store.internal import SAYINGS_SCHEMA
from transforms.link.components import connected
from transforms.link.same_saying import Saying, is_contained, is_same_saying

# In a bucket of so few, every saying is compared with every other.
SMALL_BUCKET = 12
# More sayings than this share what is everybody's phrase.
LARGEST_BUCKET = 400

Parts = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Known:
    """Pairs and the table ``sayings`` of the run before, and the parts of internal/sayings gone and new since then."""

    pairs: str
    sayings: str
    gone: Sequence[str]
    fresh: Sequence[str]


@dataclass(frozen=True)
class Reused:
    """The tables ``sayings`` and ``quote_reuse`` as files, the pairs for the next run, and each batch's clusters."""

    sayings: Path
    quote_reuse: Path
    pairs: Path
    clusters_by_batch: Mapping[str, pa.Table]
    digests: Mapping[str, str]

    def clusters(self, batch: str) -> pa.Table | None:
        """quote_id and reuse_cluster_id of the batch's quotations that recur; None where none does."""
        return self.clusters_by_batch.get(batch)

    def digest(self, batch: str) -> str:
        """One value for equal clusters: where it is as before, so is the part of quotes. Empty where there are none."""
        return self.digests.get(batch, "")


def link_reuse(
    sayings: Parts,
    articles: Parts,
    quotes: Parts,
    scratch: Path,
    *,
    entities: Path | None = None,
    final_ids: pa.Table | None = None,
    duplicates: Path | None = None,
    boilerplate: Path | None = None,
    known: Known | None = None,
    memory_limit: str = MEMORY_LIMITS[0],
) -> Reused:
    """Find the quotations of one saying over all articles; files go below ``scratch``.

    The parts are the base parts of each batch. ``final_ids`` (article_id or null for all, local_id, final_id) is what
    became of ids of entities, the other files are tables of the data set. The result depends on the rows alone, not on
    their order, their parts or their batches, and not on what is ``known``.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    batches = list(sayings)
    with open_database(scratch / "spilled", memory_limit) as con:
        open_rows(con, "said", SAYINGS_SCHEMA, SAYINGS_SCHEMA.names, sayings)
        find_pairs(con, known)
        pairs = scratch / "saying_pairs.parquet"
        con.execute(f"COPY pairs TO '{_quoted(pairs)}' (FORMAT parquet, COMPRESSION zstd)")
        connect(con)
        files = write_reuse(
            con,
            scratch,
            articles,
            {batch: quotes[batch] for batch in sayings},
            entities=entities,
            final_ids=final_ids,
            duplicates=duplicates,
            boilerplate=boilerplate,
            texts=_known_texts(sayings, known),
        )
        clusters, digests = _by_batch(con, batches)
        return Reused(*files, pairs, clusters, digests)


def _known_texts(sayings: Parts, known: Known | None) -> KnownTexts | None:
    if known is None:
        return None
    fresh = set(known.fresh)
    return KnownTexts(known.sayings, [n for n, paths in enumerate(sayings.values()) if fresh.intersection(paths)])


def find_pairs(con: duckdb.DuckDBPyConnection, known: Known | None) -> None:
    """The table ``pairs``: two sayings of which a print's bucket shows that they are one."""
    is_known = known is not None and _take_over(con, known)
    if not is_known:
        con.execute(
            "CREATE OR REPLACE TABLE pairs (print UBIGINT, shorter UBIGINT, longer UBIGINT, is_contained BOOLEAN)"
        )
    touched = "SEMI JOIN touched USING (print)" if is_known else ""
    con.execute(MEMBERS.format(touched=touched, largest=LARGEST_BUCKET))
    con.execute(CANDIDATES.format(small=SMALL_BUCKET))
    con.execute(TEXTS)
    con.execute("CREATE TABLE verified (shorter UBIGINT, longer UBIGINT, is_contained BOOLEAN)")
    for batch in read_batches(con, COMPARED):
        con.register("batch", verified(batch))
        con.execute("INSERT INTO verified FROM batch")
        con.unregister("batch")
    con.execute("INSERT INTO pairs SELECT print, v.* FROM candidates JOIN verified v USING (shorter, longer)")
    for table in ("candidates", "texts", "members", "verified"):
        con.execute(f"DROP TABLE {table}")


def _take_over(con: duckdb.DuckDBPyConnection, known: Known) -> bool:
    """Fill ``pairs`` with those of untouched buckets, and ``touched`` with the other prints; False where it fails."""
    let_read(con, [known.pairs])
    try:
        for name, paths in (("gone", known.gone), ("fresh", known.fresh)):
            rows = rows_of(con, name, paths, SAYINGS_SCHEMA)
            con.execute(f"CREATE VIEW {name} AS SELECT DISTINCT node, unnest(prints) AS print FROM {rows}")
        con.execute(TOUCHED)
        con.execute(
            "CREATE TABLE pairs AS SELECT print, shorter, longer, is_contained FROM "
            "read_parquet($path, hive_partitioning = false) ANTI JOIN touched USING (print)",
            {"path": [literal(known.pairs)]},
        )
    except duckdb.Error:  # no more than time is lost
        return False
    return True


def verified(candidates: pa.Table) -> pa.Table:
    """The pairs among the candidates whose words say that they are one saying."""
    told = [candidates[name].to_pylist() for name in COMPARED_COLUMNS]
    kept = [
        (pair[0], pair[1], is_contained(shorter, longer))
        for pair in zip(*told, strict=True)
        if is_same_saying(shorter := _saying(*pair[2:6]), longer := _saying(*pair[6:10]))
    ]
    columns = {"shorter": pa.uint64(), "longer": pa.uint64(), "is_contained": pa.bool_()}
    return pa.table({name: pa.array([row[i] for row in kept], columns[name]) for i, name in enumerate(columns)})


def _saying(words: str, quoted: str, speaker: str, is_reported: bool) -> Saying:
    return Saying(tuple(words.split()), speaker, is_reported, tuple(quoted.split()))


def connect(con: duckdb.DuckDBPyConnection) -> None:
    """The table ``grouped``: each saying that is one with another, and the smallest of those it hangs together with."""
    edges = con.sql("SELECT DISTINCT shorter, longer FROM pairs").to_arrow_table()
    ends = (edges[name].to_numpy().astype(np.uint64) for name in ("shorter", "longer"))
    nodes, labels = connected(*ends)
    con.register("found", pa.table({"node": nodes, "label": labels}))
    con.execute("CREATE TABLE grouped AS FROM found")
    con.unregister("found")


def _by_batch(con: duckdb.DuckDBPyConnection, batches: Sequence[str]) -> tuple[dict[str, pa.Table], dict[str, str]]:
    found = con.sql("SELECT batch, quote_id, reuse_cluster_id FROM recurring ORDER BY batch, quote_id").to_arrow_table()
    numbers = found["batch"].to_pylist()
    starts = [i for i, number in enumerate(numbers) if i == 0 or number != numbers[i - 1]]
    rows = found.drop_columns("batch").combine_chunks()
    clusters = {batches[numbers[i]]: rows.slice(i, end - i) for i, end in pairwise([*starts, len(numbers)])}
    return clusters, {batches[number]: digest for number, digest in con.execute(DIGESTS).fetchall()}


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


TOUCHED = """
    CREATE TABLE touched AS
    SELECT DISTINCT print FROM ((FROM fresh EXCEPT FROM gone) UNION ALL (FROM gone EXCEPT FROM fresh))
"""

# The sayings of each bucket that has several, by length.
MEMBERS = """
    CREATE TABLE members AS
    WITH printed AS (
        SELECT DISTINCT print, node, n_words FROM (SELECT unnest(prints) AS print, node, n_words FROM said) {touched}
    ), sizes AS (
        SELECT print, count(*) AS size FROM printed GROUP BY print HAVING count(*) BETWEEN 2 AND {largest}
    )
    SELECT print, node, size, row_number() OVER (PARTITION BY print ORDER BY n_words DESC, node) AS place
    FROM printed JOIN sizes USING (print)
"""

CANDIDATES = """
    CREATE TABLE candidates AS
    SELECT a.print, a.node AS longer, b.node AS shorter FROM members a JOIN members b USING (print)
    WHERE a.size <= {small} AND a.place < b.place
    UNION ALL
    SELECT a.print, a.node, b.node FROM (FROM members WHERE place = 1 AND size > {small}) a
    JOIN members b USING (print) WHERE b.place > 1
    UNION ALL
    SELECT a.print, a.node, b.node FROM (FROM members WHERE place > 1 AND size > {small}) a
    JOIN members b ON a.print = b.print AND b.place = a.place + 1
"""

TEXTS = """
    CREATE TABLE texts AS
    SELECT node, any_value(words) AS words, any_value(quoted) AS quoted, any_value(speaker) AS speaker,
           any_value(quote_type = 'indirect') AS is_reported
    FROM said SEMI JOIN (SELECT shorter AS node FROM candidates UNION SELECT longer FROM candidates) USING (node)
    GROUP BY node
"""

TEXT_COLUMNS = ("words", "quoted", "speaker", "is_reported")
COMPARED_COLUMNS = ("shorter", "longer", *TEXT_COLUMNS, *(f"{name}_2" for name in TEXT_COLUMNS))
COMPARED = f"""
    SELECT shorter, longer, {", ".join(f"a.{name}, b.{name} AS {name}_2" for name in TEXT_COLUMNS)}
    FROM (SELECT DISTINCT shorter, longer FROM candidates)
    JOIN texts a ON a.node = shorter JOIN texts b ON b.node = longer
"""

DIGESTS = """
    SELECT batch, sha256(string_agg(quote_id || ' ' || reuse_cluster_id, ',' ORDER BY quote_id))
    FROM recurring GROUP BY batch
"""
