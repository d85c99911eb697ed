"""The linking rules for organisations, and for what is one although an article takes it for a person.

As in flows/link/rules.py: SQL that gives rows of ``links``; every choice among rows has a total order.
"""

from __future__ import annotations

from transforms.resolve import lexicon
from transforms.resolve.body_names import HEADS

# A short form or acronym is a name's where the name has this share of the articles that give it.
SURE = 0.9
# A short form counts where so many articles give it beside the full name, at least this share of those that have it
# alone, and most longer names that begin so are this body's. One article is enough where nearly all are, and at most so
# many have it alone; the end of a name counts where nearly all are, and as many have the full name as the end alone.
MIN_SHORT, SHORT_SHARE, MOST, FEW_ALONE = 2, 0.1, 0.5, 6
# The rest of a longer name in so many times its articles is a name of its own that stood behind: "Norlink Quaymark".
GLUED_RATIO = 3
LAST_WORDS_SQL = sorted(HEADS.union(*map(lexicon.words, ("name_endings", "body_heads", "paper_names"))))
# A name is a thing's and no person's in an article without a pronoun where it is one in MIN_THINGS articles, and in
# BODY_RATIO times as many as people are shown to bear it; for places and peoples, after whom people are named, in
# THING_RATIO times as many; in that many, too, whatever pronouns an article ties to it.
MIN_THINGS, BODY_RATIO, THING_RATIO = 2, 2, 10
# A name typed otherwise in few articles takes the type it has in at least this many times as many: of one word, of
# several words, and where the one is a place.
TYPE_RATIO, LONG_RATIO, PLACE_RATIO = 10, 1, 3
# A thing with a person's name is that person, unless it is a thing in more than so many times as many articles.
PERSON_RATIO = 3

# "The Goldman Sachs Group, Inc." and "Goldman Sachs": one core name, under the id of most articles.
SAME_CORE = """
    WITH bodies AS (
        SELECT entity_id, arg_max(core, (n_words > 1, n_articles, core)) AS core, sum(n_articles) AS n FROM forms
        WHERE entity_type = 'organization' AND core <> '' GROUP BY entity_id
    ), ranked AS (
        SELECT entity_id, first_value(entity_id) OVER (PARTITION BY core ORDER BY n DESC, entity_id) AS to_id
        FROM bodies
    )
    SELECT entity_id, to_id, 'same_core', 3 FROM ranked WHERE entity_id <> to_id
"""

# Acronyms and short forms that articles give beside a full name, each with the body it means nearly always. Tickers do
# not count: alone, the same letters are another body's acronym.
ALIASES = """
    CREATE TABLE aliases_given AS
    WITH given AS (
        SELECT w.article_id, coalesce(l.to_id, w.entity_id) AS to_id, w.entity_id, w.alias, w.merge_rules
        FROM (SELECT *, unnest(aliases) AS alias FROM worded WHERE entity_type = 'organization') w
        LEFT JOIN links l ON l.from_id = w.entity_id AND l.rule = 'same_core'
    ), shorter AS (
        SELECT g.article_id, g.to_id, regexp_replace(lower(g.alias), '^the ', '') AS short, n.bare
        FROM given g JOIN (
            SELECT DISTINCT entity_id, regexp_replace(lower(name), '^the ', '') AS bare
            FROM forms WHERE entity_type = 'organization' AND n_words > 1
        ) n USING (entity_id)
        WHERE list_contains(g.merge_rules, 'short_form') AND g.alias <> lower(g.alias)
    )
    SELECT replace(alias, '.', '') AS alias, to_id, 'acronym' AS kind, count(DISTINCT article_id) AS n FROM given
    WHERE list_has_any(merge_rules, ['defined_acronym', 'acronym', 'known_acronym'])
    AND regexp_full_match(alias, '[A-Z][A-Za-z&.]{1,7}') AND alias = upper(alias) GROUP BY ALL
    UNION ALL
    -- What "and" or "of" follows is as often whole by itself, so it takes one article more.
    SELECT short, to_id, 'start', count(DISTINCT article_id)
           - bool_or(regexp_matches(substr(bare, length(short) + 2), '^(of|and) '))::INTEGER
    FROM shorter WHERE starts_with(bare, short || ' ') GROUP BY ALL
    UNION ALL
    SELECT short, to_id, 'end', count(DISTINCT article_id)
    FROM shorter WHERE ends_with(bare, ' ' || short) AND contains(short, ' ') GROUP BY ALL
"""
SURE_ALIASES = f"""
    CREATE TABLE sure_aliases AS
    SELECT kind, alias, arg_max(to_id, (n, to_id)) AS to_id, max(n) AS n FROM aliases_given
    GROUP BY kind, alias HAVING max(n) >= {SURE} * sum(n)
"""

