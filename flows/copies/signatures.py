"""The signatures of all articles in DuckDB, and which of them are other than in the run before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from flows.link.index import Index
from flows.storage.database import rows_of
from flows.store.internal import SIGNATURES_SCHEMA


@dataclass(frozen=True)
class Before:
    """What the run before left: its files, and the parts of signatures that are new since or no more.

    ``pairs`` are the pairs of copies that it found, the others its tables of those names.
    """

    pairs: str
    duplicates: str
    boilerplate: str
    index: Index | None
    new_signatures: Sequence[str]
    gone_signatures: Sequence[str]


def open_signatures(con: duckdb.DuckDBPyConnection, before: Before | None) -> None:
    """The view ``signed`` of all articles with their row; and what changed, where there was a run before.

    ``articles`` are they and those that are no more, or no more like that (``is_gone``), in few columns;
    ``changed_ids`` is what is new, other than it was, or gone.
    """
    for name, paths in (
        ("new_rows", before.new_signatures if before else []),
        ("gone_rows", before.gone_signatures if before else []),
    ):
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM {rows_of(con, f'{name}_of', paths, SIGNATURES_SCHEMA)}")
    for step in (GONE, CHANGED_IDS, SIGNED, ARTICLES):
        con.execute(step)


# Of copies the first is kept: the earliest, the agency's own, the longest.
ORDER_OF_KEEPING = "day NULLS LAST, agency_rank, n_words DESC, article_id"

_COLUMNS = ", ".join(SIGNATURES_SCHEMA.names)

# Numbered below zero, apart from all rows that are there.
GONE = f"""
    CREATE TABLE gone AS
    SELECT -row_number() OVER ()::INTEGER AS row, -1 AS batch, *, len(fingerprints)::INTEGER AS n_fingerprints
    FROM (SELECT {_COLUMNS} FROM gone_rows EXCEPT SELECT {_COLUMNS} FROM new_rows)
"""

CHANGED_IDS = f"""
    CREATE TABLE changed_ids AS
    SELECT article_id FROM (SELECT {_COLUMNS} FROM new_rows EXCEPT SELECT {_COLUMNS} FROM gone_rows)
    UNION SELECT article_id FROM gone
"""

SIGNED = "CREATE VIEW signed AS SELECT * RENAME (n_listed AS n_fingerprints) FROM indexed"

_FEW = "row, article_id, batch, source_key, day, agency_rank, n_words, text_key, address_keys, n_fingerprints"

ARTICLES = f"""
    CREATE TABLE articles AS
    SELECT {_FEW}, false AS is_gone FROM signed UNION ALL SELECT {_FEW}, true FROM gone
"""
