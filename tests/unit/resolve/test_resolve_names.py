from __future__ import annotations

import pytest

from transforms.resolve.countries import country_code
from transforms.resolve.keys import canonical_key
from transforms.resolve.names import compatible, normal_name, one_edit_apart, parse_person, partial_rule


@pytest.mark.parametrize(
    ("text", "key", "shown"),
    [
        ("Sen. Ada Lind", "ada lind", "Ada Lind"),
        ("Mr. Lind’s", "lind", "Lind"),
        ("Ada M. Lind", "ada lind", "Ada M. Lind"),
        ("Bo Reyes Jr.", "bo reyes jr", "Bo Reyes Jr."),
        ('Marcela "Cia" Okoro', "marcela okoro", 'Marcela "Cia" Okoro'),
        ("José Álvarez-Peña", "jose alvarez pena", "José Álvarez-Peña"),
        ("LINDQVIST", "lindqvist", "Lindqvist"),
        ("Nadia Al-Rashid", "nadia rashid", "Nadia Al-Rashid"),
        ("Al Moreno", "al moreno", "Al Moreno"),
        ("President", "president", "President"),
        ("Jean-Luc) Lindet", "jean luc lindet", "Jean-Luc Lindet"),
    ],
)
def test_a_name_without_titles_and_accents(text: str, key: str, shown: str) -> None:
    assert (parse_person(text).key, parse_person(text).shown) == (key, shown)


@pytest.mark.parametrize(
    ("text", "gender"), [("Mrs. Lind", "f"), ("Sir Bo Reyes", "m"), ("Dr. Lind", ""), ("Lind", "")]
)
def test_the_gender_a_title_tells(text: str, gender: str) -> None:
    assert parse_person(text).title_gender == gender


@pytest.mark.parametrize(
    ("one", "other", "is_one_person"),
    [
        ("Robert Okoro", "Bob Okoro", True),
        ("R. Okoro", "Robert Okoro", True),
        ("Robert J. Okoro", "Robert Okoro", True),
        ("Robert J. Okoro", "Robert P. Okoro", False),
        ("Bo Reyes", "Bo Reyes Jr.", False),
        ("Ada Lind", "Bea Lind", False),
        ("Ada Lindqvist", "Ada Lindqist", True),
        ("Kim Min Ji", "Kim Min-ji", True),
    ],
)
def test_whether_two_full_names_can_be_one_persons(one: str, other: str, is_one_person: bool) -> None:
    assert compatible(parse_person(one), parse_person(other)) is is_one_person


@pytest.mark.parametrize(
    ("part", "full", "rule"),
    [
        ("Lind", "Ada Lind", "surname"),
        ("Bob", "Robert Okoro", "first_name"),
        ("Park", "Park Min-ji", "family_name_first"),
        ("Peralta", "Luis Peralta Moreno", "inner_name"),
        ("Ben-David", "Dan Ben-David", "surname"),
        ("Linds", "Ada Lind", None),
        ("Clarkes", "Tom Clarke", None),
        ("Okoro", "Ada Lind", None),
    ],
)
def test_the_rule_of_a_short_form(part: str, full: str, rule: str | None) -> None:
    assert partial_rule(parse_person(part), parse_person(full)) == rule


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("stumpf", "stumf", True),
        ("oneil", "onel", True),
        ("ab", "ba", True),
        ("abc", "xyz", False),
        ("a", "abc", False),
    ],
)
def test_one_edit(one: str, other: str, apart: bool) -> None:
    assert one_edit_apart(one, other) is apart


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("the U.S.", "US"),
        ("Ivory Coast", "CI"),
        ("Bolivia", "BO"),
        ("Türkiye", "TR"),
        ("Georgia", None),
        ("Paris", None),
    ],
)
def test_country_codes(name: str, code: str | None) -> None:
    assert country_code(name) == code


def test_canonical_keys() -> None:
    assert canonical_key("organization", "The Harbour Board, Inc.") == "harbour board"
    assert canonical_key("organization", "UN Security Council") == "united nations security council"
    assert canonical_key("place", "United States of America") == "iso3166:US"
    assert canonical_key("group", "the Norlanders") == "norlander"
    assert normal_name("the “Morning Song”") == "morning song"
