from __future__ import annotations

import pytest

from transforms.text import clean_text, count_words

WRAPPED = """\
The lighthouse at Gull Point will be handed over to a computer next
month, ending a line of keepers that began in 1871, the harbour board
said on Friday.

"I am not sentimental," said Elias Warne, who has kept the lamp for a well-
known thirty-one years. "But I shall miss the stairs, and perhaps the
radio a little too."
"""


def test_hard_wrapped_lines_are_joined_into_paragraphs() -> None:
    first, second = clean_text(WRAPPED).split("\n\n")
    assert first.endswith("that began in 1871, the harbour board said on Friday.")
    assert "a well-known thirty-one years" in second
    assert "\n" not in second


def test_wrapped_text_with_indented_paragraphs_keeps_them_apart() -> None:
    text = (
        "   The ferry left at six in the morning, four hours after the crews had\n"
        "shaken hands on a new contract with the owners of the line, and a day\n"
        "later than planned.\n"
        "   Nobody on the quay complained about that, said the harbour master of\n"
        "Port Calder, who had brought soup for everyone.\n"
    )
    assert [paragraph[:9] for paragraph in clean_text(text).split("\n\n")] == ["The ferry", "Nobody on"]


def test_an_indented_line_begins_a_paragraph_even_after_a_full_one() -> None:
    text = (
        "   The ferry left at six in the morning, four hours after the crews had\n"
        "shaken hands on a new contract with the owners of the line. It was very\n"
        "late, then very early, and nobody but the harbour master was about.\n"
        "   Nobody on the quay complained about that, or nobody that he had heard\n"
        "of until noon.\n"
    )
    assert [paragraph[:9] for paragraph in clean_text(text).split("\n\n")] == ["The ferry", "Nobody on"]


def test_wrapped_paragraphs_without_blank_lines_part_where_a_line_ends_early_with_its_sentence() -> None:
    text = (
        "The ferry left at six in the morning, four hours after the crews had\n"
        "shaken hands on a contract that had kept both sides awake for longer\n"
        "than either of them cared to remember. The new one is with the owners\n"
        "of the shipping line, which is now called\n"
        "Calder Line. Nobody complained, as far as the harbour master of Port\n"
        "Calder knew, and he knows most of the people who wait on the quay on a\n"
        "working day, and all of those who complain.\n"
        "“I had brought soup for everyone who was still waiting on the quay,”\n"
        "he said, and showed the pot to anybody who cared to look at it, “and\n"
        "as you can see for yourself, it is gone.”\n"
        "Another ferry is to follow in the afternoon, if the wind allows it to\n"
        "leave. None has so far, said the harbour master, who has watched them\n"
        "for thirty years.\n"
    )
    paragraphs = clean_text(text).split("\n\n")
    assert [paragraph.split()[0] for paragraph in paragraphs] == ["The", "“I", "Another"]
    assert "which is now called Calder Line. Nobody" in paragraphs[0]


def test_one_line_a_paragraph_is_recognised_without_blank_lines() -> None:
    text = "A headline\nThe first paragraph is one long line that goes on and on.\n“The second,” she said.\n"
    assert clean_text(text).split("\n\n") == [
        "A headline",
        "The first paragraph is one long line that goes on and on.",
        "“The second,” she said.",
    ]


def test_a_word_divided_at_a_line_end_is_one_word_and_keeps_its_hyphen() -> None:
    assert clean_text("It was a well-\nknown harbour, and open.") == "It was a well-known harbour, and open."
    assert clean_text("In the years 1914 -\nand later too, it was.") == "In the years 1914 - and later too, it was."


@pytest.mark.parametrize(
    "text", ["He spoke to them personally\nin the town hall.", "Wins for Lund;\nA bad night for Amsel"]
)
def test_a_line_that_plainly_goes_on_is_joined(text: str) -> None:
    assert clean_text(text) == text.replace("\n", " ")


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("One.\r\n\r\nTwo.\rThree.", "One.\n\nTwo.\n\nThree."),
        ("one\n \t\n\n\n\ntwo", "one\n\ntwo"),
        ("Gov.\u00a0Lund  said\tno", "Gov. Lund said no"),
        ("co\u00adoperate\u200b\ufeff", "cooperate"),
        ("bell\x07 and\x00 null", "bell and null"),
        ("One.\u2029Two.", "One.\n\nTwo."),
        ("e\u0301t\u00e9", "été"),
        ("a family: 👩\u200d🚀", "a family: 👩\u200d🚀"),
        ("half a pair \ud83d", "half a pair \ufffd"),
        (" \n ", ""),
    ],
)
def test_white_space_and_invisible_characters(raw: str, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


def test_words_ligatures_and_the_style_of_quotation_marks_stay() -> None:
    text = "“Curly,” 'straight', «guillemets», \"double\", ``old'' — ﬁne… ½ ＡＢＣ --"
    assert clean_text(text) == text


def test_words_are_runs_of_letters_and_digits() -> None:
    assert count_words("The mayor’s 14-page letter — “no” — cost €3.5m.") == 9
