"""``python -m training.convert CORPUS REPOSITORY GOLD``: one corpus from a clone of its repository into GOLD.

CORPUS is polnear, newswire or gum. Writes GOLD/<corpus>/<split>.jsonl, one text a line.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from training.convert import gum, newswire, polnear

CORPORA = {"polnear": polnear.splits, "newswire": newswire.splits, "gum": gum.splits}


def write_lines(path: Path, records: Iterable[dict[str, Any]]) -> int:
    """One JSON object a line, sorted by id; returns how many."""
    ordered = sorted(records, key=lambda record: str(record["id"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in ordered)
    path.write_text("".join(lines), encoding="utf8")
    return len(ordered)


def main() -> None:
    """Convert one corpus and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", choices=sorted(CORPORA))
    parser.add_argument("repository", type=Path)
    parser.add_argument("gold", type=Path)
    args = parser.parse_args()
    for name, records in CORPORA[args.corpus](args.repository):
        path = args.gold / name
        print(f"{path}: {write_lines(path, records)} texts")


if __name__ == "__main__":
    main()
