"""Wordpieces, their offsets and their features."""

from __future__ import annotations

import numpy as np
import pytest
from tokenizers import Tokenizer

from tests.unit.annotate.small_model import small_tokenizer
from transforms.annotate import wordpieces
from transforms.paragraphs import paragraph_spans


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return small_tokenizer()


@pytest.mark.parametrize(
    ("word", "case"),
    [
        ("rain", wordpieces.CASE_LOWER),
        ("Rain", wordpieces.CASE_TITLE),
        ("NATO", wordpieces.CASE_UPPER),
        ("McCoy", wordpieces.CASE_MIXED),
        ("1990", wordpieces.CASE_DIGIT),
        ("J", wordpieces.CASE_INITIAL),
        ("日本", wordpieces.CASE_MIXED),
    ],
)
def test_word_case(word: str, case: int) -> None:
    assert wordpieces.word_case(word) == case


def states(text: str) -> str:
    marks = wordpieces.marks_by_char(text, paragraph_spans(text))
    return "".join(".iu()s"[state] for state in marks.tolist())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a “b” c", "..(i).."),
        ('"b" c "d"', "(i)...(i)"),
        ("“ab\n\n“cd”", "(uu..(ii)"),
        ("it's a", "......"),
        ("‘so it is’ a", "ssssssssss.."),
        ("a” b", ".).."),
    ],
)
def test_quotation_marks(text: str, expected: str) -> None:
    assert states(text) == expected


def test_offsets_are_code_points(tokenizer: Tokenizer) -> None:
    text = "It was 🙂 in Zürich, e\u0301t \U0001d400"
    encoded = wordpieces.encode(text, tokenizer)
    words = [text[start:end] for start, end in zip(encoded.starts, encoded.ends, strict=True)]
    assert "🙂" in words and "Zürich" in words and "," in words


@pytest.mark.parametrize("words_before", ["", "rain it was,", "Rain. Rain. [SEP] zürich"])
def test_a_text_is_cut_as_a_whole_whatever_was_read_before(words_before: str) -> None:
    tokenizer = small_tokenizer()
    text = "Rain, rain  it\twas [SEP] in\n\nZürich. Zürich. It\u200b was,\x01 Rain. " + "rain" * 50
    wordpieces.encode(words_before, tokenizer)
    encoded = wordpieces.encode(text, tokenizer)
    whole = tokenizer.encode(text, add_special_tokens=False)
    assert encoded.ids.tolist() == whole.ids
    assert list(zip(encoded.starts.tolist(), encoded.ends.tolist(), strict=True)) == whole.offsets


def test_gaps_and_paragraphs(tokenizer: Tokenizer) -> None:
    encoded = wordpieces.encode("Rain.\n\nIt rained\nall day", tokenizer)
    gaps = encoded.features // wordpieces.FEATURE_SIZES[3] % wordpieces.FEATURE_SIZES[2]
    assert encoded.paragraphs.tolist() == [0, 0, 1, 1, 1, 1]
    assert gaps.tolist() == [
        wordpieces.GAP_PARAGRAPH,
        wordpieces.GAP_NONE,
        wordpieces.GAP_PARAGRAPH,
        wordpieces.GAP_SPACE,
        wordpieces.GAP_LINE,
        wordpieces.GAP_SPACE,
    ]


@pytest.mark.parametrize("text", ["", " \n", "\u200b\ufeff", "\x00"])
def test_texts_without_words(text: str, tokenizer: Tokenizer) -> None:
    encoded = wordpieces.encode(text, tokenizer)
    assert len(encoded.ids) == len(encoded.features) == len(encoded.paragraphs)


def test_codes_stay_within_the_table(tokenizer: Tokenizer) -> None:
    text = '“Rain,” J said ‘so’.\n\nNATO 5 McCoy "x'
    assert np.all(wordpieces.encode(text, tokenizer).features < wordpieces.N_FEATURE_CODES)
