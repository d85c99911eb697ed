"""A feed of made-up records, each different, with quotations and names that the tests' annotator finds."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path

FIRST = [
    "Anna",
    "Robert",
    "Maria",
    "Peter",
    "Helen",
    "John",
    "Paul",
    "Ruth",
    "Omar",
    "Lena",
    "Ivan",
    "Sofia",
    "Carl",
    "Nina",
    "Hugo",
    "Alma",
]
SYLLABLES = [
    "ba",
    "be",
    "bo",
    "da",
    "de",
    "do",
    "ga",
    "ge",
    "go",
    "la",
    "le",
    "lo",
    "ma",
    "me",
    "mo",
    "na",
    "ne",
    "no",
    "ra",
    "re",
    "ro",
    "sa",
    "se",
    "so",
    "ta",
    "te",
    "to",
]
PARAGRAPHS = 6


def surname(number: int) -> str:
    """One of 15,625 surnames."""
    parts = [SYLLABLES[number // 25**power % 25] for power in range(3)]
    return "".join(parts).capitalize() + "n"


def text(number: int, n_paragraphs: int = PARAGRAPHS) -> str:
    """A headline and paragraphs of about 60 words, of which each quotes one person and names another."""
    chance = random.Random(number)
    paragraphs = [f"Item number {number} of the day"]
    for _ in range(n_paragraphs):
        speaker, other = (f"{chance.choice(FIRST)} {surname(chance.randrange(15_625))}" for _ in range(2))
        paragraphs.append(
            f"“The plan for item {chance.randrange(10**6)} was agreed in district {chance.randrange(999)},” said"
            f" {speaker}. {other} had asked the council about it for {chance.randrange(90)} years, and the residents of"
            " the town waited. Nobody in the room spoke for a while, and then the chair of the meeting closed it with a"
            " short remark on the weather, which had been poor."
        )
    return "\n\n".join(paragraphs)


def line(number: int, n_paragraphs: int = PARAGRAPHS) -> str:
    """One record as a line of JSON, with an id of its own."""
    record = {"id": f"made-{number}", "title": f"Item number {number} of the day"}
    return json.dumps({**record, "text": text(number, n_paragraphs)}, ensure_ascii=False) + "\n"


def write_feed(path: Path, numbers: Iterable[int], n_paragraphs: int = PARAGRAPHS) -> Path:
    """A JSON-lines file of records."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(line(number, n_paragraphs) for number in numbers)
    return path
