"""Sentence boundaries: what ends a sentence and what only looks like it."""

from __future__ import annotations

import pytest

from transforms.annotate.sentence_boundaries import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["It rained.", "It stopped."],
        ["Mr. Park met Gen. Ito and J. R. Lima in St. Paul.", "They talked."],
        ["The U.S. Senate voted at 5 p.m. on Friday.", "He left the U.S.", "The vote was close."],
        ["The book by A. A. Lee sold well.", "A second followed."],
        ["It cost $4.5 million, i.e. a lot.", "Nobody paid."],
        ["“It rained.”", "“It stopped,” she said."],
        ["“Will it rain?” he asked.", "“No!”"],
        ["Acme Corp. said so.", "Acme Inc. and Foo Ltd. Partners did not."],
        ["He waited ... and waited.", "Then he left..."],
        ["See No. 5 on Jan. 3 in the case of Lee v. Kim.", "It is short."],
        ["He said (on Monday.)", "Then he slept."],
        ['"I came."', "'I saw.'", "He won."],
        ["The vote was lost.[1]", "The next was won."],
        ["Who?", "Me!", "Why?!", "Because."],
        ["The vote is at 8 p.m. EST today.", "It closed at 9 p.m.", "Nobody came."],
        ["He met then-Sen. Ada Lind and ex-Gov. Bo Reyes.", "They talked."],
        ["The (Wilmington, Del.) News Journal said so.", "Sen. Ada Lind (D-Va.) Tuesday agreed."],
        ["He is from Vt. (D-Va.)", "They agreed."],
        ["They may . . .", "He left. . . .", "It rained and . . . it stopped."],
        ["He tried. …", "It failed."],
        ['"It is long. It is good." - Ann Example'],
        ["“It is long.", "It is good,” she said."],
        ["Lind reported from McLean, Va.", "Contributing: Bo Reyes."],
    ],
)
def test_sentences_of_one_paragraph(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


def test_a_blank_line_ends_a_sentence() -> None:
    assert sentences("Rain stops play\n\nBy Ann Lee\n\nIt rained\nall day. It stopped.") == [
        "Rain stops play",
        "By Ann Lee",
        "It rained\nall day.",
        "It stopped.",
    ]


def test_a_lost_space_is_no_lost_boundary() -> None:
    assert sentences("That was the end.The next day it rained.") == ["That was the end.", "The next day it rained."]


def test_a_caption_without_a_stop() -> None:
    assert sentences("The winner In the north, nobody came.") == ["The winner", "In the north, nobody came."]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "...", "\u200b", "a", "。", "A.\n\n\n\nB."])
def test_odd_texts(text: str) -> None:
    assert all(part.strip() == part != "" for part in sentences(text))
