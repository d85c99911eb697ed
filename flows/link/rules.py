"""The rules by which entities of different articles become one, as SQL over the tables of flows/link/entities.py.

A rule adds rows to ``links (from_id, to_id, rule, priority)``; an entity follows its link of lowest priority, and
that one's in turn. All are conservative: where a name could mean two, it stays by itself.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from transforms.link.chains import chain_ends

# A surname alone joins the person who bears it in at least MIN_ARTICLES articles and SHARE of all with that surname.
MIN_ARTICLES, SHARE = 5, 0.8
# A name typed otherwise in few articles takes the type it has in at least this many times as many.
TYPE_RATIO = 10

GAZETTEER = """
    SELECT DISTINCT f.entity_id, g.to_id, 'gazetteer', 1 FROM forms f JOIN gazetteer g USING (entity_type, normal)
    WHERE f.entity_id <> g.to_id
"""

# "Hillary Rodham Clinton" and "Hillary Clinton", "Mike Pence" and "Michael Pence": one surname, given names that
# are short for one another, and all middle names of the data set that bear on it agree in their first letter.
NAME_VARIANT = """
    WITH people AS (
        SELECT entity_id, last, first_group, min(n_words) AS n_words, min(name) AS name,
               list(DISTINCT middle) AS middles
        FROM forms WHERE entity_type = 'person' AND n_words > 1 AND length(first) > 1 GROUP BY ALL
    ), families AS (
        SELECT last, first_group FROM people, unnest(middles) AS m(middle) GROUP BY ALL
        HAVING count(DISTINCT entity_id) > 1 AND count(DISTINCT nullif(left(middle, 1), '')) <= 1
    ), ranked AS (
        SELECT entity_id, first_value(entity_id) OVER (
            PARTITION BY last, first_group ORDER BY n_words, length(name), name, entity_id) AS to_id
        FROM people JOIN families USING (last, first_group)
    )
    SELECT DISTINCT entity_id, to_id, 'name_variant', 3 FROM ranked WHERE entity_id <> to_id
"""

# "FEC" in one article, where others spell it out with those letters, and all of them the same way.
ACRONYM = """
    WITH defined AS (
        SELECT DISTINCT entity_id AS to_id, alias FROM (
            SELECT entity_id, unnest(aliases) AS alias FROM article_entities
            WHERE entity_type = 'organization'
            AND list_has_any(merge_rules, ['defined_acronym', 'acronym', 'known_acronym'])
        ) WHERE regexp_full_match(alias, '[A-Z][A-Za-z&.]{1,7}') AND alias = upper(alias)
    ), sure AS (SELECT alias, min(to_id) AS to_id FROM defined GROUP BY alias HAVING count(DISTINCT to_id) = 1)
    SELECT DISTINCT f.entity_id, s.to_id, 'acronym_elsewhere', 3 FROM forms f JOIN sure s ON f.name = s.alias
    WHERE f.entity_type = 'organization' AND f.entity_id <> s.to_id AND f.n_words = 1
"""

# A name that the annotator took for a work in one article and for an organisation in ten.
TYPE_OF_MOST = f"""
    WITH typed AS (
        SELECT normal, entity_type, min(entity_id) AS entity_id, sum(n_articles) AS n FROM forms
        WHERE entity_type IN ('organization', 'work', 'product', 'event', 'law') AND normal <> '' GROUP BY ALL
    ), top AS (
        SELECT normal, arg_max(entity_id, (n, entity_id)) AS to_id, max(n) AS n_top FROM typed
        GROUP BY normal HAVING count(*) > 1
    )
    SELECT DISTINCT t.entity_id, top.to_id, 'type_of_most', 2 FROM typed t JOIN top USING (normal)
    WHERE t.entity_id <> top.to_id AND top.n_top >= {TYPE_RATIO} * t.n
"""

# "Clinton" in an article that gives no first name, where the data set knows but one person it can be.
DOMINANT_SURNAME = f"""
    WITH bearers AS (
        SELECT f.last, coalesce(l.to_id, f.entity_id) AS to_id, sum(f.n_articles) AS n FROM forms f
        LEFT JOIN (SELECT from_id, min(to_id) AS to_id FROM links WHERE rule = 'name_variant' GROUP BY from_id) l
        ON l.from_id = f.entity_id
        WHERE f.entity_type = 'person' AND f.n_words > 1 GROUP BY ALL
    ), sure AS (
        SELECT last, arg_max(to_id, (n, to_id)) AS to_id FROM bearers GROUP BY last
        HAVING max(n) >= {MIN_ARTICLES} AND max(n) >= {SHARE} * sum(n)
    )
    SELECT DISTINCT f.entity_id, s.to_id, 'dominant_surname', 4 FROM forms f JOIN sure s USING (last)
    WHERE f.entity_type = 'person' AND f.n_words = 1
