"""Entities and final ids are a function of the articles: not of their order, their parts or what was there before."""

from __future__ import annotations

import os
import random
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from string import ascii_uppercase
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.linked_corpus import Batches, Corpus, final_parts, link_batches, rows_by_key
from transforms.catalog import Catalog, Correction, GazetteerRow, entity_id_of

N_EXAMPLES = int(os.environ.get("LINK_EXAMPLES", "20"))
MAX_TOWNS = 4

FIRSTS = ["Mike", "Michael", "Mick", "Ada", "M.", "Chris"]
MIDDLES = ["", "", "", "", "Q. ", "Q. ", "P. ", "Quentin "]
LASTS = ["Okoro", "Okoro", "Okoro", "Lind", "Al-Lind", "Lind-Okoro"]
BODIES = ["Norland Harbour Board", "National Health Bureau", "Harbour Gazette", "The Harbour Gazette", "Tide Bank Inc."]
BODIES += ["The Tide Bank Group plc", "Tide Bank (TB.N)", "Tide Bank Securities", "Mike Okoro", "Okoro"]
ACRONYMS = ["NHB", "N.H.B.", "HG", "FBI", "TB"]
DISPUTED = ["organization", "organization", "person", "place", "group", "work", "product", "event", "law"]
PLACES = [
    ("North Korea", "iso3166:KP"),
    ("DPRK", "iso3166:KP"),
    ("Georgia", None),
    ("Norport", None),
    ("Norport", "x:1"),
]
# What a town puts a letter of its own to.
LOCAL = re.compile(r"(Okoro|Lind|Board|Bureau|Gazette|Bank|NHB|N\.H\.B\.|HG|TB)\b")
RULES = ["defined_acronym", "acronym", "surname", "short_form"]

full_names = st.builds(
    "{}{} {}{}{}".format,
    st.sampled_from(["", "", "", "Sen. "]),
    st.sampled_from(FIRSTS),
    st.sampled_from(MIDDLES),
    st.sampled_from(LASTS),
    st.sampled_from(["", "", "", "", " Jr."]),
)
# Names that a rule joins, in shapes that lead to different choices among them.
FAMILY = ["Mike Okoro", "Mike Q. Okoro", "Michael Okoro", "Michael Q. Okoro", "Mick Okoro", "Sen. Mick Q. Okoro"]
person_names = st.one_of(
    st.sampled_from(FAMILY), st.sampled_from(FAMILY), full_names, st.sampled_from(LASTS), st.sampled_from(FIRSTS)
)
body_names = st.sampled_from([*BODIES, *ACRONYMS])
names = st.one_of(
    st.tuples(st.just("person"), person_names),
    st.tuples(st.just("person"), person_names),
    st.tuples(st.just("organization"), body_names),
    st.tuples(st.sampled_from(DISPUTED), st.sampled_from(BODIES)),
)


