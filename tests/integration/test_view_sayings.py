"""The reading page shows how a saying travelled, and every quotation of it leads there."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace
from pathlib import Path

import duckdb
import lxml.html
import pytest
from starlette.testclient import TestClient

from flows.store.manifest import Manifest
from flows.view.pages import saying
from tests.integration.hostile import STRINGS, faults_of
from tests.integration.told_sayings import CHANGED, SHORT, TRAVELS, WHOLE, write_travels
from tests.integration.view_site import links_of, open_pages, text_of


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return open_pages(write_travels(tmp_path_factory.mktemp("sayings")))


def sayings_on(page: str) -> list[str]:
    return [link for link in links_of(page) if link.startswith("/saying/")]


def address_of(pages: TestClient, title: str) -> str:
    page = lxml.html.fromstring(pages.get("/articles").text)
    return str(next(link.get("href") for link in page.iter("a") if link.text_content() == title))


def the_saying(pages: TestClient) -> str:
    (address,) = set(sayings_on(pages.get("/").text))
    return address


def test_a_quotation_says_in_how_many_other_articles_it_stands(pages: TestClient) -> None:
    for page in (pages.get(address_of(pages, "Marble")).text, pages.get("/quotes?q=marble").text):
        assert sayings_on(page) == [the_saying(pages)]
        assert "also in 3 articles" in text_of(page)
    for page in (pages.get(address_of(pages, "Alone")).text, pages.get("/quotes?q=fish").text):
        assert sayings_on(page) == []
        assert "also in" not in text_of(page)


def test_an_entity_s_quotations_lead_to_their_sayings(pages: TestClient) -> None:
    entities = lxml.html.fromstring(pages.get("/entities?q=reyes").text)
    (link,) = (link.get("href") for link in entities.iter("a") if link.text_content() == "Bo Reyes")
    assert sayings_on(pages.get(link).text) == [the_saying(pages)]


def test_a_saying_shows_its_fullest_words_who_is_named_and_where_it_was_first_seen(pages: TestClient) -> None:
    page = pages.get(the_saying(pages)).text
    text = text_of(page)
    assert WHOLE in lxml.html.fromstring(page).find(".//h1").text_content()
    assert "disputed" in text
    assert "First seen in Wall, The Gazette, 3 May 2021. Last on 6 May 2021." in text
    counts = [number.text_content() for number in lxml.html.fromstring(page).iter("dd")]
    assert counts == ["4", "3", "4", "4"]  # articles, with copies counted once, quotations, publishers
    assert "Ada Lind in 3 articles: The Gazette, The Herald, The Mirror" in text
    assert "Bo Reyes in 1 article: The Courier" in text


def test_its_quotations_stand_in_order_of_time_each_in_its_own_words(pages: TestClient) -> None:
    root = lxml.html.fromstring(pages.get(the_saying(pages)).text)
    told = [" ".join(quotation.text_content().split()) for quotation in root.find_class("quotation")]
    marks = [[tag.text_content() for tag in quotation.find_class("tag")] for quotation in root.find_class("quotation")]
    for one, (title, _, publisher, words, speaker) in zip(told, TRAVELS, strict=True):
        assert all(part in one for part in (title, publisher, words, speaker))
    assert marks == [
        ["direct", "shortened", "first"],
        ["direct", "whole", "fullest"],
        ["direct", "whole", "copy"],
        ["direct", "changed"],
    ]
    links = [link for link in links_of(pages.get(the_saying(pages)).text) if "#q" in link]
    assert links == [f"{address_of(pages, title)}#q0" for title, *_ in TRAVELS]


def test_its_days_are_drawn_without_script(pages: TestClient) -> None:
    page = pages.get(the_saying(pages))
    (bars,) = lxml.html.fromstring(page.text).find_class("bars")
    assert bars.get("aria-label") == "4 quotations by day"
    assert [title.text for title in bars.iter("title")] == [f"{day} May 2021: 1 quotation" for day in (3, 4, 5, 6)]
    assert faults_of(page.text) == []


def test_many_quotations_are_shown_a_page_at_a_time(pages: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saying, "PAGE_SIZE", 3)
    monkeypatch.setattr(saying, "_TRAVELS", saying._TRAVELS.replace("LIMIT 100", "LIMIT 3"))
    address = the_saying(pages)
    first, second = (pages.get(f"{address}{page}").text for page in ("", "?page=2"))
    assert (SHORT in text_of(first), CHANGED in text_of(first), CHANGED in text_of(second)) == (True, False, True)
    assert f"{address}?page=2" in links_of(first)
    assert pages.get(f"{address}?page=9").text.count("<blockquote") == 1
    assert pages.get(f"{address}?page=x").status_code == 400


def test_what_is_no_saying_is_not_there(pages: TestClient) -> None:
    for name in ("nothing", "r-", "%3Cscript%3E"):
        page = pages.get(f"/saying/{name}")
        assert (page.status_code, "<script>" in page.text) == (404, False)


def test_the_overview_lists_the_sayings_that_travelled_most(pages: TestClient) -> None:
    assert f"{WHOLE[:60]}" in text_of(pages.get("/").text)
    assert pages.get("/figures/sayings.csv").text.count("disputed") == 1


def test_all_sayings_can_be_searched_sorted_chosen_and_taken_along(pages: TestClient) -> None:
    assert "/sayings" in links_of(pages.get("/").text)
    for query in ("", "?q=granite", "?q=lind", "?sort=last_published_date", "?agreement=disputed"):
        assert sayings_on(pages.get(f"/sayings{query}").text) == [the_saying(pages)], query
    for query in ("?q=fish", "?agreement=agreed", "?speaker=e-nobody"):
        assert sayings_on(pages.get(f"/sayings{query}").text) == [], query
    assert pages.get("/sayings?sort=text").status_code == pages.get("/sayings?agreement=maybe").status_code == 400
    assert pages.get("/sayings.csv?q=granite").text.count("disputed") == 1


def test_what_is_said_elsewhere_too_can_be_chosen(pages: TestClient) -> None:
    page = pages.get("/quotes").text
    assert {"/quotes?elsewhere=yes", "/quotes?elsewhere=no"} <= set(links_of(page))
    for chosen, is_there in (("yes", True), ("no", False)):
        page = pages.get(f"/quotes?elsewhere={chosen}").text
        assert (the_saying(pages) in sayings_on(page)) is is_there
        sql = html.unescape(re.findall(r"<pre[^>]*><code>(.*?)</code>", page, re.DOTALL)[0])
        rows = csv.DictReader(io.StringIO(pages.get(f"/quotes.csv?elsewhere={chosen}").text.lstrip("\ufeff")))
        assert sorted(row["quote_id"] for row in rows) == sorted(row[0] for row in duckdb.sql(sql).fetchall()) != []


def test_a_snapshot_without_these_tables_is_shown(tmp_path: Path) -> None:
    out = write_travels(tmp_path)
    path = out / "latest" / "manifest.json"
    told = Manifest.from_json(path.read_bytes())
    files = [file for file in told.files if file.table not in ("sayings", "quote_reuse")]
    counts = {table: n for table, n in told.counts.items() if table not in ("sayings", "quote_reuse")}
    path.write_bytes(replace(told, files=files, counts=counts).to_json())
    pages = open_pages(out)
    for address in ("/", "/quotes", "/sayings", address_of(pages, "Wall")):
        page = pages.get(address)
        assert not {"/sayings", "/quotes?elsewhere=yes"} & set(links_of(page.text)), address
        assert (page.status_code, sayings_on(page.text)) == (200, [])
    assert pages.get("/saying/r-0").status_code == 404


def test_nothing_hostile_is_alive_in_a_saying(tmp_path: Path) -> None:
    rows = [
        (f"Wall {text}", f"2021-05-{1 + number:02d}", text, f"{WHOLE} {text}", "Ada Lind")
        for number, text in enumerate(STRINGS)
    ]
    pages = open_pages(write_travels(tmp_path, tuple(rows)))
    addresses = {*sayings_on(pages.get("/").text)}
    assert addresses
    told = [pages.get(address) for address in ("/", "/quotes", *sorted(addresses))]
    assert any("&lt;script&gt;window.alive=1&lt;/script&gt;" in page.text for page in told[2:])
    for page in told:
        assert (page.status_code, faults_of(page.text)) == (200, [])
        assert "unsafe" not in page.headers["content-security-policy"]