"""

RULES = (GAZETTEER, TYPE_OF_MOST, NAME_VARIANT, ACRONYM, DOMINANT_SURNAME)


def apply(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``links``, ``changes (article_id, local_id, final_id)`` and ``entities`` from forms and catalog."""
    con.execute("CREATE TABLE links (from_id VARCHAR, to_id VARCHAR, rule VARCHAR, priority INTEGER)")
    for rule in RULES:
        con.execute(f"INSERT INTO links {rule}")
    # An entity of the gazetteer is where links end; one link an entity, the surest.
    con.execute("DELETE FROM links WHERE priority > 1 AND from_id IN (SELECT to_id FROM gazetteer)")
    con.execute(
        "CREATE OR REPLACE TABLE links AS SELECT from_id, unnest(arg_min({'to_id': to_id, 'rule': rule}, "
        "(priority, to_id, rule))) FROM links GROUP BY from_id"
    )
    follow_links(con)
    correct(con)
    con.execute(CHANGES)
    con.execute(ENTITIES)


def follow_links(con: duckdb.DuckDBPyConnection) -> None:
    """The table ``finals (local_id, final_id)``: each link followed to its end."""
    # Few links lead to an entity that is linked itself; the chains are made of these alone.
    inner = con.execute("SELECT from_id, to_id FROM links WHERE from_id IN (SELECT to_id FROM links)").fetchall()
    con.execute("CREATE TABLE ends (entity_id VARCHAR, end_id VARCHAR)")
    ends = chain_ends(dict(inner))
    if ends:
        con.register("new_ends", pa.table({"entity_id": list(ends), "end_id": list(ends.values())}))
        con.execute("INSERT INTO ends SELECT * FROM new_ends")
        con.unregister("new_ends")
    con.execute(
        "CREATE TABLE finals AS SELECT * FROM (SELECT from_id AS local_id, coalesce(end_id, to_id) AS final_id "
        "FROM links LEFT JOIN ends ON entity_id = to_id) WHERE local_id <> final_id"
    )


def correct(con: duckdb.DuckDBPyConnection) -> None:
    """Apply the user's merges, splits and nevers after all rules, in the order of the file.

    A correction is about every local entity that its name or id fits, and about all that the rules joined to it.
    """
    con.execute("CREATE TABLE splits (article_id VARCHAR, local_id VARCHAR, final_id VARCHAR)")
    rows = con.execute("SELECT number, action, to_id, target FROM corrections ORDER BY number").fetchall()
    for number, action, to_id, target in rows:
        con.execute(MEANT, [number])
        end = final_of(con, to_id)
        if action == "split":
            con.execute("CREATE OR REPLACE TABLE parted AS " + PARTED, [end, number])
            con.execute(
                "DELETE FROM splits USING parted p WHERE splits.article_id = p.article_id "
                "AND splits.local_id = p.local_id"
            )
            con.execute("INSERT INTO splits FROM parted")
            con.execute("INSERT INTO printed VALUES (?, ?, NULL, ?)", [end, target, -number])
        elif action == "rename":
            con.execute(RENAME, [target, -number])
        else:
            con.execute("DELETE FROM finals WHERE local_id IN (SELECT local_id FROM meant)")
            con.execute(
                "INSERT INTO finals SELECT local_id, ? FROM meant WHERE local_id IS DISTINCT FROM ?", [end, end]
            )
            con.execute("DELETE FROM links WHERE from_id IN (SELECT local_id FROM meant)")
            con.execute("INSERT INTO links SELECT local_id, ?, ? FROM meant", [end, f"correction_{action}"])


def final_of(con: duckdb.DuckDBPyConnection, entity_id: str | None) -> str | None:
    """Where an entity ends after the rules and corrections so far."""
    found = con.execute("SELECT final_id FROM finals WHERE local_id = ?", [entity_id]).fetchall()
    return found[0][0] if found else entity_id


