"""The words before a mention without which its name is many bodies': "Norland" of "Norland | Supreme Court".

The annotator marks no place or people before the name of an organisation, so that "Supreme Court" is left of each
state's. The mention stays as it is marked; the entity goes by the whole name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.records import Span
from transforms.resolve import lexicon
from transforms.resolve.body_names import HEADS, is_acronym
from transforms.resolve.clusters import Name
from transforms.resolve.missed import NameIndex
from transforms.resolve.names import fold
from transforms.resolve.organizations import COMMON_STARTS, SMALL_WORDS
from transforms.resolve.roles import is_role_noun
from transforms.resolve.source_phrases import PRONOUNS
from transforms.resolve.source_words import DEFINITE, INDEFINITE, STOPS

# "Group" ends companies' names, which need no owner.
BODY_HEADS = HEADS | lexicon.words("body_heads")
NEEDY_HEADS = BODY_HEADS - lexicon.words("holding_endings")
GENERIC = BODY_HEADS | COMMON_STARTS | lexicon.words("everyday_names") | lexicon.words("name_endings") | SMALL_WORDS
OWNED = frozenset({"organization", "place"})
OWNERS = frozenset({"place", "group"})
MOST_WORDS, MOST_CHARS = 3, 60
WORD_BEFORE = re.compile(r"(?<![^\s(\[“\"])((?:[A-Z]\.){2,3}|[A-ZÀ-ÖØ-Þ][\w&/-]*\w) $")
MADE_OF = re.compile(r"-(?:based|led|backed|run|owned|controlled|brokered)$")
NO_OWNERS = STOPS | DEFINITE | INDEFINITE | PRONOUNS | lexicon.words("days")
IN_SENTENCE = r"[\w,;] "


class Owners:
    """Reads the names of one text whole."""

    def __init__(self, text: str, names: Sequence[Name]) -> None:
        self.text = text
        self.index = NameIndex(names)
        self.surnames = {name.person.last for name in names if name.entity_type == "person"}
        self.is_inside: dict[str, bool] = {}

    def whole(self, name: Name) -> str:
        """The name with the capitalised words right before it, where it needs them; else as it is."""
        start = name.span.char_start
        if name.entity_type not in OWNED or is_acronym(name.text) or not (is_bare(name) or needs_owner(name)):
            return name.text
        first = self.first_word_start(start)
        if first == start or (not is_bare(name) and self.stands_inside(name.text)):
            return name.text
        return self.text[first:start] + name.text

    def first_word_start(self, start: int) -> int:
        """Where the first of the words that may own what begins at ``start`` stands; ``start`` where none does."""
        for _ in range(MOST_WORDS):
            before = WORD_BEFORE.search(self.text, max(0, start - MOST_CHARS), start)
            if before is None or not self.may_own(before[1], before.start(1)):
                break
            start = before.start(1)
        return start

    def may_own(self, word: str, start: int) -> bool:
        """Whether a capitalised word is the name of what owns: no title, no person's, not that of a headline."""
        plain = fold(word)
        if word.isupper() and "." not in word and len(word) > 4:
            return False
        if not word.isupper() and (plain in NO_OWNERS or plain in lexicon.titles() or is_role_noun(plain)):
            return False
        if plain in self.surnames or MADE_OF.search(plain):
            return False
        around = self.index.inside(Span(start, start + len(word)))
        if any(name.entity_type not in OWNERS and not is_bare(name) for name in around):
            return False
        return re.fullmatch(IN_SENTENCE, self.text[max(0, start - 2) : start]) is not None or self.stands_inside(word)

    def stands_inside(self, words: str) -> bool:
        """Whether the words stand somewhere behind a word in small letters, so that they are a name by themselves."""
        if words not in self.is_inside:
            inside = rf"\b(?:[a-z]+[,;]?|The) {re.escape(words)}(?!\w)"
            self.is_inside[words] = re.search(inside, self.text) is not None
        return self.is_inside[words]


def is_bare(name: Name) -> bool:
    """Whether all words of a name are such as many organisations' names have."""
    return all(word in GENERIC for word in name.words)


def needs_owner(name: Name) -> bool:
    """Whether a name begins or ends as those of public bodies do: "Foreign Ministry", "Centre for Tides"."""
    words = name.words
    return len(words) > 1 and (words[0] in GENERIC or words[-1] in NEEDY_HEADS)
