"""Which articles are worth comparing: those that share fingerprints, in time linear in the number of articles.

The articles that have a fingerprint stand in the order of keeping, and each is paired with the first N_HEADS of them
alone. So a story told by a thousand papers, or a disclaimer in each article of one, costs so many pairs and not their
square; and of copies it is those before all others that the rest must be compared with.
"""

from __future__ import annotations

import duckdb

from flows.link.database import count

N_HEADS = 3
# Of the fingerprints of the one that has fewer, so many must be shared, and two of them where it has two.
CANDIDATE_SHARE = 0.08
# So many fingerprints are sorted out at a time, to keep within the memory.
FINGERPRINTS_AT_ONCE = 16_000_000


def find_candidates(con: duckdb.DuckDBPyConnection) -> None:
    """The table ``candidates (first, second, is_by_key)`` of numbers of articles, for every ``second`` that is touched.

    Leaves the table ``touched``: the articles that changed, and those for which another one came first, or went.
    """
    con.execute("CREATE TABLE counted (first INTEGER, second INTEGER, n_shared BIGINT, is_by_key BOOLEAN)")
    con.execute(KEYS)
    if count(con, "numbered WHERE NOT is_changed"):
        _find_touched(con)
        _add_touched(con)
    else:
        con.execute("CREATE TABLE touched AS SELECT n FROM numbered WHERE NOT is_gone")
        _add_all(con)
    con.execute(COUNTED.format(lists="(SELECT key AS f, n FROM keys WHERE NOT is_gone)", is_by_key="true"))
    con.execute(CANDIDATES)


def _find_touched(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(WANTED.format(which="is_changed"))
    con.execute(f"CREATE TEMP TABLE lists AS {WANTED_LISTS}")
    con.execute(CHANGED_LISTS)
    con.execute(TOUCHED)


def _add_touched(con: duckdb.DuckDBPyConnection) -> None:
    if count(con, "touched ANTI JOIN (SELECT n FROM numbered WHERE is_changed) USING (n)"):
        con.execute(WANTED.format(which="NOT is_gone AND n IN (SELECT n FROM touched)"))
        con.execute(f"CREATE OR REPLACE TEMP TABLE lists AS {WANTED_LISTS}")
    con.execute(COUNTED.format(lists="lists", is_by_key="false"))


def _add_all(con: duckdb.DuckDBPyConnection) -> None:
    n_all = con.execute("SELECT coalesce(sum(n_fingerprints), 0)::BIGINT FROM numbered").fetchall()[0][0]
    n_rounds = 1 + int(n_all) // FINGERPRINTS_AT_ONCE
    for number in range(n_rounds):
        which = f"WHERE f % {n_rounds} = {number}" if n_rounds > 1 else ""
        con.execute(f"CREATE OR REPLACE TEMP TABLE lists AS SELECT f, n FROM ({ALL_LISTS}) {which}")
        con.execute(COUNTED.format(lists="lists", is_by_key="false"))
    con.execute("DROP TABLE lists")


# Text and address stand for themselves: one of them in common is enough.
KEYS = """
    CREATE TABLE keys AS
    SELECT DISTINCT unnest(list_append(address_keys, text_key)) AS key, n, is_gone, is_changed FROM numbered
"""

ALL_LISTS = """
    SELECT unnest(s.fingerprints) AS f, n FROM signatures s JOIN numbered USING (article_id) WHERE NOT numbered.is_gone
"""

# The fingerprints of some articles, as they are or were.
WANTED = """
    CREATE OR REPLACE TEMP TABLE wanted AS
    SELECT DISTINCT unnest(fingerprints) AS f FROM (
        SELECT s.fingerprints FROM signatures s JOIN (SELECT article_id FROM numbered WHERE {which}) USING (article_id)
        UNION ALL
        SELECT g.fingerprints FROM gone_rows g JOIN (SELECT article_id FROM numbered WHERE is_gone AND {which})
        USING (article_id)
    )
"""

WANTED_LISTS = """
    SELECT f, n FROM (SELECT article_id, unnest(fingerprints) AS f FROM signatures) SEMI JOIN wanted USING (f)
    JOIN (SELECT article_id, n FROM numbered WHERE NOT is_gone) USING (article_id)
"""

CHANGED_LISTS = """
    CREATE TEMP TABLE changed_lists AS
    SELECT f::BIGINT AS f, n, false AS is_gone FROM lists
    UNION ALL
    SELECT f, n, true FROM (SELECT article_id, unnest(fingerprints) AS f FROM gone_rows) SEMI JOIN wanted USING (f)
    JOIN (SELECT article_id, n FROM numbered WHERE is_gone) USING (article_id)
    UNION ALL
    SELECT key, n, is_gone FROM keys SEMI JOIN (SELECT key FROM keys WHERE is_changed) USING (key)
"""

# An article is touched where one that changed is, or was, among the first of a list before it.
TOUCHED = f"""
    CREATE TABLE touched AS
    WITH placed AS (
        SELECT f, l.n, l.is_gone, a.is_changed,
               coalesce(sum((NOT l.is_gone)::INTEGER) OVER before_it, 0) AS n_before
        FROM changed_lists l JOIN numbered a USING (n)
        WINDOW before_it AS (PARTITION BY f ORDER BY l.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ), moved AS (
        SELECT f, min(n) AS from_n FROM placed WHERE is_changed AND n_before < {N_HEADS} GROUP BY f
    )
    SELECT DISTINCT n FROM placed JOIN moved USING (f) WHERE n > from_n AND NOT is_gone
    UNION SELECT n FROM numbered WHERE is_changed AND NOT is_gone
"""

COUNTED = f"""
    INSERT INTO counted
    WITH heads AS (SELECT f, unnest(min(n, {N_HEADS})) AS head FROM {{lists}} GROUP BY f HAVING count(*) > 1)
    SELECT head, n, count(*), {{is_by_key}} FROM {{lists}} l JOIN heads USING (f) SEMI JOIN touched USING (n)
    WHERE head < n GROUP BY ALL
"""

CANDIDATES = f"""
    CREATE TABLE candidates AS
    SELECT c.first, c.second, c.is_by_key FROM (
        SELECT first, second, sum(n_shared) AS n_shared, bool_or(is_by_key) AS is_by_key FROM counted GROUP BY ALL
    ) c JOIN numbered a ON a.n = c.first JOIN numbered b ON b.n = c.second
    WHERE c.is_by_key OR c.n_shared >= greatest(
        least(2, a.n_fingerprints, b.n_fingerprints), {CANDIDATE_SHARE} * least(a.n_fingerprints, b.n_fingerprints))
"""
