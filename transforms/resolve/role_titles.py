"""Roles fit to print and to count: a role phrase cut at its ends, and the title it amounts to."""

from __future__ import annotations

import re
from functools import lru_cache

from transforms.resolve import lexicon
from transforms.resolve.names import fold

# An abbreviation keeps its dot; any other word at a role's end loses it.
ABBREVIATED = re.compile(r"^(?:[A-Z][a-z]{1,3}|[A-Z]+|(?:[A-Z]\.)+[A-Z]?)\.$")
SENTENCE_BREAK = re.compile(r"(?<=[a-z]{4})\. (?=[A-Z])")
# "analyst at the U", "counsel for Mr": the pattern that found the phrase stopped at a dot.
TORN_END = re.compile(
    r" (?:of|for|to|at|in|on|by|from|with|under|about)(?: the)?"
    r"(?: (?!(?:of|for|to|at|in|on|by|from|with|under|about) )[\w’'&-]+){0,4}?"
    r" (?:[A-Zb-z]|Mr|Mrs|Ms|Dr|St|No|Gov|Sen|Rep|Gen|Rev|Lt)$"
)
VERB_END = re.compile(r"\s(?:said|says|told|wrote|added|and|or|of|for|in|at|the|a|who|which|that)$")
CREDIT = re.compile(r"^.*/(?:AP|AFP|Getty|Reuters|Bloomberg)\S*\s+", re.IGNORECASE)
DATELINE = re.compile(r"^(?:[A-Z]{5,}\s+(?:[A-Z]\s+|[A-Z]{2}\s+)*)(?=[A-Z][a-z])")
LEADING = frozenset(
    [
        "when",
        "while",
        "as",
        "if",
        "after",
        "before",
        "because",
        "since",
        "that",
        "today",
        "now",
        "then",
        "but",
        "so",
        "yet",
        "also",
        "even",
        "although",
        "though",
        "where",
        "another",
        "next",
        "some",
        "other",
        "like",
        "with",
        "by",
        "just",
        "same",
        "own",
    ]
)
NO_ROLE = re.compile(
    r"^(?:\w+ed (?:as|by|to|in|from)|is|was|has|being|having|through|via|[A-Z]{4,}[’']s)\b"
    r"|\b(?:he|she|they|it|i|you|we|him|me)(?:[’']\w+)?\b",
    re.IGNORECASE,
)
CAPITALS = re.compile(r"^[A-Z]{2,}(?:(?:\.\s?|\s)[A-Z]{2,})*(?:\.\s?|\s)?$")


def trim_role(phrase: str) -> str:
    """A role without what is no part of it at its ends; empty where it is no role but a clause."""
    bare = CREDIT.sub("", DATELINE.sub("", " ".join(phrase.split())))
    bare = SENTENCE_BREAK.split(bare)[-1].strip(" ,;:—–-")
    words = bare.split()
    while words and fold(words[0]) in LEADING:
        words.pop(0)
    bare = TORN_END.sub("", VERB_END.sub("", " ".join(words))).strip(" ,;:—–-")
    if NO_ROLE.search(bare):
        return ""
    last = bare.rpartition(" ")[2]
    if last.endswith(".") and not ABBREVIATED.match(last):
        bare = bare.rstrip(".")
    return _in_title_case(bare) if CAPITALS.match(bare) and len(last.rstrip(".")) > 2 else bare


def _in_title_case(text: str) -> str:
    """Words in capitals as titles are written: "SEN." is "Sen."; what may be an acronym stays."""
    known = lexicon.titles().keys() - {"ceo", "cfo", "coo"}
    return " ".join(word.capitalize() if fold(word).strip(".") in known else word for word in text.split())


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    lines = (line.partition(": ") for line in lexicon.data_lines("role_titles.txt"))
    return {word.replace("_", " "): title for title, _, words in lines for word in words.split()}


def role_title(role: str | None) -> str | None:
    """The title of the small vocabulary that a role amounts to; None where its head is none of them."""
    if role is None:
        return None
    head = re.split(r" (?:of|for|to|at|in|on|by|from|with|and|who|which|under|about) |,", role)[0]
    last = role.rpartition(" ")[2]
    return _title_in(head) or (_title_in(last) if last[:1].isupper() else None)  # "Club for Growth President"


def _title_in(phrase: str) -> str | None:
    """The last title that a phrase holds."""
    words = [fold(word).strip(".") for word in phrase.split()]
    for end in range(len(words), 0, -1):
        for start in (end - 3, end - 2, end - 1):
            title = _titles().get(" ".join(words[start:end])) if start >= 0 else None
            if title is not None:
                return "executive" if title == "police officer" and words[0] == "chief" else title
    return None
