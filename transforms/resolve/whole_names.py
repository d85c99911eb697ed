"""Where the names of organisations begin and end: pieces joined, runs parted, loose ends cut.

The annotator marks words one by one, so that a long name may come in two pieces ("Institute of the | Mongolian
Academy") or drag along what is no part of it ("Committee on Fisheries in"). What is put right here is what the text
itself shows; the mentions are the rows of ``entity_mentions``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from transforms.records import Annotation, Mention, Span
from transforms.resolve import lexicon
from transforms.resolve.body_names import HEADS
from transforms.resolve.name_starts import with_right_starts
from transforms.resolve.names import fold
from transforms.resolve.supposed_people import without_supposed_people

BODIES = frozenset({"organization", "place"})
DIRECTIONS = frozenset({"north", "south", "east", "west", "northern", "southern", "eastern", "western"})
AND = re.compile(r"\s(?:and|&)$")
OPEN = re.compile(r"\s(?:of|for|on|and|&|of the|for the|on the|in the)$")
LOOSE = re.compile(r"(?<![\s,;:–—-])(?:[\s,;:–—-](?:(?:of|for|in|at|on|from|and|the|to|by|with|&)(?![\w&]))?){1,40}$")
_CAPITAL = r"(?:U\.S\.|St\.|Ft\.|[A-ZÀ-ÖØ-Þ][\w-]*)"
CAPITALS = re.compile(rf" (?:the )?{_CAPITAL}(?: {_CAPITAL}){{0,3}}")
HEAD = re.compile(r" ([A-Z]\w+)")
DOTTED = re.compile(r"(?:[A-Z]\.){2,}")
# "WASHINGTON U S (Senator ...)", as releases begin.
DATELINE_END = re.compile(r"(?<=[A-Z]{4})\s+U\.?\s?S\.?$")
BRACKETS = {"(": ")", "[": "]", "<": ">"}


def with_whole_names(annotation: Annotation, text: str) -> Annotation:
    """The annotation with its names read whole; a description that stands where a name now stands is gone."""
    names = [mention for mention in annotation.mentions if mention.mention_type == "name"]
    if not names:
        return annotation
    names = [name for name in names if fold(text[slice(*name.span)]).strip() not in ("", "the")]
    names = with_right_starts(names, text)
    names = joined(without_job_titles([with_dots(name, text) for name in names], text), text)
    stops = [*(name.span.char_start for name in names), len(text)][1:]
    names = [whole for name, stop in zip(names, stops, strict=True) if (whole := ended(name, stop, text)) is not None]
    names = without_supposed_people(as_elsewhere(names, text), text)
    covered = {name.span for name in names}
    rest = (m for m in annotation.mentions if m.mention_type != "name" and m.span not in covered)
    mentions = tuple(sorted([*names, *rest], key=lambda mention: (mention.span, mention.mention_type)))
    return replace(annotation, mentions=mentions)


def as_elsewhere(names: Sequence[Mention], text: str) -> list[Mention]:
    """A name that goes on like a longer one of the text is that one: "Norland Street" before "Journal"."""
    longer: dict[str, set[str]] = defaultdict(set)
    for name in names:
        words = text[slice(*name.span)]
        if name.entity_type == "organization" and " " in words and words.rpartition(" ")[2][:1].isupper():
            longer[words.partition(" ")[0]].add(words)
    stops = [*(name.span.char_start for name in names), len(text)][1:]
    found = []
    for name, stop in zip(names, stops, strict=True):
        start, end = name.span
        for whole in longer.get(text[start:end].partition(" ")[0], ()) if name.entity_type in BODIES else ():
            whole_end = start + len(whole)
            is_there = text.startswith(whole, start) and not text[whole_end : whole_end + 1].isalnum()
            if is_there and name.span.char_end < whole_end <= stop:
                name = replace(name, span=Span(start, whole_end), entity_type="organization")
        found.append(name)
    return found


def with_dots(name: Mention, text: str) -> Mention:
    """The name, and where it is the first of letters with dots all of them: "U" of "U.S."."""
    letters = DOTTED.match(text, name.span.char_start)
    is_cut = letters is not None and letters.start() < name.span.char_end < letters.end() - 1
    return replace(name, span=Span(*letters.span())) if letters is not None and is_cut else name


def joined(names: Sequence[Mention], text: str) -> list[Mention]:
    """Neighbours that are one name become one mention, of the first one's type but where a body ends it."""
    found: list[Mention] = []
    for name in names:
        before = found[-1] if found else None
        if before is not None and are_one(before, name, text):
            kind = name.entity_type if before.entity_type == "place" else before.entity_type
            span = Span(before.span.char_start, name.span.char_end)
            found[-1] = Mention(span, kind, "name", max(before.confidence, name.confidence))
        else:
            found.append(name)
    return found


