from __future__ import annotations

import datetime as dt
import itertools
import random
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from flows.jobs.annotators import load_annotator
from flows.link.entities import Linked
from tests.linked_corpus import Corpus, final_parts, link_batches, rows_by_key
from tests.pieces import refresh, rows_of
from transforms.catalog import Catalog, Correction, GazetteerRow, entity_id_of
from transforms.link.final_ids import Change
from transforms.schema import arrow_schema
from transforms.tables import BY_NAME

SEEDS = Path(__file__).parents[2] / "seeds"


def link(
    corpus: Corpus, folder: Path, catalog: Catalog | None = None, n_batches: int = 2
) -> tuple[Linked, dict[str, Any]]:
    """Link the corpus; what came of it, and the entities by name."""
    order = random.Random(0)
    linked = link_batches(corpus.write(folder / "base", corpus.dealt(n_batches, order), order), folder / "out", catalog)
    return linked, {row["name"]: row for row in pq.read_table(linked.entities).to_pylist()}


def all_changes(linked: Linked) -> set[Change]:
    return {change for batch in linked.changes_by_batch.groups for change in linked.changes(batch)}


def five_times(corpus: Corpus, *entities: tuple[str, str]) -> None:
    for _ in range(5):
        corpus.article(*entities)


def test_counts_dates_and_aliases_of_an_entity(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("person", "Ada Lind", {"aliases": ["Lind"], "merge_rules": ["surname"]}), ("place", "Norland"))
    corpus.article(("person", "Ada Lind", {"aliases": ["Ms. Lind"]}))
    result, entities = link(corpus, tmp_path)
    lind = entities["Ada Lind"]
    assert all_changes(result) == set()
    assert (lind["n_mentions"], lind["n_articles"], lind["n_quotes"]) == (4, 2, 2)
    assert (lind["aliases"], lind["merge_rules"]) == (["Lind", "Ms. Lind"], ["surname"])
    assert (lind["first_published_date"], lind["last_published_date"]) == (dt.date(2021, 1, 2), dt.date(2021, 1, 3))


def test_schema_is_the_declared_one(tmp_path: Path) -> None:
    link(Corpus(), tmp_path)
    written = pq.read_table(tmp_path / "out" / "entities.parquet")
    pq.write_table(arrow_schema(BY_NAME["entities"]).empty_table(), tmp_path / "declared.parquet")
    assert written.equals(pq.read_table(tmp_path / "declared.parquet"), check_metadata=True)


def test_country_goes_by_its_usual_name(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("place", "DPRK", {"external_id": "iso3166:KP"}))
    corpus.article(("place", "North Korea", {"external_id": "iso3166:KP"}))
    _, entities = link(corpus, tmp_path)
    assert entities["North Korea"]["aliases"] == ["DPRK"]
    assert entities["North Korea"]["external_id"] == "iso3166:KP"


def test_a_place_has_its_country_and_where_it_lies(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("place", "London", {"external_id": "geonames:2643743"}))
    corpus.article(("place", "Norland", {}), ("place", "North Korea", {"external_id": "iso3166:KP"}))
    _, entities = link(corpus, tmp_path)
    london, norland, korea = entities["London"], entities["Norland"], entities["North Korea"]
    assert (london["country_code"], round(london["latitude"], 1), round(london["longitude"], 1)) == ("GB", 51.5, -0.1)
    assert (norland["country_code"], norland["latitude"], norland["longitude"]) == (None, None, None)
    assert korea["country_code"] == "KP" and 38 < korea["latitude"] < 41 and 125 < korea["longitude"] < 128


def test_the_gazetteer_can_say_where_a_place_lies(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("place", "Big Smoke", {}))
    _, entities = link(corpus, tmp_path, Catalog((GazetteerRow("Big Smoke", "place", (), "geonames:2643743"),)))
    assert entities["Big Smoke"]["country_code"] == "GB"


def test_a_lone_surname_joins_the_one_person_who_bears_it(tmp_path: Path) -> None:
    corpus = Corpus()
    five_times(corpus, ("person", "Ada Lind"))
    corpus.article(("person", "Lind"))
    result, entities = link(corpus, tmp_path)
    assert entities["Ada Lind"]["n_articles"] == 6
    assert "dominant_surname" in entities["Ada Lind"]["merge_rules"]
    (change,) = all_changes(result)
    assert (change.article_id, change.final_id) == (None, entity_id_of("person", "Ada Lind"))


