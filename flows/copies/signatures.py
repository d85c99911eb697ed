"""The signatures of all articles in DuckDB, in the order in which copies are kept, and which of them changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from flows.link.database import open_rows
from flows.storage.database import rows_of
from flows.store.internal import SIGNATURES_SCHEMA


@dataclass(frozen=True)
class Before:
    """What the run before left: its files, and the parts of signatures that are new since or no more.

    ``pairs`` are the pairs of copies that it found, ``boilerplate`` its table of that name.
    """

    pairs: str
    boilerplate: str
    new_signatures: Sequence[str]
    gone_signatures: Sequence[str]


def open_signatures(
    con: duckdb.DuckDBPyConnection, signatures: Mapping[str, Sequence[str]], before: Before | None
) -> None:
    """The views ``signatures``, ``new_rows`` and ``gone_rows``, and the ids of articles that differ.

    Those are ``changed_ids``, of what is new or other than it was, and ``gone_ids``, of what was there and is no more.
    """
    open_rows(con, "signatures", SIGNATURES_SCHEMA, SIGNATURES_SCHEMA.names, signatures)
    for name, paths in (
        ("new_rows", before.new_signatures if before else []),
        ("gone_rows", before.gone_signatures if before else []),
    ):
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM {rows_of(con, f'{name}_of', paths, SIGNATURES_SCHEMA)}")
    con.execute(COMPARED.format(name="changed_ids", one="new_rows", other="gone_rows"))
    con.execute(COMPARED.format(name="gone_ids", one="gone_rows", other="new_rows"))


def number_articles(con: duckdb.DuckDBPyConnection, *, is_first: bool) -> None:
    """The table ``numbered``: an article's number is its place in the order of keeping; of copies the first is kept.

    ``is_gone`` marks what articles were that are no more, or no more like that; ``is_changed`` those, what came in
    their place, and all that is in ``changed_ids``: every article, where there was no run before (``is_first``).
    """
    con.execute(NUMBERED.format(is_first=str(is_first).lower()))


# Columns that decide which articles are compared, and which of them is kept.
_TELLING = "article_id, day, agency_rank, n_words, text_key, address_keys, fingerprints"

COMPARED = f"""
    CREATE TABLE {{name}} AS
    SELECT article_id FROM (SELECT {_TELLING} FROM {{one}} EXCEPT SELECT {_TELLING} FROM {{other}})
"""

NUMBERED = """
    CREATE TABLE numbered AS
    SELECT row_number() OVER (ORDER BY day NULLS LAST, agency_rank, n_words DESC, article_id, is_gone)::INTEGER AS n, *
    FROM (
        SELECT article_id, batch, day, agency_rank, n_words, text_key, address_keys,
               len(fingerprints)::INTEGER AS n_fingerprints, false AS is_gone,
               {is_first} OR article_id IN (SELECT article_id FROM changed_ids) AS is_changed
        FROM signatures
        UNION ALL
        SELECT article_id, -1, day, agency_rank, n_words, text_key, address_keys,
               len(fingerprints)::INTEGER, true, true
        FROM gone_rows WHERE article_id IN (SELECT article_id FROM gone_ids)
    )
"""
