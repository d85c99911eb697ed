"""What of an organisation's name tells it from others: no legal form, no "the", no spelling of its own.

"Goldman Sachs", "The Goldman Sachs Group, Inc." and "GOLDMAN SACHS & CO" have one core; "Goldman Sachs Asset
Management" and "Federal Reserve Bank of Norland" have cores of their own, for they are other bodies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.resolve import lexicon
from transforms.resolve.names import words_of

LEGAL = lexicon.words("legal_endings") | lexicon.words("holding_endings")
SMALL = frozenset({"of", "the", "and", "for", "in", "on", "to", "at", "an", "a"})
SHORT = 5
# "(GM.N)", "<GM>", "(NYSE: GM)": what a wire puts behind a company's name.
TICKER = re.compile(r"\s*[(<\[]\s*(?:[A-Za-z]{2,8}\s?:\s?)?[A-Z0-9]{1,6}(?:\.[A-Z]{1,3})?\s*[)>\]]?\s*$")
WEB_ADDRESS = re.compile(r"(?<=\w\w)\.(?:com|org|net|co\.uk)\b", re.IGNORECASE)
HEADS = lexicon.words("generic_heads") | lexicon.words("short_heads")
OFFICES = frozenset({"department", "ministry"})
UNITED_STATES = re.compile(r"^(?:the )?(?:US|U\.S\.|United States) (?=.*\b(?:Department|Dept|Federal Reserve)\b)")


def core_name(name: str) -> str:
    """The words of the name that count, as one folded string; empty where it has none of its own."""
    bare = UNITED_STATES.sub("", WEB_ADDRESS.sub("", TICKER.sub("", name)))
    glued = re.sub(r"(?<=\w)&(?=\w)", "and", bare)  # "AT&T" is one word
    words = [spelt(word) for word in words_of(re.sub(r"\s*[&+]\s*", " and ", glued))]
    while len(words) > 1 and words[0] == "the":
        words = words[1:]
    while len(words) > 1 and words[-1] in LEGAL | SMALL and says_enough(words[:-1]):
        words = words[:-1]
    if len(words) > 2 and words[-1] == "international":
        words = words[:-1]
    if not says_enough(words):
        return ""
    own = [word for word in head_last(words) if word not in SMALL] or words
    # "Nor Link" is "Norlink"; few letters are as likely two names ("RTX", "R-TX").
    return ("" if sum(map(len, own)) >= SHORT else " ").join(own)


def spelt(word: str) -> str:
    """One spelling of a word that names write in several: "Dept", "Centre"."""
    return lexicon.spellings().get(word, word)


def says_enough(words: Sequence[str]) -> bool:
    """Whether the words can name one body: not "First", "News", "National Bank"."""
    own = [word for word in words if word not in SMALL]
    return bool(own) and (len(own) > 1 or (len(own[0]) > 1 and own[0] not in everyday_words()))


def everyday_words() -> frozenset[str]:
    """Words that by themselves name nothing."""
    return lexicon.words("common_starts") | HEADS | lexicon.words("everyday_names")


def head_last(words: list[str]) -> list[str]:
    """The words of "Department of Tides" as "Tides Department", and "Committee on": both are in use for one office."""
    if len(words) > 2 and words[0] in OFFICES and words[1] in {"of", "for"}:
        return [*words[2:], words[0]]
    if "committee" in words[:-2] and words[words.index("committee") + 1] == "on":
        at = words.index("committee")
        return [*words[:at], *words[at + 2 :], "committee"]
    return words
