from __future__ import annotations

import re

import pytest

from transforms.records import Annotation, Mention, Span
from transforms.resolve.whole_names import with_whole_names

KINDS = {"o": "organization", "p": "person", "l": "place", "g": "group"}


def read(marked: str) -> list[str]:
    """The names after the repair, each as "o:Tide Board"; {o:Tide Board} marks what the annotator found."""
    text, mentions = "", []
    for piece in re.split(r"(\{\w:[^}]*\})", marked):
        if piece.startswith("{"):
            words = piece[3:-1]
            mentions.append(Mention(Span(len(text), len(text) + len(words)), KINDS[piece[1]], "name", 0.9))
            text += words
        else:
            text += piece
    found = with_whole_names(Annotation((Span(0, len(text)),), tuple(mentions), ()), text).mentions
    return [f"{m.entity_type[0] if m.entity_type != 'place' else 'l'}:{text[slice(*m.span)]}" for m in found]


@pytest.mark.parametrize(
    ("marked", "whole"),
    [
        ("the {o:Institute of the} {o:Norland Academy} said", ["o:Institute of the Norland Academy"]),
        ("the {o:Reserve Bank of} {l:Easton} said", ["o:Reserve Bank of Easton"]),
        ("the {o:Tide Commission of} Norland said", ["o:Tide Commission of Norland"]),
        ("{o:TIDE BANK OF} {l:NORLAND} RAISES RATES", ["o:TIDE BANK OF NORLAND"]),
        ("the {l:Norland} {o:Stock Exchange} fell", ["o:Norland Stock Exchange"]),
        ("the {o:Tides and} {o:Harbours Commission} met", ["o:Tides and Harbours Commission"]),
        ("the {o:Department of Tides and} {o:Urban Growth} met", ["o:Department of Tides and Urban Growth"]),
        ("the {o:Reserve Bank of} St. Olaf said", ["o:Reserve Bank of St. Olaf"]),
        ("the {l:U}.S. Tide Court met", ["l:U.S."]),
        ("the {o:Supreme} Court met", ["o:Supreme Court"]),
        ("the {o:Supreme} Leader spoke", ["o:Supreme"]),
        ("the {o:A**} met", ["o:A**"]),
        (
            "the {o:Quay Street Journal}, the {l:Quay Street} Journal",
            ["o:Quay Street Journal", "o:Quay Street Journal"],
        ),
        ("the {o:Quay Street Journal} on {l:Quay Street} Journals", ["o:Quay Street Journal", "l:Quay Street"]),
    ],
)
def test_a_name_in_pieces_is_one(marked: str, whole: list[str]) -> None:
    assert read(marked) == whole


@pytest.mark.parametrize(
    ("marked", "apart"),
    [
        ("{o:Norlink and} {o:Easton Steel} met. {o:Norlink} won.", ["o:Norlink", "o:Easton Steel", "o:Norlink"]),
        ("{o:Norlink,} {o:Easton Steel} and others", ["o:Norlink", "o:Easton Steel"]),
        ("{o:Norlink GmbH of} {l:Easton} said", ["o:Norlink GmbH", "l:Easton"]),
        ("the {o:Department of Tides and} {o:Ministry of Peat}", ["o:Department of Tides", "o:Ministry of Peat"]),
        ("{o:Norlink Brothers} {o:NLK} fell", ["o:Norlink Brothers", "o:NLK"]),
        ("{l:North of} {l:Easton Village}", ["l:North of", "l:Easton Village"]),
        ("in {l:Norland} {o:Norlink Brothers} rose", ["l:Norland", "o:Norlink Brothers"]),
        ("{p:Ada Lind} {o:Norlink} said", ["p:Ada Lind", "o:Norlink"]),
    ],
)
def test_two_names_stay_two(marked: str, apart: list[str]) -> None:
    assert read(marked) == apart


