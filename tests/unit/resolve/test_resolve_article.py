from __future__ import annotations

import pytest

from tests.unit.resolve.marked import resolve_marked
from transforms import ids


def answers(marked: str, byline: str | None = None) -> list[str]:
    return [speaker.name or speaker.status for speaker in resolve_marked(marked, byline=byline).speakers]


def names(marked: str) -> dict[str, set[str]]:
    return {entity.name: set(entity.aliases) for entity in resolve_marked(marked).entities}


def test_relatives_are_kept_apart_by_title_and_first_name() -> None:
    marked = "{Eva Lind} met Mr. {Lind}. {Bo Lind} smiled. “No,” said <Mrs. {Lind}>. “Yes,” said <Mr. {Lind}>."
    assert answers(marked) == ["Eva Lind", "Bo Lind"]


def test_somebody_introduced_by_title_and_surname_is_no_relative_named_later() -> None:
    marked = "President {Lind} spoke. “No,” said <Mr. {Lind}>. His wife, {Eva Lind}, left. “Yes,” said <{Eva Lind}>."
    assert answers(marked) == ["Lind", "Eva Lind"]


def test_pronouns_follow_the_gender_of_titles_names_and_roles() -> None:
    marked = "Spokeswoman {Xu Lindqvist} met {Robert Okoro}. “No,” <she> said. “Yes,” <he> said."
    assert answers(marked) == ["Xu Lindqvist", "Robert Okoro"]


def test_a_pronoun_after_an_unnamed_speaker_names_nobody() -> None:
    assert answers("{Bo Reyes} won. “No,” said <my father>. “Never,” <he> said.") == ["anonymous", "anonymous"]


def test_a_description_after_an_unnamed_speaker_names_nobody() -> None:
    assert answers("“No,” said <a retired pilot>. “Never,” said <the candidate>.") == ["anonymous", "anonymous"]


def test_a_papers_last_word_is_the_paper() -> None:
    marked = "{organization|Easton Post} wrote of it. “No,” <the Post> said. “Never,” said <the post>."
    assert answers(marked) == ["Easton Post", "unresolved"]


def test_nobody_is_called_the_something() -> None:
    resolution = resolve_marked("We read it. “No,” <the Quayside> wrote.")
    assert [(entity.name, entity.entity_type) for entity in resolution.entities] == [("Quayside", "organization")]
    assert answers("We read it. “No,” said <the Norlandman>. “Never,” said <the Whigs>.") == [
        "unresolved",
        "unresolved",
    ]


def test_the_role_is_the_one_that_the_source_or_the_article_states() -> None:
    speakers = resolve_marked("“No,” said <board director {Ada Lind}>. “Never,” said <{Lind}>.").speakers
    assert [speaker.role for speaker in speakers] == ["board director", "board director"]


def test_several_speakers_are_all_given_and_none_is_the_one() -> None:
    marked = "{Ada Lind} met {Bo Reyes}. “No,” said <{Lind} and {Reyes}>. “Never,” said <{Lind}>."
    resolution = resolve_marked(marked)
    lind, reyes = (entity.entity_id for entity in resolution.entities)
    both, one = resolution.speakers
    assert (both.status, both.entity_id, both.entity_ids) == ("collective", None, (lind, reyes))
    assert (one.entity_id, one.entity_ids) == (lind, (lind,))


def test_how_a_text_refers_to_a_person_is_counted() -> None:
    marked = "Mr. {Bo Reyes} met Mrs. {Ada Lind}. Ms. {Lind} left. She took her hat. “He is late,” <she> said."
    counts = {entity.name: dict(entity.pronouns) for entity in resolve_marked(marked).entities}
    assert counts == {
        "Bo Reyes": {"he": 0, "she": 0, "mr": 1, "ms": 0},
        "Ada Lind": {"he": 0, "she": 3, "mr": 0, "ms": 2},
    }


def test_a_first_person_piece_speaks_by_its_byline() -> None:
    assert answers("“No,” <I> said.", byline="By Ada Lind") == ["Ada Lind"]
    assert answers("“No,” <I> said.", byline="Ada Lind and Bo Reyes") == ["unresolved"]


def test_only_the_next_paragraph_goes_on_with_a_speaker() -> None:
    said = "{Bo Reyes} won.\n\n“No,” said <{Ada Lind}>."
    assert answers(f"{said}\n\n“Never.”") == ["Ada Lind", "Ada Lind"]
    assert answers(f"{said}\n\nIt rained.\n\n“Never.”") == ["Ada Lind", "missing"]