@st.composite
def entities(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    """Type and name of an entity, and what else its article says of it; "under": the name that its id is made of."""
    more: dict[str, Any] = {
        "n_mentions": draw(st.integers(0, 3)),
        "n_quotes": draw(st.integers(0, 2)),
        "n_attributions": 3,
    }
    if draw(st.integers(0, 9)) == 0:
        name, external = draw(st.sampled_from(PLACES))
        return "place", name, {**more, "external_id": external}
    entity_type, name = draw(names)
    if entity_type == "person":
        more["pronouns"] = {"he": draw(st.integers(0, 1)), "she": 0, "mr": draw(st.integers(0, 1)), "ms": 0}
    if draw(st.booleans()):
        aliases = st.sampled_from(
            [*LASTS, "Mike Okoro"] if entity_type == "person" else [*ACRONYMS, "the Board", "Tide", "Norland"]
        )
        more["aliases"] = sorted(draw(st.sets(aliases, max_size=3)) - {name})
        more["merge_rules"] = sorted(draw(st.sets(st.sampled_from(RULES), max_size=2)))
    if draw(st.integers(0, 5)) == 0:
        more["under"] = draw(person_names if entity_type == "person" else body_names)
    return entity_type, name, more


Pool = list[tuple[str, str, dict[str, Any]]]


def names_of(entity_type: str, pool: Pool) -> st.SearchStrategy[str]:
    """A name, or an id, of that type: mostly one that the articles hold."""
    fresh = person_names if entity_type == "person" else body_names
    held = [name for kind, name, _ in pool if kind == entity_type]
    name = st.sampled_from(held) | st.sampled_from(held) | fresh if held else fresh
    return name | name.map(lambda known: entity_id_of(entity_type, known))


@st.composite
def corrections(draw: st.DrawFn, pool: Pool, corpus: Corpus) -> Correction:
    action = draw(st.sampled_from(["split", "merge", "rename", "never", "split", "merge"]))
    entity_type, name = draw(st.sampled_from(pool))[:2]
    if action == "split":
        article = draw(st.sampled_from(sorted(corpus.rows)[:9]))
        held = draw(st.sampled_from(corpus.rows[article]["article_entities"]))
        target = draw(names_of(held["entity_type"], pool))
        uri = article + draw(st.sampled_from(["", ".txt"]))
        return Correction(action, held["entity_type"], held[draw(st.sampled_from(["name", "entity_id"]))], target, uri)
    name = draw(st.just(name) | names_of(entity_type, pool))
    return Correction(action, entity_type, name, draw(names_of(entity_type, pool)) if action != "never" else "")


@st.composite
def gazetteer_rows(draw: st.DrawFn, pool: Pool) -> GazetteerRow:
    entity_type, name, _ = draw(st.sampled_from(pool))
    aliases = tuple(draw(st.lists(names_of(entity_type, pool), max_size=2)))
    return GazetteerRow(name, entity_type, aliases, draw(st.sampled_from([None, "wikidata:Q1", "wikidata:Q2"])))


class World(NamedTuple):
    """Articles, what the user says of them, and the chance that decides how they come."""

    corpus: Corpus
    catalog: Catalog
    chance: random.Random


@st.composite
def towns(draw: st.DrawFn) -> tuple[Pool, list[Pool]]:
    """A few entities, and articles that hold some of them: with few names, the rules have something to join.

    Some articles come in several copies, for the rules that count.
    """
    pool = draw(st.lists(entities(), min_size=6, max_size=12))
    articles = st.tuples(st.lists(st.sampled_from(pool), min_size=2, max_size=5), st.sampled_from([1, 1, 1, 5, 11]))
    return pool, [story for story, times in draw(st.lists(articles, min_size=4, max_size=8)) for _ in range(times)]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Several towns, each with family names and bodies of its own: so many cases for one run of linking."""
    corpus, pool = Corpus(), []
    for letter, (names, stories) in zip(
        ascii_uppercase, draw(st.lists(towns(), min_size=1, max_size=MAX_TOWNS)), strict=False
    ):
        pool += [of_town(letter, entity) for entity in names]
        for story in stories:
            corpus.article(*(of_town(letter, entity) for entity in story))
    knows = draw(st.booleans())
    rows = draw(st.lists(gazetteer_rows(pool), min_size=1, max_size=4)) if knows else []
    fixes = draw(st.lists(corrections(pool, corpus), min_size=1, max_size=8)) if knows else []
    return World(corpus, Catalog(tuple(rows), tuple(fixes)), random.Random(draw(st.integers(0, 1_000_000))))


def of_town(letter: str, entity: tuple[str, str, dict[str, Any]]) -> tuple[str, str, dict[str, Any]]:
    """The entity under names that no other town has."""
    entity_type, name, more = entity
    own = {"aliases": [LOCAL.sub(rf"\1{letter}", alias) for alias in more.get("aliases", [])]}
    if "under" in more:
        own["entity_id"] = entity_id_of(entity_type, LOCAL.sub(rf"\1{letter}", more["under"]))
    return entity_type, LOCAL.sub(rf"\1{letter}", name), {k: v for k, v in more.items() if k != "under"} | own


Rows = dict[str, dict[str, Any]]


def linked_at_once(world: World, folder: Path) -> tuple[bytes, Rows]:
    """The table of entities as bytes, and the final rows of article_entities, of one run over everything."""
    batches = written(world, folder / "parts", 4)
    linked = link_batches(batches, folder / "scratch", world.catalog)
    return linked.entities.read_bytes(), all_rows(final_parts(parts, linked, b) for b, parts in batches.items())


def linked_as_they_come(world: World, folder: Path) -> tuple[bytes, Rows]:
    """The same of several runs, as batches come; final parts are kept as long as the digest stays.

    One batch is there at first and gone at the end.
    """
    new, gone = written(world, folder / "new", 9), written(World(other_articles(world), *world[1:]), folder / "gone", 1)
    arrivals = world.chance.sample(sorted(new), len(new))
    kept: dict[str, tuple[str, dict[str, list[Any]]]] = {}
    names = None
    for step in sorted({world.chance.randint(1, len(arrivals)), world.chance.randint(1, len(arrivals)), len(arrivals)}):
        present = {batch: new[batch] for batch in arrivals[:step]}
        if step < len(arrivals):
            present["gone"] = gone["b0"]
        linked = link_batches(present, folder / f"scratch{step}", world.catalog, names)
        names = str(linked.names) if linked.names else names
        for batch, parts in present.items():
            if batch not in kept or kept[batch][0] != linked.digest(batch):
                kept[batch] = linked.digest(batch), final_parts(parts, linked, batch)
    return linked.entities.read_bytes(), all_rows(kept[batch][1] for batch in new)


def written(world: World, folder: Path, max_batches: int) -> Batches:
    """The articles in some batches, in any order."""
    dealt = world.corpus.dealt(world.chance.randint(1, max_batches), world.chance)
    return world.corpus.write(folder, dealt, world.chance, tables=("articles", "article_entities"))


def other_articles(world: World) -> Corpus:
    """A few articles under ids of their own."""
    corpus = Corpus()
    for article in world.chance.sample(sorted(world.corpus.rows), min(3, len(world.corpus.rows))):
        rows = world.corpus.rows[article].items()
        corpus.rows[f"gone{article}"] = {t: [{**r, "article_id": f"gone{article}"} for r in found] for t, found in rows}
    return corpus


def all_rows(finals: Iterable[dict[str, list[Any]]]) -> Rows:
    return rows_by_key("article_entities", (part for parts in finals for part in parts["article_entities"]))


@pytest.mark.timeout(7_200)
@settings(max_examples=N_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds())
def test_articles_end_alike_however_they_come(world: World) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        at_once, rows = linked_at_once(world, folder / "once")
        in_turn, kept = linked_as_they_come(world, folder / "turn")
        assert in_turn == at_once
        assert kept == rows
        table = pq.ParquetFile(folder / "once" / "scratch" / "entities.parquet").read()
        assert {row["entity_id"] for row in rows.values()} == set(table["entity_id"].to_pylist())
    finally:
        shutil.rmtree(folder)
