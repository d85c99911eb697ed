"""Headless Chromium, for whatever looks at pages: the pictures, and the tests of the reading page."""

from __future__ import annotations

import shutil

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# What to say where they are missing.
HOW_TO_GET = "apt-get install chromium; pip install 'newsmill[browser]'"


def find_chromium() -> str | None:
    """The path of Chromium, by any of its names; None where it, or Playwright, which drives it, is missing."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return None
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
