"""Runs the Python of docs/analysis.md and docs/readers.md, and writes what it prints under it and its plots to images/.

``python docs/recipes.py`` makes a data set of seeds/ and works on that. A block whose library is not installed is left
as it is, and named.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

PAGES = ("analysis.md", "readers.md")
BLOCK = re.compile(r"```python\n(?P<code>.*?)```\n(?:\n```text\n.*?```\n)?", re.DOTALL)


def main() -> None:
    """Write both pages and the images anew."""
    os.environ["MPLBACKEND"] = "Agg"
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        make_data(Path(folder))
        for page in (ROOT / "docs" / name for name in PAGES):
            page.write_text(BLOCK.sub(with_output, page.read_text("utf-8")), "utf-8")
        for image in Path(folder).glob("*.png"):
            shutil.copy(image, ROOT / "docs" / "images")


def make_data(folder: Path) -> None:
    """What ``make run --table-format delta`` leaves, in two runs, so that there is something to travel to."""
    from flows.export.delta import export_delta
    from flows.jobs.annotators import load_annotator
    from flows.store import open_store
    from tests.pieces import refresh

    (folder / "seeds").mkdir()
    annotator = load_annotator("model")
    for seeds in halves(sorted((ROOT / "seeds").iterdir())):
        for seed in seeds:
            shutil.copy(seed, folder / "seeds")
        refresh(folder / "seeds", folder / "data", annotator=annotator)
    export_delta(open_store(str(folder / "data")))


def halves(paths: list[Path]) -> Iterator[list[Path]]:
    """The first and the last of a list."""
    middle = len(paths) // 2
    yield paths[:middle]
    yield paths[middle:]


def with_output(block: re.Match[str]) -> str:
    """A block of code with what it prints now."""
    code, printed = block["code"], io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "recipe", "exec"), {})
    except ModuleNotFoundError as error:
        print(f"not run, since {error.name} is not installed: {code.splitlines()[0]}", file=sys.stderr)
        return block[0]
    lines = "\n".join(line.rstrip() for line in printed.getvalue().strip("\n").splitlines())
    return f"```python\n{code}```\n\n```text\n{lines}\n```\n" if lines else f"```python\n{code}```\n"


if __name__ == "__main__":
    main()
