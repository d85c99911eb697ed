"""Which place of the world a name means, and that a doubtful one stays without id."""

from __future__ import annotations

import pytest

from tests.unit.resolve.marked import read_marked, resolve_marked
from transforms.records import Annotation, Article
from transforms.resolve import resolve_article
from transforms.resolve.geonames import places_named, places_with_ids
from transforms.resolve.keys import canonical_key

LONDON, LONDON_ONT, SPRINGFIELD_IL, SPRINGFIELD_MO = "2643743", "6058560", "4250542", "4409896"
BIRMINGHAM_AL, BIRMINGHAM_GB, ATHENS_GR, ATHENS_GA = "4049979", "2655603", "264371", "4180386"
WASHINGTON_DC, WASHINGTON_STATE, NEW_YORK_CITY, NEW_YORK_STATE = "4140963", "5815135", "5128581", "5128638"


def ids_of(marked: str) -> dict[str, str | None]:
    """The external id of each place, by its name."""
    return {e.name: e.external_id and e.external_id.removeprefix("geonames:") for e in resolve_marked(marked).entities}


@pytest.mark.parametrize(
    ("marked", "name", "number"),
    [
        ("He flew to {place|London} on Monday.", "London", LONDON),
        ("He flew to {place|London}, Ont., on Monday.", "London", LONDON_ONT),
        ("He flew to {place|London, Ontario}, on Monday.", "London", LONDON_ONT),
        ("He flew to {place|London}, {place|Ontario}, on Monday.", "London", LONDON_ONT),
        ("It rained in {place|Springfield}, Ill., on Monday.", "Springfield", SPRINGFIELD_IL),
        ("It rained in {place|Springfield, Mo}. Nobody minded.", "Springfield", SPRINGFIELD_MO),
        ("It rained in {place|Springfield}.", "Springfield", None),
        ("{place|Illinois} waited. It rained in {place|Springfield}.", "Springfield", SPRINGFIELD_IL),
        ("{place|Illinois} met {place|Missouri}. It rained in {place|Springfield}.", "Springfield", None),
        ("She left {place|Birmingham}.", "Birmingham", None),
        ("She left {place|Birmingham} for {place|Montgomery}, {place|Alabama}.", "Birmingham", BIRMINGHAM_AL),
        ("She left {place|Birmingham}. {place|Britain} and {place|Alabama} waited.", "Birmingham", None),
        ("She left {place|Birmingham}. All of {place|England} waited.", "Birmingham", BIRMINGHAM_GB),
        ("They met in {place|Athens}.", "Athens", ATHENS_GR),
        ("They met in {place|Athens}. {place|Atlanta} is near.", "Athens", None),
        ("They met in {place|Athens}, Ga. {place|Atlanta} is near.", "Athens", ATHENS_GA),
        ("{place|Washington} and {place|Moscow} agreed.", "Washington", WASHINGTON_DC),
        ("{place|Oregon} and {place|Washington} agreed.", "Washington", WASHINGTON_STATE),
        ("{place|Seattle} is a city. {place|Washington} agreed.", "Washington", None),
        ("{place|New York} agreed.", "New York", None),
        ("{place|Albany} and {place|Buffalo} are far. Lind, the {place|New York} governor, agreed.", "New York", None),
        ("{place|New York City} agreed.", "New York City", NEW_YORK_CITY),
        ("{place|New York state} agreed.", "New York state", NEW_YORK_STATE),
        ("{place|Albany}, {place|New York}, agreed.", "New York", NEW_YORK_STATE),
        ("The {place|Gulf} and {place|Asia} agreed.", "Asia", None),
        ("He was born in {place|Lebanon}, Pa., and left.", "Lebanon", "5197517"),
        ("He was born in {place|Lebanon}.", "Lebanon", "iso3166:LB"),
        ("The fighting in {place|Kandahar province} ended.", "Kandahar province", "1138335"),
        ("The fighting in {place|Kandahar} ended.", "Kandahar", "1138336"),
    ],
)
def test_a_place_has_an_id_only_where_the_text_leaves_no_doubt(marked: str, name: str, number: str | None) -> None:
    assert ids_of(marked)[name] == number


def test_a_list_of_states_is_no_city_with_its_state() -> None:
    found = ids_of("{place|Indiana}, {place|Pennsylvania} and {place|Ohio} voted.")
    assert found == {"Indiana": "4921868", "Pennsylvania": "6254927", "Ohio": "5165418"}


def test_a_capital_letter_after_the_state_begins_another_phrase() -> None:
    assert ids_of("In {place|London}, Ontario Premier Ada Lind spoke.")["London"] == LONDON


def test_a_city_named_once_with_its_state_is_that_city_in_the_whole_article() -> None:
    (city,) = (e for e in resolve_marked("{place|Athens}, Ga., voted. {place|Athens} is small.").entities)
    assert (city.external_id, len(city.mentions)) == (f"geonames:{ATHENS_GA}", 2)


def test_namesakes_in_one_article_stay_apart() -> None:
    found = resolve_marked("{place|London}, Ont., wrote to {place|London}, England.").entities
    assert {e.external_id for e in found} == {f"geonames:{LONDON}", f"geonames:{LONDON_ONT}"}


def test_georgia_is_the_state_or_the_country_its_neighbours_say() -> None:
    assert ids_of("{place|Georgia} and {place|Florida} voted.")["Georgia"] == "4197000"
    assert ids_of("{place|Georgia} wrote to {place|Florida} and {place|Russia}.")["Georgia"] is None
    assert ids_of("{place|Georgia} voted, from {place|Tbilisi} to the sea.")["Georgia"] == "iso3166:GE"


def test_a_dateline_names_a_city() -> None:
    text, mentions, *_ = read_marked("{place|NEW YORK} (AP) — It rained. The law of {place|New York} says so.")
    article = Article("a" * 16, "a.txt", 0, "", "text/plain", "utf-8", text, 0, dateline_place="NEW YORK")
    found = resolve_article(article, Annotation((), tuple(mentions), ()), ()).entities
    assert [e.external_id for e in found] == [f"geonames:{NEW_YORK_CITY}", None]


def test_a_gazetteer_row_and_an_article_give_a_place_one_key() -> None:
    assert canonical_key("place", "London") == f"geonames:{LONDON}"
    assert canonical_key("place", "Birmingham") == "birmingham"


def test_places_are_found_by_name_and_by_id() -> None:
    kyiv = next(place for place in places_named("kiev") if place.is_city)
    assert kyiv in places_named("kyiv")
    assert [id_ for id_, _ in places_with_ids([kyiv.external_id, "iso3166:UA", "Q1"])] in (
        [kyiv.external_id, "iso3166:UA"],
        ["iso3166:UA", kyiv.external_id],
    )
    assert places_named("norlandia") == ()
