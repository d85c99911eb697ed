"""`make screenshots`: the pictures in docs/images, of a real schedule with two runs and of the reading page.

Everything is thrown away afterwards: the server, its database, the data set. Chromium and Playwright are tools of
this command only; it says what to install where they are missing.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.browser import CHROMIUM_OPTIONS, HOW_TO_GET, find_chromium
from benchmarks.view_pictures import take_pictures

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
NEWSMILL = [sys.executable, "-m", "flows.cli.main"]
WIDTH = 1440
SETTLE_MS = 2500  # the timeline is drawn some time after the page is there
MAX_IMAGE_BYTES = 300_000
START_TIMEOUT_S = 180
RUN_TIMEOUT_S = 600

NEW_ARTICLE = """Council Delays Vote on Tram Line

By Helen Ashdown

PORT ELLERY, Nov. 23 — The city council put off its vote on the new tram line on Monday.

“We need the figures before we spend the money,” said Ruth Calloway, the mayor.

“The delay is a gift to the motor lobby,” said Peter Lindqvist of the Harbour Party. “And they will be back in spring.”
"""


def main() -> int:
    """Take the pictures; 2, with one line, where a tool is missing."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--annotator", default="model")
    annotator = options.parse_args().annotator
    chromium = find_chromium()
    if chromium is None:
        print(f"screenshots need Chromium and Playwright: {HOW_TO_GET}", file=sys.stderr)
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    with _newsroom() as folder, _serving(folder, annotator) as (url, deployment):
        first = _run(url, deployment)
        _change_files(folder / "seeds")
        second = _run(url, deployment)
        terminal = _terminal_session(folder, annotator)
        _take_pictures(chromium, url, deployment, (first, second), terminal)
        take_pictures(chromium, folder / "data")
    return _check_sizes()


@contextmanager
def _newsroom() -> Iterator[Path]:
    """A folder with a plain name, since it is seen in the pictures."""
    folder = Path(tempfile.gettempdir()) / "newsroom"
    folder.mkdir()
    try:
        shutil.copytree(ROOT / "seeds", folder / "seeds")
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _serving(folder: Path, annotator: str) -> Iterator[tuple[str, str]]:
    """`newsmill serve` with a server of its own; yields the UI's address and the deployment's id."""
    command = [*NEWSMILL, "serve", "seeds", "--cron", "0 6 * * *", "--name", "daily", "--batch-chars", "10000"]
    with subprocess.Popen(
        [*command, "--annotator", annotator], cwd=folder, env=_environment(folder), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            page = _read_address(process)
            yield page.split("/deployments/")[0], page.rsplit("/", 1)[1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
            subprocess.run([*NEWSMILL, "stop-server"], env=_environment(folder), check=True)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**kept, "PREFECT_HOME": str(folder / ".prefect"), "PYTHONPATH": str(ROOT), "COLUMNS": "110"}


def _read_address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        print(line, end="", flush=True)
        if line.startswith("Change or start it at "):
            return line.split()[-1]
    raise SystemExit("newsmill serve ended before it served anything")


def _run(url: str, deployment: str) -> str:
    """Run the deployment as the UI's button does; the id of the flow run, once it has ended."""
    run = _post(f"{url}/api/deployments/{deployment}/create_flow_run", {})
    deadline = time.monotonic() + RUN_TIMEOUT_S
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{url}/api/flow_runs/{run['id']}") as answer:
            state = json.load(answer)["state"]
        if state["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
            print(f"run {run['id']}: {state['name']}")
            time.sleep(3)  # the server writes events and artifacts down a moment later
            return str(run["id"])
        time.sleep(1)
    raise SystemExit(f"the run did not end within {RUN_TIMEOUT_S} s")


def _post(address: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        reply: dict[str, Any] = json.load(answer)
        return reply


def _change_files(seeds: Path) -> None:
    """What a day brings: a new article, a correction, one withdrawn, and a file that is no text."""
    texts = sorted(seeds.glob("*.txt"))
    (seeds / "tram-vote.txt").write_text(NEW_ARTICLE, encoding="utf-8")
    (seeds / "scan-0412.txt").write_bytes(bytes(range(256)) * 8)
    with texts[-1].open("a", encoding="utf-8") as file:
        file.write("\nCorrection: an earlier version of this article misstated the date.\n")
    texts[-2].unlink()


def _terminal_session(folder: Path, annotator: str) -> str:
    """What `newsmill run` and two commands to look at the result print, with the commands."""
    out = ["--out", "data"]
    commands = [
        ["run", "seeds", *out, "--rebuild"],
        ["show", "quotes", *out, "-n", "5"],
        ["history", *out],
    ]
    lines = []
    for command in commands:
        extra = ["--annotator", annotator] if command[0] == "run" else []
        done = subprocess.run(
            [*NEWSMILL, *command, *extra],
            cwd=folder,
            env=_environment(folder),
            capture_output=True,
            text=True,
            check=True,
        )
        lines += [f"$ newsmill {' '.join(command)}", done.stdout.rstrip(), ""]
    return "\n".join(lines)


def _take_pictures(chromium: str, url: str, deployment: str, runs: tuple[str, str], terminal: str) -> None:
    from playwright.sync_api import sync_playwright

    first, second = runs
    artifacts = _artifacts(url, second)
    pages = {
        "runs": ("/runs", 1060, None),
        "flow-run": (f"/runs/flow-run/{first}", 1060, None),
        "artifacts": (f"/runs/flow-run/{second}", 1000, "Artifacts"),
        "parameters": (f"/deployments/deployment/{deployment}/run", 2180, None),
        **{key: (f"/artifacts/artifact/{artifacts[key]}", height, None) for key, height in _ARTIFACT_HEIGHTS.items()},
    }
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        for name, (path, height, tab) in pages.items():
            page = browser.new_page(viewport={"width": WIDTH, "height": height})
            page.goto(url + path)
            page.wait_for_load_state("networkidle")
            if tab:
                page.get_by_text(tab, exact=True).first.click()
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
        page = browser.new_page(viewport={"width": WIDTH, "height": 100})
        page.set_content(_TERMINAL_PAGE.format(html.escape(terminal)))
        page.screenshot(path=IMAGES / "terminal.png", full_page=True)
        browser.close()


_ARTIFACT_HEIGHTS = {"run-summary": 1180, "quarantine": 520, "top-speakers": 760}
_TERMINAL_PAGE = """<body style="margin:0;background:#1d1f21;color:#e4e4e4;padding:20px 24px">
<pre style="margin:0;font:14px/1.45 'DejaVu Sans Mono',monospace;white-space:pre-wrap">{}</pre></body>"""


def _artifacts(url: str, flow_run: str) -> dict[str, str]:
    """The flow run's artifacts: key to id."""
    request = urllib.request.Request(
        f"{url}/api/artifacts/filter",
        json.dumps({"flow_runs": {"id": {"any_": [flow_run]}}}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return {artifact["key"]: artifact["id"] for artifact in json.load(answer)}


def _check_sizes() -> int:
    """Shrink the pictures where pngquant is there; 1 where one stays too large for a repository."""
    images = sorted(IMAGES.glob("*.png"))
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--ext", ".png", "--strip", *map(str, images)], check=False)
    for image in images:
        print(f"{image.relative_to(ROOT)}  {image.stat().st_size / 1000:.0f} kB")
    return int(any(image.stat().st_size > MAX_IMAGE_BYTES for image in images))


if __name__ == "__main__":
    sys.exit(main())