def test_a_surname_of_two_people_stays_alone(tmp_path: Path) -> None:
    corpus = Corpus()
    five_times(corpus, ("person", "Ada Lind"), ("person", "Bo Lind"))
    corpus.article(("person", "Lind"))
    corpus.article(("person", "Lind"))
    result, _ = link(corpus, tmp_path)
    assert all_changes(result) == set() and result.n_entities == 4


def test_name_variants_join_and_conflicting_middles_do_not(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("person", "Michael Okoro"), ("person", "John Adam Reyes"), ("person", "John Reyes"))
    corpus.article(("person", "Mike Okoro"), ("person", "John Paul Reyes"))
    result, _ = link(corpus, tmp_path)
    assert result.n_by_rule == {"name_variant": 1}


def test_name_variants_become_the_one_of_most_articles(tmp_path: Path) -> None:
    corpus = Corpus()
    five_times(corpus, ("person", "Michael Okoro"))
    corpus.article(("person", "Mike Okoro"))
    _, entities = link(corpus, tmp_path)
    assert entities.keys() == {"Michael Okoro"}
    assert entities["Michael Okoro"]["aliases"] == ["Mike Okoro"]


def test_an_article_with_two_that_became_one_counts_once(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("person", "Michael Okoro"), ("person", "Mike Okoro"))
    corpus.article(("person", "Michael Okoro"))
    _, entities = link(corpus, tmp_path)
    assert [(r["n_articles"], r["n_mentions"]) for r in entities.values()] == [(2, 6)]


def test_an_acronym_spelt_out_elsewhere(tmp_path: Path) -> None:
    corpus = Corpus()
    spelt = {"aliases": ["NHB"], "merge_rules": ["defined_acronym"]}
    corpus.article(("organization", "Norland Harbour Board", spelt))
    corpus.article(("organization", "NHB"))
    _, entities = link(corpus, tmp_path)
    assert list(entities) == ["Norland Harbour Board"]


def test_one_odd_spelling_out_of_an_acronym_does_not_count_against_nine(tmp_path: Path) -> None:
    corpus = Corpus()
    for name in ["Norland Harbour Board"] * 9 + ["Norland Herring Board"]:
        corpus.article(("organization", name, {"aliases": ["NHB"], "merge_rules": ["defined_acronym"]}))
    corpus.article(("organization", "NHB"))
    _, entities = link(corpus, tmp_path)
    assert entities["Norland Harbour Board"]["n_articles"] == 10


@pytest.mark.parametrize(
    "variant",
    [
        "The Norlink Group, Inc.",
        "NORLINK PLC",
        "Nor-Link Corp",
        "Norlink (NLK.N)",
        "Norlink Corporation <NLK>",
        "norlink",
    ],
)
def test_names_that_differ_by_legal_form_or_spelling_are_one(tmp_path: Path, variant: str) -> None:
    corpus = Corpus()
    corpus.article(("organization", "Norlink"))
    corpus.article(("organization", "Norlink"))
    corpus.article(("organization", variant))
    _, entities = link(corpus, tmp_path)
    assert {name: row["n_articles"] for name, row in entities.items()} == {"Norlink": 3}


def test_an_office_is_one_however_its_name_is_turned(tmp_path: Path) -> None:
    corpus = Corpus()
    for name in ("Department of Tides", "Tides Department", "U.S. Department of Tides", "U.S. Tides Dept."):
        corpus.article(("organization", name))
    _, entities = link(corpus, tmp_path)
    assert len(entities) == 1


@pytest.mark.parametrize(
    "other",
    ["Norlink Asset Management", "Norlink Reserve Bank of Easton", "Norlink Securities Inc", "University of Norlink"],
)
def test_units_and_branches_stay_apart(tmp_path: Path, other: str) -> None:
    corpus = Corpus()
    corpus.article(("organization", "Norlink"))
    corpus.article(("organization", other))
    _, entities = link(corpus, tmp_path)
    assert len(entities) == 2


def test_words_that_name_nothing_alone_join_nothing(tmp_path: Path) -> None:
    corpus = Corpus()
    for name in ("News Corp", "News", "First Group", "First", "Tuesday Group", "Tuesday"):
        corpus.article(("organization", name))
    _, entities = link(corpus, tmp_path)
    assert len(entities) == 6


SHORT = {"aliases": ["Norlink"], "merge_rules": ["short_form"]}


