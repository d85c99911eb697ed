"""Which articles count as copies, of what kind, and which of them is kept."""

from __future__ import annotations

import datetime as dt

import pyarrow.parquet as pq
import pytest

from tests.copied_stories import Told, copies_among, duplicates, sentences_of

STORY = sentences_of(1, 10)
DAY = dt.date(2024, 5, 6)


def edited(sentence: str) -> str:
    words = sentence.split(" ")
    return " ".join([*words[:-2], "changed", *words[-1:]])


@pytest.mark.parametrize(
    ("copy", "kind"),
    [
        (STORY, "exact"),
        (("Another headline over it.", *STORY[1:]), "near"),
        (tuple(reversed(STORY)), "near"),
        ((*STORY[:8], *sentences_of(2, 1)), "near"),
        (tuple(edited(sentence) for sentence in STORY), "near"),
        (tuple(f"“{sentence}”" for sentence in STORY), "near"),
        (STORY[:3], "contained"),
        (STORY[4:8], "contained"),
        ((*sentences_of(3, 12), *STORY), "contained"),
    ],
)
def test_a_copy_is_found_whatever_was_done_to_it(copy, kind, tmp_path):
    told = [Told("original", STORY, DAY), Told("copy", copy, DAY + dt.timedelta(1)), Told("other", sentences_of(9, 10))]
    assert duplicates(copies_among(told, tmp_path)) == {"copy": ("original", kind)}


@pytest.mark.parametrize(
    "other",
    [
        sentences_of(2, 10),
        (*STORY[:4], *sentences_of(2, 8)),  # one part in three of it is the same
        (*sentences_of(2, 4), *STORY[4:]),  # it leads with something new
        STORY[:1],
    ],
)
def test_what_is_no_copy_is_left_alone(other, tmp_path):
    assert duplicates(copies_among([Told("a", STORY, DAY), Told("b", other, DAY)], tmp_path)) == {}


def test_the_same_form_weeks_later_is_another_story(tmp_path):
    form = [Told("a", STORY, DAY), Told("b", tuple(map(edited, STORY)), DAY + dt.timedelta(30))]
    assert duplicates(copies_among(form, tmp_path / "late")) == {}
    form[1] = form[1]._replace(day=DAY + dt.timedelta(3))
    assert duplicates(copies_among(form, tmp_path / "soon")) == {"b": ("a", "near")}


def test_an_updated_page_is_a_new_edition_and_a_front_page_is_not(tmp_path):
    old, new = STORY, (*STORY[:4], *sentences_of(2, 8))
    page = ["https://www.example.org/2024/pact?utm_source=x", "http://example.org/2024/pact/#top"]
    told = [Told("a", old, DAY, url=page[0]), Told("b", new, DAY, url=page[1])]
    assert duplicates(copies_among(told, tmp_path / "page")) == {"a": ("b", "new_edition")}  # b is the longer
    told = [article._replace(url="https://example.org/") for article in told]
    assert duplicates(copies_among(told, tmp_path / "front")) == {}


def test_the_earliest_is_kept_then_the_agencys_own_then_the_longest_then_by_id(tmp_path):
    longer = (*STORY, "One more sentence stands below this copy of the story.")
    agency = {"publisher": "Reuters", "wire_agency": "Reuters"}
    first = Told("d", STORY[:9], DAY)
    own, long, by_id = (Told("c", STORY[:9], **agency), Told("b", longer), Told("a", STORY))
    for number, (told, kept) in enumerate(
        [([by_id, long, own, first], "d"), ([by_id, long, own], "c"), ([by_id, long], "b")]
    ):
        assert {keeps for keeps, _ in duplicates(copies_among(told, tmp_path / str(number))).values()} == {kept}
    assert duplicates(copies_among([by_id, by_id._replace(article_id="z")], tmp_path / "id")) == {"z": ("a", "exact")}


def test_a_digest_makes_no_copies_of_each_other_of_the_stories_in_it(tmp_path):
    stories = [Told(f"s{n}", sentences_of(n, 6), DAY) for n in range(6)]
    digest = Told("digest", tuple(sentence for story in stories for sentence in story.sentences), DAY)
    found = duplicates(copies_among([*stories, digest], tmp_path))
    assert set(found) == {"digest"}


def test_two_cuts_of_one_story_are_its_copies_even_where_they_share_nothing(tmp_path):
    cuts = [Told("head", STORY[:5], DAY), Told("tail", STORY[5:], DAY), Told("whole", STORY, DAY + dt.timedelta(1))]
    found = duplicates(copies_among(cuts, tmp_path))
    assert {keeps for keeps, _ in found.values()} == {"head"}
    assert set(found) == {"tail", "whole"}


def test_a_story_printed_by_many_is_one_cluster(tmp_path):
    told = [Told("first", STORY, DAY, "Wire")]
    told += [Told(f"p{n}", (f"Headline number {n} of a paper.", *STORY[1:]), DAY, f"Paper {n}") for n in range(60)]
    found = duplicates(copies_among(told, tmp_path))
    assert len(found) == 60
    assert {keeps for keeps, _ in found.values()} <= {"first", *(f"p{n}" for n in range(60))}


def test_what_a_source_says_in_every_article_is_boilerplate_and_makes_no_copies(tmp_path):
    about = sentences_of(77, 4)
    told = [Told(f"a{n}", (*sentences_of(n, 3), *about), DAY + dt.timedelta(n), "The Gazette") for n in range(10)]
    copies = copies_among([*told, Told("other", (*sentences_of(50, 3), *about[:1]), DAY, "The Post")], tmp_path)
    spans = pq.read_table(copies.boilerplate).to_pylist()
    text = {article.article_id: article.text for article in told}
    assert {row["article_id"] for row in spans} == set(text)
    for row in spans:
        assert text[row["article_id"]][row["char_start"] : row["char_end"]] == "\n\n".join(about)
        assert row["n_articles"] == 10
    assert duplicates(copies) == {}


def test_many_copies_of_one_story_in_one_source_are_no_boilerplate(tmp_path):
    told = [
        Told(f"a{n:02}", (f"Headline {n} of it.", *STORY[1:]), DAY + dt.timedelta(n % 5), "Gazette") for n in range(20)
    ]
    copies = copies_among(told, tmp_path)
    assert pq.read_metadata(copies.boilerplate).num_rows == 0
    assert len(duplicates(copies)) == 19


def test_scripts_without_spaces_are_compared_too(tmp_path):
    story = "市議会は七日、港の新しい橋の建設を承認した。工事は来年の春に始まる予定だという。"
    told = [Told("a", (story,), DAY), Told("b", ("港の橋、建設へ。", story), DAY)]
    assert len(duplicates(copies_among(told, tmp_path))) == 1
