from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from flows.view.quote_filter import FACETS, SORTS, QuoteFilter, quoted
from flows.view.rendering import web_address

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
days = st.none() | st.dates()
filters = st.builds(
    QuoteFilter,
    q=texts.map(str.strip),
    chosen=st.dictionaries(st.sampled_from(list(FACETS)), st.lists(texts, min_size=1, max_size=3, unique=True)).map(
        lambda chosen: tuple((name, tuple(chosen[name])) for name in FACETS if name in chosen)
    ),
    since=days,
    until=days,
    confidence=st.sampled_from([0.0, 0.25, 0.9]),
    is_once=st.booleans(),
    sort=st.sampled_from(["", *SORTS]),
    page=st.integers(1, 400),
)


@given(filters)
@settings(max_examples=25)
def test_the_address_holds_the_whole_question(asked: QuoteFilter) -> None:
    assert QuoteFilter.from_address(QueryParams(asked.address(page=asked.page))) == asked


@given(filters)
@settings(max_examples=25)
def test_the_plain_sql_is_sql_whatever_is_asked(asked: QuoteFilter) -> None:
    sql = asked.plain_sql("/data/it's [1]", {facet.column for facet in FACETS.values()})
    assert len(duckdb.extract_statements(sql)) == 1


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")))
def test_a_literal_is_the_text(text: str) -> None:
    assert duckdb.sql(f"SELECT {quoted(text)}").fetchall() == [(text,)]


def test_a_change_goes_to_the_first_page() -> None:
    asked = QuoteFilter(q="a", page=7, since=date(2024, 1, 2))
    assert asked.address(until=date(2024, 2, 1)) == "q=a&since=2024-01-02&until=2024-02-01"
    assert asked.address(page=8) == "q=a&since=2024-01-02&page=8"


@pytest.mark.parametrize(
    ("address", "is_followed"),
    [
        ("https://example.org/a?b=c", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org/x", False),
        ("http://[bad", False),
        ("https://", False),
        ("https://example.org/\u202egpj", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_are_followed(address: str | None, is_followed: bool) -> None:
    assert (web_address(address) is not None) is is_followed
