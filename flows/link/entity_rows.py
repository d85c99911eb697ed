"""The table ``entities``: one row an entity of the data set, from the rows of all articles that hold it.

Most entities go by one name and were joined with no other: what is dear (distinct articles, the best of several names)
is worked out for the rest alone.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.link.database import count, insert, write_query
from transforms.resolve.geonames import places_with_ids
from transforms.schema import arrow_schema
from transforms.tables import ENTITIES

# Strings that hardly ever come twice are not worth a dictionary.
REPEATED = [
    "entity_type",
    "external_id",
    "country_code",
    "merge_rules.list.element",
    "n_mentions",
    "n_articles",
    "n_quotes",
    "n_attributions",
    "n_articles_without_copies",
    "n_quotes_without_copies",
]


def write_entities(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Write the table as one part, ordered by its key; its number of rows.

    Reads the tables ``named``, ``worded`` and ``printed``, and those that the rules made; leaves ``touched``.
    """
    for rows, view in (("article_entities", "resolved"), ("worded", "worded_resolved")):
        con.execute(RESOLVED.format(rows=rows, view=view))
    con.execute(PLACED)
    if count(con, "splits"):
        con.execute("DELETE FROM placed WHERE local_id IN (SELECT local_id FROM splits)")
        con.execute(PLACED_APART)
    for step in (TOUCHED, SUMMED, SHOWN, JOINED_ARTICLES, OTHER_NAMES, RULES_USED):
        con.execute(step)
    add_locations(con)
    return write_query(con, ROWS, arrow_schema(ENTITIES), path, use_dictionary=REPEATED)


def add_locations(con: duckdb.DuckDBPyConnection) -> None:
    """The table ``located``: country and coordinates of the external ids that say where a place is."""
    con.execute("CREATE TABLE located (external_id VARCHAR, country_code VARCHAR, latitude DOUBLE, longitude DOUBLE)")
    ids = con.execute(
        "SELECT external_id FROM summed WHERE entity_type = 'place' AND external_id IS NOT NULL "
        "UNION SELECT external_id FROM shown WHERE external_id IS NOT NULL"
    ).fetchall()
    places = places_with_ids(external_id for (external_id,) in ids)
    insert(con, "located", [(id_, place.country, place.latitude, place.longitude) for id_, place in places])


# Rows of an article's entities under the id of their entity of the data set; null where they are none.
RESOLVED = """
    CREATE VIEW {view} AS
    SELECT CASE WHEN s.local_id IS NOT NULL THEN s.final_id WHEN f.local_id IS NOT NULL THEN f.final_id
           ELSE e.entity_id END AS id, e.*, s.local_id IS NOT NULL AS is_split,
           s.local_id IS NOT NULL OR f.local_id IS NOT NULL AS is_touched
    FROM {rows} e LEFT JOIN finals f ON f.local_id = e.entity_id
    LEFT JOIN splits s ON s.article_id = e.article_id AND s.local_id = e.entity_id
"""

TOUCHED = """
    CREATE TABLE touched AS SELECT batch, article_id, entity_id, id, is_split FROM resolved WHERE is_touched
"""

# Every local entity under each of its names, with the entity it belongs to and the rule that brought it there.
PLACED = """
    CREATE TABLE placed AS
    SELECT CASE WHEN f.local_id IS NOT NULL THEN f.final_id ELSE n.entity_id END AS id, n.entity_id AS local_id,
           n.* EXCLUDE (entity_id), r.rule
    FROM named n LEFT JOIN finals f ON f.local_id = n.entity_id LEFT JOIN reasons r ON r.local_id = n.entity_id
    WHERE f.local_id IS NULL OR f.final_id IS NOT NULL
"""

PLACED_APART = """
    INSERT INTO placed
    SELECT e.id, e.entity_id, e.entity_type, e.name, e.external_id, count(*), sum(e.n_mentions), sum(e.n_quotes),
           sum(e.n_attributions), count(*) FILTER (NOT a.is_copy), coalesce(sum(e.n_quotes) FILTER (NOT a.is_copy), 0),
           sum(e.pronouns.he), sum(e.pronouns.she), sum(e.pronouns.mr), sum(e.pronouns.ms),
           min(a.published_date), max(a.published_date), r.rule
    FROM resolved e JOIN dated a USING (article_id)
    LEFT JOIN reasons r ON r.local_id = e.entity_id AND NOT e.is_split
    WHERE e.id IS NOT NULL AND e.entity_id IN (SELECT local_id FROM splits)
    GROUP BY ALL
"""

