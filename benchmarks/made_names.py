"""Made-up articles and their entities in the shape of real news, to measure the linking step on.

The shares were read off 750 US news articles: which types of entities an article has, how many are lone surnames,
how many have other names beside them, how few names are frequent (half the rows are names of under 10 articles).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from transforms import ids
from transforms.resolve.keys import canonical_key
from transforms.resolve.lexicon import data_lines, first_name_genders
from transforms.schema import arrow_schema
from transforms.tables import BY_NAME

ENTITIES_AN_ARTICLE, ARTICLES_A_PART = 15, 500
TYPES = ("person", "organization", "place", "group", "event", "law", "work", "product")
TYPE_SHARES = (0.375, 0.26, 0.24, 0.065, 0.035, 0.01, 0.01, 0.005)
# Of the persons of an article: with no first name, and with a first name in short or a middle initial.
LONE_SURNAME, SHORT_NAME, MIDDLE_NAME = 0.1, 0.03, 0.03
# With another name in the article; an organisation that is spelt out there, or under its acronym alone.
WITH_ALIAS, SPELT_OUT, BARE_ACRONYM, OF_ANOTHER_TYPE = 0.35, 0.1, 0.04, 0.01
# Zipf-Mandelbrot: the chance of the name of rank r falls with (1 + r / SHIFT) ** -EXPONENT.
EXPONENT, SHIFT = 1.28, 60
# fmt: off
SYLLABLES = (
    "ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pra", "ri", "sto", "tu",
    "ve", "wa", "yo", "zi", "lan", "der", "son", "berg", "kov", "ez",
)
# fmt: on
HEADS = {
    "organization": ("Harbour Board", "City Council", "Institute", "Party", "Bank", "Times", "State University"),
    "place": ("City", "County", "Bay", "", "", ""),
    "group": ("ians", "ese"),
    "event": ("Festival", "Summit"),
    "law": ("Act", "Amendment"),
    "work": ("Song", "Report"),
    "product": ("X", "Jet"),
}

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Name:
    """One entity of the made-up world, by its full name."""

    entity_type: str
    name: str
    surname: str = ""
    short: str = ""
    middle: str = ""
    acronym: str = ""


def write_parts(folder: Path, n_articles: int, *, seed: int = 1) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Parts of ``articles`` and ``article_entities`` by batch, as ``link_entities`` takes them."""
    chance = np.random.default_rng(seed)
    ranks, numbers = np.unique(zipf(chance, n_articles * ENTITIES_AN_ARTICLE), return_inverse=True)
    names = list(world(np.random.default_rng(0), ranks))
    articles: dict[str, list[str]] = {}
    entities: dict[str, list[str]] = {}
    for batch, start in enumerate(range(0, n_articles, ARTICLES_A_PART)):
        article_ids = [
            ids.article_id(f"{seed}/{i}", "0") for i in range(start, min(n_articles, start + ARTICLES_A_PART))
        ]
        picked = numbers[start * ENTITIES_AN_ARTICLE :][: len(article_ids) * ENTITIES_AN_ARTICLE]
        rows = [row for i, id_ in enumerate(article_ids) for row in article_rows(chance, id_, names, picked, i)]
        days = chance.integers(15_000, 20_000, len(article_ids)).tolist()
        name = f"b{seed}x{batch:05d}"
        found = [
            {"article_id": i, "source_uri": f"{i}.txt", "published_date": d}
            for i, d in zip(article_ids, days, strict=True)
        ]
        articles[name] = [write(folder, "articles", name, found)]
        entities[name] = [write(folder, "article_entities", name, rows)]
    return articles, entities


def zipf(chance: np.random.Generator, n: int) -> Array:
    """Ranks of names, the most frequent 0."""
    drawn = SHIFT * (chance.random(n) ** (-1 / (EXPONENT - 1)) - 1)
    return np.minimum(drawn, 1e9).astype(np.int64)


def world(chance: np.random.Generator, ranks: Array) -> Iterator[Name]:
    """The entity of each rank."""
    firsts = sorted(first_name_genders())[::7]
    shorts = {line.split()[0]: line.split()[1] for line in data_lines("nicknames.txt") if len(line.split()) > 1}
    firsts += sorted(shorts)
    types = np.searchsorted(np.cumsum(TYPE_SHARES), chance.random(len(ranks)))
    for number, kind in enumerate(types):
        entity_type = TYPES[min(kind, len(TYPES) - 1)]
        word = made_word(chance, 3 if entity_type == "person" else 4)
        if entity_type == "person":
            first = firsts[chance.integers(len(firsts))]
            initial = chr(65 + chance.integers(26))
            short = f"{shorts[first].title()} {word}" if first in shorts else ""
            yield Name("person", f"{first.title()} {word}", word, short, f"{first.title()} {initial}. {word}")
        else:
            heads = HEADS[entity_type]
            head = heads[number % len(heads)]
            name = word + head if entity_type == "group" else f"{word} {head}".strip()
            initials = "".join(part[0] for part in name.split())
            yield Name(entity_type, name, acronym=initials + word[1].upper() + chr(65 + number % 26))


