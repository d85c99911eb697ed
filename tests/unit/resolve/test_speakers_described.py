"""Sources that name nobody themselves: bodies by description, nouns before "who", quotations that go on."""

from __future__ import annotations

import re

import pytest

from tests.unit.resolve.marked import resolve_marked
from transforms.marks import find_quoted
from transforms.quotes import as_sure_as_begun, place_quotations
from transforms.records import Annotation, Article, Attribution, Mention, Quotation, Resolution, Span
from transforms.resolve import resolve_article


def answer(marked: str) -> str:
    speaker = resolve_marked(marked).speakers[-1]
    return speaker.name or speaker.status


def span_of(text: str, words: str) -> Span:
    return Span(text.index(words), text.index(words) + len(words))


def resolve_text(text: str, people: list[str], quotations: list[Quotation]) -> Resolution:
    mentions = tuple(
        Mention(Span(*match.span()), "person", "name", 1.0) for name in people for match in re.finditer(name, text)
    )
    sentences = tuple(Span(*match.span()) for match in re.finditer(r"\S[^.]*\.”?", text))
    article = Article("a" * 16, "a.txt", 0, "", "text/plain", "utf-8", text, 0)
    return resolve_article(article, Annotation(sentences, mentions, ()), quotations)


@pytest.mark.parametrize(
    ("before", "source", "name"),
    [
        ("{organization|Norlink} grew, a judge told the {organization|Harbour Board}.", "the company", "Norlink"),
        ("{organization|Norlink} sued {organization|Quaymark}.", "the company", "unresolved"),
        ("The {organization|Bureau of Tides} met {organization|Norlink}.", "the agency", "Bureau of Tides"),
        ("The {organization|Bureau of Tides} met the {organization|Pilot Agency}.", "the agency", "Pilot Agency"),
        ("The {organization|Tide Agency} met the {organization|Pilot Agency}.", "the agency", "unresolved"),
        ("{organization|Norlink}, a big carmaker, met {organization|Quaymark}.", "the carmaker", "Norlink"),
        ("{organization|Norlink} rose, {organization|Reuters} reported.", "the news agency", "Reuters"),
        ("The {organization|House Rules Committee} met.", "the full House", "House"),
        ("The {organization|White House} objected.", "the House", "House"),
        ("{organization|Norlink} grew.", "the company and the union", "collective"),
        ("{Ada Lind} ran. The {Lind} campaign paid.", "the campaign", "Lind campaign"),
    ],
)
def test_a_body_is_the_one_that_the_noun_can_mean(before: str, source: str, name: str) -> None:
    assert answer(f"{before} “No,” said <{source}>.") == name


def test_a_body_goes_on_under_its_description() -> None:
    marked = "{organization|Norlink} grew. It rained. It blew. “No,” said <the company>. It snowed. It poured. "
    assert answer(f"{marked}“Never,” said <the company>.") == "Norlink"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a study by the left-leaning {organization|Tide Watch} last year", "Tide Watch"),
        ("a report released by {Ada Lind}", "Ada Lind"),
        ("a letter obtained by {organization|Norlink}", "unresolved"),
        ("another group opposed to it, the {organization|Tide Watch}", "Tide Watch"),
        ("{Ada Lind} herself", "Ada Lind"),
        ("sources familiar with the talks", "collective"),
        ("some pilots and tidal engineers", "collective"),
        ("17 states", "collective"),
        ("a number of tides", "collective"),
        ("a 2014 statue", "anonymous"),
        ("both the board and union", "collective"),
        ("{Ada Lind} and {Bo Reyes} aides", "Ada Lind"),
    ],
)
def test_the_words_around_a_head_say_who_speaks(source: str, name: str) -> None:
    assert answer(f"It rained. “No,” said <{source}>.") == name


def test_those_named_after_a_plural_are_all_given() -> None:
    resolution = resolve_marked("“No,” said <her rivals — {Ada Lind}, {Bo Reyes} and {Zoe Cooper} —>.")
    names = {entity.entity_id: entity.name for entity in resolution.entities}
    speaker = resolution.speakers[0]
    assert speaker.status == "collective"
    assert [names[entity] for entity in speaker.entity_ids] == ["Ada Lind", "Bo Reyes", "Zoe Cooper"]


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("It angered several pilots,", "collective"),
        ("It angered those", "collective"),
        ("It angered a pilot", "anonymous"),
        ("Sen. {Ada Lind} won. It angered the senator,", "Ada Lind"),
        ("It angered {Ada Lind}, the chair of the {organization|Harbour Board},", "Ada Lind"),
        ("It angered the {group|Norlanders},", "collective"),
    ],
)
def test_who_means_what_stands_before_it(before: str, name: str) -> None:
    assert answer(f"{before} <who> said “no.”") == name


