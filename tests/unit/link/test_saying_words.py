"""The words of a saying, folded over what reporting changes."""

from __future__ import annotations

import pytest

from transforms.link.saying_words import MOST, saying_words, weights


@pytest.mark.parametrize(
    ("direct", "reported"),
    [
        ("We will never surrender", "he would “never surrender”"),
        ("I’m not going", "she was not going"),
        ("You can't do it", "you could not do it"),
        ("We won’t pay", "they would not pay"),
        ("[The mayor] sold the harbour", "He sold the harbour"),
        ("The harbour’s wall", "a harbour wall"),
        ("Café Müller closed", "Cafe Muller closed"),
        ("It cost 1,200 crowns", "it cost 1200 crowns"),
        ("AND NOW … THE SEA", "and now the sea"),
    ],
)
def test_what_is_one_though_written_otherwise(direct: str, reported: str) -> None:
    assert saying_words(direct) == saying_words(reported) != ()


@pytest.mark.parametrize("text", ["", "…", "“”", "I you they", "[sic]", "— — —"])
def test_texts_without_words(text: str) -> None:
    assert saying_words(text) == ()


def test_other_numbers_are_other_words() -> None:
    assert saying_words("in 2019") != saying_words("in 2020")


def test_rare_words_tell_more() -> None:
    common, rare = weights(saying_words("to be and not to be")), weights(saying_words("lighthouse granite sardines"))
    assert max(common) == 0
    assert set(rare) == {MOST}
