"""The report is the overview as one file, which leads nowhere, loads nothing and holds nothing of an article alive."""

from __future__ import annotations

import re
from pathlib import Path

import lxml.html
import pytest

from flows.errors import UserError
from flows.view.report import write_report
from tests.integration.hostile import faults_of, write_hostile
from tests.integration.view_site import RECORDS, make_pages, text_of, write_news
from tests.pieces import refresh
from tests.seed_folder import SeedFolder


def test_the_report_tells_what_the_first_page_tells(tmp_path: Path) -> None:
    pages = make_pages(tmp_path)
    page = write_report(str(tmp_path / "out"), str(tmp_path / "report.html")).read_text("utf-8")
    told = text_of(page)
    for word in ("Anna Smith", "The Gazette", "1 January 2023", "not stated"):
        assert (word in told) == (word in text_of(pages.get("/").text)), word
    assert told.startswith("out") and "Who is quoted most" in told
    tables = [
        [[cell.text_content().strip() for cell in row] for row in lxml.html.fromstring(text).iterfind(".//tr")]
        for text in (page, pages.get("/").text)
    ]
    assert tables[0] == tables[1]


def test_it_stands_alone(tmp_path: Path) -> None:
    seeds = SeedFolder(tmp_path / "seeds")
    write_hostile(seeds)
    refresh(seeds.root, tmp_path / "out")
    page = write_report(str(tmp_path / "out"), str(tmp_path / "report.html")).read_text("utf-8")
    tree = lxml.html.document_fromstring(page)
    assert not list(tree.iter("a", "script", "img", "link", "iframe", "form", "object"))
    style = tree.find(".//style").text
    assert not [url for url in re.findall(r"url\(([^)]*)\)", style) if not url.startswith("data:font/woff2;base64,")]
    assert "@import" not in style
    policy = tree.find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
    assert "default-src 'none'" in policy and "script" not in policy
    assert faults_of(page.replace(style, "").replace("<style>", "").replace("</style>", "")) == []
    assert len(page) < 400_000


def test_a_data_set_without_articles_has_a_report(tmp_path: Path) -> None:
    seeds = SeedFolder(tmp_path / "seeds")
    seeds.write("broken.jsonl", "{broken\n")
    refresh(seeds.root, tmp_path / "out")
    assert "No article has a day" in write_report(str(tmp_path / "out"), str(tmp_path / "r.html")).read_text("utf-8")


def test_where_it_cannot_be_written_one_line_says_why(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="newsmill run"):
        write_report(str(tmp_path), str(tmp_path / "report.html"))
    seeds = SeedFolder(tmp_path / "seeds")
    write_news(seeds, RECORDS[:1])
    refresh(seeds.root, tmp_path / "out")
    for to, told in (
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "r.html", "none"),
        ("s3://b/r.html", "on this machine"),
    ):
        with pytest.raises(UserError, match=told):
            write_report(str(tmp_path / "out"), str(to))