def made_word(chance: np.random.Generator, n: int) -> str:
    """A word of ``n`` syllables."""
    return "".join(SYLLABLES[i] for i in chance.integers(0, len(SYLLABLES), n)).title()


def article_rows(
    chance: np.random.Generator, article: str, names: list[Name], picked: Array, place: int
) -> Iterator[dict[str, Any]]:
    """The entities of the article at ``place``, each once."""
    mine = picked[place * ENTITIES_AN_ARTICLE :][:ENTITIES_AN_ARTICLE]
    dice = chance.random((ENTITIES_AN_ARTICLE, 3))
    seen = set()
    for number, (which, luck) in enumerate(zip(mine, dice, strict=True)):
        entity_type, shown, key, aliases, rules = shown_as(names[which], luck, article)
        entity = ids.entity_id(entity_type, key)
        if entity in seen:
            continue
        seen.add(entity)
        yield {
            "article_entity_id": ids.article_entity_id(article, number),
            "article_id": article,
            "entity_id": entity,
            "name": shown,
            "entity_type": entity_type,
            "aliases": aliases,
            "merge_rules": rules,
            "n_mentions": 1 + int(5 * luck[0] ** 4),
            "n_quotes": int(3 * luck[1] ** 6) if entity_type == "person" else 0,
            "n_attributions": int(4 * luck[1] ** 6) if entity_type == "person" else 0,
        }


def shown_as(name: Name, luck: Array, article: str) -> tuple[str, str, str, list[str], list[str]]:
    """Type, name, key, aliases and rules of an entity as one article has it."""
    if name.entity_type == "person":
        if luck[0] < LONE_SURNAME:
            return "person", name.surname, f"{name.surname.lower()} @{article}", [], []
        shown = name.name
        if luck[1] < SHORT_NAME and name.short:
            shown = name.short
        elif luck[1] < SHORT_NAME + MIDDLE_NAME:
            shown = name.middle
        with_alias = luck[2] < WITH_ALIAS
        return (
            "person",
            shown,
            canonical_key("person", shown),
            [name.surname] if with_alias else [],
            ["surname"] if with_alias else [],
        )
    if name.entity_type == "organization":
        if luck[0] < BARE_ACRONYM:
            return "organization", name.acronym, canonical_key("organization", name.acronym), [], []
        if luck[0] < BARE_ACRONYM + OF_ANOTHER_TYPE:
            return "work", name.name, canonical_key("work", name.name), [], []
        spelt = luck[1] < SPELT_OUT
        key = canonical_key("organization", name.name)
        return (
            "organization",
            name.name,
            key,
            [name.acronym] if spelt else [],
            ["defined_acronym"] if spelt else [],
        )
    alias = [f"the {name.name}"] if luck[2] < WITH_ALIAS / 4 else []
    return name.entity_type, name.name, canonical_key(name.entity_type, name.name), alias, []


def write(folder: Path, table: str, batch: str, rows: list[dict[str, Any]]) -> str:
    """One part of one table, its other columns blank; where it lies."""
    schema = arrow_schema(BY_NAME[table])
    path = folder / table / f"part-{batch}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    given = pa.Table.from_pylist(rows, schema=pa.schema([f for f in schema if f.name in rows[0]]))
    columns = [given[f.name] if f.name in given.schema.names else blank(f, len(rows)) for f in schema]
    pq.write_table(pa.table(columns, schema=schema), path, compression="zstd")
    return str(path)


def blank(field: pa.Field, n_rows: int) -> pa.Array:
    """A column of nulls, or of empty values where there may be no null."""
    if field.nullable:
        return pa.nulls(n_rows, field.type)
    if pa.types.is_list(field.type):
        return pa.array([[]] * n_rows, field.type)
    if pa.types.is_struct(field.type):
        return pa.array([{part.name: 0 for part in field.type}] * n_rows, field.type)
    return pa.array(["" if field.type == pa.string() else 0] * n_rows).cast(field.type)
