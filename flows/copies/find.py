"""Which articles of the data set are copies of which; only what changed since the run before is compared again.

The result is a function of the articles alone: every step that depends on what was there before leaves what a run over
everything would give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from flows.copies.boilerplate import write_boilerplate
from flows.copies.candidates import find_candidates
from flows.copies.clusters import add_pairs, take_over_pairs, write_duplicates, write_pairs
from flows.copies.comparison import compare_candidates
from flows.copies.signatures import Before, open_signatures
from flows.link.by_batch import ByBatch, write_by_batch
from flows.link.database import MEMORY_LIMITS, open_database, write_query
from flows.link.index import Index, Indexed, Kind, open_index
from flows.link.reuse_before import ARTICLE_IDS
from flows.store.internal import SIGNATURES_SCHEMA

# Sources together, since boilerplate is looked for in one at a time.
SIGNATURES = Kind(SIGNATURES_SCHEMA, order="source_key, article_id", listed="fingerprints")

KEPT_SCHEMA = pa.schema([("article_id", pa.string()), ("kept_article_id", pa.string())])


@dataclass(frozen=True)
class Copies:
    """What was found: the tables ``article_duplicates`` and ``boilerplate`` as files, and the copies of each batch.

    ``pairs`` and ``index`` are the files to hand to the next run. ``kept_by_batch`` has the columns of KEPT_SCHEMA.
    ``touched`` (article_id) are the articles of which anything may be other than in the run before.
    """

    duplicates: Path
    boilerplate: Path
    pairs: Path
    index: Index
    n_duplicates: int
    touched: Path
    kept_by_batch: ByBatch

    def kept(self, batch: str) -> Mapping[str, str]:
        """The copies among the articles of a batch, each with the article that is kept."""
        rows = self.kept_by_batch.rows(batch)
        return dict(zip(*(column.to_pylist() for column in rows.columns), strict=True)) if rows is not None else {}

    def digest(self, batch: str) -> str:
        """One value for equal copies: where it is as before, so is the part of articles. Empty without any copy."""
        return self.kept_by_batch.digest(batch)


def find_copies(
    articles: Mapping[str, Sequence[str]],
    signed: Indexed,
    scratch: Path,
    *,
    before: Before | None = None,
    memory_limit: str = MEMORY_LIMITS[0],
) -> Copies:
    """Find all copies and all boilerplate; files go below ``scratch``.

    ``articles`` and ``signed`` name the parts of each batch; of articles only those that hold candidates are read.
    ``before`` is what the run before left, None to compare everything.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    names = ("article_duplicates.parquet", "boilerplate.parquet", "pairs.parquet")
    duplicates, boilerplate, pairs = (scratch / name for name in names)
    with open_database(scratch / "spilled", memory_limit) as con:
        index = open_index(con, SIGNATURES, signed, before.index if before else None, scratch)
        open_signatures(con, before)
        write_boilerplate(con, boilerplate, before.boilerplate if before else None)
        find_candidates(con, is_first=before is None)
        take_over_pairs(con, before.pairs if before else None)
        add_pairs(con, compare_candidates(con, [articles[batch] for batch in signed.parts], scratch))
        write_pairs(con, pairs)
        n_duplicates = write_duplicates(con, duplicates, before.duplicates if before else None)
        touched = scratch / "touched.parquet"
        write_query(con, "FROM changed_ids UNION FROM shaken", ARTICLE_IDS, touched)
        kept = write_by_batch(con, BATCHED, KEPT_SCHEMA, list(signed.parts), scratch / "kept.parquet")
    return Copies(duplicates, boilerplate, pairs, index, n_duplicates, touched, kept)


BATCHED = """
    SELECT batch, article_id, kept_article_id FROM duplicates
    JOIN (SELECT article_id, batch FROM articles WHERE NOT is_gone) USING (article_id) ORDER BY batch, article_id
"""
