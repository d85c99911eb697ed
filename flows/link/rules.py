"""The rules by which entities of different articles become one, as SQL over the tables of flows/link/entities.py.

A rule adds rows to ``links (from_id, to_id, rule, priority)``; an entity follows its link of lowest priority, and
that one's in turn. All are conservative: where a name could mean two, it stays by itself. Every choice among rows
has a total order, so that the same rows give the same links however they come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import duckdb

from flows.link import body_rules as bodies
from flows.link import shorter_names as shorter
from flows.link.database import insert
from transforms.catalog import Correction, entity_id_of
from transforms.link.chains import chain_ends
from transforms.link.corrections import Corrected, Meaning, apply_corrections
from transforms.resolve.names import normal_name

# A surname alone joins the person who bears it in at least MIN_ARTICLES articles and SHARE of all with that surname.
MIN_ARTICLES, SHARE = 5, 0.8

GAZETTEER = """
    SELECT DISTINCT f.entity_id, g.to_id, 'gazetteer', 1 FROM forms f JOIN gazetteer g USING (entity_type, normal)
    WHERE f.entity_id <> g.to_id
"""

# "Hillary Rodham Clinton" and "Hillary Clinton", "Mike Pence" and "Michael Pence": one surname, given names that
# are short for one another, and all middle names of the data set that bear on it agree in their first letter. They
# become the one of most articles: a single "Don Trump" does not rename "Donald Trump".
NAME_VARIANT = """
    WITH people AS (
        SELECT entity_id, last, first_group, sum(n_articles) AS n_articles, min(n_words) AS n_words,
               min(name) AS name, list(DISTINCT middle) AS middles
        FROM forms WHERE entity_type = 'person' AND n_words > 1 AND length(first) > 1 GROUP BY ALL
    ), families AS (
        SELECT last, first_group FROM people, unnest(middles) AS m(middle) GROUP BY ALL
        HAVING count(DISTINCT entity_id) > 1 AND count(DISTINCT nullif(left(middle, 1), '')) <= 1
    ), ranked AS (
        SELECT entity_id, first_value(entity_id) OVER (
            PARTITION BY last, first_group ORDER BY n_articles DESC, n_words, length(name), name, entity_id) AS to_id
        FROM people JOIN families USING (last, first_group)
    )
    SELECT DISTINCT entity_id, to_id, 'name_variant', 3 FROM ranked WHERE entity_id <> to_id
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

# In this order, for a rule may read the links of those before it.
RULES = (
    GAZETTEER,
    bodies.TYPE_OF_MOST,
    NAME_VARIANT,
    bodies.SAME_CORE,
    bodies.ACRONYM,
    bodies.SHORT_FORM,
    shorter.INITIALS,
    shorter.OF_THE_UNITED_STATES,
    shorter.OF_AN_OWNER,
    shorter.OF_A_CHAMBER,
    shorter.OF_FIRST_FIELD,
    shorter.WITHOUT_HEAD,
    bodies.NOT_A_PERSON,
    bodies.PERSON_OF_MOST,
    DOMINANT_SURNAME,
)
# What the rules from ACRONYM on read beside the links.
EVIDENCE = (bodies.ALIASES, bodies.SURE_ALIASES, bodies.BEARERS, bodies.BESIDE, shorter.CORED, bodies.HOLDERS)


def apply(con: duckdb.DuckDBPyConnection, corrections: Sequence[Correction]) -> None:
    """Make ``finals``, ``splits`` and ``reasons`` from forms, gazetteer and corrections.

    ``finals (local_id, final_id)``: where each moved entity ends (null where it is none), and those that others end
    as; ``splits (article_id, local_id, final_id)``: the same for one article; ``reasons (local_id, rule)``: the rule
    that moved it.
    """
    con.execute("CREATE TABLE links (from_id VARCHAR, to_id VARCHAR, rule VARCHAR, priority INTEGER)")
    for rule in RULES:
        if rule is bodies.ACRONYM:
            for table in EVIDENCE:
                con.execute(table)
        con.execute(f"INSERT INTO links {rule}")
    # An entity of the gazetteer is where links end; one link an entity, the surest.
    con.execute("DELETE FROM links WHERE priority > 1 AND from_id IN (SELECT to_id FROM gazetteer)")
    con.execute(
        "CREATE OR REPLACE TABLE links AS SELECT from_id, unnest(arg_min({'to_id': to_id, 'rule': rule}, "
        "(priority, to_id, rule))) FROM links GROUP BY from_id"
    )
    con.execute("CREATE TABLE reasons AS SELECT from_id AS local_id, rule FROM links")
    con.execute("CREATE TABLE splits (article_id VARCHAR, local_id VARCHAR, final_id VARCHAR)")
    follow_links(con)
    if corrections:
        correct(con, corrections)
    con.execute(TARGETS)


