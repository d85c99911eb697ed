"""A real browser before the real page. Where there is none, these tests say so and skip."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from flows.view.app import make_app
from flows.view.serve import _listen
from flows.view.site import Site
from flows.view.snapshot import Latest

AXE = Path(__file__).parent / "axe.min.js"
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_api.sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=chromium, args=OPTIONS)
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
