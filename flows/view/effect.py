"""What a correction would change, counted in the snapshot by the code by which the run corrects (transforms/link)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from flows.storage.database import fetch_rows
from flows.view.snapshot import Row, Snapshot
from transforms.catalog import Correction, entity_id_of
from transforms.link.corrections import Corrected, Meaning, apply_corrections
from transforms.resolve.keys import name_form

COUNTED = ("n_articles", "n_mentions", "n_quotes")


@dataclass(frozen=True, slots=True)
class Change:
    """One entity, before and after: names and counts, None where there is no such entity then."""

    entity_id: str
    name: str
    before: Row | None
    after: Row | None


@dataclass(frozen=True)
class Effect:
    """What a correction changes: entities, and how much gets another id or none. ``names`` are those of the result."""

    changes: Sequence[Change]
    moved: Row
    names: Sequence[str]


def effect_of(snapshot: Snapshot, pending: Sequence[Correction], correction: Correction) -> Effect:
    """What ``correction`` changes after those that are pending."""
    before, after = (settle(snapshot, fixes) for fixes in (pending, [*pending, correction]))
    told = {place[1] for place in after.finals} | {end for end in after.finals.values() if end}
    entities = _entities(snapshot, sorted(told | set(after.printed)))
    tables = {"before_ends": _ends(before), "after_ends": _ends(after)}
    with snapshot.asking(tables) as cursor:
        ids = {"ids": [row["entity"] for row in entities.values()]}
        cursor.execute(_PLACES, ids)
        counted = {side: fetch_rows(cursor.execute(_COUNTS.format(side=side))) for side in ("before", "after")}
        (moved,) = fetch_rows(cursor.execute(_MOVED))
    sides = [
        {row["entity_id"]: row | {"name": _name(row["entity_id"], row["locals"], entities, state)} for row in rows}
        for rows, state in ((counted["before"], before), (counted["after"], after))
    ]
    changes = [
        Change(end, (sides[0].get(end) or sides[1][end])["name"], sides[0].get(end), sides[1].get(end))
        for end in dict.fromkeys([*sides[0], *sides[1]])
        if _differs(sides[0].get(end), sides[1].get(end))
    ]
    result = sides[1].get(_result_of(correction, after) or "")
    return Effect(changes, moved, _names(result, entities) if result else [])


def _result_of(correction: Correction, state: Corrected) -> str | None:
    """The entity that the one corrected has become."""
    name = correction.target if correction.action in ("merge", "split") else correction.name
    entity_id = entity_id_of(correction.entity_type, name)
    return state.finals.get((None, entity_id), entity_id)


def settle(snapshot: Snapshot, corrections: Sequence[Correction]) -> Corrected:
    """Where the snapshot's entities end under corrections that it does not know yet."""
    return apply_corrections(corrections, _meanings(snapshot, corrections), {})


def _meanings(snapshot: Snapshot, corrections: Sequence[Correction]) -> dict[int, Meaning]:
    """What the snapshot has for each: entities by id or by one of their names, and who is in an article."""
    if not corrections:
        return {}
    asked = pa.table(
        {
            "number": pa.array(range(len(corrections)), pa.int32()),
            "entity_type": pa.array([c.entity_type for c in corrections], pa.string()),
            "name": pa.array([c.name for c in corrections], pa.string()),
            "id": pa.array([entity_id_of(c.entity_type, c.name) for c in corrections], pa.string()),
            "split_in": pa.array([c.article if c.action == "split" else None for c in corrections], pa.string()),
        }
    )
    entities: dict[int, list[tuple[str, bool]]] = {}
    places: dict[int, list[tuple[str, str]]] = {}
    for row in snapshot.rows(_MATCHED, tables={"asked": asked}):
        fix = corrections[row["number"]]
        is_full = row["is_meant"] or name_form(fix.entity_type, fix.name).n_words > 1
        entities.setdefault(row["number"], []).append((row["entity_id"], is_full))
    is_split = any(fix.action == "split" for fix in corrections)
    for row in snapshot.rows(_SPLIT_PLACES, tables={"asked": asked}) if is_split else ():
        places.setdefault(row["number"], []).append((row["article_id"], row["entity_id"]))
    return {n: Meaning(entities.get(n, ()), places.get(n, ())) for n in range(len(corrections))}


