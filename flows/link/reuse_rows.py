"""The tables ``sayings`` and ``quote_reuse``: what is said of quotations that were found to be of one saying."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from pathlib import Path

import duckdb

from flows.link.database import ROWS_AS_OBJECTS, insert, open_parts, read_batches, write_query
from flows.link.entities import CHANGED
from flows.link.reuse_before import FINAL
from flows.storage.database import rows_of
from transforms.link.agreement import Claim, speaker_agreement
from transforms.schema import arrow_schema
from transforms.tables import ARTICLE_DUPLICATES, ARTICLES, BOILERPLATE, ENTITIES, QUOTE_REUSE, QUOTES, SAYINGS, Table

Parts = Mapping[str, Sequence[str]]


def open_tables(
    con: duckdb.DuckDBPyConnection,
    *,
    entities: Path | None,
    final_ids: Path | None,
    duplicates: Path | None,
    boilerplate: Path | None,
) -> None:
    """Views of the tables of the data set that sayings are told by; without rows where there is no file."""
    for table, path in ((ENTITIES, entities), (ARTICLE_DUPLICATES, duplicates), (BOILERPLATE, boilerplate)):
        rows = rows_of(con, table.name, [str(path)] if path else [], arrow_schema(table))
        con.execute(f"CREATE VIEW {table.name} AS FROM {rows}")
    con.execute(
        f"CREATE VIEW final_ids AS FROM {rows_of(con, 'changed', [str(final_ids)] if final_ids else [], CHANGED)}"
    )


def write_reuse(
    con: duckdb.DuckDBPyConnection,
    scratch: Path,
    parts: Sequence[tuple[Sequence[str], Sequence[str]]],
    *,
    fresh: Sequence[int],
) -> tuple[Path, Path]:
    """Write both tables, each one part in the order of its key; leaves ``recurring`` (batch, quote_id, cluster).

    ``parts`` are those of articles and of quotes of each batch, in the order of their numbers; those of ``fresh`` ones
    may have other texts than in the run before. Reads the table ``concerned`` of the quotations to be told of anew, the
    tables ``pairs`` and ``grouped``, and the views ``sayings_kept`` and ``quote_reuse_kept`` of all others.
    """
    needed = _numbers(con, "SELECT DISTINCT batch FROM concerned")
    _open_some(con, ARTICLES, ("article_id", "published_date", "publisher"), [own for own, _ in parts], needed)
    for step in (QUOTED_AGAIN, RECURRING, FORMED, CLAIMED, SPOKEN, SPEAKERS):
        con.execute(step)
    read_texts(con, [quotes for _, quotes in parts], fresh)
    con.execute("CREATE TABLE agreements (reuse_cluster_id VARCHAR, speaker_agreement VARCHAR)")
    agreed = agreements(con)
    while some := list(islice(agreed, ROWS_AS_OBJECTS)):
        insert(con, "agreements", some)
    sayings, quote_reuse = (scratch / f"{table.name}.parquet" for table in (SAYINGS, QUOTE_REUSE))
    write_query(con, SAYINGS_ROWS, arrow_schema(SAYINGS), sayings)
    write_query(con, QUOTE_REUSE_ROWS, arrow_schema(QUOTE_REUSE), quote_reuse)
    return sayings, quote_reuse


def _numbers(con: duckdb.DuckDBPyConnection, query: str) -> set[int]:
    return {number for (number,) in con.execute(query).fetchall()}


def _open_some(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[str],
    parts: Sequence[Sequence[str]],
    needed: set[int],
) -> None:
    open_parts(con, table, columns, {str(n): paths for n, paths in enumerate(parts) if n in needed})


def read_texts(con: duckdb.DuckDBPyConnection, quotes: Sequence[Sequence[str]], fresh: Sequence[int]) -> None:
    """The table ``texts`` (quote_id, text) of each saying's fullest quotation; only parts that must be are read."""
    con.execute(KNOWN_TEXTS, {"fresh": list(fresh)})
    _open_some(con, QUOTES, ("quote_id", "text"), quotes, _numbers(con, NEEDED))
    con.execute(OTHER_TEXTS)


