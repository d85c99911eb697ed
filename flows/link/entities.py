"""Who is who across the whole data set: article entities become entities, in DuckDB and out of memory.

Every step reads each row a fixed number of times, so time is linear in the rows of ``article_entities``; what does not
fit in the memory limit spills to disk. The rules are SQL in flows/link/rules.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.link import rules as link_rules
from flows.link.by_batch import ByBatch, write_by_batch
from flows.link.database import MEMORY_LIMITS, insert, open_database, open_parts
from flows.link.entity_rows import write_entities
from flows.link.names import read_forms
from flows.storage.database import rows_of
from transforms import ids
from transforms.catalog import Catalog, entity_id_of, gazetteer_links
from transforms.link.final_ids import Change
from transforms.resolve.countries import printed_names
from transforms.schema import arrow_schema
from transforms.tables import ARTICLE_DUPLICATES, ARTICLE_ENTITIES, ARTICLES

CHANGED = pa.schema([(name, pa.string()) for name in ("article_id", "local_id", "final_id")])


@dataclass(frozen=True)
class Linked:
    """What linking found: the table ``entities`` as a file, and what becomes of the ids of each batch (CHANGED).

    ``names`` is the file to hand to the next run in place of the one given; None where that one still serves.
    """

    entities: Path
    names: Path | None
    n_entities: int
    n_by_rule: Mapping[str, int]
    changes_by_batch: ByBatch

    def changes(self, batch: str) -> tuple[Change, ...]:
        """What becomes of the ids in the batch, sorted; those that are not named stay."""
        rows = self.changes_by_batch.rows(batch)
        return () if rows is None else tuple(map(Change, *(column.to_pylist() for column in rows.columns)))

    def digest(self, batch: str) -> str:
        """One value for equal changes: where it is as before, so are the final parts. Empty without any change."""
        return self.changes_by_batch.digest(batch)


def link_entities(
    articles: Mapping[str, Sequence[str]],
    article_entities: Mapping[str, Sequence[str]],
    catalog: Catalog,
    scratch: Path,
    *,
    duplicates: Path | None = None,
    names: str | None = None,
    memory_limit: str = MEMORY_LIMITS[0],
) -> Linked:
    """Join the entities of all articles into those of the data set; files go below ``scratch``.

    ``articles`` and ``article_entities`` name the base parts (article-local ids) of each batch; every id that quotes
    or mentions of an article use stands in its article_entities, so no other table is read. The result depends on
    the rows alone, not on their order, their parts or their batches. ``duplicates`` is the table
    ``article_duplicates``, whose articles the counts without copies leave out; ``names`` is the file that the run
    before left.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    batches = list(article_entities)
    with open_database(scratch / "spilled", memory_limit) as con:
        open_parts(con, ARTICLES, ("article_id", "source_uri", "published_date"), articles)
        open_parts(con, ARTICLE_ENTITIES, [c.name for c in ARTICLE_ENTITIES.columns], article_entities)
        rows = rows_of(con, "duplicates", [str(duplicates)] if duplicates else [], arrow_schema(ARTICLE_DUPLICATES))
        con.execute(f"CREATE TABLE duplicates AS SELECT article_id FROM {rows}")
        con.execute(DATED)
        con.execute(NAMED)
        con.execute(WORDED)
        new_names = read_forms(con, names, scratch)
        add_catalog(con, catalog)
        link_rules.apply(con, catalog.corrections)
        n_entities = write_entities(con, scratch / "entities.parquet")
        return Linked(
            entities=scratch / "entities.parquet",
            names=new_names,
            n_entities=n_entities,
            n_by_rule=dict(con.execute("SELECT rule, count(*) FROM reasons GROUP BY rule ORDER BY rule").fetchall()),
            changes_by_batch=write_by_batch(con, CHANGES, CHANGED, batches, scratch / "changes.parquet"),
        )


def add_catalog(con: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Tables of what is known beyond the data: ``gazetteer``, and ``printed`` names.

    The printed name of lowest priority wins: a correction, then the first row of the gazetteer, then ISO's.
    """
    con.execute("CREATE TABLE gazetteer (entity_type VARCHAR, normal VARCHAR, to_id VARCHAR)")
    con.execute("CREATE TABLE printed (entity_id VARCHAR, name VARCHAR, external_id VARCHAR, priority INTEGER)")
    links = gazetteer_links(catalog)
    insert(con, "gazetteer", [(t, normal, entity_id_of(t, row.name)) for (t, normal), row in links.items()])
    rows = [(entity_id_of(r.entity_type, r.name), r.name, r.external_id) for r in dict.fromkeys(links.values())]
    rows += [(ids.entity_id("place", f"iso3166:{c}"), name, f"iso3166:{c}") for c, name in printed_names().items()]
    insert(con, "printed", [(*row, number) for number, row in enumerate(rows, start=1)])


DATED = """
    CREATE VIEW dated AS SELECT a.article_id, a.published_date, d.article_id IS NOT NULL AS is_copy
    FROM articles a LEFT JOIN duplicates d USING (article_id)
"""

# Every local entity under each of its names, of which one with two external ids is two.
NAMED = """
    CREATE TABLE named AS
    SELECT entity_id, entity_type, name, external_id, count(*)::INTEGER AS n_articles,
           sum(n_mentions)::INTEGER AS n_mentions, sum(n_quotes)::INTEGER AS n_quotes,
           sum(n_attributions)::INTEGER AS n_attributions,
           count(*) FILTER (NOT is_copy)::INTEGER AS n_articles_without_copies,
           coalesce(sum(n_quotes) FILTER (NOT is_copy), 0)::INTEGER AS n_quotes_without_copies,
           sum(pronouns.he)::INTEGER AS he, sum(pronouns.she)::INTEGER AS she,
           sum(pronouns.mr)::INTEGER AS mr, sum(pronouns.ms)::INTEGER AS ms,
           min(published_date) AS first_date, max(published_date) AS last_date
    FROM article_entities JOIN dated USING (article_id) GROUP BY ALL
"""

# The other names and the rules of a local entity in an article, where it has any.
WORDED = """
    CREATE TABLE worded AS SELECT article_id, entity_id, entity_type, aliases, merge_rules FROM article_entities
    WHERE len(aliases) > 0 OR len(merge_rules) > 0
"""

CHANGES = """
    SELECT DISTINCT batch, CASE WHEN is_split THEN article_id END AS article_id, entity_id AS local_id, id AS final_id
    FROM touched WHERE id IS DISTINCT FROM entity_id ORDER BY batch, article_id NULLS FIRST, local_id
"""
