"""Sentence boundaries by rule: full stops are abbreviations, initials, decimals, ellipses or ends of sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from transforms.annotate.word_lists import ABBREVIATIONS, BINDING_ABBREVIATIONS, SENTENCE_STARTERS, TIME_ZONES, TITLES
from transforms.paragraphs import paragraph_spans
from transforms.records import Span

# What may end a sentence: stops, then closing marks and brackets, then white space or the paragraph's end.
# A run of stops is looked at from its first one only, or a line of ten thousand dots would take minutes.
# Each pattern begins with what to look for and looks back from behind it, which lets the engine skip to it.
STOP = re.compile(r"[.!?…](?<![.!?…].)[.!?…]*+[\"”’'»)\]]*+“?(?:\[\d+\])*+(?=\s|$)")
WIDE_STOP = re.compile(r"[。！？]+[」』”]?")
# A stop glued to the next sentence by a lost space: "the end.The next".
GLUED_STOP = re.compile(r"[.!?](?<=[a-z][a-z)”\"].)(?=[“\"]?[A-Z][a-z]+\s)")

# A capital where prose has none, after a heading or caption that ends without a stop: "The winner In the north, ...".
LOST_STOP = re.compile(
    r" (?<=\w.)(?=(?:In|On|At|The|It|He|She|They|This|But|However|After|There|As|For) [a-z]+ [A-Za-z])"
)
# Who said it, after the quotation: "It is a long game." - Ann Example
DASHED_NAME = re.compile(r"(?:-{1,2}|–|—) ?[A-Z]")

# The rest of a quotation in the block that its speaker signs: ... It is short." - Ann Example
SIGNED_REST = re.compile(r"[^\"“”]{0,600}+[\"”]\s?(?:-{1,2}|–|—) ?[A-Z]")
# A title or a state behind a hyphen: "then-Sen. Ann Example", "(D-Va.)".
HYPHENED = re.compile(r"^.*[-–](?=[A-Z])")
SPACED_DOTS = re.compile(r"(?:\. ){2,}\.$")
CREDIT = re.compile(r"\((?:AP|AFP|Reuters|Photo|Getty)\b|(?:Contributing|Reporting|Editing|Correction|Update):")

# Abbreviations that never end a sentence.
BINDING_EVER = ("vs", "v", "e.g", "i.e", "cf", "ca")
DOTTED_WORD = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
QUOTATION_MARKS = frozenset('"“')
LAST_WORD = re.compile(r"[^\s\"“”‘(\[]+$")


def split_sentences(text: str) -> list[Span]:
    """Sentences in text order: they cover every character but white space, and none crosses a blank line."""
    return [
        Span(start, end)
        for paragraph_start, paragraph_end in paragraph_spans(text)
        for start, end in split_paragraph(text, paragraph_start, paragraph_end)
    ]


def split_paragraph(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of one paragraph, without the white space around them."""
    begin = start
    for cut in [*(at for at in stops(text, start, end) if is_boundary(text, begin, at, end)), end]:
        first, last = trimmed(text, begin, cut)
        if first < last:
            yield first, last
        begin = max(begin, cut)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its edges."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def stops(text: str, start: int, end: int) -> list[int]:
    """Places after which a sentence may end."""
    found = {match.end() for stop in (STOP, WIDE_STOP, GLUED_STOP) for match in stop.finditer(text, start, end)}
    found |= {match.start() for match in LOST_STOP.finditer(text, start, end)}
    return sorted(found)


def is_boundary(text: str, begin: int, at: int, end: int) -> bool:
    """Whether the sentence that starts at ``begin`` ends right before ``at``."""
    # Bounded, so that one huge paragraph is not copied at every stop.
    following = text[at : min(end, at + 200)].lstrip()[:40]
    if not following:
        return True
    before = text[max(begin, at - 60) : at]
    if before[-1:].isalnum():
        return True
    bare = re.sub(r"(?:\[\d+\])+$", "", before).rstrip("\"”“’'»)]")
    if bare != before and DASHED_NAME.match(following):
        return False
    if following[0] in ".…" or (following[0].islower() and not re.match(r"(?:i[A-Z]|e[A-Z])", following)):
        return False
    if text[begin : begin + 1] in QUOTATION_MARKS and in_signed_block(text, begin, at):
        return False
    if bare.endswith(("…", "...")) or SPACED_DOTS.search(bare):
        return opens_sentence(following)
    in_brackets = before.endswith((".)", ".]")) and opens_sentence(following)
    if not in_brackets and (not bare.endswith(".") or bare != before):
        return opens_sentence(following)
    word = bare[:-1]
    return not is_abbreviation(HYPHENED.sub("", word) if in_brackets else word, following)


def in_signed_block(text: str, begin: int, at: int) -> bool:
    """Whether ``at`` lies in a quotation from ``begin`` that is one block: its speaker signs it behind a dash."""
    return not re.search(r"[\"“”]", text[begin + 1 : at]) and SIGNED_REST.match(text, at) is not None


def opens_sentence(following: str) -> bool:
    """Whether what follows looks like the beginning of a sentence."""
    first = following.lstrip("\"“‘'«([—–- ")[:1]
    return bool(first) and not first.islower() and first not in ",;:)."


def is_abbreviation(before: str, following: str) -> bool:
    """Whether the full stop after ``before`` marks an abbreviation or an initial and no sentence ends with it."""
    match = LAST_WORD.search(before)
    if not match:
        return False
    word, lower = match.group(), match.group().lower()
    next_word = (re.match(r"[^\W_]+", following.lstrip("\"“‘'«([")) or [""])[0]
    starts_anew = next_word.lower() in SENTENCE_STARTERS and next_word[:1].isupper()
    starts_anew = starts_anew and not re.match(r"[A-Z]\.", following)
    title = HYPHENED.sub("", word)
    if title.lower() in TITLES and title[:1].isupper():
        return True
    if lower in ("a.m", "p.m") and next_word[:1].isupper() and next_word.lower() in TIME_ZONES:
        return True
    if CREDIT.match(following):  # "... in McLean, Va. Contributing: Ann Example", "... in Miami, Fla. (AP Photo)"
        return False
    if lower in BINDING_ABBREVIATIONS and (next_word[:1].isdigit() or lower in BINDING_EVER):
        return True
    if re.fullmatch(r"[A-Z]", word):
        return not starts_anew and word != "I"
    if DOTTED_WORD.fullmatch(word) or (lower in ABBREVIATIONS and (word[:1].isupper() or lower in ("v", "etc"))):
        is_name_part = next_word[:1].isupper() and not starts_anew and lower not in ("p.m", "a.m", "etc")
        return is_name_part or next_word[:1].isdigit()
    return False
