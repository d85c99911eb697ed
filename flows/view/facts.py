"""The facts that the pages count and sort by, in one DuckDB file a snapshot: no texts but titles, names and sayings.

Rows are numbered: quotations as in the search index, articles from the newest, entities from the most mentioned. So
what a page shows first lies first, and joins are of small integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from flows.storage.database import rows_of
from flows.store.base import Store
from flows.store.manifest import Manifest, StoredFile
from flows.view.cache import digest_of, kept_file
from flows.view.search_index import ROW_BITS
from transforms.schema import arrow_schema
from transforms.tables import BY_NAME

VERSION = "7"
MEMORY_LIMIT = "600MB"
OPTIONAL = ("attribution_type",)  # columns of quotes that only newer snapshots have


def build_facts(store: Store, manifest: Manifest, numbers: Mapping[str, int], folder: Path) -> Path:
    """The facts file of a snapshot, made where it is not there yet. ``numbers``: of quotes' parts, by checksum."""
    files = [file for file in manifest.files if file.table in BY_NAME]
    # Two indexes may number the same parts in two ways, after different histories.
    numbering = ",".join(f"{sha256}:{number}" for sha256, number in sorted(numbers.items()))
    digest = digest_of(files, VERSION + numbering)
    return kept_file(folder, "facts", digest, "duckdb", lambda fresh: _write(fresh, store, manifest, numbers))


def _write(fresh: Path, store: Store, manifest: Manifest, numbers: Mapping[str, int]) -> None:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "threads": 2,
        "temp_directory": str(fresh.parent / "spill"),
    }
    with duckdb.connect(str(fresh), config=config) as con:
        _make(con, store, manifest, numbers)


def _make(con: duckdb.DuckDBPyConnection, store: Store, manifest: Manifest, numbers: Mapping[str, int]) -> None:
    con.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false")
    for table in BY_NAME:
        _open_table(con, store, manifest, table)
    parts = sorted_parts(manifest, "quotes")
    con.execute("SET VARIABLE numbers = $n", {"n": [numbers.get(file.sha256, 0) for file in parts]})
    con.execute("SET VARIABLE parts = $n", {"n": [f.name for f in sorted_parts(manifest, "articles")] or [""]})
    for step in (*_ENTITIES, *_ARTICLES, *_quotes(con), *_SAYINGS, *_MENTIONS, *_LISTS):
        con.execute(step)
    for table in BY_NAME:
        con.execute(f"DROP VIEW source_{table}")


def view_facts(con: duckdb.DuckDBPyConnection, store: Store, manifest: Manifest) -> None:
    """What flows/view/glance.py asks for, as views of the snapshot's files: no row is stored, numbered or sorted.

    Articles and entities go by their ids here, where the tables of facts have numbers.
    """
    con.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false")
    for table in BY_NAME:
        _open_table(con, store, manifest, table)
    con.execute(f"""
        CREATE TEMP VIEW quote AS
        SELECT quote_type, speaker_status, speaker_entity_id AS speaker, article_id AS article,
               {_is_statement(con)} AS is_statement FROM source_quotes
    """)
    for name, table, key in (("article", "articles", "article_id"), ("entity", "entities", "entity_id")):
        con.execute(f"CREATE TEMP VIEW {name} AS SELECT *, {key} AS {name} FROM source_{table}")
    for name, table in (("saying", "sayings"), ("run", "runs"), ("quarantine", "quarantine")):
        con.execute(f"CREATE TEMP VIEW {name} AS FROM source_{table}")


def sorted_parts(manifest: Manifest, table: str) -> list[StoredFile]:
    """The files of a table in the order in which DuckDB is given them."""
    return sorted(manifest.parts(table), key=lambda file: file.path)


def _open_table(con: duckdb.DuckDBPyConnection, store: Store, manifest: Manifest, table: str) -> None:
    paths = [store.locate(manifest.number, file.path) for file in sorted_parts(manifest, table)]
    rows = rows_of(con, table, paths, arrow_schema(BY_NAME[table]), options=", file_row_number = true")
    place = "file_index" if paths else "0 AS file_index, 0 AS file_row_number"
    con.execute(f"CREATE TEMP VIEW source_{table} AS SELECT *, {place} FROM {rows}")


_ENTITIES = (
    """
    CREATE TABLE entity AS
    SELECT (row_number() OVER (ORDER BY n_mentions DESC, entity_id))::INTEGER AS entity,
           s.* EXCLUDE (file_index, file_row_number),
           coalesce(n_mentions_once, 0) AS n_mentions_once, coalesce(n_articles_once, 0) AS n_articles_once,
           coalesce(n_quotes_once, 0) AS n_quotes_once,
           lower(strip_accents(concat_ws(' ', name, array_to_string(aliases, ' ')))) AS search
    FROM source_entities s LEFT JOIN (
        SELECT entity_id, sum(n_mentions)::INTEGER AS n_mentions_once, count(*)::INTEGER AS n_articles_once,
               sum(n_quotes)::INTEGER AS n_quotes_once
        FROM source_article_entities ANTI JOIN source_article_duplicates USING (article_id) GROUP BY entity_id
    ) USING (entity_id) ORDER BY entity
    """,
    "CREATE UNIQUE INDEX entity_by_id ON entity (entity_id)",
    """
    CREATE TABLE called AS
    SELECT DISTINCT unnest(list_append(aliases, name)) AS name, entity_type, entity_id FROM entity ORDER BY ALL
    """,
)