def test_a_short_form_that_other_articles_explain(tmp_path: Path) -> None:
    corpus = Corpus()
    for _ in range(3):
        corpus.article(("organization", "Norlink Brothers", SHORT))
    corpus.article(("organization", "Norlink"))
    corpus.article(("person", "Norlink"))
    _, entities = link(corpus, tmp_path)
    assert {name: row["n_articles"] for name, row in entities.items()} == {"Norlink Brothers": 5}


def test_one_article_tells_a_short_form_where_no_other_longer_name_begins_so(tmp_path: Path) -> None:
    corpus = Corpus()
    for entities in ([("Norlink Marbo", SHORT)], [("Norlink", {})], [("Norlink", {})]):
        corpus.article(*(("organization", *entity) for entity in entities))
    _, entities = link(corpus, tmp_path)
    assert {name: row["n_articles"] for name, row in entities.items()} == {"Norlink Marbo": 3}


@pytest.mark.parametrize(
    ("told", "others"),
    [
        ("Norlink Marbo", ["Norlink Sundo"] * 2),  # two may be meant
        ("Norlink Marbo", ["Norlink"] * 7),  # too few tell
        ("Norlink and Marbo Board", []),  # one article took two names for one
    ],
)
def test_one_article_is_too_little_to_tell_a_short_form(tmp_path: Path, told: str, others: list[str]) -> None:
    corpus = Corpus()
    corpus.article(("organization", told, SHORT))
    for name in ["Norlink", *others]:
        corpus.article(("organization", name))
    _, entities = link(corpus, tmp_path)
    assert {told, "Norlink"} <= set(entities)


@pytest.mark.parametrize("n_told", [1, 2])
def test_widely_known_letters_are_other_bodies_only_where_as_many_articles_say_so(tmp_path: Path, n_told: int) -> None:
    corpus = Corpus()
    for _ in range(n_told):
        corpus.article(("organization", "Fjord Energy Council", {"aliases": ["FEC"], "merge_rules": ["acronym"]}))
    corpus.article(("organization", "FEC"))
    corpus.article(("organization", "FEC"))
    _, entities = link(corpus, tmp_path)
    assert ("FEC" in entities) == (n_told == 1)


def test_letters_with_dots_are_the_letters(tmp_path: Path) -> None:
    corpus = Corpus()
    spelt = {"aliases": ["NHB"], "merge_rules": ["defined_acronym"]}
    corpus.article(("organization", "Norland Harbour Board", spelt))
    corpus.article(("organization", "N.H.B."))
    _, entities = link(corpus, tmp_path)
    assert list(entities) == ["Norland Harbour Board"]


def test_people_of_other_articles_do_not_bear_a_short_form(tmp_path: Path) -> None:
    corpus = Corpus()
    for first in ("Ada", "Bea", "Cai"):
        corpus.article(("person", f"{first} Lind"))
    for name in ("Lind Motor", "Lind Motor", "Lind"):
        corpus.article(("organization", name))
    _, entities = link(corpus, tmp_path)
    assert entities["Lind Motor"]["n_articles"] == 3


def test_two_names_that_one_article_takes_for_one_tell_nothing(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("organization", "Norlink Marbo", SHORT))
    for name in ("Norlink", *["Marbo"] * 4):
        corpus.article(("organization", name))
    _, entities = link(corpus, tmp_path)
    assert {"Norlink", "Norlink Marbo", "Marbo"} == set(entities)


