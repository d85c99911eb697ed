"""``python -m benchmarks.view_pictures data``: the pictures of the reading page in docs/images.

`make screenshots` calls it too, with a data set of the seeds. Chromium and Playwright are tools of this command only.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from benchmarks.browser import CHROMIUM_OPTIONS, HOW_TO_GET, find_chromium

IMAGES = Path(__file__).parent.parent / "docs" / "images"
# Pages found by a search: where a word finds them, and what follows their address.
FOUND = {
    "article": ("articles", "Government", ""),
    "entity": ("entities", "Voss", ""),
    "correction": ("entities", "Campus", "/correct?action=never"),
}
# The picture's name: the address, or what is found by a search; width, height, colours.
PICTURES = {
    "view-overview": ("/", 1280, 1000, "light"),
    "view-quotes": ("/quotes?q=minist*", 1280, 900, "light"),
    "view-article": ("article", 1280, 900, "light"),
    "view-article-narrow": ("article", 400, 860, "dark"),
    "view-entity": ("entity", 820, 1000, "light"),
    "view-correction": ("correction", 1280, 760, "light"),
}


def take_pictures(chromium: str, out: Path) -> None:
    """Serve the data set and take every picture."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        for may_correct in (False, True):
            with _serving(out, may_correct=may_correct) as site:
                for name, (path, width, height, colours) in PICTURES.items():
                    if (path == "correction") != may_correct:
                        continue
                    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)
                    page.goto(site + (_find(site, *FOUND[path]) if path in FOUND else path))
                    page.evaluate("document.fonts.ready")
                    page.screenshot(path=IMAGES / f"{name}.png")
                    page.close()
        browser.close()


@contextmanager
def _serving(out: Path, *, may_correct: bool) -> Iterator[str]:
    command = [sys.executable, "-m", "flows.cli.main", "view", "--out", str(out), "--port", "0", "--no-open"]
    with tempfile.TemporaryDirectory() as folder:
        command += ["--corrections", f"{folder}/corrections.csv"] if may_correct else []
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield _address(process)
            finally:
                process.terminate()


def _find(site: str, where: str, word: str, more: str) -> str:
    """The address of the first page that a search finds, with what follows it."""
    with urlopen(f"{site}/{where}?q={word}") as answer:
        found = re.search(r'<td class="main"><a href="([^"]+)"', answer.read().decode())
    assert found is not None, f"nothing called {word} in {where}"
    return found[1] + more


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Read "):
            return line.split()[1].rstrip("/")
    raise SystemExit("newsmill view ended before it showed anything")


def main() -> int:
    """Take the pictures of the data set that is named; 2, with one line, where a tool is missing."""
    chromium = find_chromium()
    if chromium is None:
        print(f"pictures need Chromium and Playwright: {HOW_TO_GET}", file=sys.stderr)
        return 2
    take_pictures(chromium, Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
