"""Names that the annotator took for people's and that the text shows to be an organisation's, or no name at all.

A title before a name or an age behind it outweighs the words that speak for an organisation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from transforms.records import Mention, Span
from transforms.resolve import lexicon
from transforms.resolve.body_names import HEADS
from transforms.resolve.names import fold

BODY_NOUN = (
    "company|firm|startup|start-up|franchise|brand|manufacturer|retailer|maker|monopoly|newspaper|daily|website|"
    "platform|nonprofit|charity|think tank|agency|union|database|bank|lender|conglomerate|subsidiary|carrier|airline"
)
# Not "a company spokesman", "the retailer's founder".
NOUN_ENDS = r"(?=[,.;:)]|\s(?:of|in|that|which|based|for|with|from|and|run|owned|founded|on|at|is|was)\b)"
BODY_AFTER = re.compile(rf"(?:,| is| was|, which is) (?:an?|the)(?: [\w-]+){{0,4}} (?:{BODY_NOUN}){NOUN_ENDS}")
FIRM_AFTER = re.compile(r" (?:Inc|Corp|Ltd|LLC|PLC|JV|AG|GmbH|brand)\b")
BODY_BEFORE = re.compile(r"\b(?:news agency|newspaper|brands?|company|firm|conglomerate|startup|retailer|carmaker) $")
PARTY_AND_STATE = re.compile(r"[DRI]-[A-Z][\w.]*")
PERSON_BEFORE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Lord|Gen|Sen|Rep|President|Minister|Judge)\.? $")
PERSON_AFTER = re.compile(r"(?:,| \() ?\d\d[,)]")
_WORD = r"(?:[A-Z][\w’'-]{0,40}|of|for|and|the|on|&)"
BEFORE_BRACKET = re.compile(rf"({_WORD}(?: {_WORD}){{1,12}}) \($")


def without_supposed_people(names: Sequence[Mention], text: str) -> list[Mention]:
    """The names, organisations that were taken for people under their own type; words that name nobody are gone."""
    supposed = {text[slice(*name.span)] for name in names if name.entity_type == "person"}
    surnames = {fold(words.split()[-1]) for words in supposed if " " in words}
    known = {words for words in supposed if is_known_body(words) and fold(words) not in surnames}
    bodies = known | {words for words in supposed if ends_like_a_body(words)}
    people: set[str] = set()
    for name in names:
        if name.entity_type == "person":
            words = text[slice(*name.span)]
            bodies |= {words} if is_body_by_text(name.span, words, text) else set()
            people |= {words} if is_person_by_text(name.span, text) else set()
    bodies -= people
    nobody = {words for words in supposed - people if names_nobody(words)}
    found = []
    for name in names:
        words = text[slice(*name.span)]
        if name.entity_type == "person" and words in nobody:
            continue
        is_body = name.entity_type == "person" and words in bodies
        found.append(replace(name, entity_type="organization") if is_body else name)
    return found


def names_nobody(words: str) -> bool:
    """Whether the words are no name at all: "More", or a party and state, "D-N.Y."."""
    return fold(words).strip(".") in lexicon.words("no_people") or PARTY_AND_STATE.fullmatch(words) is not None


def is_known_body(words: str) -> bool:
    """Whether the words are the name of a widely known organisation, never of a person."""
    letters = words.replace(".", "")
    is_acronym = letters.isupper() and len(letters) > 1 and letters.lower() in lexicon.known_acronyms()
    return is_acronym or (fold(words) in lexicon.words("never_people") and not fold(words).endswith("day"))


def ends_like_a_body(words: str) -> bool:
    """Whether a person's supposed name ends as papers' and companies' do: "Street Journal"."""
    first, *rest = fold(words).replace(".", "").split() or [""]
    return bool(rest) and rest[-1] in lexicon.words("paper_heads") and first not in lexicon.first_name_genders()


def is_body_by_text(span: Span, words: str, text: str) -> bool:
    """Whether the words around a name say that it is a company's, a paper's or the like."""
    before = text[max(0, span.char_start - 30) : span.char_start]
    if FIRM_AFTER.match(text, span.char_end) or BODY_BEFORE.search(before):
        return True
    if fold(words.split()[0]) in lexicon.first_name_genders():
        return False
    return bool(BODY_AFTER.match(text, span.char_end)) or (" " not in words and stands_for_body(span, text))


def stands_for_body(span: Span, text: str) -> bool:
    """Whether the name stands in brackets behind the organisation that it is short for: "... Tide Council (Tico)"."""
    before = BEFORE_BRACKET.search(text[max(0, span.char_start - 80) : span.char_start])
    if before is None or text[span.char_end : span.char_end + 1] != ")":
        return False
    return any(fold(word) in HEADS | lexicon.nouns()["body"] for word in before[1].split())


def is_person_by_text(span: Span, text: str) -> bool:
    """Whether a title before the name or an age behind it says that it is a person's."""
    before = text[max(0, span.char_start - 20) : span.char_start]
    return bool(PERSON_BEFORE.search(before) or PERSON_AFTER.match(text, span.char_end))