def test_a_short_form_that_more_people_bear_stays(tmp_path: Path) -> None:
    corpus = Corpus()
    for first in ("Ada", "Bea", "Cai", "Dan"):
        brothers = {"aliases": ["Lind"], "merge_rules": ["short_form"]}
        corpus.article(("organization", "Lind Brothers", brothers), ("person", f"{first} Lind"))
    corpus.article(("organization", "Lind"))
    corpus.article(("person", "Lind"))
    _, entities = link(corpus, tmp_path)
    assert {"Lind Brothers", "Lind"} < set(entities)
    assert entities["Lind Brothers"]["n_articles"] == 4


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("NHBC", "Norland Harbour Building Council"),
        ("N&W", "Nor & Wester"),
        ("U.S. Tidal Court", "Tidal Court"),
        ("United States Congress", "Congress"),
        ("United States Kelp Board", "U.S. Kelp Board"),
        ("NY Kelp Board", "New York Kelp Board"),
        ("Tides and Ports Committee", "Senate Tides and Ports Committee"),
        ("Senate Tides Committee", "Senate Committee on Tides, Ports and Kelp"),
        ("Norlink", "Norlink Airlines"),
        ("Homeland Security", "Department of Homeland Security"),
        ("FEC", "Federal Election Commission"),
        ("U S Tidal Court", "Tidal Court"),
        ("U.N. Tidal Council", "Tidal Council"),
        ("Federal Elections Commission", "Federal Election Commission"),
        ("Drug Enforcement Agency", "Drug Enforcement Administration"),
        ("Republican National Committe", "Republican National Committee"),
        ("Tiders", "Tiders Union"),
        ("G-7", "G7"),
        ("al-Norland Front", "Norland Front"),
    ],
)
def test_a_shorter_name_that_can_mean_but_one(tmp_path: Path, short: str, full: str) -> None:
    corpus = Corpus()
    for name in (full, full, short):
        corpus.article(("organization", name))
    _, entities = link(corpus, tmp_path)
    assert {name: row["n_articles"] for name, row in entities.items()} == {full: 3}


@pytest.mark.parametrize(
    ("short", "full", "other"),
    [
        ("NHBC", "Norland Harbour Building Council", "Norland Herring Bait Commission"),
        ("Tides and Ports Committee", "Senate Tides and Ports Committee", "House Tides and Ports Committee"),
        ("Senate Tides Committee", "Senate Tides and Ports Committee", "Senate Tides and Kelp Committee"),
        ("Senate Tides Committee", "House Tides and Ports Committee", "Senate Tides and Ports Subcommittee"),
        ("Norlink", "Norlink Airlines", "Norlink University"),
        ("NHB", "Norland Herring Bait", "Port Council"),
        ("Republican National Convention", "Republican National Committee", "Port Council"),
        ("Norlink", "Norlink Bank", "Norlink Steel"),
    ],
)
def test_a_shorter_name_that_can_mean_two(tmp_path: Path, short: str, full: str, other: str) -> None:
    corpus = Corpus()
    for name in (full, full, other, other, short):
        corpus.article(("organization", name))
    _, entities = link(corpus, tmp_path)
    assert len(entities) == 3


@pytest.mark.parametrize(
    ("owned", "bare", "n_left"),
    [
        ("Norlink Tides and Kelp Commission", "Tides and Kelp Commission", 2),
        ("White House Office of Management and Budget", "Office of Management and Budget", 2),
        ("Norlink School of Tidal Law", "School of Tidal Law", 3),  # which many have
        ("Norlink/Tides and Kelp Commission", "Tides and Kelp Commission", 3),
    ],
)
def test_an_office_behind_its_owner(tmp_path: Path, owned: str, bare: str, n_left: int) -> None:
    corpus = Corpus()
    for name in ("White House" if owned.startswith("White") else "Norlink", bare, bare, owned):
        corpus.article(("organization", name))
    _, entities = link(corpus, tmp_path)
    assert len(entities) == n_left


def test_a_court_that_other_countries_have_too(tmp_path: Path) -> None:
    corpus = Corpus()
    for name in ("U.S. Tidal Court", "Tidal Court", "Tidal Court of Norland", "Norland Tidal Court"):
        corpus.article(("organization", name), ("place", "Norland"))
    _, entities = link(corpus, tmp_path)
    assert {"U.S. Tidal Court", "Tidal Court"} < set(entities)


HE = {"pronouns": {"he": 2, "she": 0, "mr": 1, "ms": 0}}


def test_a_company_that_one_article_takes_for_a_person(tmp_path: Path) -> None:
    corpus = Corpus()
    for _ in range(4):
        corpus.article(("organization", "Norlink"))
    corpus.article(("person", "Norlink"))
    corpus.article(("person", "Norlink", HE))
    linked, _ = link(corpus, tmp_path)
    rows = pq.read_table(linked.entities).to_pylist()
    shown = corpus.rows["article0006"]["article_entities"][0]["entity_id"]
    assert sorted((r["entity_type"], r["n_articles"]) for r in rows) == [("organization", 5), ("person", 1)]
    assert shown in {r["entity_id"] for r in rows}


def test_a_person_that_one_article_takes_for_a_company(tmp_path: Path) -> None:
    corpus = Corpus()
    for _ in range(2):
        corpus.article(("person", "Ada Lind", HE))
    corpus.article(("organization", "Ada Lind"))
    _, entities = link(corpus, tmp_path)
    assert [(r["entity_type"], r["n_articles"]) for r in entities.values()] == [("person", 3)]


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
    never = entity_id_of("work", "FULL TEXT")
    assert {change for change in all_changes(result) if change.final_id is None} == {Change(None, never, None)}


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