@pytest.mark.parametrize(
    ("marked", "cut"),
    [
        ("the {o:Tide Commission and} its staff", ["o:Tide Commission"]),
        ("the {o:Committee on Fisheries in} the north", ["o:Committee on Fisheries"]),
        ("the {o:Tide Board (TB} met", ["o:Tide Board"]),
        ("the {o:Norland Tide Co <T} rose", ["o:Norland Tide Co"]),
        ("{p:Norlink’s Ada Lind} and {p:Tide Watch's Bo} said", ["p:Ada Lind", "p:Bo"]),
    ],
)
def test_loose_ends_and_half_brackets_are_cut(marked: str, cut: list[str]) -> None:
    assert read(marked) == cut


@pytest.mark.parametrize(
    "marked",
    [
        "its {o:CEO}, Ada",
        "the {o:GDP} fell",
        "an electronic money transfer ({o:EMT}) and another {o:EMT}",
        "{p:Sen.} said",
        "{p:More} on this",
    ],
)
def test_what_names_nobody_is_no_name(marked: str) -> None:
    assert read(marked) == []


def test_letters_that_spell_a_body_stay() -> None:
    assert read("the community policing forum ({o:CPF}) met") == ["o:CPF"]


def test_a_loose_bracket_within_letters_loses_no_article() -> None:
    assert read("the forum {o:PG)L} met") == ["o:PG"]


@pytest.mark.parametrize(
    ("marked", "found"),
    [
        ("according to {p:Tianlu}, an online database of firms. {p:Tianlu} grew.", ["o:Tianlu", "o:Tianlu"]),
        ("the Norland Centre for Tides ({p:Norcen}) met. {p:Norcen} said no.", ["o:Norcen", "o:Norcen"]),
        ("the {p:Street Journal} wrote", ["o:Street Journal"]),
        ("the news agency {p:Norpress} wrote", ["o:Norpress"]),
        ("{p:Lind}, 45, runs the company {p:Lind}", ["p:Lind", "p:Lind"]),
        ("{p:Emily Post} wrote", ["p:Emily Post"]),
        ("{p:Reyes}, the company's founder, and {p:Okoro}, a bank analyst", ["p:Reyes", "p:Okoro"]),
        ("{p:Mike Bloomberg} spoke. {p:Bloomberg} left.", ["p:Mike Bloomberg", "p:Bloomberg"]),
    ],
)
def test_an_organisation_taken_for_a_person(marked: str, found: list[str]) -> None:
    assert read(marked) == found


def test_a_description_gives_way_to_the_name_that_fills_it() -> None:
    text = "the Reserve Bank of Easton said"
    source = Mention(Span(4, 26), "organization", "nominal", 0.8)
    names = (Mention(Span(4, 19), "organization", "name", 0.9), Mention(Span(20, 26), "place", "name", 0.9))
    found = with_whole_names(Annotation((Span(0, len(text)),), (source, *names), ()), text).mentions
    assert [(m.span, m.mention_type) for m in found] == [(Span(4, 26), "name")]


def test_a_party_and_state_are_nobody() -> None:
    assert read("{p:Ada Lind}, {p:D-N.Y}., and {p:Bo Reyes} ({p:R-Ky}.) met") == ["p:Ada Lind", "p:Bo Reyes"]


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        ("the {g:European} {o:Tides Agency} said", ["o:European Tides Agency"]),
        ("{g:American} {o:Tide and Telegraph Co.} said", ["o:American Tide and Telegraph Co."]),
        ("the International {o:Olympic Committee} said", ["o:International Olympic Committee"]),
        ("{p:Yet Ada Lind} left", ["p:Ada Lind"]),
        ("{o:When Congress} met", ["o:Congress"]),
        ("{o:A Norland Harbour Board} pilot", ["o:Norland Harbour Board"]),
        ("{o:A & M University} won", ["o:A & M University"]),
        ("{o:The administration} said", []),
        ("{o:His team} won", []),
        ("{l:WASHINGTON U S} Senator", ["l:WASHINGTON"]),
        ("an American {o:Norlink} fan", ["o:Norlink"]),
        ("a ‘{p:Tide-Free’ Ada Lind} won", ["p:Ada Lind"]),
        ("so ‘{p:Tides’ Reyes} sang", ["p:Tides’ Reyes"]),
    ],
)
def test_a_name_begins_and_ends_where_it_does(marked: str, names: list[str]) -> None:
    assert read(marked) == names
