"""Copies planted among articles: cut, re-headlined, rearranged and edited as papers do it, each at random."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from benchmarks.copy_parts import Plain

PLACES = ("NORPORT", "EAST NORLAND", "TIDEWATER, Norland", "SKERRY BAY", "LONDON", "CHICAGO")
AGENCIES = ("AP", "Reuters", "AFP", "NNA")
HEADLINE_WORDS = [
    "council",
    "vote",
    "sparks",
    "row",
    "over",
    "harbour",
    "plan",
    "as",
    "leaders",
    "meet",
    "again",
    "after",
    "storm",
    "shuts",
    "city",
    "talks",
]
MARKS = ({"“": '"', "”": '"', "‘": "'", "’": "'"}, {"“": "«", "”": "»", '"': "'"}, {'"': "“"}, {"'": "’"})
EDIT_SHARE = 0.02
MIN_WORDS = 150
_DATELINE = re.compile(r"\A[A-Z][A-Z ,.]+ \([A-Za-z ]+\) [-–—]+ |\A[A-Z]{3,}[A-Z ,.]* [-–—]+ ")


def plant(original: Plain, name: str, strangers: Sequence[str], chance: random.Random) -> Plain:
    """A copy of an article by some of the changes, one at least; ``strangers`` are paragraphs of no article here."""
    paragraphs = original.body.split("\n\n")
    changes = chance.sample([_cut, _reorder, _drop, _add, _edit, _other_dateline, _other_marks], chance.randint(1, 4))
    for change in sorted(changes, key=lambda change: change.__name__ == "_add"):
        paragraphs = change(paragraphs, strangers, chance)
    title = original.title if chance.random() < 0.3 else " ".join(chance.sample(HEADLINE_WORDS, 7)).capitalize()
    return Plain(name, title, "\n\n".join(paragraphs), original.day, f"Paper {chance.randint(1, 400)}")


def _cut(paragraphs: list[str], _: Sequence[str], chance: random.Random) -> list[str]:
    """The first 30 to 90% of the words, to the end of a sentence."""
    wanted = chance.uniform(0.3, 0.9) * sum(len(paragraph.split()) for paragraph in paragraphs)
    kept: list[str] = []
    for paragraph in paragraphs:
        room = wanted - sum(len(paragraph.split()) for paragraph in kept)
        if room <= 0:
            break
        words = paragraph.split(" ")
        kept.append(" ".join(words[: max(8, round(room))]))
    return kept


def _reorder(paragraphs: list[str], _: Sequence[str], chance: random.Random) -> list[str]:
    return chance.sample(paragraphs, len(paragraphs))


def _drop(paragraphs: list[str], _: Sequence[str], chance: random.Random) -> list[str]:
    return [p for p in paragraphs if chance.random() > 0.25] or paragraphs


def _add(paragraphs: list[str], strangers: Sequence[str], chance: random.Random) -> list[str]:
    """A local paragraph somewhere, and another in a longer article."""
    paragraphs = list(paragraphs)
    for _ in range(1 if len(paragraphs) < 8 else 2):
        paragraphs.insert(chance.randint(0, len(paragraphs)), chance.choice(strangers))
    return paragraphs


def _edit(paragraphs: list[str], _: Sequence[str], chance: random.Random) -> list[str]:
    return [" ".join(_edited(word, chance) for word in paragraph.split(" ")) for paragraph in paragraphs]


def _edited(word: str, chance: random.Random) -> str:
    return chance.choice(["", "recently", f"{word} also", "officials"]) if chance.random() < EDIT_SHARE else word


def _other_dateline(paragraphs: list[str], _: Sequence[str], chance: random.Random) -> list[str]:
    bare = _DATELINE.sub("", paragraphs[0])
    return [f"{chance.choice(PLACES)} ({chance.choice(AGENCIES)}) — {bare}", *paragraphs[1:]]


def _other_marks(paragraphs: list[str], _: Sequence[str], chance: random.Random) -> list[str]:
    table = str.maketrans(chance.choice(MARKS))
    return [paragraph.translate(table) for paragraph in paragraphs]