@pytest.mark.parametrize("order", list(itertools.permutations(("Mike Okoro", "Mike Q. Okoro", "Michael Okoro"))))
def test_the_order_of_arrival_does_not_choose_the_id(tmp_path: Path, order: tuple[str, ...]) -> None:
    corpus = Corpus()
    for name in order:
        corpus.article(("person", name))
    result, entities = link(corpus, tmp_path, n_batches=3)
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
    for name, alias in (("TBX", "TCX"), ("TCX", "TBX")):
        corpus.article(("organization", name, {"aliases": [alias], "merge_rules": ["defined_acronym"]}))
    _, entities = link(corpus, tmp_path)
    ids_of_both = [entity_id_of("organization", name) for name in ("TBX", "TCX")]
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


def batches_of(corpus: Corpus, folder: Path, *batches: list[str]) -> Any:
    return corpus.write(folder, batches, random.Random(0))


def test_only_batches_whose_own_ids_changed_have_changes(tmp_path: Path) -> None:
    corpus = Corpus()
    known = [corpus.article(("person", "Ada Lind"), ("place", "Norport")) for _ in range(5)]
    alone, lone = corpus.article(("place", "Norport")), corpus.article(("person", "Lind"), ("place", "Norport"))
    batches = batches_of(corpus, tmp_path / "base", known, [alone], [lone])
    before = link_batches({"b0": batches["b0"], "b1": batches["b1"]}, tmp_path / "before")
    after = link_batches(batches, tmp_path / "after")
    assert [before.digest(batch) for batch in ("b0", "b1")] == ["", ""]
    assert [bool(after.digest(batch)) for batch in ("b0", "b1", "b2")] == [False, False, True]


def test_the_digest_follows_the_changes(tmp_path: Path) -> None:
    corpus = Corpus()
    batches = batches_of(corpus, tmp_path / "base", [corpus.article(("person", "Ada Lind"), ("person", "Bo Reyes"))])
    fixes = [Correction("merge", "person", "Ada Lind", target) for target in ("Bo Reyes", "Bo Reyes", "Cai Okoro")]
    fixes += [
        Correction("split", "person", "Ada Lind", "Bo Reyes", "article0001"),
        Correction("never", "person", "Ada Lind"),
    ]
    digests = [
        link_batches(batches, tmp_path / str(n), Catalog((), (fix,))).digest("b0") for n, fix in enumerate(fixes)
    ]
    assert digests[0] == digests[1] != ""
    assert len(set(digests[1:])) == 4


def test_final_parts_keep_rows_order_and_schema_and_the_rest_is_left_alone(tmp_path: Path) -> None:
    corpus = Corpus()
    lone = corpus.article(("person", "Lind"), ("place", "Norport"))
    known = [corpus.article(("person", "Ada Lind")) for _ in range(5)]
    batches = batches_of(corpus, tmp_path / "base", [lone], known)
    linked = link_batches(batches, tmp_path / "out")
    for table, parts in final_parts(batches["b0"], linked, "b0").items():
        before = [pq.ParquetFile(path).read() for path in batches["b0"][table]]
        for old, new in zip(before, parts, strict=True):
            key = BY_NAME[table].key
            assert old[key].to_pylist() == new[key].to_pylist()
            assert new.schema.equals(old.schema, check_metadata=True)
    moved = rows_by_key("quotes", final_parts(batches["b0"], linked, "b0")["quotes"]).values()
    ids = {entity_id_of("person", "Ada Lind"), entity_id_of("place", "Norport")}
    assert {row["speaker_entity_id"] for row in moved} == ids


def test_names_are_remembered_and_a_file_that_cannot_be_read_costs_only_time(tmp_path: Path) -> None:
    corpus = Corpus()
    batches = batches_of(
        corpus, tmp_path / "base", [corpus.article(("person", "Mike Okoro"), ("person", "Michael Okoro"))]
    )
    first = link_batches(batches, tmp_path / "first")
    assert first.names is not None
    again = link_batches(batches, tmp_path / "again", names=str(first.names))
    assert again.names is None
    (tmp_path / "damaged.parquet").write_bytes(first.names.read_bytes()[:-9])
    pq.write_table(pq.read_table(first.entities), tmp_path / "other.parquet")
    for name in ("damaged.parquet", "other.parquet", "missing.parquet"):
        linked = link_batches(batches, tmp_path / f"with {name}", names=str(tmp_path / name))
        assert linked.names is not None
        assert linked.entities.read_bytes() == again.entities.read_bytes() == first.entities.read_bytes()


