"""The reading page shows which articles are copies, what differs in them, and counts with copies counted once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import lxml.html
import pytest
from starlette.testclient import TestClient

from flows.store.manifest import Manifest
from flows.view.pages import compare
from tests.integration.copied_news import FOOT, HEADLINES, STORY, write_copied_news
from tests.integration.hostile import STRINGS, faults_of
from tests.integration.view_site import links_of, open_pages, text_of
from tests.pieces import refresh
from tests.seed_folder import SeedFolder

KEPT, EDITED, CUT = HEADLINES


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_copied_news(tmp_path_factory.mktemp("copies"))


@pytest.fixture(scope="module")
def pages(made: Path) -> Iterator[TestClient]:
    return open_pages(made)


def address_of(pages: TestClient, title: str) -> str:
    page = pages.get("/articles", params={"q": title}).text
    return next(link for link in links_of(page) if link.startswith("/article/"))


def marked(page: str, tag: str) -> list[str]:
    """What a page marks with a tag, without the words that only a screen reader says."""
    root = lxml.html.fromstring(page)
    for unseen in root.find_class("unseen"):
        unseen.text = ""
    return [" ".join(element.text_content().split()) for element in root.find_class("story")[0].iter(tag)]


def test_a_copy_says_so_and_leads_to_the_article_that_counts(pages: TestClient) -> None:
    page = pages.get(address_of(pages, EDITED)).text
    assert f"A copy, cut: what counts is {KEPT}, The Agency Post, 1 March 2024." in text_of(page)
    others = {address_of(pages, KEPT), address_of(pages, CUT)}
    assert others | {f"{address_of(pages, EDITED)}/compare"} <= {*links_of(page)}


def test_an_article_lists_its_copies_with_publisher_day_kind_and_share(pages: TestClient, made: Path) -> None:
    text = text_of(pages.get(address_of(pages, KEPT)).text)
    (shared,) = duckdb.sql(
        f"SELECT shared_words, round(100 * similarity)::INTEGER FROM '{made}/latest/article_duplicates/*.parquet' d "
        f"JOIN '{made}/latest/articles/*.parquet' USING (article_id) WHERE title = '{EDITED}'"
    ).fetchall()
    assert "Of 2 copies and this one, this one counts." in text
    assert f"{EDITED} The Herald, 2 March 2024 cut, {shared[1]}\xa0% alike, {shared[0]} words shared" in (
        text.replace(" %", "\xa0%")
    )


def test_what_differs_is_marked_where_it_stands(pages: TestClient) -> None:
    page = pages.get(f"{address_of(pages, EDITED)}/compare").text
    assert marked(page, "del") == ["dropped", "one", KEPT, "whole office.", STORY[2]]
    own = "Our own staff added this line to it."
    assert marked(page, "ins") == ["added", "another", EDITED, "three of", "staff.", own]
    assert "moved from paragraph 3" in text_of(page)
    assert "1 paragraph moved" in text_of(page)
    assert "[dropped: whole office.]" in text_of(page)  # which is what a screen reader says


def test_only_copies_can_be_compared(pages: TestClient) -> None:
    assert pages.get(f"{address_of(pages, KEPT)}/compare").status_code == 404
    assert pages.get("/article/nothing/compare").status_code == 404


def test_texts_that_are_too_long_are_not_laid_side_by_side(pages: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "MAX_CHARS", 100)
    page = pages.get(f"{address_of(pages, EDITED)}/compare")
    assert (page.status_code, "too long" in text_of(page.text)) == (200, True)


def test_boilerplate_is_marked_and_nothing_else(pages: TestClient) -> None:
    page = lxml.html.fromstring(pages.get(address_of(pages, "News of copper")).text)
    (passage,) = (span for span in page.find_class("boilerplate") if span.get("data-about"))
    assert passage.text_content() == FOOT
    assert passage.get("data-about") == "Boilerplate: 8 articles of this source have it"
    assert lxml.html.fromstring(pages.get(address_of(pages, KEPT)).text).find_class("boilerplate") == []


def test_the_overview_says_how_many_articles_are_copies(pages: TestClient) -> None:
    page = pages.get("/").text
    assert "copies among them2" in text_of(page).replace(" 2", "2")
    assert {"/articles?sort=n_copies", "/entities?sort=n_quotes&copies=once"} <= {*links_of(page)}


def test_lists_count_copies_once_where_asked(pages: TestClient, made: Path) -> None:
    def row_of(address: str, name: str) -> list[str]:
        rows = lxml.html.fromstring(pages.get(address).text).iter("tr")
        return next([cell.text_content() for cell in row] for row in rows if row[0].text_content() == name)

    known = duckdb.sql(
        "SELECT n_articles, n_quotes, n_articles_without_copies, n_quotes_without_copies "
        f"FROM '{made}/latest/entities/*.parquet' WHERE name = 'Anna Smith'"
    ).fetchall()
    assert known == [(3, 3, 1, 1)]
    assert row_of("/entities", "Anna Smith")[3:6] == ["3", "3", "3"]
    assert row_of("/entities?copies=once", "Anna Smith")[3:6] == ["1", "1", "1"]
    assert "11 articles" in text_of(pages.get("/articles").text)
    assert "9 articles" in text_of(pages.get("/articles?copies=once").text)
    kept = address_of(pages, KEPT).rpartition("/")[2]
    assert "3 articles" in text_of(pages.get(f"/articles?story={kept}").text)
    assert pages.get("/entities?copies=twice").status_code == 400


def test_quotations_count_copies_once_where_asked(pages: TestClient) -> None:
    page = pages.get("/quotes?copies=once").text
    assert "2 quotations" in text_of(page)
    rows = list(csv.DictReader(io.StringIO(pages.get("/quotes.csv?copies=once").text.lstrip("\ufeff"))))
    assert {row["title"] for row in rows} == {KEPT}
    sql = lxml.html.fromstring(page).xpath("//pre/code")[0].text_content()
    assert len(duckdb.sql(sql).fetchall()) == 2
    assert any("speaker=" in link and "copies=once" in link for link in links_of(page))


def test_a_snapshot_without_these_tables_is_shown(tmp_path: Path) -> None:
    seeds = SeedFolder(tmp_path / "seeds")
    seeds.write_records("news.jsonl", [{"title": "One", "text": "A story of a town that stands alone."}])
    refresh(seeds.root, tmp_path / "out")
    path = tmp_path / "out" / "latest" / "manifest.json"
    told = Manifest.from_json(path.read_bytes())
    files = [file for file in told.files if file.table not in ("article_duplicates", "boilerplate")]
    path.write_bytes(replace(told, files=files).to_json())
    pages = open_pages(tmp_path / "out")
    for path in ("/", "/entities", "/entities?copies=once", "/quotes", address_of(pages, "One")):
        assert pages.get(path).status_code == 200


def test_nothing_hostile_is_alive_among_the_differences(tmp_path: Path) -> None:
    seeds = SeedFolder(tmp_path / "seeds")
    rows = []
    for number, text in enumerate(STRINGS):
        own = f"{text} was seen, and Anna Smith heard of it first. The {text} goes on."
        row = {"id": f"{number}", "title": f"Bridge {text}", "publisher": text, "date": f"2024-03-{1 + number:02d}"}
        rows.append(row | {"text": "\n\n".join((STORY[0], own, *STORY[1:]))})
    seeds.write_records("news.jsonl", [row | {"language": "en"} for row in rows])
    refresh(seeds.root, tmp_path / "out")
    pages = open_pages(tmp_path / "out")
    articles = [link for link in links_of(pages.get("/articles").text) if re.fullmatch("/article/[a-z0-9]+", link)]
    compared = [page for page in (pages.get(f"{link}/compare") for link in articles) if page.status_code == 200]
    assert len(compared) >= len(STRINGS) - 2
    assert sum("&lt;script&gt;window.alive=1&lt;/script&gt;" in page.text for page in compared) >= 1
    for page in (*compared, *map(pages.get, articles)):
        assert faults_of(page.text) == []
        assert "unsafe" not in page.headers["content-security-policy"]
