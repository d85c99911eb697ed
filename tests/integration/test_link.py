from __future__ import annotations

import datetime as dt
import itertools
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.link.entities import LinkResult, link_parts
from transforms import ids
from transforms.catalog import Catalog, Correction, GazetteerRow, entity_id_of
from transforms.resolve.keys import canonical_key
from transforms.schema import arrow_schema
from transforms.tables import BY_NAME

TABLES = ("articles", "quotes", "entity_mentions", "article_entities")
FILLERS = {"string": "x", "int32": 0, "date32[day]": dt.date(2020, 1, 1), "float": 0.5}


def filler(field: pa.Field) -> Any:
    return [] if pa.types.is_list(field.type) else None if field.nullable else FILLERS[str(field.type)]


def row(table: str, **values: Any) -> dict[str, Any]:
    return {field.name: filler(field) for field in arrow_schema(BY_NAME[table])} | values


def local_id(entity_type: str, name: str, article: str) -> str:
    key = canonical_key(entity_type, name)
    scoped = entity_type == "person" and " " not in key
    return ids.entity_id(entity_type, f"{key} @{article}" if scoped else key)


class Corpus:
    """Articles as lists of (type, name), each mentioned twice and quoted once."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
        self.n_articles = 0

    def article(self, *entities: tuple[str, str] | tuple[str, str, dict[str, Any]]) -> str:
        self.n_articles += 1
        article = f"article{self.n_articles:04d}"
        day = dt.date(2021, 1, 1) + dt.timedelta(days=self.n_articles)
        self.rows["articles"].append(
            row("articles", article_id=article, source_uri=f"{article}.txt", published_date=day)
        )
        for number, (entity_type, name, *more) in enumerate(entities):
            values = {"aliases": [], "merge_rules": [], **(more[0] if more else {})}
            entity = values.setdefault("entity_id", local_id(entity_type, name, article))
            self.rows["article_entities"].append(
                row(
                    "article_entities",
                    article_entity_id=ids.article_entity_id(article, number),
                    article_id=article,
                    name=name,
                    entity_type=entity_type,
                    n_mentions=2,
                    n_quotes=1,
                    **values,
                )
            )
            for twice in range(2):
                mention = ids.mention_id(article, 2 * number + twice)
                self.rows["entity_mentions"].append(
                    row("entity_mentions", mention_id=mention, article_id=article, entity_id=entity, text=name)
                )
            quote = ids.quote_id(article, number)
            self.rows["quotes"].append(
                row("quotes", quote_id=quote, article_id=article, speaker_name=name, speaker_entity_id=entity)
            )
        return article

    def write(self, folder: Path, n_parts: int = 2, seed: int = 0) -> dict[str, list[Path]]:
        order = random.Random(seed)
        part_of = {r["article_id"]: order.randrange(n_parts) for r in self.rows["articles"]}
        parts: dict[str, list[Path]] = {table: [] for table in TABLES}
        for table in TABLES:
            for number in range(n_parts):
                rows = [r for r in self.rows[table] if part_of[r["article_id"]] == number]
                order.shuffle(rows)
                path = folder / table / f"part-{number}.parquet"
                path.parent.mkdir(parents=True, exist_ok=True)
                pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(BY_NAME[table])), path)
                parts[table].append(path)
        order.shuffle(parts["article_entities"])
        return parts


def link(corpus: Corpus, folder: Path, catalog: Catalog | None = None, **how: Any) -> tuple[LinkResult, dict[str, Any]]:
    parts = corpus.write(folder / "base", **how)
    result = link_parts(parts, catalog or Catalog(), folder / "out")
    rows = pq.read_table(folder / "out" / "entities" / "part-0.parquet").to_pylist()
    return result, {r["name"]: r for r in rows}


def five_times(corpus: Corpus, *entities: tuple[str, str]) -> None:
    for _ in range(5):
        corpus.article(*entities)


def test_counts_dates_and_aliases_of_an_entity(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("person", "Ada Lind", {"aliases": ["Lind"], "merge_rules": ["surname"]}), ("place", "Norland"))
    corpus.article(("person", "Ada Lind", {"aliases": ["Ms. Lind"]}))
    result, entities = link(corpus, tmp_path)
    lind = entities["Ada Lind"]
    assert result.rewritten == ()
    assert (lind["n_mentions"], lind["n_articles"], lind["n_quotes"]) == (4, 2, 2)
    assert (lind["aliases"], lind["merge_rules"]) == (["Lind", "Ms. Lind"], ["surname"])
    assert (lind["first_published_date"], lind["last_published_date"]) == (dt.date(2021, 1, 2), dt.date(2021, 1, 3))


def test_schema_is_the_declared_one(tmp_path: Path) -> None:
    link(Corpus(), tmp_path)
    written = pq.read_table(tmp_path / "out" / "entities" / "part-0.parquet")
    pq.write_table(arrow_schema(BY_NAME["entities"]).empty_table(), tmp_path / "declared.parquet")
    assert written.equals(pq.read_table(tmp_path / "declared.parquet"), check_metadata=True)


def test_country_goes_by_its_usual_name(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("place", "DPRK", {"external_id": "iso3166:KP"}))
    corpus.article(("place", "North Korea", {"external_id": "iso3166:KP"}))
    _, entities = link(corpus, tmp_path)
    assert entities["North Korea"]["aliases"] == ["DPRK"]
    assert entities["North Korea"]["external_id"] == "iso3166:KP"


def test_a_lone_surname_joins_the_one_person_who_bears_it(tmp_path: Path) -> None:
    corpus = Corpus()
    five_times(corpus, ("person", "Ada Lind"))
    corpus.article(("person", "Lind"))
    result, entities = link(corpus, tmp_path)
    assert entities["Ada Lind"]["n_articles"] == 6
    assert "dominant_surname" in entities["Ada Lind"]["merge_rules"]
    assert {table for table, _ in result.rewritten} == {"quotes", "entity_mentions", "article_entities"}


def test_a_surname_of_two_people_stays_alone(tmp_path: Path) -> None:
    corpus = Corpus()
    five_times(corpus, ("person", "Ada Lind"), ("person", "Bo Lind"))
    corpus.article(("person", "Lind"))
    corpus.article(("person", "Lind"))
    result, _ = link(corpus, tmp_path)
    assert result.rewritten == () and result.n_entities == 4


def test_name_variants_join_and_conflicting_middles_do_not(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("person", "Michael Okoro"), ("person", "John Adam Reyes"), ("person", "John Reyes"))
    corpus.article(("person", "Mike Okoro"), ("person", "John Paul Reyes"))
    result, _ = link(corpus, tmp_path)
    assert result.n_by_rule == {"name_variant": 1}


def test_an_acronym_spelt_out_elsewhere(tmp_path: Path) -> None:
    corpus = Corpus()
    spelt = {"aliases": ["NHB"], "merge_rules": ["defined_acronym"]}
    corpus.article(("organization", "Norland Harbour Board", spelt))
    corpus.article(("organization", "NHB"))
    _, entities = link(corpus, tmp_path)
    assert list(entities) == ["Norland Harbour Board"]


def test_gazetteer_links_and_merges(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("organization", "Harbour Gazette"))
    corpus.article(("organization", "Norland Gazette"))
    listed = GazetteerRow("The Harbour Gazette", "organization", ("Norland Gazette",), "wikidata:Q1")
    _, entities = link(corpus, tmp_path, Catalog((listed,)))
    gazette = entities["The Harbour Gazette"]
    assert (gazette["n_articles"], gazette["external_id"]) == (2, "wikidata:Q1")
    assert gazette["aliases"] == ["Harbour Gazette", "Norland Gazette"]


def test_corrections_merge_rename_never_and_split(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("person", "Ada Lind"), ("person", "A. Lind"), ("work", "FULL TEXT"))
    other = corpus.article(("person", "Ada Lind"))
    fixes = (
        Correction("merge", "person", "A. Lind", "Ada Lind"),
        Correction("rename", "person", "Ada Lind", "Ada Maria Lind"),
        Correction("never", "work", "FULL TEXT"),
        Correction("split", "person", "Ada Lind", "Ada Lind (swimmer)", f"{other}.txt"),
    )
    result, entities = link(corpus, tmp_path, Catalog((), fixes))
    assert set(entities) == {"Ada Maria Lind", "Ada Lind (swimmer)"}
    assert entities["Ada Maria Lind"]["n_mentions"] == 4
    assert entities["Ada Lind (swimmer)"]["n_articles"] == 1
    quotes = pa.concat_tables(pq.read_table(p) for p in sorted((tmp_path / "out" / "quotes").iterdir())).to_pylist()
    silenced = [q for q in quotes if q["speaker_name"] == "FULL TEXT"]
    assert [q["speaker_entity_id"] for q in silenced] == [None]
    assert sum(result.n_rows[key] for key in result.rewritten if key[0] == "article_entities") == 3


def test_chained_corrections_end_at_the_last_target(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("person", "Ada Lind"), ("person", "Bea Lind"), ("person", "Cai Lind"))
    fixes = (
        Correction("merge", "person", "Bea Lind", "Cai Lind"),
        Correction("merge", "person", "Ada Lind", "Bea Lind"),
    )
    _, entities = link(corpus, tmp_path, Catalog((), fixes))
    assert list(entities) == ["Cai Lind"]
    assert entities["Cai Lind"]["entity_id"] == entity_id_of("person", "Cai Lind")


@pytest.mark.parametrize("n_parts", [1, 3])
def test_order_and_number_of_parts_do_not_matter(tmp_path: Path, n_parts: int) -> None:
    corpus = Corpus()
    five_times(corpus, ("person", "Ada Lind"), ("organization", "Harbour Gazette"), ("work", "Morning Song"))
    corpus.article(("person", "Lind"), ("person", "Mike Okoro"), ("person", "Michael Okoro"))
    outputs = []
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        link(corpus, folder, n_parts=n_parts + seed, seed=seed)
        outputs.append((folder / "out" / "entities" / "part-0.parquet").read_bytes())
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("order", list(itertools.permutations(("Mike Okoro", "Mike Q. Okoro", "Michael Okoro"))))
def test_the_order_of_arrival_does_not_choose_the_id(tmp_path: Path, order: tuple[str, ...]) -> None:
    corpus = Corpus()
    for name in order:
        corpus.article(("person", name))
    result, entities = link(corpus, tmp_path, n_parts=3)
    assert {r["entity_id"] for r in entities.values()} == {entity_id_of("person", "Mike Okoro")}
    assert result.n_by_rule == {"name_variant": 1}


def test_middle_initials_that_disagree_under_one_id_join_nobody(tmp_path: Path) -> None:
    corpus = Corpus()
    for name in ("John Reyes", "John A. Reyes", "Johnny Reyes", "Johnny B. Reyes"):
        corpus.article(("person", name))
    result, _ = link(corpus, tmp_path)
    assert result.n_by_rule == {}


def test_names_that_lead_in_a_circle_are_one_entity(tmp_path: Path) -> None:
    corpus = Corpus()
    spelt = {"merge_rules": ["defined_acronym"]}
    for full, alias, name in (("Tide Board", "TBX", "TCX"), ("Tide Council", "TCX", "TBX")):
        corpus.article(("organization", full, {"aliases": [alias], **spelt}))
        corpus.article(("organization", name, {"entity_id": entity_id_of("organization", full)}))
    _, entities = link(corpus, tmp_path)
    ids_of_both = [entity_id_of("organization", name) for name in ("Tide Board", "Tide Council")]
    assert [r["entity_id"] for r in entities.values()] == [min(ids_of_both)]


def test_of_two_corrections_of_one_thing_the_last_holds(tmp_path: Path) -> None:
    corpus = Corpus()
    one = corpus.article(("person", "Ada Lind"))
    corpus.article(("person", "Ada Lind"))
    fixes = (
        Correction("rename", "person", "Ada Lind", "Ada M. Lind"),
        Correction("split", "person", "Ada Lind", "Ada Lind (singer)", one),
        Correction("rename", "person", "Ada Lind", "Ada Maria Lind"),
        Correction("split", "person", "Ada Lind", "Ada Lind (swimmer)", one),
    )
    _, entities = link(corpus, tmp_path, Catalog((), fixes))
    assert {name: r["n_articles"] for name, r in entities.items()} == {"Ada Lind (swimmer)": 1, "Ada Maria Lind": 1}


def test_georgia_alone_is_no_country(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("place", "Georgia"))
    _, entities = link(corpus, tmp_path)
    assert entities["Georgia"]["external_id"] is None


def test_rewritten_parts_keep_rows_order_and_schema(tmp_path: Path) -> None:
    corpus = Corpus()
    five_times(corpus, ("person", "Ada Lind"))
    corpus.article(("person", "Lind"), ("place", "Norland"))
    result, _ = link(corpus, tmp_path)
    for table, name in result.rewritten:
        before, after = (pq.read_table(tmp_path / side / table / name) for side in ("base", "out"))
        key = BY_NAME[table].key
        assert before[key].to_pylist() == after[key].to_pylist()
        assert after.schema.equals(before.schema, check_metadata=True)
