"""What a reader does on the reading page, in a real browser; and that nothing of an article comes alive in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.view import quote_search
from flows.view.pages import quotes
from tests.browser.conftest import serious_faults, serving
from tests.integration.hostile import STRINGS, write_hostile
from tests.integration.view_site import RECORDS, write_news
from tests.pieces import refresh
from tests.seed_folder import SeedFolder

WIDTHS = (1280, 820, 390)
PATHS = ("/", "/quotes?q=harbour*", "/articles", "/entities", "/runs", "/quarantine")


@pytest.fixture(scope="module")
def site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    seeds = SeedFolder(folder / "seeds")
    write_news(seeds)
    seeds.write("broken.jsonl", "{broken\n")
    refresh(seeds.root, folder / "out")
    with serving(folder / "out") as address:
        yield address


@pytest.fixture(scope="module")
def hostile_site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    seeds = SeedFolder(folder / "seeds")
    write_hostile(seeds)
    refresh(seeds.root, folder / "out")
    with serving(folder / "out") as address:
        yield address


def test_search_choose_open_follow_take_along(page: Any, site: str, tmp_path: Path) -> None:
    page.goto(site)
    page.keyboard.press("/")
    page.keyboard.type("harbour*")
    page.keyboard.press("Enter")
    page.wait_for_url("**/quotes?q=harbour*")
    assert page.locator("#list article").count() == 2
    assert page.locator("mark.hit").first.inner_text().lower().startswith("harbour")
    page.locator(".facets a", has_text="Anna Smith").click()
    assert page.locator("#list article").count() == 1
    with page.expect_download() as taken:
        page.locator(".take a", has_text="CSV").click()
    taken.value.save_as(tmp_path / "taken.csv")
    assert RECORDS[0][5] in (tmp_path / "taken.csv").read_text("utf-8")
    page.locator("#list .from a").first.click()
    page.wait_for_url("**/article/*#q0")
    assert page.locator("h1").inner_text() == "Harbour opens"
    page.locator(".notes .who").first.click()
    assert page.locator("h1").inner_text() == "Anna Smith"
    assert page.locator("section[aria-labelledby=h-said] article").count() == 2
    assert page.told == []


def test_n_and_p_go_from_quotation_to_quotation(page: Any, hostile_site: str) -> None:
    page.goto(f"{hostile_site}/articles?q=story+0")
    page.locator("td.main a").first.click()
    page.wait_for_url("**/article/*")  # a key pressed before is the page's before
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.id") == "q0"
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.id") == "q1"
    page.keyboard.press("n")  # there is no third
    page.keyboard.press("p")
    assert page.evaluate("document.activeElement.id") == "q0"


def test_the_keys_go_through_a_list_of_quotations(page: Any, site: str) -> None:
    page.goto(f"{site}/quotes?q=harbour*")
    titles = [link.inner_text() for link in page.locator(".quotation .from a").all()]
    for key, place in (("n", 0), ("n", 1), ("n", 1), ("p", 0)):  # there is no third
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.innerText") == titles[place]
    page.keyboard.press("Enter")
    page.wait_for_url("**/article/*#q0")
    assert page.told == []


def test_the_arrows_turn_the_pages_of_a_list(page: Any, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (quote_search, quotes):
        monkeypatch.setattr(module, "PAGE_SIZE", 2)
    page.goto(f"{site}/quotes")
    for key, number in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2)):
        page.keyboard.press(key)
        page.wait_for_url(f"**/quotes?page={number}")
    assert page.locator(".quotation").count() == 2


def test_a_narrow_screen_shows_whose_article_it_is(page: Any, site: str) -> None:
    said = "getComputedStyle(document.querySelector('td.main a'), '::after').content"
    page.goto(f"{site}/articles?q=built")
    assert page.evaluate(said) == "none" and page.locator("td.opt", has_text="The Herald").is_visible()
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate(said) == '"The Herald"' and not page.locator("td.opt", has_text="The Herald").is_visible()


def test_an_entity_is_told_of_on_hover(page: Any, site: str) -> None:
    page.goto(f"{site}/articles?q=built")
    page.locator("td.main a").first.click()
    name = page.locator("q a.name").first
    name.hover()
    assert "Robert Jones · person" in name.evaluate("element => getComputedStyle(element, '::after').content")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen(page: Any, site: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    article, entity = _some(page, site)
    for path in (*PATHS, article, entity):
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize(
    ("scheme", "paths"),
    [("light", (*PATHS, "/quotes?q=nobody", "/quotes?page=0")), ("dark", ("/", "/quotes?q=harbour*"))],
)
def test_axe_finds_no_serious_fault(browser: Any, page: Any, site: str, scheme: str, paths: tuple[str, ...]) -> None:
    assert serious_faults(browser, scheme, [site + path for path in (*paths, *_some(page, site))]) == []


def test_nothing_hostile_lives(page: Any, hostile_site: str) -> None:
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith(hostile_site) else 0)
    page.on("dialog", lambda dialog: elsewhere.append(dialog.message))
    page.goto(f"{hostile_site}/articles")
    articles = [link.get_attribute("href") for link in page.locator("td.main a").all()]
    assert len(articles) >= len(STRINGS)
    page.goto(f"{hostile_site}/entities")
    entities = [link.get_attribute("href") for link in page.locator("td.main a").all()][:8]
    for path in ("/", "/quotes?q=look", "/quotes", "/articles", "/entities", "/quarantine", *articles, *entities):
        page.goto(hostile_site + path)
        page.evaluate("document.querySelectorAll('[tabindex],a').forEach(element => element.focus())")
        assert page.evaluate("window.alive") is None, path
        assert page.locator("iframe, object, embed, main img, main script, main style").count() == 0
    assert elsewhere == []
    assert page.told == []  # a policy that had to stop something would have said so


def _some(page: Any, site: str) -> tuple[str, str]:
    page.goto(f"{site}/articles")
    article = page.locator("td.main a").first.get_attribute("href")
    page.goto(f"{site}/entities")
    return article, page.locator("td.main a").first.get_attribute("href")