def _ends(state: Corrected) -> pa.Table:
    rows = [(article, local, end) for (article, local), end in state.finals.items()]
    columns = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)] if rows else []
    columns = columns or [pa.array([], pa.string())] * 3
    return pa.table(dict(zip(("article_id", "local_id", "end_id"), columns, strict=True)))


def _entities(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, Row]:
    rows = snapshot.rows(
        "SELECT entity, entity_id, name, entity_type, aliases, n_articles FROM entity "
        "WHERE entity_id IN (SELECT unnest($ids)) ORDER BY n_articles DESC",
        {"ids": list(ids)},
    )
    return {row["entity_id"]: row for row in rows}


def _name(end: str, local: Sequence[str], entities: dict[str, Row], state: Corrected) -> str:
    """As the run prints it: what a correction says, its own name, or the commonest of those that ended there."""
    if end in state.printed:
        return state.printed[end]
    best = end if end in local and end in entities else next((e for e in entities if e in local), None)
    return str(entities[best]["name"]) if best else end


def _names(result: Row, entities: dict[str, Row]) -> list[str]:
    rows = [entities[local] for local in result["locals"] if local in entities]
    return sorted({name for row in rows for name in (row["name"], *row["aliases"])} | {result["name"]})


def _differs(before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool:
    if before is None or after is None:
        return True
    return any(before[name] != after[name] for name in ("name", *COUNTED))


_MATCHED = """
    SELECT k.number, e.entity_id, true AS is_meant FROM entity e JOIN asked k ON e.entity_id = k.id
    UNION
    SELECT k.number, e.entity_id, false FROM called e JOIN asked k USING (name, entity_type) WHERE e.entity_id <> k.id
"""
_SPLIT_PLACES = """
    SELECT DISTINCT a.number, a.article_id, e.entity_id FROM (
        SELECT number, article, article_id FROM asked JOIN article ON article_id = split_in
        UNION SELECT number, article, article_id FROM asked JOIN article ON source_uri = split_in
    ) a JOIN appearance USING (article) JOIN entity e USING (entity)
"""
_END = """
    CASE WHEN {side}_part.local_id IS NOT NULL THEN {side}_part.end_id
         WHEN {side}_whole.local_id IS NOT NULL THEN {side}_whole.end_id ELSE e.entity_id END AS {side}"""
_JOINED = """
    LEFT JOIN {side}_ends {side}_part ON {side}_part.local_id = e.entity_id AND {side}_part.article_id = a.article_id
    LEFT JOIN {side}_ends {side}_whole ON {side}_whole.local_id = e.entity_id AND {side}_whole.article_id IS NULL
"""
# Every place of the entities concerned, with where it ends before and after.
_PLACES = f"""
    CREATE OR REPLACE TEMP TABLE places AS
    SELECT e.entity_id AS local_id, p.article, p.n_mentions, p.n_quotes,
           {_END.format(side="before")}, {_END.format(side="after")}
    FROM appearance p JOIN (FROM entity WHERE entity IN (SELECT unnest($ids))) e USING (entity)
    JOIN article a USING (article) {_JOINED.format(side="before")} {_JOINED.format(side="after")}
"""
_COUNTS = """
    SELECT {side} AS entity_id, count(DISTINCT article)::INTEGER AS n_articles, sum(n_mentions)::INTEGER AS n_mentions,
           sum(n_quotes)::INTEGER AS n_quotes, list(DISTINCT local_id) AS locals
    FROM places WHERE {side} IS NOT NULL GROUP BY {side} ORDER BY n_mentions DESC, entity_id
"""
_MOVED = """
    SELECT count(DISTINCT article)::INTEGER AS n_articles, coalesce(sum(n_mentions), 0)::INTEGER AS n_mentions,
           coalesce(sum(n_quotes), 0)::INTEGER AS n_quotes
    FROM places WHERE before IS DISTINCT FROM after
"""
