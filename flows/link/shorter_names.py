"""The linking rules for organisations that an article names without a part of the name, and never with it.

As in flows/link/rules.py: SQL that gives rows of ``links``. Each asks whether the data set leaves but one body that the
short name can mean.
"""

from __future__ import annotations

from transforms.resolve import lexicon
from transforms.resolve.body_names import core_name
from transforms.resolve.organizations import NATIONAL

# A name without its head is the body's that has this share of the articles with names that start so, and more than any
# other: "Norlink" of "Norlink University", whose hospital has another name.
HEAD_SHARE = 0.33
# Initials are a name's that stands in at least this share of the articles that have the letters alone, and in two more
# than all others with them and as many again. Three letters are many a name's: there it is an office's, a club's or the
# like and stands in two articles and as many as the letters, or it is the only one, and in three.
SPELT_SHARE, LEAD, MIN_SPELT, MIN_ONLY = 0.5, 2, 2, 3
# A name without its head is in at most so many times the articles of the whole one: not "Norlink" of "Norlink News".
# Parties and universities go by the short name more often.
MOST_ALONE, MOST_ALONE_OF_PARTY = 4, 12
# A committee's chamber is the one that has this share of the articles.
CHAMBER_SHARE = 0.8
MANY_HAVE = (
    "(office|school|department|board|college|division|center|centre|faculty|institute|bureau|committee) (of|for|on)"
)
KNOWN_SQL = sorted({core_name(full) for full in lexicon.known_acronyms().values()})
UNITED_SQL = "'us', 'u s', 'the us', 'united states', 'american'"
HEADS_SQL = sorted(lexicon.words("body_heads"))
NATIONAL_SQL = ", ".join(f"'{word}'" for word in sorted(NATIONAL))

# The names of organisations, with the body that each is by its core.
CORED = f"""
    CREATE TABLE cored AS
    SELECT f.*, coalesce(l.to_id, f.entity_id) AS to_id,
           list_has_any(string_split(normal, ' '), {HEADS_SQL}) AS has_head
    FROM forms f
    LEFT JOIN links l ON l.from_id = f.entity_id AND l.rule = 'same_core' WHERE f.entity_type = 'organization'
"""

# "LAPD" where no article spells it out, and one name of the data set has those initials.
INITIALS = f"""
    WITH bodies AS (
        SELECT letters, to_id, sum(n_articles) AS n, bool_or(has_head) AS has_head
        FROM cored WHERE letters <> '' AND n_words > 1 GROUP BY ALL
    ), spelt AS (
        SELECT letters, unnest(max_by({{'to_id': to_id, 'has_head': has_head}}, (n, to_id))), max(n) AS n,
               sum(n) - max(n) AS n_others
        FROM bodies GROUP BY letters
    ), alone AS (SELECT letters, sum(n_articles) AS n FROM cored WHERE n_words = 1 GROUP BY letters
    ), told AS (
        SELECT alias, arg_max(to_id, (n, to_id)) AS to_id FROM aliases_given WHERE kind = 'acronym' GROUP BY alias
    )
    SELECT DISTINCT f.entity_id, s.to_id, 'initials_elsewhere', 5
    FROM cored f JOIN spelt s USING (letters) JOIN alone a USING (letters)
    LEFT JOIN told t ON t.alias = replace(f.name, '.', '')
    WHERE f.n_words = 1 AND f.to_id <> s.to_id AND s.n >= {SPELT_SHARE} * a.n
    AND (s.n_others = 0 OR s.n >= {LEAD} + s.n_others) AND s.n >= 2 * s.n_others
    AND (length(letters) > 3 OR contains(letters, '&') OR (s.has_head AND s.n >= greatest({MIN_SPELT}, a.n))
         OR (s.n_others = 0 AND s.n >= {MIN_ONLY}))
    AND f.entity_id NOT IN (SELECT entity_id FROM cored WHERE n_words > 1)
    AND coalesce(t.to_id, s.to_id) = s.to_id
"""

# "U.S. Senate" and "Senate", unless the Senates of other places and peoples are in as many articles.
OF_THE_UNITED_STATES = rf"""
    WITH prefixed AS (
        SELECT *, regexp_replace(normal, '^(us|u s|united states|un|united nations) ', '') AS bare FROM cored
        WHERE regexp_matches(name, '^([Tt]he )?(US|U\.S\.?|U S|United States|UN|U\.N\.?|United Nations) \w')
        AND NOT contains(normal, ' district ')
    ), plain AS (
        SELECT normal AS bare, arg_max(to_id, (n_articles, to_id)) AS to_id FROM cored
        WHERE contains(normal, ' ') OR normal IN ({NATIONAL_SQL}) GROUP BY normal
    ), american AS (SELECT bare, sum(n_articles) AS n FROM prefixed GROUP BY bare),
    parted AS (
        SELECT regexp_extract(normal, '^\S+ ', 0) AS owner, regexp_extract(normal, '^\S+ (.*)', 1) AS bare, n_articles
        FROM cored
        UNION ALL
        SELECT regexp_extract(normal, '^\S+ \S+ ', 0), regexp_extract(normal, '^\S+ \S+ (.*)', 1), n_articles FROM cored
        UNION ALL
        SELECT regexp_extract(normal, ' of (.*)', 1), regexp_extract(normal, '^(.*?) of ', 1), n_articles FROM cored
    ), owners AS (
        SELECT DISTINCT normal FROM forms WHERE entity_type IN ('place', 'group')
        AND normal NOT IN ({UNITED_SQL})
    ), others AS (
        SELECT bare, sum(n_articles) AS n FROM parted SEMI JOIN american USING (bare)
        SEMI JOIN owners ON trim(owner) = owners.normal GROUP BY bare
    )
    SELECT DISTINCT p.entity_id, plain.to_id, 'united_states', 4
    FROM prefixed p JOIN plain USING (bare) JOIN american a USING (bare) LEFT JOIN others o USING (bare)
    WHERE p.entity_id <> plain.to_id AND a.n > coalesce(o.n, 0)
"""

