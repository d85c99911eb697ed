from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b2J\x07\x7f", r"\x9b2J\x07\x7f"),
        ("a\nb\rc\td", r"a\nb\rc\td"),
        ("abc\u202egpj.exe\u2066x\u2069", r"abc\u202egpj.exe\u2066x\u2069"),
        ("no\u200bwhere\ufeff", r"no\u200bwhere\ufeff"),
        ("half \ud83d of a pair", r"half \ud83d of a pair"),
        ("in\u200dvisible", r"in\u200dvisible"),
    ],
)
def test_what_steers_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text", ["He [the mayor] said so [sic] [/x] :smile:", "Ça va – “naïve”", "می\u200cخواهم", "👨\u200d👩\u200d👧"]
)
def test_what_is_printable_stays(text: str) -> None:
    assert visible(text) == text


def test_lines_may_be_kept() -> None:
    assert visible("a\nb\x1b", keep="\n") == "a\nb\\x1b"


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_no_control_character_is_left(text: str) -> None:
    shown = visible(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set(shown) & set("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    shown.encode()