def test_names_of_another_version_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus()
    batches = batches_of(
        corpus, tmp_path / "base", [corpus.article(("person", "Mike Okoro"), ("person", "Michael Okoro"))]
    )
    wrong = pq.read_table(link_batches(batches, tmp_path / "first").names)
    wrong = wrong.set_column(wrong.schema.get_field_index("last"), "last", [["one", "two"]])
    pq.write_table(wrong, tmp_path / "wrong.parquet")
    assert link_batches(batches, tmp_path / "trusting", names=str(tmp_path / "wrong.parquet")).n_entities == 2
    monkeypatch.setattr("flows.link.names.NAME_FORM_VERSION", 0)
    assert link_batches(batches, tmp_path / "anew", names=str(tmp_path / "wrong.parquet")).n_entities == 1


@pytest.mark.parametrize(
    "name",
    ["g[1]/out", "it's/out", "a b/c%20d", "Ünï/ö", "star*/q?", "[!a]/x", "back\\slash", "day=1/x", "**/x", "{a,b}"],
)
def test_any_legal_path_works(tmp_path: Path, name: str) -> None:
    corpus = Corpus()
    batches = batches_of(
        corpus,
        tmp_path / name,
        [corpus.article(("person", "Mike Okoro"))],
        [corpus.article(("person", "Michael Okoro"))],
    )
    first = link_batches(batches, tmp_path / name / "first")
    assert first.names is not None
    again = link_batches(batches, tmp_path / name / "again", names=str(first.names))
    assert again.names is None
    (entity,) = pq.ParquetFile(again.entities).read().to_pylist()
    assert (entity["n_articles"], entity["aliases"]) == (2, ["Michael Okoro"])


def test_a_path_is_no_pattern_that_another_file_could_fit(tmp_path: Path) -> None:
    corpus = Corpus()
    corpus.article(("person", "Ada Lind"))
    here, _ = (corpus.write(tmp_path / name, [["article0001"]], random.Random(0)) for name in ("g[1]", "g1"))
    Path(here["b0"]["article_entities"][0]).unlink()
    with pytest.raises(duckdb.IOException, match="No files found"):
        link_batches(here, tmp_path / "out")


def test_no_articles_are_no_entities(tmp_path: Path) -> None:
    linked = link_batches({}, tmp_path / "out")
    assert linked.n_entities == 0
    assert pq.ParquetFile(linked.entities).metadata.num_rows == 0


def test_a_correction_goes_on_with_what_an_earlier_split_made(tmp_path: Path) -> None:
    corpus = Corpus()
    one = corpus.article(("person", "Ada Lind"))
    corpus.article(("person", "Ada Lind"), ("person", "Bea Reyes"))
    fixes = (
        Correction("split", "person", "Ada Lind", "Ada Lind (swimmer)", one),
        Correction("merge", "person", "Ada Lind (swimmer)", "Bea Reyes"),
    )
    result, entities = link(corpus, tmp_path, Catalog((), fixes))
    assert {name: row["n_articles"] for name, row in entities.items()} == {"Ada Lind": 1, "Bea Reyes": 2}
    assert all_changes(result) == {Change(one, entity_id_of("person", "Ada Lind"), entity_id_of("person", "Bea Reyes"))}


def test_an_entity_of_a_quotation_or_mention_is_one_of_its_article(tmp_path: Path) -> None:
    """Linking reads article_entities alone: an id that only another table held would never get its final one."""
    refresh(SEEDS, tmp_path / "out", annotator=load_annotator("model"))
    known = {(row["article_id"], row["entity_id"]) for row in rows_of(tmp_path / "out", "article_entities")}
    said = {(row["article_id"], row["speaker_entity_id"]) for row in rows_of(tmp_path / "out", "quotes")}
    meant = {(row["article_id"], row["entity_id"]) for row in rows_of(tmp_path / "out", "entity_mentions")}
    used = {(article, entity) for article, entity in said | meant if entity is not None}
    assert len(said) > 20 and len(meant) > 100
    assert used <= known
