"""Quotations as columns find, order and count what plain Python finds in the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.view.quote_columns import QuoteColumns, first_of
from flows.view.quote_filter import NONE, Condition

DAYS = [None, date(1969, 12, 30), date(2024, 3, 1), date(2024, 3, 2)]
rows = st.lists(
    st.fixed_dictionaries(
        {
            "speaker": st.sampled_from([None, 1, 2]),
            "confidence": st.sampled_from([0.25, 0.5, 0.9]),
            "is_copy": st.booleans(),
            "publisher": st.sampled_from([None, "The Gazette", "The Herald"]),
            "day": st.sampled_from(DAYS),
            "about": st.sets(st.sampled_from([1, 2, 3])),
        }
    ),
    min_size=1,
    max_size=12,
)


@contextmanager
def columns_of(quotations: list[dict[str, Any]]) -> Iterator[QuoteColumns]:
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE quote (place INTEGER, row BIGINT, speaker INTEGER, confidence FLOAT, is_copy BOOLEAN, "
            "publisher VARCHAR, published_date DATE)"
        )
        con.execute("CREATE TABLE about (entity INTEGER, place INTEGER)")
        for place, row in enumerate(quotations):
            values = [row[name] for name in ("speaker", "confidence", "is_copy", "publisher", "day")]
            con.execute("INSERT INTO quote VALUES (?, ?, ?, ?, ?, ?, ?)", [place, row_of(place), *values])
            for entity in row["about"]:
                con.execute("INSERT INTO about VALUES (?, ?)", [entity, place])
        yield QuoteColumns(con, {"publisher"})


def row_of(place: int) -> int:
    """Rows of the search index are in another order, and far apart."""
    return (17 - place) << 24


@given(rows)
@settings(max_examples=40)
def test_columns_find_and_count_what_the_rows_say(quotations: list[dict[str, Any]]) -> None:
    numbers = {"e-1": 1, "e-2": 2}
    conditions = {
        Condition("since", date(2024, 3, 2), ""): lambda q: q["day"] is not None and q["day"] >= date(2024, 3, 2),
        Condition("until", date(2024, 3, 1), ""): lambda q: q["day"] is not None and q["day"] <= date(2024, 3, 1),
        Condition("confidence", 0.9, ""): lambda q: q["confidence"] >= 0.9,
        Condition("copies", ("once",), ""): lambda q: not q["is_copy"],
        Condition("speaker", ("e-2", "e-nobody"), ""): lambda q: q["speaker"] == 2,
        Condition("about", ("e-1", "e-2"), ""): lambda q: q["about"] & {1, 2},
        Condition("publisher", (NONE, "The Herald"), ""): lambda q: q["publisher"] in (None, "The Herald"),
        Condition("publisher", ("The Moon",), ""): lambda _: False,
    }
    with columns_of(quotations) as columns:
        for condition, is_wanted in conditions.items():
            fitting = columns.fits(condition, numbers)
            wanted = [quotation for quotation in quotations if is_wanted(quotation)]
            assert fitting.tolist() == [bool(is_wanted(quotation)) for quotation in quotations], condition
            publishers = Counter(q["publisher"] or NONE for q in wanted)
            assert columns.top_values("publisher", fitting, 9) == sorted(
                publishers.items(), key=lambda found: (-found[1], found[0])
            )
            about = Counter(entity for q in wanted for entity in q["about"])
            assert dict(columns.top_entities("about", fitting, 9)) == about
            speakers = Counter(q["speaker"] for q in wanted if q["speaker"])
            assert dict(columns.top_entities("speaker", fitting, 9)) == speakers
            assert columns.days(fitting) == sorted(Counter(q["day"] for q in wanted if q["day"]).items())
        oldest = columns.sort_keys("oldest")
        assert oldest is not None
        in_order = sorted(range(len(quotations)), key=lambda place: (quotations[place]["day"] or date.max, place))
        assert first_of(oldest, len(quotations)).tolist() == in_order
        places = np.arange(len(quotations))
        assert columns.places_of(np.array([row_of(place) for place in places])).tolist() == places.tolist()


@given(st.lists(st.integers(0, 4), max_size=30), st.integers(1, 40))
def test_the_first_of_some_keys_are_those_of_a_sort(keys: list[int], n: int) -> None:
    assert first_of(np.array(keys, np.int32), n).tolist() == sorted(range(len(keys)), key=keys.__getitem__)[:n]
