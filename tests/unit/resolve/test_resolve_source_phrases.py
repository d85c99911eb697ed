from __future__ import annotations

import pytest

from tests.unit.resolve.marked import read_marked
from transforms.resolve.clusters import Name
from transforms.resolve.source_phrases import read_phrase
from transforms.resolve.source_words import SourcePhrase


def read(marked: str) -> SourcePhrase:
    text, mentions, sources, _ = read_marked(marked)
    names = [Name(n, m.span, text[slice(*m.span)], m.entity_type) for n, m in enumerate(mentions)]
    return read_phrase(text, sources[0], names)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("<{Ada Lind}, a spokeswoman for {Bo Reyes}>", "Ada Lind"),
        ("<{Reyes} campaign manager {Ada Lind}>", "Ada Lind"),
        ("<Secretary of State {Ada Lind}>", "Ada Lind"),
        ("<{Ada Lind}’s>", "Ada Lind"),
        ("<the board’s director, {Ada Lind},>", "Ada Lind"),
        ("<{Reyes}’s niece, state Del. {Ada Lind} (D-Norland)>", "Ada Lind"),
        ("<his wife and current nominee {Ada Lind}>", "Ada Lind"),
        ("<the {organization|Harbour Board}>", "Harbour Board"),
        ("<Tides and Human Harbours Secretary {Ada Lind}>", "Ada Lind"),
        ("<Norland’s Ambassador to the {organization|Tide Union} {Ada Lind}>", "Ada Lind"),
        ("<Special Assistant to the President {Ada Lind}>", "Ada Lind"),
        ("<a Norland official named {Ada Lind}>", "Ada Lind"),
        ("<{Reyes}’s lawyer, the former Norland mayor {Ada Lind},>", "Ada Lind"),
        ("<Senator {Ada Lind} a member of the {organization|Harbour Board}>", "Ada Lind"),
        ("<Senator {Ada Lind} D Ohio>", "Ada Lind"),
    ],
)
def test_a_name_is_the_head(source: str, name: str) -> None:
    phrase = read(source)
    assert (phrase.kind, phrase.names[0].text) == ("name", name)


@pytest.mark.parametrize(
    ("source", "head", "determiner"),
    [
        ("<a spokesman for {Bo Reyes}>", "spokesman", "indefinite"),
        ("<{Reyes}’s lawyer>", "lawyer", "possessive"),
        ("<the Norland senator>", "senator", "definite"),
        ("<a report released by the board>", "report", "indefinite"),
        ("<critics of {Bo Reyes}>", "critics", ""),
        ("<the Ohio {group|Republican}>", "republican", "definite"),
        ("<aides to President {Ada Lind}>", "aides", ""),
        ("<Voters and Senator {Ada Lind}>", "voters", ""),
        ("<a lawyer, the fourth since {Ada Lind}>", "lawyer", "indefinite"),
    ],
)
def test_a_description_is_the_head(source: str, head: str, determiner: str) -> None:
    phrase = read(source)
    assert (phrase.kind, phrase.head, phrase.determiner) == ("nominal", head, determiner)


@pytest.mark.parametrize(
    "source",
    [
        "<{Ada Lind} and {Bo Reyes}>",
        "<Sens. {Ada Lind} (Norland) and {Bo Reyes}>",
        "<Senators {Ada Lind} D NL and {Bo Reyes} R SL>",
    ],
)
def test_several_names(source: str) -> None:
    assert read(source).kind == "names"


@pytest.mark.parametrize(
    "source",
    [
        "<{Ada Lind}, {Bo Reyes} and {Eva Okoro}>",
        "<Sens. {Ada Lind} (D-NL), {Bo Reyes} (R-SL) and {Eva Okoro} (D-NL)>",
        "<Senators {Ada Lind} of Norland, {Bo Reyes}, R-S.L., and {Eva Okoro} of Sudland, who voted for it>",
        "<Norland Sen. {Ada Lind}, Sudland Sen. {Bo Reyes} and Rep. {Eva Okoro}>",
    ],
)
def test_all_names_of_a_list_speak(source: str) -> None:
    phrase = read(source)
    assert (phrase.kind, [name.text for name in phrase.names]) == ("names", ["Ada Lind", "Bo Reyes", "Eva Okoro"])


def test_a_name_beside_a_speaker_does_not_speak() -> None:
    assert read("<{Ada Lind}, wife of {Bo Reyes} and mother of {Eva Okoro}>").kind == "name"


@pytest.mark.parametrize("source", ["<She>", "<they>", "<who>", "<I>"])
def test_a_pronoun(source: str) -> None:
    assert read(source).kind == "pronoun"


def test_no_source() -> None:
    assert read_phrase("No.", None, []).kind == "none"
