"""What many articles of one source say alike: the lines about the paper, the disclaimer, the promotion of an app.

A sentence is boilerplate where at least MIN_ARTICLES articles of its source have it that otherwise go their own ways: a
story that a source has many times over has all its sentences in common, and is no host of boilerplate.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.link.database import count, write_query
from transforms.tables import BOILERPLATE

MIN_ARTICLES = 8
# Of a host's words, so many stand in sentences of its own.
MIN_OWN_SHARE = 0.3
# Copies of one story come within few days; boilerplate stays.
MIN_DAYS = 3


def write_boilerplate(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Write the table ``boilerplate``; the number of its rows. Leaves the table ``spans`` with the same rows."""
    con.execute(FREQUENT)
    for step in (HOSTS, FLAGGED, SPANS) if count(con, "frequent") else (NO_SPANS,):
        con.execute(step)
    return write_query(con, "SELECT * FROM spans ORDER BY article_id, char_start", BOILERPLATE, path)


FREQUENT = f"""
    CREATE TABLE frequent AS
    SELECT source_key, key, count(DISTINCT article_id)::INTEGER AS n_articles
    FROM (SELECT article_id, source_key, unnest(passages).key AS key FROM signatures)
    GROUP BY ALL HAVING count(*) >= {MIN_ARTICLES} AND count(DISTINCT article_id) >= {MIN_ARTICLES}
"""

# The frequent sentences of every article that has enough beside them.
HOSTS = f"""
    CREATE TABLE placed AS
    SELECT s.article_id, s.day, s.n_words AS n_of_article, s.source_key, s.passage, f.n_articles
    FROM (SELECT article_id, day, n_words, source_key, unnest(passages) AS passage FROM signatures
          WHERE source_key IN (SELECT source_key FROM frequent)) s
    JOIN frequent f ON f.source_key = s.source_key AND f.key = s.passage.key;
    CREATE TABLE hosts AS
    SELECT article_id FROM placed GROUP BY article_id
    HAVING sum(passage.n_words) <= {1 - MIN_OWN_SHARE} * any_value(n_of_article)
"""

# An article without a day counts as one of a day of its own.
FLAGGED = f"""
    CREATE TABLE flagged AS
    SELECT source_key, passage.key AS key FROM placed SEMI JOIN hosts USING (article_id)
    GROUP BY ALL HAVING count(DISTINCT article_id) >= {MIN_ARTICLES}
    AND count(DISTINCT coalesce(day::VARCHAR, article_id)) >= {MIN_DAYS}
"""

NO_SPANS = "CREATE TABLE spans (article_id VARCHAR, char_start INTEGER, char_end INTEGER, n_articles INTEGER)"

# Sentences that follow each other, with no more than a break between, are one passage.
SPANS = """
    CREATE TABLE spans AS
    WITH sentences AS (
        SELECT p.article_id, passage.char_start AS char_start, passage.char_end AS char_end, p.n_articles
        FROM placed p JOIN flagged f ON f.source_key = p.source_key AND f.key = p.passage.key
    ), begun AS (
        SELECT *, coalesce(char_start - lag(char_end) OVER in_text > 2, true) AS is_start FROM sentences
        WINDOW in_text AS (PARTITION BY article_id ORDER BY char_start)
    ), numbered_runs AS (
        SELECT *, sum(is_start::INTEGER) OVER (PARTITION BY article_id ORDER BY char_start) AS run FROM begun
    )
    SELECT article_id, min(char_start)::INTEGER AS char_start, max(char_end)::INTEGER AS char_end,
           max(n_articles)::INTEGER AS n_articles
    FROM numbered_runs GROUP BY article_id, run
"""