# "NHB" in one article, where others spell it out with those letters, and nearly all of them the same way. Letters that
# are widely known for another body's are so many articles' as it is alone in.
ACRONYM = """
    WITH alone AS (
        SELECT entity_id, sum(n_articles) AS n FROM forms WHERE entity_type = 'organization'
        GROUP BY entity_id HAVING max(n_words) = 1
    )
    SELECT DISTINCT f.entity_id, s.to_id, 'acronym_elsewhere', 4
    FROM forms f JOIN sure_aliases s ON replace(f.name, '.', '') = s.alias AND s.kind = 'acronym'
    JOIN alone a USING (entity_id)
    WHERE f.entity_type = 'organization' AND f.entity_id <> s.to_id
    AND (f.core IN ('', replace(f.normal, ' ', '')) OR s.n >= a.n)
"""

# People by surname, and what else goes by a name of one word.
BEARERS = """
    CREATE TABLE bearers AS
    SELECT last AS normal, sum(n_articles) AS n FROM forms WHERE entity_type = 'person' AND n_words > 1 GROUP BY last
"""

# In how many articles an organisation's name begins with somebody's surname: elsewhere the two do not meet.
BESIDE = """
    CREATE TABLE beside AS
    WITH begun AS (
        SELECT entity_id, name, split_part(normal, ' ', 1) AS normal FROM forms WHERE entity_type = 'organization'
    ), bodies AS (
        SELECT DISTINCT e.article_id, f.normal FROM article_entities e JOIN begun f USING (entity_id, name)
        WHERE f.normal IN (SELECT normal FROM bearers)
    ), people AS (
        SELECT DISTINCT e.article_id, f.last AS normal FROM article_entities e JOIN forms f USING (entity_id, name)
        WHERE f.entity_type = 'person' AND f.n_words > 1 AND f.last IN (SELECT normal FROM bodies)
    )
    SELECT normal, count(*) AS n FROM bodies JOIN people USING (article_id, normal) GROUP BY normal
"""

# Short names, with the body that most of the longer names are which begin so, or end so in several words.
HOLDERS = """
    CREATE TABLE holders AS
    WITH parts AS (SELECT to_id, n_articles, string_split(normal, ' ') AS words FROM cored WHERE n_words > 1),
    held AS (
        SELECT 'start' AS kind, array_to_string(words[:k], ' ') AS normal, to_id, n_articles
        FROM parts, unnest(range(1, len(words))) AS cut(k)
        UNION ALL
        SELECT 'end', array_to_string(words[k:], ' '), to_id, n_articles
        FROM parts, unnest(range(2, len(words))) AS cut(k)
    ), counted AS (
        SELECT kind, normal, to_id, sum(n_articles) AS n FROM held SEMI JOIN cored USING (normal) GROUP BY ALL
    )
    SELECT kind, normal, arg_max(to_id, (n, to_id)) AS to_id, max(n) AS n, max(n) / sum(n) AS share
    FROM counted GROUP BY ALL
"""

# "Lehman" alone, which articles that name Lehman Brothers call it by, or "Radio Tide" that of Norland Radio Tide.
SHORT_FORM = f"""
    WITH alone AS (
        SELECT normal, sum(n_articles) FILTER (entity_type = 'organization') AS n_bodies,
               sum(n_articles) FILTER (entity_type = 'place') AS n_places
        FROM forms WHERE entity_type IN ('organization', 'place') GROUP BY normal
    ), named AS (
        SELECT normal, sum(n_articles) AS n FROM forms
        WHERE entity_type IN ('organization', 'group', 'place', 'person') GROUP BY normal
    ), glued AS (
        SELECT DISTINCT c.to_id, a.alias AS short
        FROM cored c JOIN sure_aliases a ON c.to_id = a.to_id AND starts_with(c.normal, a.alias || ' ')
        JOIN named ON named.normal = substr(c.normal, length(a.alias) + 2)
        WHERE named.n > {GLUED_RATIO} * c.n_articles AND NOT list_contains({LAST_WORDS_SQL}, named.normal)
    )
    SELECT DISTINCT f.entity_id, s.to_id, 'short_form_elsewhere', 4
    FROM forms f JOIN sure_aliases s ON f.normal = s.alias
    JOIN holders h ON h.kind = s.kind AND h.normal = s.alias AND h.to_id = s.to_id JOIN alone a ON a.normal = s.alias
    LEFT JOIN bearers b ON b.normal = s.alias LEFT JOIN beside ON beside.normal = s.alias
    LEFT JOIN glued g ON g.to_id = s.to_id AND g.short = s.alias
    WHERE f.entity_type = 'organization' AND f.entity_id <> s.to_id
    AND CASE WHEN s.kind = 'end' THEN h.share >= {SURE} AND h.n >= greatest(a.n_bodies, {MIN_SHORT})
        WHEN s.n >= {MIN_SHORT} THEN h.share >= {MOST}
        ELSE h.share >= {SURE} AND a.n_bodies <= {FEW_ALONE} AND g.to_id IS NULL END
    AND s.n >= {SHORT_SHARE} * a.n_bodies AND s.n > coalesce(a.n_places, 0)
    AND (s.n > coalesce(b.n, 0) OR (s.n >= {MIN_SHORT} AND beside.n IS NULL))
"""

