"""The reading page of a data set in object storage: the same pages, a local corrections file, snapshots followed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from flows.link.catalog_files import load_catalog
from flows.storage.errors import StorageError
from flows.view import article_rows
from flows.view import snapshot as snapshots
from flows.view.report import write_report
from tests.integration.test_view_corrections import HERE, RECORDS, form_of
from tests.integration.view_site import links_of, open_pages, text_of, write_news
from tests.pieces import refresh
from tests.seed_folder import SeedFolder


def test_pages_corrections_and_report(
    storage: str, seeds: SeedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(snapshots, "LOOK_EVERY_S", 0.0)
    write_news(seeds, RECORDS)
    refresh(seeds.root, storage)
    file = tmp_path / "corrections.csv"
    pages = open_pages(storage, corrections=file)
    for address in ("/", "/quotes?q=quay", "/articles", "/entities", "/runs", "/quarantine", "/quotes.csv"):
        assert pages.get(address).status_code == 200, address
    assert f"{storage}/snapshots/" in pages.get("/quotes").text  # the SQL that is shown
    story = next(link for link in links_of(pages.get("/articles?q=race").text) if link.startswith("/article/"))
    assert "I swam as never before" in text_of(pages.get(story).text)

    entity = next(link for link in links_of(pages.get("/entities?q=full").text) if link.startswith("/entity/"))
    address, fields = form_of(pages.get(f"{entity}/correct?action=never").text, "confirm")
    assert "Pending" in pages.post(address, data=fields, headers={"Origin": HERE}).text
    refresh(seeds.root, storage, catalog=load_catalog(None, file))
    deadline = time.monotonic() + 20
    while "all of them in force" not in text_of(pages.get("/corrections").text):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert pages.get(entity).status_code == 404

    report = write_report(storage, str(tmp_path / "report.html")).read_text("utf-8")
    assert "Anna Smith" in report and "Full Text" not in report


def test_storage_that_does_not_answer_is_told_of(
    storage: str, seeds: SeedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_news(seeds, RECORDS)
    refresh(seeds.root, storage)
    pages = open_pages(storage)
    story = next(link for link in links_of(pages.get("/articles").text) if link.startswith("/article/"))

    def fails(_: str) -> None:
        raise StorageError("s3://news: no answer")

    monkeypatch.setattr(article_rows, "open_parquet", fails)
    answer = pages.get(story)
    assert (answer.status_code, "no answer" in answer.text) == (503, True)
    assert pages.get("/articles").status_code == 200
