"""What a paragraph is, for every step alike."""

from __future__ import annotations

import pytest

from transforms.paragraphs import paragraph_spans, split_blocks
from transforms.records import Span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [""]),
        ("One line.", ["One line."]),
        ("One\nparagraph.", ["One\nparagraph."]),
        ("One.\n\nTwo.", ["One.", "Two."]),
        ("One.\n \t\n\n  Two.\n\xa0\nThree.", ["One.", "Two.", "Three."]),
    ],
)
def test_blank_lines_part_paragraphs(text: str, expected: list[str]) -> None:
    assert [text[slice(*span)] for span in paragraph_spans(text)] == expected


def test_the_white_space_before_a_paragraph_belongs_to_the_break() -> None:
    assert paragraph_spans("One.\n\n  Two.") == [Span(0, 4), Span(8, 12)]
    assert split_blocks("One.\n\n  Two.") == ["One.", "  Two."]
