"""A person corrects an entity in a real browser, and the next run follows; the report, on screen and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.link.catalog_files import load_catalog
from flows.view.report import write_report
from tests.browser.conftest import serious_faults, serving
from tests.integration.hostile import write_hostile
from tests.integration.test_view_corrections import RECORDS
from tests.integration.view_site import write_news
from tests.pieces import refresh
from tests.seed_folder import SeedFolder

WIDTHS = (1280, 820, 390)


@pytest.fixture(scope="module")
def desk(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder with seeds, a data set and no corrections yet; and the address of its page."""
    folder = tmp_path_factory.mktemp("desk")
    seeds = SeedFolder(folder / "seeds")
    write_news(seeds, RECORDS)
    refresh(seeds.root, folder / "out")
    with serving(folder / "out", folder / "corrections.csv") as address:
        yield folder, address


@pytest.fixture
def told_here(desk: tuple[Path, str]) -> Iterator[tuple[Path, str]]:
    """The same, without corrections at the beginning and at the end."""
    (desk[0] / "corrections.csv").unlink(missing_ok=True)
    yield desk
    (desk[0] / "corrections.csv").unlink(missing_ok=True)


def open_entity(page: Any, site: str, name: str) -> None:
    page.goto(f"{site}/entities")
    page.fill("#q", name)
    page.locator("form.ask button").click()
    page.locator("td.main a", has_text=name).first.click()
    page.wait_for_url("**/entity/*")


def open_preview(page: Any, site: str) -> None:
    open_entity(page, site, "Anna Smyth")
    page.locator(".fixes input[name=q]").fill("anna")
    page.locator("button", has_text="Find the other").click()
    page.locator(".choices a", has_text="Anna Smith").click()


def test_find_merge_look_confirm_pending_undo(page: Any, told_here: tuple[Path, str]) -> None:
    folder, site = told_here
    open_preview(page, site)
    assert page.locator("h1").inner_text() == "Anna Smyth is Anna Smith"
    rows = [row.inner_text().split() for row in page.locator(".changes tbody tr").all()]
    assert ["Anna", "Smyth", "2", "2", "2", "goes"] in rows
    assert not (folder / "corrections.csv").exists()
    page.locator("button", has_text="Write it down").click()
    page.wait_for_url("**/entity/*")
    assert "Pending until the next run: Anna Smyth is Anna Smith." in page.locator("div.pending").inner_text()
    page.locator("nav a", has_text="Corrections").click()
    assert page.locator("tbody tr").count() == 1
    page.locator("button", has_text="Undo").click()
    page.wait_for_url("**/corrections")
    assert "None yet" in page.locator("main").inner_text()
    assert page.told == []


def test_the_next_run_follows_and_the_page_shows_one(page: Any, told_here: tuple[Path, str]) -> None:
    folder, site = told_here
    open_preview(page, site)
    page.locator("button", has_text="Write it down").click()
    page.wait_for_url("**/entity/*")
    refresh(folder / "seeds", folder / "out", catalog=load_catalog(None, folder / "corrections.csv"))
    with serving(folder / "out", folder / "corrections.csv") as anew:
        open_entity(page, anew, "Anna Smith")
        assert page.locator(".counts dd").first.inner_text() == "4"
        assert "Anna Smyth" in page.locator("section[aria-labelledby=h-names]").inner_text()
        page.goto(f"{anew}/entities")
        assert "Anna Smyth" not in [link.inner_text() for link in page.locator("td.main a").all()]
        page.goto(f"{anew}/corrections")
        assert "in force" in page.locator("tbody").inner_text()
    refresh(folder / "seeds", folder / "out")


def test_another_sites_form_changes_nothing(page: Any, told_here: tuple[Path, str], tmp_path: Path) -> None:
    folder, site = told_here
    open_preview(page, site)
    fields = page.evaluate("[...new FormData(document.querySelector('.confirm'))]")
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields)
    with_site = f'<form method="post" action="{site}/corrections">{inputs}</form>'
    (tmp_path / "evil.html").write_text(with_site)
    page.goto((tmp_path / "evil.html").as_uri())
    with page.expect_response("**/corrections") as answer:
        page.evaluate("document.querySelector('form').submit()")
    assert answer.value.status == 403
    assert not (folder / "corrections.csv").exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_and_axe_finds_no_serious_fault(
    browser: Any, page: Any, told_here: tuple[Path, str], scheme: str
) -> None:
    _, site = told_here
    open_entity(page, site, "Anna Smyth")
    entity = page.url
    page.goto(f"{entity}/correct?action=never")
    page.locator("button", has_text="Write it down").click()
    open_preview(page, site)
    addresses = [entity, page.url, f"{site}/corrections"]
    addresses += [f"{entity}/correct?action={action}" for action in ("merge", "split")]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for address in addresses:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, address)
    assert serious_faults(browser, scheme, addresses) == []


def test_the_report_is_one_file_that_asks_for_nothing(browser: Any, page: Any, tmp_path: Path) -> None:
    seeds = SeedFolder(tmp_path / "seeds")
    write_hostile(seeds)
    refresh(seeds.root, tmp_path / "out")
    report = write_report(str(tmp_path / "out"), str(tmp_path / "report.html"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(report.as_uri())
        page.evaluate("document.fonts.ready")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert page.evaluate("document.fonts.check('16px Newsreader')")
    assert {address for address in asked if not address.startswith("data:font/")} == {report.as_uri()}
    assert page.evaluate("window.alive") is None
    assert page.told == []
    for scheme in ("light", "dark"):
        assert serious_faults(browser, scheme, [report.as_uri()]) == []


def test_paper_is_white_whatever_the_screen_is(page: Any, desk: tuple[Path, str]) -> None:
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(desk[1])
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.goto(f"{desk[1]}/articles")
    page.goto(desk[1] + page.locator("td.main a").first.get_attribute("href"))
    ink, mark = page.evaluate(
        "[...document.querySelectorAll('q.direct[id]')].map(q => [getComputedStyle(q).color, "
        "getComputedStyle(q).backgroundColor])[0]"
    )
    assert (ink, mark) == ("rgb(0, 0, 0)", "rgb(251, 231, 166)")