# The local entities a correction is about: those of its name or id, and all that share an end with a full name.
MEANT = """
    CREATE OR REPLACE TABLE meant AS
    WITH c AS (SELECT * FROM corrections WHERE number = ?), named AS (
        SELECT f.entity_id, f.n_words FROM forms f, c
        WHERE f.entity_id = c.from_id OR (f.entity_type = c.entity_type AND f.normal = c.normal)
        UNION SELECT from_id, 2 FROM c
    ), ends AS (
        SELECT entity_id AS final_id FROM named WHERE n_words > 1 UNION
        SELECT x.final_id FROM named n JOIN finals x ON n.entity_id = x.local_id WHERE n.n_words > 1
    )
    SELECT entity_id AS local_id FROM named UNION SELECT final_id FROM ends WHERE final_id IS NOT NULL
    UNION SELECT local_id FROM finals WHERE final_id IN (SELECT final_id FROM ends)
"""

RENAME = """
    INSERT INTO printed SELECT DISTINCT coalesce(x.final_id, m.local_id), ?, NULL, ?
    FROM meant m LEFT JOIN finals x USING (local_id)
"""

PARTED = """
    SELECT DISTINCT e.article_id, e.entity_id AS local_id, ? AS final_id FROM article_entities e
    JOIN meant m ON e.entity_id = m.local_id JOIN articles a USING (article_id)
    JOIN corrections c ON c.number = ? AND c.article IN (a.article_id, a.source_uri)
"""

CHANGES = """
    CREATE TABLE changes AS
    SELECT article_id, local_id, final_id FROM splits
    UNION ALL SELECT NULL, local_id, final_id FROM finals WHERE local_id IS DISTINCT FROM final_id
"""

ENTITIES = """
    CREATE TABLE entities AS
    WITH placed AS (
        SELECT CASE WHEN s.local_id IS NOT NULL THEN s.final_id WHEN x.local_id IS NOT NULL THEN x.final_id
               ELSE e.entity_id END AS id,
               e.*, l.rule AS link_rule
        FROM article_entities e
        LEFT JOIN splits s ON s.article_id = e.article_id AND s.local_id = e.entity_id
        LEFT JOIN finals x ON x.local_id = e.entity_id
        LEFT JOIN links l ON l.from_id = e.entity_id AND s.local_id IS NULL
    ), kept AS (SELECT * FROM placed WHERE id IS NOT NULL
    ), counts AS (
        SELECT k.id, count(DISTINCT k.article_id) AS n_articles, sum(k.n_mentions)::INTEGER AS n_mentions,
               sum(k.n_quotes)::INTEGER AS n_quotes, min(k.external_id) AS external_id,
               min(a.published_date) AS first_published_date, max(a.published_date) AS last_published_date
        FROM kept k JOIN articles a USING (article_id) GROUP BY k.id
    ), named AS (
        SELECT id, entity_type, name, count(*) AS n, bool_or(id = entity_id) AS is_own FROM kept GROUP BY ALL
    ), best AS (
        SELECT id, unnest(max_by({'name': name, 'entity_type': entity_type},
               (is_own, entity_type = 'person' AND contains(name, ' '), n, length(name), name, entity_type)))
        FROM named GROUP BY id
    ), all_aliases AS (
        SELECT DISTINCT id, alias FROM (SELECT id, unnest(list_append(aliases, name)) AS alias FROM kept)
    ), all_rules AS (
        SELECT DISTINCT id, rule FROM (SELECT id, unnest(list_append(merge_rules, link_rule)) AS rule FROM kept)
        WHERE rule IS NOT NULL
    ), overridden AS (
        SELECT entity_id AS id, arg_min(name, priority) AS name, arg_min(external_id, priority) AS external_id
        FROM printed GROUP BY entity_id
    ), rules AS (SELECT id, list(rule ORDER BY rule) AS merge_rules FROM all_rules GROUP BY id
    ), aliases AS (
        SELECT a.id, list(a.alias ORDER BY a.alias) AS aliases FROM all_aliases a JOIN best b USING (id)
        LEFT JOIN overridden o USING (id) WHERE a.alias <> coalesce(o.name, b.name) GROUP BY a.id
    )
    SELECT c.id AS entity_id, coalesce(o.name, b.name) AS name, b.entity_type, coalesce(s.aliases, []) AS aliases,
           coalesce(o.external_id, c.external_id) AS external_id, coalesce(r.merge_rules, []) AS merge_rules,
           c.n_mentions, c.n_articles::INTEGER AS n_articles, c.n_quotes, c.first_published_date, c.last_published_date
    FROM counts c JOIN best b USING (id) LEFT JOIN overridden o USING (id)
    LEFT JOIN rules r USING (id) LEFT JOIN aliases s USING (id)
"""