def follow_links(con: duckdb.DuckDBPyConnection) -> None:
    """The table ``finals``: each link followed to its end."""
    # Few links lead to an entity that is linked itself; the chains are made of these alone.
    inner = con.execute("SELECT from_id, to_id FROM links WHERE from_id IN (SELECT to_id FROM links)").fetchall()
    con.execute("CREATE TABLE ends (entity_id VARCHAR, end_id VARCHAR)")
    insert(con, "ends", list(chain_ends(dict(inner)).items()))
    con.execute(
        "CREATE TABLE finals AS SELECT * FROM (SELECT from_id AS local_id, coalesce(end_id, to_id) AS final_id "
        "FROM links LEFT JOIN ends ON entity_id = to_id) WHERE local_id <> final_id"
    )


def correct(con: duckdb.DuckDBPyConnection, corrections: Sequence[Correction]) -> None:
    """Apply the user's corrections to ``finals``, ``splits``, ``reasons`` and ``printed``."""
    con.execute(
        "CREATE TABLE corrections (number INTEGER, action VARCHAR, entity_type VARCHAR, normal VARCHAR, "
        "from_id VARCHAR, to_id VARCHAR, article VARCHAR)"
    )
    insert(
        con,
        "corrections",
        [
            (
                number,
                c.action,
                c.entity_type,
                normal_name(c.name),
                entity_id_of(c.entity_type, c.name),
                entity_id_of(c.entity_type, c.target) if c.target else None,
                c.article,
            )
            for number, c in enumerate(corrections)
        ],
    )
    con.execute(MATCHED)
    con.execute(CONCERNED)
    finals = dict(con.execute("SELECT local_id, final_id FROM finals SEMI JOIN concerned USING (local_id)").fetchall())
    store_corrected(con, apply_corrections(corrections, meanings(con), finals))


def meanings(con: duckdb.DuckDBPyConnection) -> dict[int, Meaning]:
    """What the data set has for each correction, by its number."""
    entities: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    places: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, entity, is_full in con.execute("SELECT number, entity_id, is_full FROM matched").fetchall():
        entities[number].append((entity, is_full))
    for number, article, entity in con.execute(SPLIT_PLACES).fetchall():
        places[number].append((article, entity))
    return {number: Meaning(entities[number], places[number]) for number in {*entities, *places}}


def store_corrected(con: duckdb.DuckDBPyConnection, corrected: Corrected) -> None:
    """Put the corrected ends, rules and names into their tables."""
    con.execute("DELETE FROM finals WHERE local_id IN (SELECT local_id FROM concerned)")
    con.execute("CREATE TABLE corrected (article_id VARCHAR, local_id VARCHAR, final_id VARCHAR)")
    insert(con, "corrected", [(*place, final) for place, final in corrected.finals.items()])
    con.execute(
        "INSERT INTO finals SELECT local_id, final_id FROM corrected "
        "WHERE article_id IS NULL AND local_id IS DISTINCT FROM final_id"
    )
    con.execute("INSERT INTO splits SELECT * FROM corrected WHERE article_id IS NOT NULL")
    con.execute("CREATE TABLE new_reasons (local_id VARCHAR, rule VARCHAR)")
    insert(con, "new_reasons", list(corrected.rules.items()))
    con.execute("DELETE FROM reasons WHERE local_id IN (SELECT local_id FROM new_reasons)")
    con.execute("INSERT INTO reasons FROM new_reasons")
    insert(con, "printed", [(entity, name, None, 0) for entity, name in corrected.printed.items()])


TARGETS = """
    INSERT INTO finals
    SELECT final_id, final_id FROM (SELECT final_id FROM finals UNION SELECT final_id FROM splits)
    WHERE final_id IS NOT NULL AND final_id NOT IN (SELECT local_id FROM finals)
"""

# The local entities whose name or id a correction gives.
MATCHED = """
    CREATE TABLE matched AS
    SELECT c.number, f.entity_id, f.n_words > 1 AS is_full FROM forms f JOIN corrections c ON f.entity_id = c.from_id
    UNION
    SELECT c.number, f.entity_id, f.n_words > 1 FROM forms f JOIN corrections c USING (entity_type, normal)
"""

# All local entities that a correction can move: those, what they end as, and all that end there.
CONCERNED = """
    CREATE TABLE concerned AS
    WITH given AS (
        SELECT entity_id FROM matched UNION SELECT from_id FROM corrections
        UNION SELECT to_id FROM corrections WHERE to_id IS NOT NULL
    ), ends AS (
        SELECT entity_id FROM given UNION SELECT f.final_id FROM finals f JOIN given g ON f.local_id = g.entity_id
    )
    SELECT entity_id AS local_id FROM ends
    UNION SELECT f.local_id FROM finals f JOIN ends e ON f.final_id = e.entity_id
"""

SPLIT_PLACES = """
    WITH split_articles AS (
        SELECT c.number, a.article_id FROM corrections c JOIN articles a ON c.article = a.article_id
        WHERE c.action = 'split'
        UNION
        SELECT c.number, a.article_id FROM corrections c JOIN articles a ON c.article = a.source_uri
        WHERE c.action = 'split'
    )
    SELECT DISTINCT s.number, e.article_id, e.entity_id FROM split_articles s JOIN article_entities e USING (article_id)
    WHERE e.entity_id IN (SELECT local_id FROM concerned)
"""
