"""Which articles are worth comparing: those that share fingerprints, in time linear in the number of articles.

The articles that have a fingerprint stand in the order of keeping, and each is paired with the first N_HEADS of them
alone. So a story told by a thousand papers, or a disclaimer in each article of one, costs so many pairs and not their
square; and of copies it is those before all others that the rest must be compared with.
"""

from __future__ import annotations

import duckdb

from flows.copies.signatures import ORDER_OF_KEEPING
from flows.link.database import count

N_HEADS = 3
# Of the fingerprints of the one that has fewer, so many must be shared, and two of them where it has two.
CANDIDATE_SHARE = 0.08
# So many fingerprints are sorted out at a time, to keep within the memory.
FINGERPRINTS_AT_ONCE = 1_000_000


def find_candidates(con: duckdb.DuckDBPyConnection, *, is_first: bool) -> None:
    """The table ``candidates (first, second, is_by_key)`` of numbers of articles, for every ``second`` that is touched.

    Leaves the tables ``touched``, rows of the articles that changed, and of those for which another one came first, or
    went, and ``numbered``: the articles that these are compared with, each with its place in the order of keeping as
    its number. All articles are touched where there was no run before (``is_first``).
    """
    con.execute("CREATE TABLE counted (first INTEGER, second INTEGER, n_shared BIGINT, is_by_key BOOLEAN)")
    con.execute(f"CREATE TABLE asked AS {EVERYTHING if is_first else CHANGED}")
    if is_first:
        con.execute("CREATE TABLE touched AS SELECT row FROM asked")
        _number(con, "asked")
        _count_all(con)
    else:
        _read_lists(con)
        con.execute(TOUCHED)
        if count(con, "touched ANTI JOIN asked USING (row)"):
            con.execute(
                "CREATE OR REPLACE TABLE asked AS SELECT row, source_key FROM articles SEMI JOIN touched USING (row)"
            )
            _read_lists(con)
        con.execute(COUNTED)
    con.execute(CANDIDATES)


def _read_lists(con: duckdb.DuckDBPyConnection) -> None:
    """The table ``lists (key, is_by_key, row)``: who has what the articles ``asked`` for have; and ``numbered``."""
    con.execute(WANTED)
    con.execute(LISTS)
    _number(con, "(SELECT row FROM lists UNION SELECT row FROM asked)")


def _number(con: duckdb.DuckDBPyConnection, rows: str) -> None:
    con.execute(NUMBERED.format(rows=rows))


def _count_all(con: duckdb.DuckDBPyConnection) -> None:
    n_all = con.execute("SELECT coalesce(sum(n_fingerprints), 0)::BIGINT FROM numbered").fetchall()[0][0]
    size = -(-(2**32) // (1 + int(n_all) // FINGERPRINTS_AT_ONCE))
    for start in range(0, 2**32, size):
        con.execute(SOME_LISTS.format(first=start, last=min(start + size, 2**32) - 1))
        con.execute(COUNTED)
    con.execute(ALL_KEYS)
    con.execute(COUNTED)
    con.execute("DROP TABLE lists")


EVERYTHING = "SELECT row, source_key FROM articles"

CHANGED = "SELECT row, source_key FROM articles SEMI JOIN changed_ids USING (article_id)"

# Text and address stand for themselves: one of them in common is enough.
_KEYS = "unnest(list_append(address_keys, text_key)) AS key"

WANTED = f"""
    CREATE OR REPLACE TABLE wanted AS
    SELECT DISTINCT unnest(fingerprints)::BIGINT AS key, false AS is_by_key FROM (
        SELECT fingerprints FROM signed SEMI JOIN asked USING (source_key, row)
        UNION ALL SELECT fingerprints FROM gone SEMI JOIN asked USING (row)
    ) UNION SELECT {_KEYS}, true FROM articles SEMI JOIN asked USING (row)
"""

# The fingerprints that are wanted are few, and so are the groups of rows that have to be read for them.
LISTS = f"""
    CREATE OR REPLACE TABLE lists AS
    WITH fingerprints AS (SELECT key::UINTEGER AS f FROM wanted WHERE NOT is_by_key),
    found AS (
        SELECT value AS f, row FROM postings SEMI JOIN fingerprints ON value = fingerprints.f
        UNION ALL
        SELECT f, row FROM (SELECT unnest(fingerprints) AS f, row FROM unindexed) SEMI JOIN fingerprints USING (f)
        UNION ALL SELECT f, row FROM (SELECT unnest(fingerprints) AS f, row FROM gone) SEMI JOIN fingerprints USING (f)
    )
    SELECT f::BIGINT AS key, false AS is_by_key, row FROM found
    UNION ALL SELECT key, true, row FROM (SELECT {_KEYS}, row FROM articles)
    SEMI JOIN (SELECT key FROM wanted WHERE is_by_key) USING (key)
"""

SOME_LISTS = """
    CREATE OR REPLACE TABLE lists AS
    SELECT value::BIGINT AS key, false AS is_by_key, row FROM postings WHERE value BETWEEN {first} AND {last}
"""

ALL_KEYS = f"CREATE OR REPLACE TABLE lists AS SELECT {_KEYS}, true AS is_by_key, row FROM numbered"

NUMBERED = f"""
    CREATE OR REPLACE TABLE numbered AS
    SELECT row_number() OVER (ORDER BY {ORDER_OF_KEEPING}, is_gone)::INTEGER AS n, *,
           article_id IN (SELECT article_id FROM changed_ids) AS is_changed
    FROM articles SEMI JOIN {{rows}} USING (row)
"""

# An article is touched where one that changed is, or was, among the first of a list before it.
TOUCHED = f"""
    CREATE TABLE touched AS
    WITH placed AS (
        SELECT key, is_by_key, row, n, is_gone, is_changed,
               coalesce(sum((NOT is_gone)::INTEGER) OVER before_it, 0) AS n_before
        FROM lists JOIN numbered USING (row)
        WINDOW before_it AS (PARTITION BY key, is_by_key ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ), moved AS (
        SELECT key, is_by_key, min(n) AS from_n FROM placed WHERE is_changed AND n_before < {N_HEADS} GROUP BY ALL
    )
    SELECT DISTINCT row FROM placed JOIN moved USING (key, is_by_key) WHERE n > from_n AND NOT is_gone
    UNION SELECT row FROM numbered WHERE is_changed AND NOT is_gone
"""

COUNTED = f"""
    INSERT INTO counted
    WITH listed AS (
        SELECT key, is_by_key, n, row FROM lists JOIN (SELECT row, n FROM numbered WHERE NOT is_gone) USING (row)
    ), heads AS (
        SELECT key, is_by_key, unnest(min(n, {N_HEADS})) AS head FROM listed GROUP BY key, is_by_key HAVING count(*) > 1
    )
    SELECT head, n, count(*), is_by_key FROM listed JOIN heads USING (key, is_by_key) SEMI JOIN touched USING (row)
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