def test_which_after_a_thing_is_nobody() -> None:
    assert answer("It had a base <that> said “no.”") == "unresolved"


def test_a_poll_is_no_person_whom_he_could_mean() -> None:
    assert answer("{Bo Reyes} won. “No,” said <a local poll>. “Never,” <he> said.") == "Bo Reyes"


def test_the_statement_is_whose_it_was_said_to_be() -> None:
    marked = "“No,” <{Ada Lind}> said in a statement. “Never,” <the statement> said."
    assert answer(marked) == "Ada Lind"
    assert answer(marked.replace(" in a statement", "")) == "unresolved"


@pytest.mark.parametrize(
    ("before", "source", "name"),
    [
        ("It rained, according to a study by the {organization|Tide Watch}.", "the report", "Tide Watch"),
        ("A {organization|Tide Watch} study told of rain. Boats sank.", "the study", "Tide Watch"),
        ("{Ada Lind}’s letter told of rain. Boats sank.", "The letter", "Ada Lind"),
        ("“No,” <{Ada Lind}> said in a letter. “Yes,” said <{Bo Reyes}>.", "the letter", "Ada Lind"),
        (
            "In a filing with the {organization|Harbour Board}, <{organization|Norlink}> said “no.”",
            "the filing",
            "Norlink",
        ),
        ("“No,” <{organization|Norlink}> said in a {organization|Harbour Board} filing.", "the filing", "Norlink"),
        ("A study by the {organization|Tide Watch} told of rain. A study of boats was new.", "the study", "unresolved"),
        ("The {organization|Tide Watch} read a report.", "the report", "unresolved"),
        ("A study by the {organization|Tide Watch} told of rain.", "that study", "unresolved"),
        ("“No,” <{Ada Lind}> said in a statement. It met the police statement.", "the statement", "unresolved"),
        ("“No,” <{Ada Lind}> said in a statement from {Bo Reyes}’s office.", "the statement", "unresolved"),
        ("The {organization|Supreme Court} met.", "the district court", "unresolved"),
        ("The {organization|Norland District Court} met.", "the district court", "Norland District Court"),
        ("{organization|Harbour Times} and {organization|Norlink} met.", "the paper", "Harbour Times"),
    ],
)
def test_a_document_is_whose_the_article_says(before: str, source: str, name: str) -> None:
    assert answer(f"{before} “Never,” <{source}> said.") == name


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("the source with detailed knowledge of the inquiry", "anonymous"),
        ("the source", "anonymous"),
        ("the senator briefed on the inquiry", "anonymous"),
        ("a person familiar with the matter", "anonymous"),
        ("the senator", "Ada Lind"),
    ],
)
def test_who_is_described_by_what_he_knows_is_nobody_named(source: str, name: str) -> None:
    assert answer(f"It rained on Sen. {{Ada Lind}}, the source said. “No,” said <{source}>.") == name


def test_who_says_it_behind_a_name_is_no_apposition() -> None:
    assert answer("It fell to {Ada Lind}, the director said. “No,” said <the director>.") == "anonymous"


def test_it_is_nobody_who_only_got_the_paper() -> None:
    assert answer("A memo was leaked by {organization|Norlink}. “No,” <it> said.") == "unresolved"


def test_they_behind_an_organization_are_many() -> None:
    assert answer("{organization|Norlink} fell, traders said. “No,” <they> said.") == "collective"
    assert answer("“No,” said <{organization|Norlink}>. “Never,” <they> said.") == "Norlink"