def are_one(one: Mention, other: Mention, text: str) -> bool:
    """Whether two neighbouring mentions are the two halves of one name."""
    if text[one.span.char_end : other.span.char_start] != " " or one.entity_type not in BODIES:
        return False
    first, second = text[slice(*one.span)], text[slice(*other.span)]
    if not first[-1:].isalnum() and not first.endswith("&"):
        return False
    if AND.search(first):
        return other.entity_type in BODIES and goes_on(first, second) and not stands_alone(first, text)
    if OPEN.search(first.lower() if first.isupper() else first):
        if is_firm(first):
            return False
        return other.entity_type in BODIES and fold(first.split()[0]) not in DIRECTIONS
    if other.entity_type != "organization" or (second.isupper() and len(second) < 7 and not first.isupper()):
        return False  # "Norlink NLK": letters beside the name that they stand for
    return one.entity_type == "organization" or has_heads_alone(second)


def is_firm(name: str) -> bool:
    """Whether a name is whole before its "of": "Norlink GmbH of"."""
    words = LOOSE.sub("", name).split()
    return bool(words) and fold(words[-1]).strip(".") in lexicon.words("legal_endings")


def has_heads_alone(name: str) -> bool:
    """Whether all words of a name are such as many organisations' names end with."""
    return all(fold(word) in HEADS for word in name.split())


def goes_on(first: str, second: str) -> bool:
    """Whether an "and" joins two parts of one name: "Tides and | Harbours Board", not "Tide Office and | Senate"."""
    heads = [any(fold(word) in HEADS for word in name.split()) for name in (first, second)]
    return not heads[1] if re.search(r" of ", first) else heads == [False, True]


def stands_alone(name: str, text: str) -> bool:
    """Whether the name without its "and" stands elsewhere in the text, so that the "and" joins two."""
    bare = re.escape(LOOSE.sub("", name))
    return re.search(rf"\b{bare}\b(?! and\b| &)", text) is not None


def ended(name: Mention, stop: int, text: str) -> Mention | None:
    """The name without loose ends and half brackets, or on to the capitals that its "of" calls for.

    ``stop`` is where the next name begins; None where nothing is left.
    """
    start, end = name.span
    words = text[start:end]
    if name.entity_type == "person":  # transforms/resolve/names.py and name_ends.py read those
        return name
    if (
        name.entity_type == "organization"
        and OPEN.search(words)
        and not is_firm(words)
        and (" of " in words or not AND.search(words))
    ):
        more = CAPITALS.match(text, end, max(stop, end))
        if more:
            return replace(name, span=Span(start, more.end()))
    if name.entity_type == "organization":
        words = LOOSE.sub("", words)
        if fold(words) in lexicon.words("common_starts"):  # "Supreme | Court"
            head = HEAD.match(text, start + len(words), max(stop, start + len(words)))
            words += head.group() if head is not None and fold(head[1]) in HEADS else ""
    if name.entity_type == "place":
        words = DATELINE_END.sub("", words)
    for left, right in BRACKETS.items():
        if words.count(right) > words.count(left):
            words = words[: words.index(right)]
        elif words.count(left) > words.count(right):
            words = words[: words.index(left)]
    words = words.rstrip(" ,;:–—")
    return replace(name, span=Span(start, start + len(words))) if words else None


def without_job_titles(names: Sequence[Mention], text: str) -> list[Mention]:
    """Names but for letters that are an office or a thing: "CEO", "GDP", "electronic money transfer (EMT)"."""
    letters = {fold(text[slice(*n.span)]) for n in names if n.entity_type == "organization" and is_letters(n, text)}
    no_names = {word for word in letters if word in lexicon.words("no_organizations") or is_spelt_small(word, text)}
    return [n for n in names if n.entity_type != "organization" or fold(text[slice(*n.span)]) not in no_names]


def is_letters(name: Mention, text: str) -> bool:
    """Whether a name is written in capitals alone."""
    return text[slice(*name.span)].isupper() and name.span.char_end - name.span.char_start <= 6


def is_spelt_small(letters: str, text: str) -> bool:
    """Whether the text spells the letters out in small letters that name no body: "value-added tax (VAT)"."""
    if not letters.isalpha():
        return False
    initials = r"[\s-]".join(rf"({letter}[a-z]+)" for letter in letters)
    match = re.search(rf"\b{initials}\s*(?:\(|, or |, or the )\s*{letters.upper()}\b", text)
    return match is not None and fold(match[match.lastindex or 0]) not in lexicon.nouns()["body"] | HEADS
