from __future__ import annotations

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.view.words import Term, match_expression, parse_terms, regex_of


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("tram line", [Term(("tram",)), Term(("line",))]),
        ("“tram line”", [Term(("tram", "line"))]),
        ('"tram line', [Term(("tram", "line"))]),
        ("minist*", [Term(("minist",), is_prefix=True)]),
        ("a -b", [Term(("a",)), Term(("b",), is_excluded=True)]),
        ("well-known", [Term(("well", "known"))]),
        ("? ! *", []),
    ],
)
def test_terms(text: str, terms: list[Term]) -> None:
    assert list(parse_terms(text)) == terms


@given(st.text())
def test_no_text_is_an_error_to_sqlite(text: str) -> None:
    expression = match_expression(parse_terms(text))
    if not expression:
        return
    with sqlite3.connect(":memory:") as con:
        con.execute("CREATE VIRTUAL TABLE w USING fts5(text)")
        con.execute("SELECT rowid FROM w WHERE w MATCH ?", (expression,)).fetchall()


def test_a_mere_not_is_no_question() -> None:
    assert match_expression(parse_terms("-a")) == ""


@pytest.mark.parametrize(
    ("word", "text", "is_found"),
    [("tram", "The tram.", True), ("tram", "trams", False), ("tram*", "trams", True), ("“a tram”", "a  tram", True)],
)
def test_the_regular_expression_finds_what_the_index_finds(word: str, text: str, is_found: bool) -> None:
    pattern = regex_of(parse_terms(word)[0]).replace(r"\p{L}\p{N}", r"\w")
    assert bool(re.search(pattern, text)) is is_found
