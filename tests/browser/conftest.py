"""A real browser before the real page. Where there is none, these tests say so and skip."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from benchmarks.browser import CHROMIUM_OPTIONS, HOW_TO_GET, find_chromium
from flows.view.app import make_app
from flows.view.serve import _listen
from flows.view.site import Site
from flows.view.snapshot import Latest


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip(f"Chromium or Playwright is not installed: {HOW_TO_GET}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield opened
        opened.close()


@contextmanager
def serving(out: Path) -> Iterator[str]:
    """The page of a data set on a free port; yields its address."""
    listening = _listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    latest = Latest(str(out))
    server = uvicorn.Server(uvicorn.Config(make_app(Site(latest), port), log_level="warning", access_log=False))
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
