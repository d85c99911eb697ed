"""``python -m benchmarks.view_pictures data``: the pictures of the reading page in docs/images.

`make screenshots` calls it too, with a data set of the seeds. Chromium and Playwright are tools of this command only.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from benchmarks.browser import CHROMIUM_OPTIONS, HOW_TO_GET, find_chromium

IMAGES = Path(__file__).parent.parent / "docs" / "images"
ARTICLE = "Government"  # a word of the headline of the article that is shown
# The picture's name: the address ("" for the article's), width, height, colours.
PICTURES = {
    "view-overview": ("/", 1280, 1000, "light"),
    "view-quotes": ("/quotes?q=minist*", 1280, 900, "light"),
    "view-article": ("", 1280, 900, "light"),
    "view-article-narrow": ("", 400, 860, "dark"),
}


def take_pictures(chromium: str, out: Path) -> None:
    """Serve the data set and take every picture."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "flows.cli.main", "view", "--out", str(out), "--port", "0", "--no-open"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            site = _address(process)
            with urlopen(f"{site}/articles?q={ARTICLE}") as answer:
                article = "/article/" + answer.read().decode().split('href="/article/')[1].split('"')[0]
            with sync_playwright() as tools:
                browser = tools.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
                for name, (path, width, height, colours) in PICTURES.items():
                    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)
                    page.goto(site + (path or article))
                    page.evaluate("document.fonts.ready")
                    page.screenshot(path=IMAGES / f"{name}.png")
                    page.close()
                browser.close()
        finally:
            process.terminate()


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