@pytest.mark.parametrize(
    ("between", "pronoun", "name"),
    [
        ("Rain fell. Boats sank. Snow fell.", "it", "Norlink"),
        ("Rain fell. Boats sank. Snow fell.", "they", "collective"),
        ("Rain fell. Quaymark sank. Snow fell.", "it", "unresolved"),
        ("Rain fell. Boats sank. Snow fell. Hail fell. Leaves fell.", "it", "unresolved"),
    ],
)
def test_it_said_goes_on_over_sentences_that_name_no_other(between: str, pronoun: str, name: str) -> None:
    text = f"Ships left, Norlink said. {between} Trade fell, {pronoun} said."
    names = [Mention(span_of(text, n), "organization", "name", 1.0) for n in ("Norlink", "Quaymark") if n in text]
    first = Quotation(
        0, "indirect", (span_of(text, "Ships left"),), None, span_of(text, "Norlink"), 1.0, cue_lemma="say"
    )
    source = Span(text.rindex(pronoun), text.rindex(pronoun) + len(pronoun))
    last = Quotation(1, "indirect", (span_of(text, "Trade fell"),), None, source, 1.0, cue_lemma="say")
    sentences = tuple(Span(*match.span()) for match in re.finditer(r"[^ .][^.]*\.", text))
    article = Article("a" * 16, "a.txt", 0, "", "text/plain", "utf-8", text, 0)
    speaker = resolve_article(article, Annotation(sentences, tuple(names), ()), (first, last)).speakers[-1]
    assert (speaker.name or speaker.status) == name


def test_it_is_the_company_of_the_sentence_before() -> None:
    assert answer("{organization|Norlink} grew. It rained. The company may sell. “No,” <it> said.") == "Norlink"


def test_he_who_added_is_the_speaker_right_before() -> None:
    text = "Bo Reyes met Al Okoro at sea. “No,” Reyes told Okoro. “Never,” he added. “Never,” he said."
    source = Span(text.index("Reyes told"), text.index(" told"))
    told = Quotation(0, "direct", (span_of(text, "No,"),), span_of(text, "told"), source, 1.0)
    start = text.index("Never")
    added = Quotation(1, "direct", (Span(start, start + 6),), span_of(text, "added"), Span(start + 8, start + 10), 1.0)
    speakers = resolve_text(
        text, ["Bo Reyes", "Al Okoro", "(?<=” )Reyes", "Okoro(?=\\. “Never)"], [told, added]
    ).speakers
    assert [speaker.name for speaker in speakers] == ["Bo Reyes", "Bo Reyes"]


def test_i_inside_a_quotation_is_who_is_quoted() -> None:
    text = "“I told him ‘never’ and left,” Ada Lind said."
    outer = Quotation(
        0, "direct", (span_of(text, "I told him ‘never’ and left,"),), None, span_of(text, "Ada Lind"), 1.0
    )
    inner = Quotation(1, "direct", (span_of(text, "never"),), span_of(text, "told"), span_of(text, "I"), 1.0)
    assert [s.name for s in resolve_text(text, ["Ada Lind"], [outer, inner]).speakers] == ["Ada Lind", "Ada Lind"]


OPEN = "Ada Lind said: “Bo Reyes called it ‘mad.’ It is not.\n\n“It will rain.”"


def test_a_quotation_left_open_keeps_its_speaker_whoever_is_quoted_in_it() -> None:
    first = Quotation(0, "direct", (Span(OPEN.index("Bo"), OPEN.index("\n")),), None, span_of(OPEN, "Ada Lind"), 1.0)
    inside = Quotation(1, "direct", (span_of(OPEN, "mad."),), span_of(OPEN, "called"), span_of(OPEN, "Bo Reyes"), 1.0)
    last = Quotation(2, "direct", (span_of(OPEN, "It will rain."),), None, None, 1.0)
    speakers = resolve_text(OPEN, ["Ada Lind", "Bo Reyes"], [first, inside, last]).speakers
    assert [speaker.name for speaker in speakers] == ["Ada Lind", "Bo Reyes", "Ada Lind"]


def test_a_quotation_left_open_is_as_sure_in_its_next_paragraph() -> None:
    first = Attribution(
        (Span(OPEN.index("Bo"), OPEN.index("\n")),), span_of(OPEN, "said"), span_of(OPEN, "Ada Lind"), 0.9
    )
    last = Attribution((span_of(OPEN, "It will rain."),), None, None, 0.1)
    quoted = find_quoted(OPEN)
    assert [a.confidence for a in as_sure_as_begun([first, last], quoted)] == [0.9, 0.9]
    assert len(place_quotations(OPEN, [first, last], min_confidence=0.2)) == 2
    closed = OPEN.replace("It is not.", "It is not.”")
    assert [a.confidence for a in as_sure_as_begun([first, last], find_quoted(closed))] == [0.9, 0.1]


@pytest.mark.parametrize("source", ["The administration", "Our campaign", "The campaign"])
def test_a_word_that_begins_a_sentence_owns_no_campaign(source: str) -> None:
    assert [s.status for s in resolve_marked(f"“No.” <{source}> said so.").speakers] == ["unresolved"]
