from __future__ import annotations

from datetime import date, timedelta

import pytest

from flows.view.charts import timeline


@pytest.mark.parametrize(
    ("first", "last", "unit", "n_bars"),
    [
        (date(2024, 3, 1), date(2024, 3, 1), "day", 1),
        (date(2024, 2, 27), date(2024, 3, 2), "day", 5),
        (date(2023, 11, 30), date(2024, 3, 1), "month", 5),
        (date(2000, 1, 1), date(2024, 12, 31), "year", 25),
        (date(1, 1, 1), date(9998, 12, 31), "year", 9998),
    ],
)
def test_bars_leave_out_no_time(first: date, last: date, unit: str, n_bars: int) -> None:
    line = timeline([(first, 2), (last, 3)])
    assert (line.unit, len(line.bars), line.total) == (unit, n_bars, 5)
    assert line.bars[0].first <= first and line.bars[-1].last >= last
    for one, other in zip(line.bars, line.bars[1:], strict=False):
        assert other.first == one.last + timedelta(days=1)


def test_no_days_are_no_bars() -> None:
    assert timeline([]).bars == []
    assert timeline([]).most is None
