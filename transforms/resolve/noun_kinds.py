"""What a common noun stands for: one person, several, a body, a document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.resolve import lexicon

# "52 percent of voters" and "1,200 of them" are many; so are those who do something: regulators, lobbyists, trustees.
COUNT = re.compile(r"\d[\d,.]*|[a-z]+-thirds|[a-z]+-quarters")
DOERS = re.compile(r"[a-z-]{2,}(?:ers|ors|ists|ians|ees)")
YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
SEVERAL = frozenset(
    ["some", "several", "many", "few", "most", "all", "both", "other", "various", "two", "three", "four"]
)
PLURAL_ENDINGS = ("s", "men", "people")
ARTICLES = frozenset({"the", "this", "that", "these", "those"})


def means_many(head: str) -> bool:
    """Whether a folded head noun stands for several people or bodies, none of whom it names."""
    nouns = lexicon.nouns()
    if head in nouns["collective"] or (head.endswith("s") and head[:-1] in nouns["role"]) or COUNT.fullmatch(head):
        return True
    return bool(DOERS.fullmatch(head)) and head not in nouns["things"] | nouns["document"] | nouns["body"]


def is_quantity(words: Sequence[str], head: str) -> bool:
    """Whether folded words open as several of something: "some states", "17 insurers", "a number of analysts"."""
    nouns = lexicon.nouns()
    if words[0] in {"a", "an"} and len(words) > 2:
        return words[1] in nouns["quantity"] and words[2] == "of"
    first = words[1] if words[0] in ARTICLES and len(words) > 1 else words[0]
    if first in SEVERAL:
        return first == "both" or any(word.endswith(PLURAL_ENDINGS) for word in words if word != first)
    return COUNT.fullmatch(first) is not None and not YEAR.fullmatch(first) and head.endswith(PLURAL_ENDINGS)


def is_person_noun(word: str) -> bool:
    """Whether a folded word stands for one person: "pilot", "52-year-old", "one"; not "poll", "court"."""
    return word in lexicon.nouns()["role"] or word in {"one", "someone", "somebody"} or word.endswith("-year-old")


def is_noun(word: str) -> bool:
    """Whether a folded word is one of the listed nouns for people, bodies and documents, in either number."""
    nouns = lexicon.nouns()
    kinds = ("role", "document", "body", "collective")
    return any(word in nouns[kind] or word.removesuffix("s") in nouns[kind] for kind in kinds)
