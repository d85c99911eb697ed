"""The reading page over a small data set made by the product's own run with the fake annotator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import lxml.html
from starlette.testclient import TestClient

from flows.link.corrections_file import CorrectionsFile
from flows.view.app import make_app, prepare
from flows.view.site import Site
from flows.view.snapshot import Latest
from tests.pieces import refresh
from tests.seed_folder import SeedFolder

PORT = 8765
RECORDS = (
    ("Harbour opens", "2024-03-01", "The Gazette", "Trade", "Anna Smith", "The harbour will open in May"),
    ("Harbour closes", "2024-03-04", "The Gazette", "Trade", "Robert Jones", "We closed the harbours for the müller"),
    ("Bridge built", "2024-04-01", "The Herald", "", "Anna Smith", "Robert Jones will not open that bridge"),
    ("Undated bridge", "", "", "", "Maria Garcia", "A bridge is a bridge"),
    ("=HYPERLINK(1)", "2023-01-05", "The Herald", "Trade", "Helen Clark", "=SUM(A1) is what they wrote"),
)


def write_news(seeds: SeedFolder, records: tuple[tuple[str, ...], ...] = RECORDS, name: str = "news.jsonl") -> None:
    """Invented articles, one quotation each."""
    rows = []
    for number, (title, day, publisher, section, speaker, said) in enumerate(records):
        text = f"“{said},” said {speaker}. The town waited for news of it all week long, and number {number} was it."
        row = {"id": f"{name}-{number}", "title": title, "text": text, "language": "en"}
        more = {"date": day, "publisher": publisher, "section": section}
        rows.append(row | {key: value for key, value in more.items() if value})
    seeds.write_records(name, rows)


def open_pages(out: Path | str, *, token: str = "", port: int = PORT, corrections: Path | None = None) -> TestClient:
    """A client of the page of a data set."""
    file = CorrectionsFile(corrections) if corrections else None
    site = Site(Latest(str(out), prepare=prepare), corrections=file)
    return TestClient(make_app(site, port, token), base_url=f"http://127.0.0.1:{port}", raise_server_exceptions=False)


def make_pages(folder: Path) -> TestClient:
    """The page of the invented articles and of a file that is none."""
    seeds = SeedFolder(folder / "seeds")
    write_news(seeds)
    seeds.write("broken.jsonl", "{broken\n")
    refresh(seeds.root, folder / "out")
    return open_pages(folder / "out")


def links_of(page: str) -> Iterator[str]:
    """Where the links of a page lead."""
    for link in lxml.html.fromstring(page).iter("a"):
        yield link.get("href") or ""


def text_of(page: str) -> str:
    """What a reader sees of the main part of a page, white space as one space."""
    main = lxml.html.fromstring(page).get_element_by_id("main")
    return " ".join(main.text_content().split())
