"""Floors of quality on thirty short articles of all kinds, so that no change loses any quality unseen.

Each file of ``guard/`` lists articles with the quotations and names that a careful reader finds. ``speaker`` is
``speaker_name`` or in brackets the ``speaker_status``; ``(any)`` is not judged. ``attribution_type`` is a statement
unless it says otherwise. An ``optional`` quotation counts neither when it is found nor when it is not. Contents are
compared by their letters: half of the letters of both must be shared.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

GUARD = sorted((Path(__file__).parent / "guard").glob("*.yaml"))
JUDGED_TYPES = ("person", "organization", "place")
SAME_CONTENT = 0.5
# A little under what is reached, so that one row may change for the worse where several change for the better.
OF_THE_MODEL = {
    "quotation precision": 0.89,
    "quotation recall": 0.95,
    "quotation exact": 0.95,
    "quote type": 0.98,
    "attribution type": 0.91,
    "speaker": 0.93,
    "person precision": 0.95,
    "person recall": 0.97,
    "organization precision": 0.75,
    "organization recall": 0.75,
    "place precision": 0.91,
    "place recall": 0.87,
}
FLOORS = {"model": OF_THE_MODEL, "fast": OF_THE_MODEL | {"quotation precision": 0.87, "person precision": 0.93}}


@dataclass
class Tally:
    """Right of all, by figure, and what was wrong, to be read when a floor breaks."""

    right: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def count(self, figure: str, is_right: bool, what: str) -> None:
        self.right[figure] += is_right
        self.of[figure] += 1
        if not is_right:
            self.wrong.append(f"{figure}: {what}")

    def share(self, figure: str) -> float:
        return self.right[figure] / self.of[figure]


def letters(text: str) -> str:
    """Letters and digits alone, without the "that" which may lead a content."""
    bare = "".join(ch.lower() for ch in text if ch.isalnum())
    return bare.removeprefix("that") or bare


def shared(a: str, b: str) -> float:
    """Letters in common of all letters of both, in order."""
    blocks = difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    common = sum(block.size for block in blocks)
    return common / (len(a) + len(b) - common)


def pairs_of(wanted: list[dict[str, Any]], given: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """One-to-one by the largest share of letters."""
    shares = [
        (shared(letters(w["text"]), letters(g["text"])), i, j)
        for i, w in enumerate(wanted)
        for j, g in enumerate(given)
    ]
    pairs: list[tuple[int, int]] = []
    for share, i, j in sorted(shares, key=lambda found: (-found[0], found[1], found[2])):
        if share >= SAME_CONTENT and all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs


def judge_quotes(tally: Tally, name: str, wanted: list[dict[str, Any]], given: list[dict[str, Any]]) -> None:
    pairs = pairs_of(wanted, given)
    by_given = {j: wanted[i] for i, j in pairs}
    found = {i for i, _ in pairs}
    for j, row in enumerate(given):
        if not by_given.get(j, {}).get("optional"):
            tally.count("quotation precision", j in by_given, f"{name}: {row['text']}")
    for i, quote in enumerate(wanted):
        if not quote.get("optional"):
            tally.count("quotation recall", i in found, f"{name}: {quote['text']}")
    for i, j in pairs:
        judge_pair(tally, name, wanted[i], given[j])


def judge_pair(tally: Tally, name: str, quote: dict[str, Any], row: dict[str, Any]) -> None:
    speaker = row["speaker_name"] or f"({row['speaker_status']})"
    kind, own = quote.get("attribution_type", "statement"), row["attribution_type"]
    tally.count("quotation exact", letters(quote["text"]) == letters(row["text"]), f"{name}: {row['text']}")
    tally.count("attribution type", kind == own, f"{name}: {row['cue_text']}: {own}")
    if quote["type"] != "(any)":
        tally.count("quote type", quote["type"] == row["quote_type"], f"{name}: {row['text']}: {row['quote_type']}")
    if quote["speaker"] != "(any)":
        tally.count("speaker", quote["speaker"] == speaker, f"{name}: {row['text']}: {speaker}, not {quote['speaker']}")


def judge_entities(tally: Tally, name: str, wanted: dict[str, list[str]], given: list[dict[str, Any]]) -> None:
    for kind in JUDGED_TYPES:
        names, found = set(wanted.get(kind, ())), {row["name"] for row in given if row["entity_type"] == kind}
        for one in sorted(found):
            tally.count(f"{kind} precision", one in names, f"{name}: {one}")
        for one in sorted(names):
            tally.count(f"{kind} recall", one in found, f"{name}: {one}")


def articles() -> Iterator[dict[str, Any]]:
    for path in GUARD:
        yield from yaml.safe_load(path.read_text("utf-8"))


@pytest.fixture(scope="module", params=FLOORS)
def annotator(request) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def tally(rows_of_document, tmp_path_factory, annotator) -> Tally:
    folder, tally = tmp_path_factory.mktemp("guard"), Tally()
    for number, article in enumerate(articles()):
        path = folder / f"{number:02d}.txt"
        path.write_text(article["text"], "utf-8")
        rows = rows_of_document(path, annotator)
        judge_quotes(tally, article["name"], article["quotes"], rows["quotes"])
        judge_entities(tally, article["name"], article["entities"], rows["article_entities"])
    return tally


@pytest.mark.parametrize("figure", OF_THE_MODEL)
def test_quality_is_not_lost(figure, tally, annotator):
    wrong = "\n  ".join(line for line in tally.wrong if line.startswith(figure))
    assert tally.share(figure) >= FLOORS[annotator][figure], f"{figure} is {tally.share(figure):.3f}\n  {wrong}"


def test_the_articles_hold_what_is_expected_of_them():
    listed = list(articles())
    assert len(listed) >= 30
    strange = [q["text"] for a in listed for q in a["quotes"] if letters(q["text"]) not in letters(a["text"])]
    assert strange == []
