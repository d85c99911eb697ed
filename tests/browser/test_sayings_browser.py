"""A reader who wants to know where a saying comes from, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import serious_faults, serving
from tests.integration.told_sayings import TRAVELS, write_travels


@pytest.fixture(scope="module")
def site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(write_travels(tmp_path_factory.mktemp("sayings"))) as address:
        yield address


def test_from_a_quotation_to_where_it_was_first_seen(browser: Any, page: Any, site: str) -> None:
    page.goto(f"{site}/quotes?q=marble")
    page.get_by_role("link", name="also in 3 articles").click()
    address = page.url
    assert page.locator(".quotation").count() == len(TRAVELS)
    for width in (390, 820):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".copied a").click()
    assert page.locator("h1").inner_text() == TRAVELS[0][0]
    assert page.get_by_role("link", name="also in 3 articles").get_attribute("href") == address.removeprefix(site)
    assert page.told == []
    for scheme in ("light", "dark"):
        assert serious_faults(browser, scheme, [address, site, f"{site}/sayings"]) == []
