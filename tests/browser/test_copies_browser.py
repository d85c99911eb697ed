"""A reader who wants to know what a paper made of another's story, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import serious_faults, serving
from tests.integration.copied_news import HEADLINES, STORY, write_copied_news

KEPT, EDITED, _ = HEADLINES


@pytest.fixture(scope="module")
def site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(write_copied_news(tmp_path_factory.mktemp("copies"))) as address:
        yield address


def test_from_the_overview_to_what_differs_and_to_who_is_quoted_without_copies(page: Any, site: str) -> None:
    page.goto(site)
    page.locator(".counts a[href='/articles?sort=n_copies']").click()
    page.locator("td.main a").first.click()
    assert page.locator("h1").inner_text() == KEPT
    page.get_by_role("link", name=f"What differs in {EDITED}").click()
    assert " ".join(page.locator(".para del").last.inner_text().split()) == f"[dropped: {STORY[2]} ]"
    shown = page.locator(".para del").last.evaluate("element => getComputedStyle(element).textDecorationLine")
    assert shown == "line-through"  # which tells it without colours
    assert "from paragraph 3" in page.locator(".aside", has_text="moved").inner_text()
    page.goto(f"{site}/entities?type=person&sort=n_quotes")
    assert page.locator("tr", has_text="Anna Smith").locator(".num").all_inner_texts() == ["3", "3", "3"]
    page.locator("#copies").select_option("once")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**copies=once**")
    assert page.locator("tr", has_text="Anna Smith").locator(".num").all_inner_texts() == ["1", "1", "1"]
    page.locator("tr", has_text="Anna Smith").locator(".num a").click()
    assert page.locator("#list article").count() == 1
    assert page.told == []


def test_boilerplate_is_told_of_on_hover(page: Any, site: str) -> None:
    page.goto(f"{site}/articles?q=copper")
    page.locator("td.main a").first.click()
    passage = page.locator(".para .boilerplate")
    passage.hover()
    told = passage.evaluate("element => getComputedStyle(element, '::after').content")
    assert "8 articles of this source" in told


def test_no_page_is_too_wide_and_axe_finds_no_serious_fault(browser: Any, page: Any, site: str) -> None:
    paths = ["/articles?sort=n_copies"]
    for title in (EDITED, "copper"):
        page.goto(f"{site}/articles?q={title}")
        paths.append(page.locator("td.main a").first.get_attribute("href"))
    paths.append(f"{paths[1]}/compare")
    for width in (820, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for path in paths:
            page.goto(site + path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
    assert serious_faults(browser, "light", [site + path for path in paths]) == []
    assert serious_faults(browser, "dark", [site + path for path in paths[-2:]]) == []
