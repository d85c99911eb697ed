"""PolNeAR (Newell, Margolin and Ruths, LREC 2018): plain text beside brat stand-off annotations.

``data/<split>/text/<article>.txt`` and ``data/<split>/attributions/<article>_<annotator>.ann``. Of an article with
several annotators the first in the alphabet counts. brat's offsets are code points, as ours are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Spans = list[list[int]]
SPLITS = ("train", "dev")
ROLES = ("source", "cue", "content")


def splits(repository: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The file name and the records of each split; raises FileNotFoundError where the repository is another."""
    for split in SPLITS:
        folder = repository / "data" / split
        if not (folder / "attributions").is_dir():
            raise FileNotFoundError(f"no PolNeAR attributions in {folder}")
        yield f"polnear/{split}.jsonl", records_of(folder)


def records_of(folder: Path) -> list[dict[str, Any]]:
    """One record an article of a split."""
    chosen: dict[str, Path] = {}
    for path in sorted((folder / "attributions").glob("*.ann")):
        chosen.setdefault(path.stem.rpartition("_")[0], path)
    return [
        {
            "id": article,
            "text": (folder / "text" / f"{article}.txt").read_text(encoding="utf8"),
            "attributions": parse_attributions(path.read_text(encoding="utf8")),
        }
        for article, path in chosen.items()
    ]


def parse_attributions(standoff: str) -> list[dict[str, Spans]]:
    """The attributions of one brat file: its events of an Attribution kind, each with its spans by role."""
    spans: dict[str, Spans] = {}
    events: list[list[str]] = []
    for line in standoff.splitlines():
        fields = line.split("\t")
        if line.startswith("T") and len(fields) >= 2:
            spans[fields[0]] = parse_spans(fields[1])
        elif line.startswith("E") and len(fields) >= 2 and fields[1].startswith("Attribution"):
            events.append(fields[1].split())
    found = [attribution_of(arguments[1:], spans) for arguments in events]
    return sorted((item for item in found if item["content"]), key=lambda item: item["content"])


def parse_spans(field: str) -> Spans:
    """``Content 185 220;240 260`` as a list of spans."""
    return [[int(start), int(end)] for start, end in re.findall(r"(\d+) (\d+)", field)]


def attribution_of(arguments: list[str], spans: dict[str, Spans]) -> dict[str, Spans]:
    """An event's arguments as spans by role; brat numbers the arguments of a role that occurs twice."""
    roles: dict[str, Spans] = {role: [] for role in ROLES}
    for argument in arguments:
        name, _, target = argument.partition(":")
        role = name.rstrip("0123456789").lower()
        if role in roles:
            roles[role] += spans.get(target, [])
    return {role: sorted(found) for role, found in roles.items()}
