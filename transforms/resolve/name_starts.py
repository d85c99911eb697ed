"""Where a name begins: the words of a sentence before it, and the first word that the annotator left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from transforms.records import Mention, Span
from transforms.resolve import lexicon
from transforms.resolve.body_names import HEADS
from transforms.resolve.names import fold

HEADS_AND_ENDINGS = HEADS | lexicon.words("legal_endings")
# "Yet Ada Lind", "When Congress"; before an organisation an article too: "A Senate (committee)".
SENTENCE_START = re.compile(
    r"(?:But|And|Yet|Although|Because|While|When|If|Since|Unlike|Whereas)\s+(?=[A-Z])(?!\S*\s*&)"
)
ARTICLE_START = re.compile(r"An?\s+(?=[A-Z][\w.]+)(?!\S*\s*&)")
# "The administration", "His team": a description that begins a sentence.
DESCRIPTION = re.compile(r"(?:The|His|Her|Its|Their|Our|My|This|That|An?) [a-z]+(?: [a-z]+)*")
# "‘Scandal-Free’ Ada Lind": what stands in marks before a name, and is no nickname.
IN_MARKS = re.compile(r"[^‘’“”\"'\s-]{1,20}[ -][^‘’“”\"'\n]{1,20}[’”\"'] (?=[A-Z])")
OPENING = frozenset("‘“\"'")
# "Fox’s Ada Lind", "Tide Watch’s Ada Lind": whose she is, and no part of her name.
OWNER = re.compile(r"(?:[A-Z][\w.&-]{0,20} ){0,3}[A-Z][\w.&-]{0,20}[’']s (?=[A-Z][a-z])")
# "European | Medicines Agency".
FIRST_WORD = re.compile(r"\b(?:European|American|International|National|World|African|Asian) $")


def with_right_starts(names: Sequence[Mention], text: str) -> list[Mention]:
    """The names from their first word on, and without descriptions; ``names`` is in text order."""
    found: list[Mention] = []
    for name in names:
        if name.entity_type != "person" and DESCRIPTION.fullmatch(text, *name.span):
            continue
        start = first_word_start(name, text)
        while found and start is not None and found[-1].span.char_start >= start:
            found.pop()
        if start is not None and (not found or found[-1].span.char_end <= start):
            found.append(replace(name, span=Span(start, name.span.char_end)))
        else:
            found.append(without_start(name, text))
    return found


def first_word_start(name: Mention, text: str) -> int | None:
    """Where an organisation's name begins whose first word stands before the mention; None where none does."""
    start, end = name.span
    words = text[start:end].split()
    if name.entity_type != "organization" or len(words) < 2 or not words[0][:1].isupper():
        return None
    if (
        not any(fold(word).strip(".") in HEADS_AND_ENDINGS for word in words)
        or fold(words[0]) in lexicon.known_acronyms()
    ):
        return None
    before = FIRST_WORD.search(text, max(0, start - 16), start)
    return before.start() if before else None


def without_start(name: Mention, text: str) -> Mention:
    """The name without a word of the sentence before it."""
    start, end = name.span
    loose = SENTENCE_START.match(text, start, end)
    if loose is None and name.entity_type == "organization":
        loose = ARTICLE_START.match(text, start, end)
    if loose is None and name.entity_type == "person":
        loose = OWNER.match(text, start, end)
    if loose is None and name.entity_type == "person" and text[max(0, start - 1) : start] in OPENING:
        loose = IN_MARKS.match(text, start, end)
    return replace(name, span=Span(loose.end(), end)) if loose else name
