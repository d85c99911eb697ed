"""The words of a source: those up to its head, and what they amount to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeGuard

from transforms.records import Span
from transforms.resolve import lexicon
from transforms.resolve.clusters import Name
from transforms.resolve.names import fold
from transforms.resolve.noun_kinds import is_noun

STOPS = lexicon.words("stops")
REFLEXIVE = frozenset({"himself", "herself", "itself", "themselves"})
DEFINITE = frozenset({"the", "this", "that", "these", "those"})
INDEFINITE = lexicon.words("indefinite")
BREAK = re.compile(r"[,;:()\[\]\n]|\s[–—-]\s")
WORD = re.compile(r"[^\W_](?:[\w.&’'\-]*[\w’'])?\.?")
# What follows a person's name in texts that lost their commas: "Ada Lind a pilot", "Ada Lind D Ohio".
BEHIND_NAME = frozenset({"a", "an", "the", "D", "R", "I", "ID"})


class Word(NamedTuple):
    """One word of a source: as folded, where it stands, and the name mention it is part of, if any."""

    text: str
    span: Span
    name: Name | None


@dataclass(frozen=True, slots=True)
class SourcePhrase:
    """What a source's words amount to.

    ``kind``: none, pronoun, name, names (several), nominal. ``head`` is the folded head word; ``determiner`` is
    definite, indefinite, possessive or empty; ``possessor`` the name the head belongs to ("Trump's lawyer"),
    ``sender`` the name after "from" or "by" ("a letter from Trump"); ``is_joined`` says that "and" follows the head.
    """

    kind: str
    span: Span | None = None
    head: str = ""
    names: tuple[Name, ...] = ()
    determiner: str = ""
    possessor: Name | None = None
    sender: Name | None = None
    words: tuple[str, ...] = ()
    role: str = ""
    is_apposed: bool = False
    is_joined: bool = False


def source_words(text: str, span: Span, names: Sequence[Name]) -> list[Word]:
    """The words of the span with the names they are part of."""
    found = []
    for match in WORD.finditer(text, span.char_start, span.char_end):
        place = Span(*match.span())
        name = next((n for n in names if n.span.overlaps(place)), None) if names else None
        found.append(Word(fold(match.group()), place, name))
    return found


def core_words(text: str, words: Sequence[Word]) -> list[Word]:
    """The words up to the head: before the first comma, bracket, preposition or clause outside a name."""
    core: list[Word] = []
    for index, word in enumerate(words):
        if core:
            gap = text[core[-1].span.char_end : word.span.char_start]
            inside = word.name is not None and word.name is core[-1].name
            is_lower = text[word.span.char_start].islower()
            is_end = BREAK.search(gap) or (word.name is None and ends_core(word, core[-1], is_lower=is_lower))
            is_end = is_end or (text[slice(*word.span)] in BEHIND_NAME and is_person(core[-1].name))
            if not inside and is_end and not joins_owners(words, index):
                break
        elif word.text in STOPS and word.name is None and index + 1 < len(words) and word.text in {"both", "like"}:
            continue
        core.append(word)
    return core


def is_person(name: Name | None) -> TypeGuard[Name]:
    """Whether there is a name, and it is a person's."""
    return name is not None and name.entity_type == "person"


def joins_owners(words: Sequence[Word], index: int) -> bool:
    """Whether "and" stands between two owners of one head: "Norland's and Sudland's leaders"."""
    if words[index].text != "and" or not 0 < index < len(words) - 2:
        return False
    owners = (words[index - 1], words[index + 1], words[index + 2])
    return owners[0].text.endswith("'s") and any(word.text.endswith("'s") for word in owners[1:])


def ends_core(word: Word, before: Word, *, is_lower: bool) -> bool:
    """Whether a word opens what follows a head: a preposition, a clause, a participle ("a report released")."""
    if word.text in STOPS or (before.name is not None and word.text in REFLEXIVE):
        return True
    nouns = lexicon.nouns()
    heads = ("role", "document", "body", "collective")
    if word.text.endswith(("ed", "ing")) and any(before.text in nouns[kind] for kind in heads):
        return True
    is_plural = before.name is None and (before.text.endswith("s") or before.text == "people")
    # "sources familiar with the talks", but "workers union"
    return is_lower and is_plural and before.text in nouns["collective"] and not is_noun(word.text)


def determiner_of(core: Sequence[Word]) -> str:
    """definite, indefinite, possessive or empty."""
    first = core[0].text
    if first in DEFINITE:
        return "definite"
    if first in INDEFINITE:
        return "indefinite"
    if first in {"his", "her", "their", "its", "my", "our", "your"} or any(
        w.text.endswith(("'s", "s'")) for w in core[:-1]
    ):
        return "possessive"
    return ""
