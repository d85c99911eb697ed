from __future__ import annotations

import pytest

from tests.unit.test_articles import article
from transforms.dateline_parts import Dateline, parse_dateline
from transforms.datelines import DayOfYear

STORY = "The council of Port Calder voted on Wednesday night to charge cruise ships four crowns for every passenger."


@pytest.mark.parametrize(
    ("opening", "place", "date", "agency"),
    [
        ("SEOUL, July 11 (Yonhap) -- ", "SEOUL", DayOfYear(7, 11), "Yonhap"),
        ("WASHINGTON (AP) — ", "WASHINGTON", None, "AP"),
        ("LONDON, Jan 5 (Reuters) - ", "LONDON", DayOfYear(1, 5), "Reuters"),
        ("KABUL, July 11, 2021 (AFP) - ", "KABUL", "2021-07-11", "AFP"),
        ("MOSCOW, July 11. /TASS/. ", "MOSCOW", DayOfYear(7, 11), "TASS"),
        ("New Delhi [India], July 11 (ANI): ", "New Delhi", DayOfYear(7, 11), "ANI"),
        ("PARIS, 11 July (North Sound Wire) — ", "PARIS", DayOfYear(7, 11), "North Sound Wire"),
        ("TERRE HAUTE, Ind. (AP) — ", "TERRE HAUTE, Ind.", None, "AP"),
        ("BRIDGEWATER, N.J./WASHINGTON (Reuters) - ", "BRIDGEWATER, N.J./WASHINGTON", None, "Reuters"),
        ("Rio de Janeiro (CNN) ", "Rio de Janeiro", None, "CNN"),
        ("(Reuters) - ", None, None, "Reuters"),
        ("Tegucigalpa, Jan 2 (EFE).- ", "Tegucigalpa", DayOfYear(1, 2), "EFE"),
        ("(ANSA) - Rome, October 11 - ", "Rome", DayOfYear(10, 11), "ANSA"),
        ("Port Calder (dpa) - ", "Port Calder", None, "dpa"),
        ("Port Calder (tca/dpa) - ", "Port Calder", None, "tca/dpa"),
        ("(CNN) ", None, None, "CNN"),
        ("WILMINGTON, DE (September 2, 2005) – ", "WILMINGTON, DE", "2005-09-02", None),
        ("YAOUNDÉ, May 13 2022 (IPS) - ", "YAOUNDÉ", "2022-05-13", "IPS"),
        ("NEW YORK — ", "NEW YORK", None, None),
        ("PORT-AU-PRINCE, Haiti — “", "PORT-AU-PRINCE, Haiti", None, None),
        ("New Delhi, India - ", "New Delhi, India", None, None),
    ],
)
def test_a_dateline_in_its_parts(
    opening: str, place: str | None, date: str | DayOfYear | None, agency: str | None
) -> None:
    assert parse_dateline(opening + STORY) == Dateline(place, date, agency)


@pytest.mark.parametrize(
    "opening",
    [
        "Sen. Ada Osei (D-Md.), who leads the committee, said: ",
        "NASA — which launched it — says: ",
        "UPDATE — ",
        "FILE - In this May 5, 2020, file photo, the mayor speaks. ",
        "The two giants in the field - Alpha and Beta - have fought. ",
        "Ada Osei, the mayor - A friend of ships - said so. ",
        "The line (Reuters) is long. ",
        "Ada Osei (AFP) ",
        "HARBOUR FEE — the vote of the year. ",
        "Johnson, Smith - Both from the town - said so. ",
        "On Monday, May 5: ",
        "",
    ],
)
def test_what_only_looks_like_a_dateline_is_none(opening: str) -> None:
    assert parse_dateline(opening + STORY) is None


def test_a_dateline_fills_its_columns_and_stays_in_the_text() -> None:
    text = f"Town votes for fee\n\nA standfirst about the ships.\n\nSEOUL, Dec. 31 (Yonhap) -- {STORY}"
    built = article(f"Date: 2022-01-01\n{text}")
    assert (built.dateline_place, built.dateline_date, built.wire_agency) == ("SEOUL", "2021-12-31", "Yonhap")
    assert "SEOUL, Dec. 31 (Yonhap) -- The council" in built.text
    undated = article(text)
    assert (undated.dateline_place, undated.dateline_date) == ("SEOUL", None)