@pytest.mark.parametrize("sign", ["—", "―", "--", " – "])
@pytest.mark.parametrize("name", ["Ada Lind", "Ada de la Cruz", "Ada"])
def test_a_signed_quotation_is_by_who_signed_it(sign: str, name: str) -> None:
    assert answers(f"“No, and never.”{sign}{name}\n\nIt rained.") == [name]


def test_a_name_in_the_quoted_words_is_not_who_signed_them() -> None:
    assert answers("“I told <{Bo Reyes}> so.” — Ada Lind\n\nIt rained.") == ["Ada Lind"]


def test_an_apposition_may_stand_between_a_name_and_who() -> None:
    for between in (", ", ", now a judge, ", " (Norland), now a judge, "):
        assert answers(f"He met {{Ada Lind}}{between}<who> said “no.”") == ["Ada Lind"]
    assert answers("{Ada Lind} came. It was the rain of the whole year, <who> said “no.”") == ["unresolved"]


def test_a_people_is_not_its_country() -> None:
    entities = resolve_marked("{place|China} and the {group|Chinese} and {place|Beijing}.").entities
    assert [(e.name, e.entity_type, e.external_id) for e in entities] == [
        ("China", "place", "iso3166:CN"),
        ("Beijing", "place", "geonames:1816670"),
        ("Chinese", "group", None),
    ]


def test_a_lone_surname_is_of_its_article_and_a_full_name_of_the_world() -> None:
    one, other = (resolve_marked("{Lind} met {Ada Okoro}.", article_id=key * 16).entities for key in "ab")
    assert one[0].entity_id != other[0].entity_id
    assert one[1].entity_id == other[1].entity_id == ids.entity_id("person", "ada okoro")


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("President {Lind} met {Ada Okoro}.", "He saw {Lind}. “No,” said <President {Lind}>.", True),
        ("Prime Minister {Lind} left.", "{Norland} Prime Minister {Lind} left.", True),
        ("President {Lind} left.", "King {Lind} left.", False),
        ("Vice President {Lind} left.", "President {Lind} left.", False),
        ("The firm's president {Lind} left.", "Its president {Lind} left.", False),
        ("President {Lind} left.", "{Lind} left.", False),
    ],
)
def test_a_head_of_state_named_by_surname_alone_is_one_in_all_articles(one: str, other: str, are_one: bool) -> None:
    found = [
        next(
            entity.entity_id for entity in resolve_marked(marked, article_id=key * 16).entities if entity.name == "Lind"
        )
        for marked, key in ((one, "a"), (other, "b"))
    ]
    assert (found[0] == found[1]) == are_one


def test_a_lone_surname_takes_its_first_name_from_the_text_and_nothing_from_the_sentence_before() -> None:
    assert set(names("He spoke of the war in Norland. {Lind} left. “No,” said <{Lind}>.")) == {"Lind"}
    assert set(names("He spoke of Zora Lind. {Lind} left. “No,” said <{Lind}>.")) == {"Zora Lind"}
    assert set(names("He spoke of Z. Lind. {Lind} left. “No,” said <{Lind}>.")) == {"Z. Lind"}


def test_a_word_in_marks_is_a_nickname_only_within_a_name() -> None:
    assert set(names("{Lind} ‘Totally’ Disagrees\n\n“No,” said <{Lind}>.")) == {"Lind"}
    assert "Lind" in names("{Lind} Touts ‘Historic’ {group|Norland} Talks\n\n“No,” said <{Lind}>.")
    assert set(names("Eva {“Kit” Lind} left. “No,” said <{Lind}>.")) == {"Eva “Kit” Lind"}
    assert set(names("{Eva} “Kit” Lind left. “No,” said <{Lind}>.")) == {"Eva “Kit” Lind"}


def test_a_surname_taken_for_a_thing_is_still_the_person() -> None:
    assert names("{Ada Lind} spoke. {work|Lind} left.") == {"Ada Lind": {"Lind"}}


def test_a_cut_mention_is_read_whole() -> None:
    assert "Ministry of Norland" in names("The {organization|Ministry of} {place|Norland} met.")
    assert "Norland University" in names("At {place|Norland} {organization|University} they met.")


def test_a_speaker_whom_no_mention_covers_is_an_entity_without_mentions() -> None:
    resolution = resolve_marked("“No,” said <Zadie Okoro>.")
    assert resolution.speakers[0].name == "Zadie Okoro"
    assert [(e.entity_id, e.mentions) for e in resolution.entities] == [(resolution.speakers[0].entity_id, ())]


