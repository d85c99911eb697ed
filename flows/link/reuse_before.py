"""What the run before knew of reused quotations, and which of it a change may have made wrong.

A saying's row tells of its quotations, of their articles' days, publishers and copies, and of their speakers' names.
Whatever of that is other than before disturbs the quotation's node; all that hangs together with a disturbed node is
found again, and everything else is taken over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.link.database import count, write_query
from flows.link.index import Index
from flows.storage.database import rows_of
from flows.store.internal import SAYINGS_SCHEMA
from transforms.schema import arrow_schema
from transforms.tables import QUOTE_REUSE, SAYINGS

PAIRS_SCHEMA = pa.schema(
    [pa.field(name, pa.uint64(), nullable=False) for name in ("print", "shorter", "longer")]
    + [pa.field("is_contained", pa.bool_(), nullable=False)]
)
# Who says each quotation of a saying: the speaker's id in the article, and its id, name and type in the data set.
SPEAKERS_SCHEMA = pa.schema(
    [pa.field(name, pa.string(), nullable=False) for name in ("quote_id", "article_id", "local_id")]
    + [pa.field("node", pa.uint64(), nullable=False)]
    + [pa.field(name, pa.string()) for name in ("entity_id", "name", "entity_type")]
)


@dataclass(frozen=True)
class Known:
    """What the run before left, and what is other now.

    ``pairs`` and ``speakers`` are files of PAIRS_SCHEMA and SPEAKERS_SCHEMA, the next two its tables; ``gone`` and
    ``fresh`` are parts of internal/sayings, ``touched`` (article_id) a file of the articles of which it changed
    whether and of what they are copies, or which passages are boilerplate.
    """

    pairs: str
    speakers: str
    sayings: str
    quote_reuse: str
    index: Index | None
    gone: Sequence[str]
    fresh: Sequence[str]
    touched: Path | None = None


def open_known(con: duckdb.DuckDBPyConnection, known: Known | None) -> bool:
    """Views of what is known, without rows where nothing is or a file is damaged: then False, and time is lost."""
    if known is None or not _open(con, known):
        _open(con, Known("", "", "", "", None, (), ()))
        return False
    con.execute(TOUCHED)
    return True


def _open(con: duckdb.DuckDBPyConnection, known: Known) -> bool:
    files: Mapping[str, tuple[Sequence[str], pa.Schema]] = {
        "pairs_before": ([known.pairs], PAIRS_SCHEMA),
        "speakers_before": ([known.speakers], SPEAKERS_SCHEMA),
        "sayings_before": ([known.sayings], arrow_schema(SAYINGS)),
        "quote_reuse_before": ([known.quote_reuse], arrow_schema(QUOTE_REUSE)),
        "gone": (known.gone, SAYINGS_SCHEMA),
        "fresh": (known.fresh, SAYINGS_SCHEMA),
    }
    try:
        for name, (paths, schema) in files.items():
            rows = rows_of(con, f"{name}_rows", [path for path in paths if path], schema)
            con.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {', '.join(schema.names)} FROM {rows}")
    except duckdb.Error:
        return False
    touched = rows_of(con, "touched", [str(known.touched)] if known.touched else [], ARTICLE_IDS)
    con.execute(f"CREATE OR REPLACE VIEW touched_articles AS FROM {touched}")
    return True


ARTICLE_IDS = pa.schema([("article_id", pa.string())])


def find_shaken(con: duckdb.DuckDBPyConnection) -> None:
    """The table ``shaken (node)``: nodes that were disturbed, and all that hang together with one by ``pairs``."""
    con.execute(NAMED_ANEW)
    con.execute(DISTURBED)
    con.execute("CREATE TABLE shaken AS FROM disturbed")
    con.execute("CREATE TABLE edge AS FROM disturbed")
    while count(con, "edge"):
        con.execute(NEXT_EDGE)
        con.execute("INSERT INTO shaken FROM edge")


def take_over(con: duckdb.DuckDBPyConnection) -> None:
    """The tables ``sayings_kept`` and ``quote_reuse_kept``, and the view ``speakers_kept``, of what nothing shook."""
    for step in (RENEWED, DISSOLVED, KEPT):
        con.execute(step)


def write_speakers(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write who says each quotation of a saying, for the next run. Reads the table ``claimed``."""
    columns = ", ".join(SPEAKERS_SCHEMA.names)
    query = f"SELECT {columns} FROM speakers_kept UNION ALL SELECT {columns} FROM claimed ORDER BY quote_id"
    write_query(con, query, SPEAKERS_SCHEMA, path)


# The prints of which the sayings are others.
TOUCHED = """
    CREATE TABLE touched AS
    WITH was AS (SELECT DISTINCT node, unnest(prints) AS print FROM gone),
    now AS (SELECT DISTINCT node, unnest(prints) AS print FROM fresh)
    SELECT DISTINCT print FROM ((FROM now EXCEPT FROM was) UNION ALL (FROM was EXCEPT FROM now))
"""

# Who an id of one article is in the data set; `{rows}` have article_id and local_id.
FINAL = """
    SELECT r.*, CASE WHEN here.local_id IS NOT NULL THEN here.final_id WHEN everywhere.local_id IS NOT NULL
           THEN everywhere.final_id ELSE r.local_id END AS final_id
    FROM {rows} r
    LEFT JOIN final_ids here ON here.article_id = r.article_id AND here.local_id = r.local_id
    LEFT JOIN (SELECT DISTINCT local_id, final_id FROM final_ids WHERE article_id IS NULL) everywhere
    ON everywhere.local_id = r.local_id
"""

NAMED_ANEW = f"""
    CREATE TABLE named_anew AS
    SELECT f.node FROM ({FINAL.format(rows="speakers_before")}) f
    LEFT JOIN entities e ON e.entity_id = f.final_id
    WHERE f.final_id IS DISTINCT FROM f.entity_id OR e.name IS DISTINCT FROM f.name
    OR e.entity_type IS DISTINCT FROM f.entity_type
"""

DISTURBED = """
    CREATE TABLE disturbed AS
    SELECT node FROM fresh UNION SELECT node FROM gone UNION FROM named_anew
    UNION SELECT node FROM said SEMI JOIN touched_articles USING (article_id)
    UNION SELECT unnest([shorter, longer]) FROM pairs_before SEMI JOIN touched USING (print)
    UNION SELECT unnest([shorter, longer]) FROM verified
"""

NEXT_EDGE = """
    CREATE OR REPLACE TABLE edge AS
    SELECT DISTINCT node FROM (
        SELECT longer AS node FROM pairs SEMI JOIN edge ON shorter = edge.node
        UNION ALL SELECT shorter FROM pairs SEMI JOIN edge ON longer = edge.node
    ) ANTI JOIN shaken USING (node)
"""

RENEWED = """
    CREATE TABLE renewed AS SELECT quote_id FROM concerned UNION SELECT quote_id FROM gone
"""

DISSOLVED = """
    CREATE TABLE dissolved AS
    SELECT DISTINCT reuse_cluster_id FROM quote_reuse_before SEMI JOIN renewed USING (quote_id)
"""

KEPT = """
    CREATE TABLE sayings_kept AS FROM sayings_before ANTI JOIN dissolved USING (reuse_cluster_id);
    CREATE TABLE quote_reuse_kept AS FROM quote_reuse_before ANTI JOIN dissolved USING (reuse_cluster_id);
    CREATE VIEW speakers_kept AS FROM speakers_before ANTI JOIN renewed USING (quote_id)
"""
