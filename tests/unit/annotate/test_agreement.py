"""What a text says of a name in one place helps in the others."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.annotate.small_model import small_tokenizer
from transforms.annotate.agreement import agree_on_types, share_evidence
from transforms.annotate.pairing import Segment
from transforms.annotate.sequence import ENTITY_LABELS
from transforms.annotate.wordpieces import EncodedText, FloatArray, encode

PERSON, PLACE = ENTITY_LABELS.index("B-person"), ENTITY_LABELS.index("B-place")


def encoded(text: str) -> EncodedText:
    return encode(text, small_tokenizer())


def scores(n_pieces: int, **sure: float) -> FloatArray:
    """Every piece is a person's by a little; ``at3=2.0`` makes piece 3 a place by that much."""
    values = np.zeros((n_pieces, len(ENTITY_LABELS)), dtype=np.float32)
    values[:, PERSON] = 1.0
    for name, lead in sure.items():
        values[int(name[2:]), PLACE] = 1.0 + lead
    return values


def preferred(text: str, values: FloatArray) -> list[str]:
    return [ENTITY_LABELS[label] for label in share_evidence(encoded(text), values).argmax(axis=1)]


def test_a_clear_place_settles_an_unclear_one() -> None:
    text = "Porto rained, Porto it rained, Porto"
    assert preferred(text, scores(8, at0=6.0, at3=6.0))[7] == "B-place"


def test_words_without_a_capital_and_words_that_stand_once_keep_their_scores() -> None:
    text = "porto rained, porto. Lee"
    values = scores(6, at0=6.0)
    assert preferred(text, values) == ["B-place", *["B-person"] * 5]
    whole = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.exp(share_evidence(encoded(text), values)), whole, atol=1e-4)


def test_a_text_without_words_has_nothing_to_share() -> None:
    assert share_evidence(encoded(""), scores(0)).shape == (0, len(ENTITY_LABELS))


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("Porto, Porto", [("place", Segment(0, 1, 0.9)), ("person", Segment(2, 3, 0.6))], ["place", "place"]),
        # "Lee" is the end of "Ann Lee", twice a person.
        (
            "Ann Lee, Lee, Ann Lee",
            [("person", Segment(0, 2, 0.9)), ("place", Segment(3, 4, 0.8)), ("person", Segment(5, 7, 0.9))],
            ["person", "person", "person"],
        ),
        # What a longer name begins with may be anything: Porto is no person because Porto Lee is one.
        ("Porto Lee, Porto", [("person", Segment(0, 2, 0.9)), ("place", Segment(3, 4, 0.8))], ["person", "place"]),
    ],
)
def test_mentions_of_one_name_have_one_type(text: str, found: list[tuple[str, Segment]], expected: list[str]) -> None:
    assert [kind for kind, _ in agree_on_types(found, encoded(text))] == expected