def test_capitals_at_the_start_of_a_sentence_are_no_name() -> None:
    assert answers("“No.” <Regulators> said so.") == ["collective"]


def test_a_title_makes_a_name_that_no_mention_covers() -> None:
    assert answers("The talks ended. “No,” <Mr. Romley> said. “Yes,” <Mr. Romley> said.") == ["Romley", "Romley"]


@pytest.mark.parametrize(
    "source",
    ["52 percent of voters", "1,200 of them", "Regulators", "firefighters", "the demonstrators"],
)
def test_many_are_collective(source: str) -> None:
    assert answers(f"“No,” said <{source}>.") == ["collective"]


@pytest.mark.parametrize("source", ["the papers", "The numbers", "the prices"])
def test_things_of_many_are_nobody(source: str) -> None:
    assert answers(f"“No,” say <{source}>.") == ["unresolved"]


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        ("{place|ANKARA}", "Ankara"),
        ("{place|PORT NORLAND}", "Port Norland"),
        ("{place|USSR}", "USSR"),
        ("{organization|NORLAND POLICE DEPARTMENT}", "Norland Police Department"),
        ("{organization|NTSB}", "NTSB"),
        ("{organization|NORLAND TODAY}", "NORLAND TODAY"),
    ],
)
def test_capitals_of_a_dateline_are_no_part_of_a_name(mention: str, name: str) -> None:
    assert [entity.name for entity in resolve_marked(f"{mention} reopened on Monday.").entities] == [name]


def test_the_united_states_senate_is_the_senate_of_the_article() -> None:
    names = "The {organization|U.S. Senate} met. The {organization|Senate} adjourned."
    assert [entity.aliases for entity in resolve_marked(names).entities] == [("Senate",)]


@pytest.mark.parametrize(
    "marked",
    [
        "The {organization|Fjord Energy Council} met. The {organization|FEC} adjourned.",
        "The {organization|Fjord Council of Engineers} ({organization|FEC}) met. The {organization|FEC} adjourned.",
    ],
)
def test_known_letters_that_an_article_spells_out_are_its_own(marked: str) -> None:
    assert ["FEC" in aliases for aliases in names(marked).values()] == [True]


def test_two_known_letters_are_no_initials_by_chance() -> None:
    assert {"UN", "Upper Norland"} <= set(names("The {organization|UN} met. {organization|Upper Norland} left."))


def test_known_letters_join_their_name_whatever_else_has_those_initials() -> None:
    met = "The {organization|Fjord Energy Council} met the {organization|Federal Election Commission}."
    assert names(f"{met} The {{organization|FEC}} left.")["Federal Election Commission"] == {"FEC"}


def test_a_word_of_a_name_that_the_article_gives_in_letters_alone_is_no_short_form_of_it() -> None:
    assert set(names("{organization|CPAC} opened. {organization|Conservative} groups came.")) == {
        "CPAC",
        "Conservative",
    }


def test_an_s_that_is_a_names_own_stays() -> None:
    text = "{organization|Okoro and Lind's} said so. {organization|Norland}'s board met."
    assert {entity.name for entity in resolve_marked(text).entities} == {"Okoro and Lind's", "Norland"}


@pytest.mark.parametrize(
    "code", ["({organization|TIDE}.AS)", "({organization|TIDE.AS})", "(NYSE: {organization|TIDE})"]
)
def test_a_code_behind_a_name_is_the_companys(code: str) -> None:
    (entity,) = resolve_marked(f"{{organization|Okoro Tides NV}} {code} grew.").entities
    assert entity.name == "Okoro Tides NV"


def test_a_headlines_capitals_are_no_name_where_the_text_has_another() -> None:
    text = "{organization|OKORO TIDES} GROWS. {organization|OKORO TIDES} SAYS. {organization|Okoro Tides Inc} grew."
    assert [entity.name for entity in resolve_marked(text).entities] == ["Okoro Tides Inc"]


@pytest.mark.parametrize(
    ("between", "speaker"),
    [
        ("It sold ships to {organization|Lind Air}.", "Okoro Tides"),
        ("The {organization|Lind Air} sold ships.", "unresolved"),
    ],
)
def test_the_company_is_the_last_of_several_that_spoke(between: str, speaker: str) -> None:
    said = "{organization|Norlink} rose. “Yes,” said <{organization|Okoro Tides}>."
    assert answers(f"{said} {between} “No,” said <the company>.")[-1] == speaker
