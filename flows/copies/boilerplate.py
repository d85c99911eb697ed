"""What many articles of one source say alike: the lines about the paper, the disclaimer, the promotion of an app.

A sentence is boilerplate where at least MIN_ARTICLES articles of its source have it that otherwise go their own ways: a
story that a source has many times over has all its sentences in common, and is no host of boilerplate. No source bears
on another, so that only those are looked at of which an article changed.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.link.database import count, write_query
from flows.storage.database import rows_of
from transforms.schema import arrow_schema
from transforms.tables import BOILERPLATE

MIN_ARTICLES = 8
# Of a host's words, so many stand in sentences of its own.
MIN_OWN_SHARE = 0.3
# Copies of one story come within few days; boilerplate stays.
MIN_DAYS = 3


def write_boilerplate(con: duckdb.DuckDBPyConnection, path: Path, before: str | None) -> None:
    """Write the table ``boilerplate``; ``before`` is that of the run before, where there was one.

    Leaves the view ``spans`` with its rows. Articles whose boilerplate is other than it was are added to
    ``changed_ids``, since they have other words to compare.
    """
    old = rows_of(con, "boilerplate_before", [before] if before else [], arrow_schema(BOILERPLATE))
    con.execute(f"CREATE VIEW spans_before AS FROM {old}")
    con.execute(ALL_PASSAGES if before is None else PASSAGES)
    con.execute(FREQUENT)
    for step in (PLACED, HOSTS, FLAGGED, SPANS) if count(con, "frequent") else (NO_SPANS,):
        con.execute(step)
    if before is not None:
        con.execute(OTHER_SPANS)
    write_query(con, "FROM found_spans ORDER BY article_id, char_start", arrow_schema(BOILERPLATE), path)
    con.execute(f"CREATE VIEW spans AS FROM {rows_of(con, 'boilerplate_now', [str(path)], arrow_schema(BOILERPLATE))}")


ALL_PASSAGES = "CREATE VIEW told AS FROM signed"

# All articles of the sources that something changed in, and what they were.
PASSAGES = """
    CREATE TABLE sources AS SELECT DISTINCT source_key FROM articles SEMI JOIN changed_ids USING (article_id);
    CREATE VIEW told AS FROM signed SEMI JOIN sources USING (source_key);
"""

# Counted with repetitions first: to tell articles apart is dear.
FREQUENT = f"""
    CREATE TABLE frequent AS
    WITH often AS (
        SELECT key FROM (SELECT unnest(passage_keys) AS key FROM told)
        GROUP BY key HAVING count(*) >= {MIN_ARTICLES}
    )
    SELECT key, count(DISTINCT article_id)::INTEGER AS n_articles
    FROM (SELECT article_id, unnest(passage_keys) AS key FROM told) SEMI JOIN often USING (key)
    GROUP BY key HAVING count(DISTINCT article_id) >= {MIN_ARTICLES}
"""

# The frequent sentences of every article.
PLACED = """
    CREATE TABLE placed AS
    SELECT s.*, f.n_articles FROM (
        SELECT article_id, day, n_words AS n_of_article, unnest(passage_keys) AS key,
               unnest(passage_starts) AS char_start, unnest(passage_ends) AS char_end, unnest(passage_words) AS n_words
        FROM told
    ) s JOIN frequent f USING (key)
"""

# The articles that have enough beside them.
HOSTS = f"""
    CREATE TABLE hosts AS
    SELECT article_id FROM placed GROUP BY article_id
    HAVING sum(n_words) <= {1 - MIN_OWN_SHARE} * any_value(n_of_article)
"""

# An article without a day counts as one of a day of its own.
FLAGGED = f"""
    CREATE TABLE flagged AS
    SELECT key FROM placed SEMI JOIN hosts USING (article_id)
    GROUP BY key HAVING count(DISTINCT article_id) >= {MIN_ARTICLES}
    AND count(DISTINCT coalesce(day::VARCHAR, article_id)) >= {MIN_DAYS}
"""

NO_SPANS = "CREATE TABLE found_spans (article_id VARCHAR, char_start INTEGER, char_end INTEGER, n_articles INTEGER)"

# Sentences that follow each other, with no more than a break between, are one passage.
SPANS = """
    CREATE TABLE found_spans AS
    WITH sentences AS (
        SELECT article_id, char_start, char_end, n_articles FROM placed SEMI JOIN flagged USING (key)
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

OTHER_SPANS = """
    CREATE TABLE recounted AS SELECT DISTINCT article_id FROM articles SEMI JOIN sources USING (source_key);
    INSERT INTO changed_ids
    SELECT article_id FROM (
        SELECT article_id, char_start, char_end FROM found_spans
        EXCEPT SELECT article_id, char_start, char_end FROM spans_before
    ) UNION SELECT article_id FROM (
        SELECT article_id, char_start, char_end FROM spans_before SEMI JOIN recounted USING (article_id)
        EXCEPT SELECT article_id, char_start, char_end FROM found_spans
    );
    INSERT INTO found_spans SELECT * FROM spans_before ANTI JOIN recounted USING (article_id);
"""