# "Tides and Harbours Committee" where but one chamber has one, or hardly another.
OF_A_CHAMBER = rf"""
    WITH committees AS (
        SELECT regexp_replace(core, '^(us)?(senate|house)', '') AS core, to_id, sum(n_articles) AS n
        FROM cored WHERE regexp_matches(core, '^(us)?(senate|house).*committee$') GROUP BY ALL
    ), whole AS (
        SELECT core, arg_max(to_id, (n, to_id)) AS to_id FROM committees
        GROUP BY core HAVING max(n) >= {CHAMBER_SHARE} * sum(n)
    )
    SELECT DISTINCT f.entity_id, w.to_id, 'chamber', 4 FROM cored f JOIN whole w USING (core)
    WHERE f.core <> 'committee' AND f.entity_id <> w.to_id
"""

# "Senate Tides Committee" where the Senate has one on tides, harbours and ports.
OF_FIRST_FIELD = r"""
    WITH committees AS (
        SELECT *, regexp_extract(core, '^(?:us)?(senate|house|commons|lords)(.+)committee$', ['chamber', 'fields']) AS c
        FROM cored WHERE regexp_matches(core, '^(?:us)?(senate|house|commons|lords).+committee$')
        AND NOT contains(core, 'sub')
    )
    SELECT f.entity_id, min(w.to_id), 'chamber', 4 FROM committees f JOIN committees w ON f.c.chamber = w.c.chamber
    AND starts_with(w.c.fields, f.c.fields) AND w.c.fields <> f.c.fields
    GROUP BY f.entity_id HAVING min(w.to_id) = max(w.to_id)
"""

# "Norlink Bureau of Tides" where only one name has "Bureau of Tides" behind an owner. Names of one office that many
# have ("School of Law") count only where they are widely known.
OF_AN_OWNER = f"""
    WITH parts AS (
        SELECT entity_id, array_to_string(words[:k], ' ') AS owner, array_to_string(words[k + 1:], ' ') AS bare
        FROM (SELECT entity_id, string_split(normal, ' ') AS words FROM cored WHERE n_words > 3
              AND NOT regexp_matches(name, '[/–—-]')), unnest([1, 2]) AS cut(k)
        WHERE len(words) >= k + 3
    ), owned AS (
        SELECT p.entity_id, p.bare, count(DISTINCT p.owner) OVER (PARTITION BY p.bare) AS n_owners
        FROM parts p SEMI JOIN cored o ON o.normal = p.owner
    ), places AS (
        SELECT bare FROM parts SEMI JOIN (
            SELECT normal FROM forms GROUP BY normal
            HAVING 2 * sum(n_articles) FILTER (entity_type IN ('place', 'group')) >= sum(n_articles)
        ) f ON f.normal = owner WHERE owner NOT IN ({UNITED_SQL})
    )
    SELECT DISTINCT w.entity_id, c.to_id, 'owner', 5 FROM owned w JOIN cored c ON c.normal = w.bare
    WHERE w.n_owners = 1 AND c.to_id <> w.entity_id AND w.bare NOT IN (SELECT bare FROM places)
    AND (list_contains({KNOWN_SQL}, c.core) OR (c.has_head AND NOT regexp_matches(w.bare, '^{MANY_HAVE} ')))
"""

# "Norlink" where the data set has Norlink Airlines and hardly another name that starts so.
WITHOUT_HEAD = f"""
    WITH headed AS (
        SELECT short AS normal, min(to_id) AS to_id, sum(n_articles) AS n,
               CASE WHEN bool_or(regexp_matches(normal, ' (party|university|union)$')) THEN {MOST_ALONE_OF_PARTY}
               ELSE {MOST_ALONE} END AS most_alone
        FROM cored WHERE short <> ''
        GROUP BY short HAVING min(to_id) = max(to_id)
    ), places AS (
        SELECT normal, sum(n_articles) AS n FROM forms WHERE entity_type IN ('place', 'group') GROUP BY normal
    ), alone AS (SELECT normal, sum(n_articles) AS n FROM cored GROUP BY normal)
    SELECT DISTINCT f.entity_id, h.to_id, 'without_head', 5
    FROM cored f JOIN headed h USING (normal)
    JOIN holders s ON s.kind = 'start' AND s.normal = h.normal AND s.to_id = h.to_id
    JOIN alone a ON a.normal = h.normal
    LEFT JOIN places p ON p.normal = h.normal LEFT JOIN bearers b ON b.normal = h.normal
    LEFT JOIN beside ON beside.normal = h.normal
    WHERE f.entity_id <> h.to_id AND f.name <> upper(f.name) AND h.most_alone * h.n >= a.n
    AND s.share >= {HEAD_SHARE} AND h.n > coalesce(p.n, 0)
    AND (h.n > coalesce(b.n, 0) OR (h.n >= {MIN_SPELT} AND beside.n IS NULL))
"""