# A name that the annotator took for a work, or a place, in one article and for an organisation in ten.
TYPE_OF_MOST = f"""
    WITH typed AS (
        SELECT normal, entity_type, min(entity_id) AS entity_id, sum(n_articles) AS n, contains(normal, ' ') AS is_long
        FROM forms
        WHERE entity_type IN ('organization', 'work', 'product', 'event', 'law', 'place') AND normal <> '' GROUP BY ALL
    ), top AS (
        SELECT normal, arg_max(entity_id, (n, entity_type = 'organization', entity_id)) AS to_id,
               arg_max(entity_type, (n, entity_type = 'organization', entity_id)) AS top_type, max(n) AS n_top
        FROM typed GROUP BY normal HAVING count(*) > 1
    )
    SELECT DISTINCT t.entity_id, top.to_id, 'type_of_most', 2 FROM typed t JOIN top USING (normal)
    WHERE t.entity_id <> top.to_id AND top.n_top >= t.n * CASE
        WHEN NOT is_long THEN {TYPE_RATIO} WHEN 'place' IN (top_type, t.entity_type) THEN {PLACE_RATIO}
        ELSE {LONG_RATIO} END
    AND ('place' NOT IN (top_type, t.entity_type) OR top_type = 'organization'
         OR (is_long AND t.entity_type = 'organization'))
"""

# "Ford" taken for a person whom no pronoun or title refers to, where Ford is a company in most articles.
NOT_A_PERSON = f"""
    WITH people AS (
        SELECT normal, sum(n_articles) AS n, sum(n_articles) FILTER (n_pronouns > 0) AS n_shown FROM forms
        WHERE entity_type = 'person' GROUP BY normal
    ), typed AS (
        SELECT normal, entity_type, entity_id AS to_id, max(first) AS first, sum(n_articles) AS n FROM forms
        WHERE entity_type IN ('organization', 'place', 'group', 'event') AND normal <> '' GROUP BY ALL
        UNION ALL
        SELECT alias, 'organization', to_id, '', n FROM sure_aliases WHERE kind = 'start' AND n >= {MIN_SHORT}
    ), things AS (
        SELECT normal, arg_max(entity_type, (n, to_id)) AS entity_type, arg_max(to_id, (n, to_id)) AS to_id,
               max(first) AS first, max(n) AS n
        FROM typed GROUP BY normal HAVING max(n) >= {MIN_THINGS}
    ), sure AS (
        SELECT t.normal, t.to_id FROM things t JOIN people p USING (normal) LEFT JOIN bearers b USING (normal)
        WHERE t.n >= {BODY_RATIO} * (coalesce(p.n_shown, 0) + coalesce(b.n, 0))
        AND t.n >= p.n * CASE WHEN t.entity_type <> 'organization' OR t.first <> '' THEN {THING_RATIO} ELSE 0.5 END
        AND (t.entity_type = 'organization' OR t.first = '')
        AND (t.n > p.n OR NOT contains(t.normal, ' '))
    ), shown AS (SELECT entity_id FROM forms WHERE entity_type = 'person' GROUP BY 1 HAVING sum(n_pronouns) > 0)
    SELECT DISTINCT f.entity_id, s.to_id, 'not_a_person', 2 FROM forms f JOIN sure s USING (normal)
    WHERE f.entity_type = 'person' AND f.entity_id NOT IN (SELECT entity_id FROM shown)
    UNION
    SELECT f.entity_id, t.to_id, 'not_a_person', 2
    FROM forms f JOIN things t USING (normal) JOIN people p USING (normal)
    LEFT JOIN bearers b USING (normal)
    WHERE f.entity_type = 'person' AND t.entity_type = 'organization' AND t.first = ''
    AND t.n >= {THING_RATIO} * (p.n + CASE WHEN f.n_words > 1 THEN 0 ELSE coalesce(b.n, 0) END)
"""

# "Ada Lind" taken for an organisation, where others show her to be a person.
PERSON_OF_MOST = f"""
    WITH people AS (
        SELECT normal, arg_max(entity_id, (n_articles, entity_id)) AS to_id, sum(n_articles) AS n FROM forms
        WHERE entity_type = 'person' AND n_words > 1 GROUP BY normal HAVING sum(n_pronouns) >= sum(n_articles)
    ), things AS (
        SELECT normal, entity_id, sum(n_articles) AS n FROM forms
        WHERE entity_type IN ('organization', 'place', 'work', 'event', 'product') AND first <> '' GROUP BY ALL
    )
    SELECT DISTINCT t.entity_id, p.to_id, 'person_of_most', 2 FROM things t JOIN people p USING (normal)
    WHERE {PERSON_RATIO} * p.n >= t.n AND p.n > 1
"""