_ARTICLES = (
    """
    CREATE TABLE article AS
    SELECT (row_number() OVER (ORDER BY published_date DESC NULLS LAST, article_id))::INTEGER AS article, article_id,
           published_date, title, publisher, section, source_uri, n_words, n_quotes,
           article_id IN (SELECT article_id FROM source_article_duplicates) AS is_copy, k.n_copies,
           lower(strip_accents(coalesce(title, ''))) AS search,
           getvariable('parts')[file_index::BIGINT + 1] AS part
    FROM source_articles LEFT JOIN (
        SELECT kept_article_id AS article_id, count(*)::INTEGER AS n_copies FROM source_article_duplicates GROUP BY ALL
    ) k USING (article_id) ORDER BY article
    """,
    "CREATE UNIQUE INDEX article_by_id ON article (article_id)",
    """
    CREATE TABLE copy AS
    SELECT a.article, k.article AS kept, c.article AS compared, d.kind, d.similarity, d.shared_words
    FROM source_article_duplicates d JOIN article a USING (article_id)
    JOIN article k ON k.article_id = d.kept_article_id JOIN article c ON c.article_id = d.compared_article_id
    ORDER BY kept, a.article
    """,
)


def _columns(con: duckdb.DuckDBPyConnection) -> set[str]:
    return {row[0] for row in con.execute("DESCRIBE source_quotes").fetchall()}


def _is_statement(con: duckdb.DuckDBPyConnection) -> str:
    # In a snapshot of before they were told apart, everything counts.
    is_told = "attribution_type" in _columns(con)
    return "(attribution_type IS NOT DISTINCT FROM 'statement')" if is_told else "true"


def _quotes(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Sorted as they are mostly shown: the newest article first, in the order of its text."""
    more = "".join(f"q.{name}, " for name in OPTIONAL if name in _columns(con))
    return (
        f"""
        CREATE TABLE quote AS
        SELECT (getvariable('numbers')[q.file_index::BIGINT + 1] << {ROW_BITS}) + q.file_row_number::BIGINT AS row,
               (row_number() OVER (ORDER BY a.article, q.quote_index) - 1)::INTEGER AS place,
               a.article, q.quote_index, q.quote_type, e.entity AS speaker, q.speaker_name, q.speaker_status,
               q.speaker_role, {more}{_is_statement(con)} AS is_statement,
               q.confidence, a.published_date, a.publisher, a.section, a.is_copy,
               if(r.quote_id IS NULL, 'no', 'yes') AS elsewhere
        FROM source_quotes q JOIN article a USING (article_id) LEFT JOIN entity e ON e.entity_id = q.speaker_entity_id
        LEFT JOIN source_quote_reuse r USING (quote_id) ORDER BY place
        """,
    )


_SAYINGS = (
    "CREATE TABLE saying AS SELECT * EXCLUDE (file_index, file_row_number) FROM source_sayings",
    """
    CREATE TABLE reuse AS
    SELECT r.reuse_cluster_id, q.row, q.article, q.quote_index, r.form, r.is_first, r.is_copy,
           r.quote_id = s.fullest_quote_id AS is_fullest, s.n_articles
    FROM source_quote_reuse r JOIN saying s USING (reuse_cluster_id) JOIN article a USING (article_id)
    JOIN (SELECT quote_id, quote_index FROM source_quotes) k USING (quote_id)
    JOIN quote q ON q.article = a.article AND q.quote_index = k.quote_index
    ORDER BY r.reuse_cluster_id, a.published_date NULLS LAST, r.quote_id
    """,
)

_MENTIONS = (
    """
    CREATE TABLE about AS
    SELECT DISTINCT e.entity, q.place FROM (
        SELECT DISTINCT quote_id, article_id, entity_id FROM source_entity_mentions
        WHERE quote_id IS NOT NULL AND entity_id IS NOT NULL
    ) m JOIN entity e USING (entity_id) JOIN article a USING (article_id)
    JOIN (SELECT quote_id, quote_index, article_id FROM source_quotes) s USING (quote_id)
    JOIN quote q ON q.article = a.article AND q.quote_index = s.quote_index
    ORDER BY ALL
    """,
    """
    CREATE TABLE appearance AS
    SELECT e.entity, a.article, sum(s.n_mentions)::INTEGER AS n_mentions, sum(s.n_quotes)::INTEGER AS n_quotes
    FROM source_article_entities s JOIN entity e USING (entity_id) JOIN article a USING (article_id)
    GROUP BY ALL ORDER BY e.entity, a.article
    """,
    """
    CREATE TABLE boilerplate AS
    SELECT a.article, s.char_start, s.char_end, s.n_articles FROM source_boilerplate s JOIN article a USING (article_id)
    ORDER BY ALL
    """,
)

_LISTS = (
    "CREATE TABLE run AS SELECT * EXCLUDE (file_index, file_row_number) FROM source_runs",
    "CREATE TABLE quarantine AS SELECT * EXCLUDE (file_index, file_row_number) FROM source_quarantine",
)
