"""A folder of seed files that tests write, change and move about."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

SPEAKERS = ("Anna Smith", "Robert Jones", "Maria Garcia", "Peter Novak", "Helen Clark")
LONG_AGO = 1_600_000_000


def story(number: int, *, n_paragraphs: int = 2) -> str:
    """A short invented article, different for each number, with quotations that the fake annotator finds."""
    speaker, other = SPEAKERS[number % 5], SPEAKERS[(number // 5) % 5]
    paragraph = (
        f"“The bridge in district {number} will open in May,” said {speaker}. Work began {number + 2} years ago."
        f" Residents of the town had waited for it, and {other} wrote about it often."
    )
    body = "\n\n".join(f"{paragraph} That was part {part}." for part in range(n_paragraphs))
    return f"Bridge number {number} opens\n\n{body}\n"


class SeedFolder:
    """Files below ``root``. A file written gets a time stamp of its own, long ago, unless told otherwise.

    A file system's clock is coarse: two writes in one tick would look alike. Newsmill has to cope with that too, and
    ``is_fresh`` leaves the time as it is to show it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ticks = 0
        root.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, text: str | bytes, *, is_fresh: bool = False) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        if not is_fresh:
            self._ticks += 1
            os.utime(path, (LONG_AGO + self._ticks, LONG_AGO + self._ticks))
        return path

    def write_records(self, name: str, records: Iterable[Mapping[str, str] | str], *, is_fresh: bool = False) -> Path:
        lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
        return self.write(name, "\n".join(lines) + "\n", is_fresh=is_fresh)

    def write_stories(self, numbers: Iterable[int], *, n_paragraphs: int = 2) -> None:
        for number in numbers:
            self.write(f"story-{number:04d}.txt", story(number, n_paragraphs=n_paragraphs))

    def move(self, name: str, new: str) -> None:
        target = self.root / new
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).replace(target)

    def delete(self, name: str) -> None:
        (self.root / name).unlink()

    def names(self) -> list[str]:
        return sorted(p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file())
