"""A real browser before the real page. Where there is none, these tests say so and skip."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from benchmarks.browser import CHROMIUM_OPTIONS, HOW_TO_GET, find_chromium
from flows.link.corrections_file import CorrectionsFile
from flows.view.app import make_app
from flows.view.serve import _listen
from flows.view.site import Site
from flows.view.snapshot import Latest


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium, for one file: Playwright keeps a loop running, within which no flow of another file would."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip(f"Chromium or Playwright is not installed: {HOW_TO_GET}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page whose ``told`` holds what the browser said of it: errors, and what its policy had to stop."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.told = []
    opened.on("console", lambda message: opened.told.append(message.text))
    opened.on("pageerror", lambda error: opened.told.append(str(error)))
    yield opened
    context.close()


def serious_faults(browser: Any, scheme: str, addresses: Sequence[str]) -> list[tuple[str, str, list[str]]]:
    """What axe-core finds serious on some pages."""
    axe = files(pytest.importorskip("axe_playwright_python")) / "axe.min.js"
    # The page's own policy lets no script in but its own, which is right: for axe alone it is put aside.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    faults = []
    for address in addresses:
        opened.goto(address)
        opened.add_script_tag(path=str(axe))
        faults += [
            (address, fault["id"], [node["html"][:120] for node in fault["nodes"][:3]])
            for fault in opened.evaluate("axe.run()")["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
    context.close()
    return faults


@contextmanager
def serving(out: Path, corrections: Path | None = None) -> Iterator[str]:
    """The page of a data set on a free port; yields its address."""
    listening = _listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    latest = Latest(str(out))
    site = Site(latest, corrections=CorrectionsFile(corrections) if corrections else None)
    server = uvicorn.Server(uvicorn.Config(make_app(site, port), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
        latest.close()
