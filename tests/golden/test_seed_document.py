"""The user's own seed document: its header, and its names. seed.yaml has its quotations and entities."""

from __future__ import annotations

from pathlib import Path

import pytest

SEED = Path(__file__).parents[2] / "seeds" / "000_0a015e6bfc61684e.txt"


@pytest.fixture
def seed_rows(rows_of_document):
    return rows_of_document(SEED)


def test_header_becomes_date_and_title(seed_rows):
    article = seed_rows["articles"][0]
    assert article["published_date"].isoformat() == "2021-07-11"
    assert article["date_method"] == "header"
    assert article["title"] == "China’s and North Korea’s leaders pledge to strengthen ties, according to KCNA."
    assert article["text"].startswith(article["title"] + "\n\nAs the two nations")


def test_scare_quotes_are_no_quotation(seed_rows):
    assert not [row for row in seed_rows["quotes"] if "volunteers" in row["text"]]


@pytest.mark.parametrize(
    ("name", "alias"),
    [("North Korea", "DPRK"), ("United States", "US"), ("Kim Jong Un", "Kim"), ("Park Won-gon", "Park")],
)
def test_other_names_are_aliases(seed_rows, name, alias):
    assert [alias in row["aliases"] for row in seed_rows["article_entities"] if row["name"] == name] == [True]


def test_a_country_has_its_code(seed_rows):
    codes = {row["name"]: row["external_id"] for row in seed_rows["article_entities"]}
    assert (codes["North Korea"], codes["China"], codes["Asia"]) == ("iso3166:KP", "iso3166:CN", None)
