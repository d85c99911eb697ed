"""Which quotations of the data set are of one saying: candidates by shared prints, verified on their words, in DuckDB.

The sayings that share a print are its bucket. In a large one each is compared with the longest and with the next longer
alone, so that the work is linear in the prints; what a bucket gives depends on its own sayings and on nothing else.
Hence the pairs of buckets whose sayings are as they were are taken over from the run before, and so are the rows of
sayings that nothing bears on (flows/link/reuse_before.py): the result is the same as if all were made anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.link.by_batch import ByBatch, write_by_batch
from flows.link.database import MEMORY_LIMITS, ROWS_AS_OBJECTS, label_components, open_database, read_batches
from flows.link.index import Index, Indexed, Kind, open_index
from flows.link.reuse_before import Known, find_shaken, open_known, take_over, write_speakers
from flows.link.reuse_rows import open_tables, write_reuse
from flows.storage.database import quoted
from flows.store.internal import SAYINGS_SCHEMA
from transforms.link.same_saying import Saying, is_contained, is_same_saying

# In a bucket of so few, every saying is compared with every other.
SMALL_BUCKET = 12
# More sayings than this share what is everybody's phrase.
LARGEST_BUCKET = 400

Parts = Mapping[str, Sequence[str]]


# Equal sayings together.
SAYINGS = Kind(SAYINGS_SCHEMA, order="node, quote_id", listed="prints")

CLUSTERS_SCHEMA = pa.schema([("quote_id", pa.string()), ("reuse_cluster_id", pa.string())])


@dataclass(frozen=True)
class Reused:
    """The tables ``sayings`` and ``quote_reuse`` as files, those for the next run, and each batch's clusters."""

    sayings: Path
    quote_reuse: Path
    pairs: Path
    speakers: Path
    index: Index
    clusters_by_batch: ByBatch

    def clusters(self, batch: str) -> pa.Table | None:
        """quote_id and reuse_cluster_id of the batch's quotations that recur; None where none does."""
        return self.clusters_by_batch.rows(batch)

    def digest(self, batch: str) -> str:
        """One value for equal clusters: where it is as before, so is the part of quotes. Empty where there are none."""
        return self.clusters_by_batch.digest(batch)


def link_reuse(
    sayings: Indexed,
    articles: Parts,
    quotes: Parts,
    scratch: Path,
    *,
    entities: Path | None = None,
    final_ids: Path | None = None,
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
    batches = list(sayings.parts)
    pairs, speakers = scratch / "saying_pairs.parquet", scratch / "saying_speakers.parquet"
    with open_database(scratch / "spilled", memory_limit) as con:
        index = open_index(con, SAYINGS, sayings, known.index if known else None, scratch)
        con.execute("CREATE VIEW said AS FROM indexed")
        open_tables(con, entities=entities, final_ids=final_ids, duplicates=duplicates, boilerplate=boilerplate)
        is_known = open_known(con, known)
        find_pairs(con, is_known=is_known)
        con.execute(f"COPY pairs TO '{quoted(str(pairs))}' (FORMAT parquet, COMPRESSION zstd)")
        if is_known:
            find_shaken(con)
        con.execute(CONCERNED if is_known else ALL_CONCERNED)
        take_over(con)
        connect(con, is_known=is_known)
        parts = [(articles[batch], quotes[batch]) for batch in batches]
        files = write_reuse(con, scratch, parts, fresh=_fresh(sayings, known))
        write_speakers(con, speakers)
        clusters = write_by_batch(con, BATCHED, CLUSTERS_SCHEMA, batches, scratch / "clusters.parquet")
        return Reused(*files, pairs, speakers, index, clusters)


def _fresh(sayings: Indexed, known: Known | None) -> list[int]:
    """The numbers of the batches whose texts may be others than in the run before."""
    fresh = set(known.fresh) if known else set()
    return [n for n, paths in enumerate(sayings.parts.values()) if fresh.intersection(paths)]


def find_pairs(con: duckdb.DuckDBPyConnection, *, is_known: bool) -> None:
    """The table ``pairs``: two sayings of which a print's bucket shows that they are one; of them ``verified`` is new.

    Those of buckets that are as they were in the run before are taken over.
    """
    con.execute(KEPT_PAIRS.format(which="ANTI JOIN touched USING (print)" if is_known else "WHERE false"))
    con.execute(MEMBERS.format(printed=TOUCHED_PRINTS if is_known else ALL_PRINTS, largest=LARGEST_BUCKET))
    con.execute(CANDIDATES.format(small=SMALL_BUCKET))
    con.execute(TEXTS)
    con.execute("CREATE TABLE verified (shorter UBIGINT, longer UBIGINT, is_contained BOOLEAN)")
    for batch in read_batches(con, COMPARED, ROWS_AS_OBJECTS):
        con.register("batch", verified(batch))
        con.execute("INSERT INTO verified FROM batch")
        con.unregister("batch")
    con.execute("INSERT INTO pairs SELECT print, v.* FROM candidates JOIN verified v USING (shorter, longer)")
    for table in ("candidates", "texts", "members"):
        con.execute(f"DROP TABLE {table}")


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


def connect(con: duckdb.DuckDBPyConnection, *, is_known: bool) -> None:
    """The table ``grouped``: each saying that is one with another, and the smallest of those it hangs together with."""
    which = "SEMI JOIN shaken ON shorter = shaken.node" if is_known else ""
    label_components(con, f"SELECT DISTINCT shorter, longer FROM pairs {which}", "grouped")


KEPT_PAIRS = "CREATE TABLE pairs AS SELECT print, shorter, longer, is_contained FROM pairs_before {which}"

ALL_PRINTS = "SELECT DISTINCT print, node, n_words FROM (SELECT unnest(prints) AS print, node, n_words FROM said)"

TOUCHED_PRINTS = """
    SELECT DISTINCT print, node, n_words FROM (
        SELECT value AS print, row FROM postings SEMI JOIN touched ON value = touched.print
        UNION ALL
        SELECT print, row FROM (SELECT unnest(prints) AS print, row FROM unindexed) SEMI JOIN touched USING (print)
    ) JOIN (SELECT row, node, n_words FROM said) USING (row)
"""

# The sayings of each bucket that has several, by length.
MEMBERS = """
    CREATE TABLE members AS
    WITH printed AS ({printed}), sizes AS (
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

# The quotations that have to be told of anew.
ALL_CONCERNED = "CREATE VIEW concerned AS FROM said"
CONCERNED = "CREATE TABLE concerned AS SELECT * EXCLUDE (words, quoted, prints) FROM said SEMI JOIN shaken USING (node)"

BATCHED = """
    SELECT batch, quote_id, reuse_cluster_id FROM recurring
    UNION ALL
    SELECT batch, quote_id, reuse_cluster_id FROM quote_reuse_kept
    JOIN (SELECT batch, quote_id FROM said) USING (quote_id)
    ORDER BY batch, quote_id
"""