def agreements(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    """reuse_cluster_id and speaker_agreement of each cluster that is given to several."""
    claims = (row for batch in read_batches(con, CLAIMS, ROWS_AS_OBJECTS) for row in batch.to_pylist())
    for cluster, rows in groupby(claims, key=lambda row: row["reuse_cluster_id"]):
        told = [Claim(r["entity_id"], r["name"], r["entity_type"], r["is_outright"]) for r in rows]
        yield cluster, speaker_agreement(told)


# The quotations of sayings that recur, each with its article's day; passages that a whole source shares are none.
QUOTED_AGAIN = """
    CREATE TABLE quoted_again AS
    WITH several AS (SELECT node FROM concerned GROUP BY node HAVING count(*) > 1), found AS (
        SELECT s.batch, s.quote_id, s.article_id, s.node, s.n_words, s.wording, s.quote_type, s.char_start, s.char_end,
               s.speaker_entity_id, s.is_named, coalesce(g.label, s.node) AS label
        FROM concerned s LEFT JOIN grouped g USING (node) LEFT JOIN several v USING (node)
        WHERE g.node IS NOT NULL OR v.node IS NOT NULL
    )
    SELECT f.*, a.published_date, a.publisher, coalesce(d.kept_article_id, f.article_id) AS kept_article_id
    FROM found f JOIN articles a USING (article_id)
    LEFT JOIN article_duplicates d USING (article_id)
    WHERE NOT EXISTS (
        SELECT 1 FROM boilerplate b
        WHERE b.article_id = f.article_id AND b.char_start <= f.char_start AND f.char_end <= b.char_end
    )
"""

# What one publisher alone repeats in its own words, quoting nobody directly, is its background, or links in its text.
IS_BACKGROUND = "(count(DISTINCT publisher) = 1 AND count(publisher) = count(*) AND bool_and(quote_type <> 'direct'))"

# A cluster bears the id of its first quotation, so that a later one joins it and changes no other row.
RECURRING = f"""
    CREATE TABLE recurring AS
    SELECT m.*, 'r-' || first_value(quote_id) OVER of_all AS reuse_cluster_id,
           row_number() OVER of_all AS place, article_id <> first_value(article_id) OVER of_copies AS is_copy,
           row_number() OVER (
               PARTITION BY label ORDER BY quote_type = 'direct' DESC, quote_type = 'mixed' DESC, n_words DESC,
               published_date NULLS LAST, quote_id) = 1 AS is_fullest
    FROM quoted_again m
    SEMI JOIN (
        SELECT label FROM quoted_again GROUP BY label
        HAVING count(DISTINCT article_id) > 1 AND NOT {IS_BACKGROUND}
    ) USING (label)
    WINDOW of_all AS (PARTITION BY label ORDER BY published_date NULLS LAST, quote_id),
           of_copies AS (PARTITION BY label, kept_article_id ORDER BY published_date NULLS LAST, quote_id)
"""

FORMED = """
    CREATE TABLE formed AS
    SELECT r.reuse_cluster_id, quote_id, CASE
        WHEN quote_type = 'indirect' THEN 'indirect'
        WHEN quote_type = 'mixed' THEN 'partly_indirect'
        WHEN r.wording = f.wording THEN 'whole'
        WHEN c.node IS NOT NULL THEN 'shortened'
        ELSE 'changed' END AS form
    FROM recurring r JOIN (SELECT reuse_cluster_id, wording FROM recurring WHERE is_fullest) f USING (reuse_cluster_id)
    LEFT JOIN (
        SELECT DISTINCT shorter AS node FROM pairs SEMI JOIN recurring q ON q.node = shorter WHERE is_contained
    ) c USING (node)
"""

# Who says each, under the final id.
CLAIMED = f"""
    CREATE TABLE claimed AS
    WITH given AS (
        SELECT quote_id, article_id, node, reuse_cluster_id, kept_article_id, speaker_entity_id AS local_id,
               is_named AND quote_type = 'direct' AS is_outright
        FROM recurring WHERE speaker_entity_id IS NOT NULL
    )
    SELECT f.* RENAME (final_id AS entity_id), e.name, e.entity_type
    FROM ({FINAL.format(rows="given")}) f LEFT JOIN entities e ON e.entity_id = f.final_id
"""

# In how many articles each says it, copies counted once.
SPOKEN = """
    CREATE TABLE spoken AS
    SELECT reuse_cluster_id, entity_id, bool_or(is_outright) AS is_outright,
           count(DISTINCT kept_article_id) AS n_articles
    FROM claimed WHERE entity_id IS NOT NULL GROUP BY ALL
"""

SPEAKERS = """
    CREATE TABLE speakers AS SELECT DISTINCT entity_id, name, entity_type FROM claimed WHERE name IS NOT NULL
"""

CLAIMS = """
    SELECT reuse_cluster_id, entity_id, name, entity_type, is_outright FROM spoken JOIN speakers USING (entity_id)
    SEMI JOIN (SELECT reuse_cluster_id FROM spoken GROUP BY ALL HAVING count(*) > 1) USING (reuse_cluster_id)
    ORDER BY reuse_cluster_id, entity_id
"""

KNOWN_TEXTS = """
    CREATE TABLE texts AS
    SELECT r.quote_id, k.text FROM recurring r JOIN sayings_before k ON k.fullest_quote_id = r.quote_id
    WHERE is_fullest AND NOT list_contains($fresh, batch)
"""

NEEDED = "SELECT DISTINCT batch FROM recurring ANTI JOIN texts USING (quote_id) WHERE is_fullest"

OTHER_TEXTS = """
    INSERT INTO texts SELECT q.quote_id, q.text FROM quotes q
    JOIN (FROM recurring ANTI JOIN texts USING (quote_id) WHERE is_fullest) USING (quote_id)
"""

SAYINGS_ROWS = """
    WITH counted AS (
        SELECT reuse_cluster_id, count(*)::INTEGER AS n_quotes, count(DISTINCT article_id)::INTEGER AS n_articles,
               count(DISTINCT kept_article_id)::INTEGER AS n_articles_without_copies,
               count(DISTINCT publisher)::INTEGER AS n_publishers, max(published_date) AS last_published_date
        FROM recurring GROUP BY ALL
    ), firsts AS (
        SELECT reuse_cluster_id, quote_id AS first_quote_id, article_id AS first_article_id,
               publisher AS first_publisher, published_date AS first_published_date
        FROM recurring WHERE place = 1
    ), fullest AS (
        SELECT reuse_cluster_id, text, quote_id AS fullest_quote_id
        FROM recurring JOIN texts USING (quote_id) WHERE is_fullest
    ),
    given AS (
        SELECT reuse_cluster_id, list(entity_id ORDER BY n_articles DESC, entity_id) AS speaker_entity_ids
        FROM spoken GROUP BY ALL
    )
    SELECT reuse_cluster_id, text, fullest_quote_id, speaker_entity_ids[1] AS speaker_entity_id,
           e.name AS speaker_name, coalesce(speaker_entity_ids, []) AS speaker_entity_ids,
           coalesce(speaker_agreement, CASE WHEN speaker_entity_ids IS NULL THEN 'unknown' ELSE 'agreed' END)
           AS speaker_agreement, firsts.* EXCLUDE (reuse_cluster_id), counted.* EXCLUDE (reuse_cluster_id)
    FROM counted JOIN firsts USING (reuse_cluster_id) JOIN fullest USING (reuse_cluster_id)
    LEFT JOIN given USING (reuse_cluster_id) LEFT JOIN agreements USING (reuse_cluster_id)
    LEFT JOIN speakers e ON e.entity_id = speaker_entity_ids[1]
    UNION ALL BY NAME FROM sayings_kept ORDER BY reuse_cluster_id
"""

QUOTE_REUSE_ROWS = """
    SELECT quote_id, reuse_cluster_id, article_id, form, place = 1 AS is_first, is_copy
    FROM recurring JOIN formed USING (reuse_cluster_id, quote_id)
    UNION ALL BY NAME FROM quote_reuse_kept ORDER BY quote_id
"""