SUMMED = """
    CREATE TABLE summed AS
    SELECT id, sum(n_mentions)::INTEGER AS n_mentions, sum(n_quotes)::INTEGER AS n_quotes,
           sum(n_attributions)::INTEGER AS n_attributions,
           sum(n_articles_without_copies)::INTEGER AS n_articles_without_copies,
           sum(n_quotes_without_copies)::INTEGER AS n_quotes_without_copies,
           {'he': sum(he)::INTEGER, 'she': sum(she)::INTEGER, 'mr': sum(mr)::INTEGER, 'ms': sum(ms)::INTEGER}
           AS pronouns,
           sum(n_articles)::INTEGER AS n_articles, min(external_id) AS external_id,
           min(first_date) AS first_published_date, max(last_date) AS last_published_date,
           min(name) AS name, min(entity_type) AS entity_type, count(*) AS n_names
    FROM placed GROUP BY id
"""

# The name, type and external id of those that go by several names, or are printed as the catalog says.
SHOWN = """
    CREATE TABLE shown AS
    WITH several AS (
        SELECT p.id, p.entity_type, p.name, sum(p.n_articles) AS n, bool_or(p.id = p.local_id) AS is_own
        FROM placed p SEMI JOIN (SELECT id FROM summed WHERE n_names > 1) USING (id) GROUP BY ALL
    ), best AS (
        SELECT id, unnest(max_by({'name': name, 'entity_type': entity_type},
               (is_own, entity_type = 'person' AND contains(name, ' '), n, length(name), name, entity_type)))
        FROM several GROUP BY id
    ), overridden AS (
        SELECT entity_id AS id, arg_min(name, priority) AS name, arg_min(external_id, priority) AS external_id
        FROM printed GROUP BY entity_id
    )
    SELECT id, coalesce(o.name, b.name) AS name, b.entity_type, o.external_id
    FROM best b FULL JOIN overridden o USING (id)
"""

# An article that holds two of the local entities that became one counts once.
JOINED_ARTICLES = """
    CREATE TABLE joined_articles AS
    SELECT id, count(*)::INTEGER AS n_articles,
           count(*) FILTER (article_id NOT IN (SELECT article_id FROM duplicates))::INTEGER AS n_articles_without_copies
    FROM (SELECT DISTINCT id, article_id FROM touched) GROUP BY id
"""

OTHER_NAMES = """
    CREATE TABLE other_names AS
    SELECT a.id, list(a.alias ORDER BY a.alias) AS aliases FROM (
        SELECT id, unnest(aliases) AS alias FROM worded_resolved
        UNION SELECT p.id, p.name FROM placed p SEMI JOIN shown USING (id)
    ) a JOIN summed n USING (id) LEFT JOIN shown s USING (id)
    WHERE a.alias <> coalesce(s.name, n.name) GROUP BY a.id
"""

RULES_USED = """
    CREATE TABLE rules_used AS
    SELECT id, list(rule ORDER BY rule) AS merge_rules FROM (
        SELECT id, unnest(merge_rules) AS rule FROM worded_resolved
        UNION SELECT id, rule FROM placed WHERE rule IS NOT NULL
    ) GROUP BY id
"""

ROWS = """
    SELECT n.id AS entity_id, coalesce(s.name, n.name) AS name, coalesce(s.entity_type, n.entity_type) AS entity_type,
           coalesce(o.aliases, []) AS aliases, coalesce(s.external_id, n.external_id) AS external_id,
           l.country_code, l.latitude, l.longitude, coalesce(r.merge_rules, []) AS merge_rules, n.n_mentions,
           coalesce(j.n_articles, n.n_articles) AS n_articles, n.n_quotes, n.n_attributions,
           coalesce(j.n_articles_without_copies, n.n_articles_without_copies) AS n_articles_without_copies,
           n.n_quotes_without_copies, n.pronouns,
           n.first_published_date, n.last_published_date
    FROM summed n LEFT JOIN shown s USING (id) LEFT JOIN joined_articles j USING (id)
    LEFT JOIN other_names o USING (id) LEFT JOIN rules_used r USING (id)
    LEFT JOIN located l ON l.external_id = coalesce(s.external_id, n.external_id)
                        AND coalesce(s.entity_type, n.entity_type) = 'place' ORDER BY n.id
"""
