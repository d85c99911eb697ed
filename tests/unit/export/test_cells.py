from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from flows.export.cells import MAX_EXCEL_CHARS, csv_cell, excel_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", " =1", "\r=1", "\u200b=1", "＝1"]
)
def test_a_text_that_a_spreadsheet_would_run_is_kept_a_text(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("“It is late,” she said", "“It is late,” she said"),
        (None, ""),
        (-1.5, "-1.5"),
        (True, "true"),
        (date(2024, 3, 1), "2024-03-01"),
        (["a", "=b"], '["a", "=b"]'),
    ],
)
def test_other_values_are_as_they_are(value: object, cell: str) -> None:
    assert csv_cell(value) == cell


def test_excel_holds_what_it_can() -> None:
    assert excel_cell("a\x00b") == "a\ufffdb"
    assert len(excel_cell("x" * 40_000)) == MAX_EXCEL_CHARS
    assert excel_cell(datetime(2024, 3, 1, 12, tzinfo=UTC)) == datetime(2024, 3, 1, 12)
