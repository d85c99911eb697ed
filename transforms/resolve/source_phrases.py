"""Reading the words that name a source: which of them is the head, and what kind of head it is.

"Steven Cheung, a spokesman for ..." is Cheung, "a spokesman for Clinton" is nobody by name, "Clinton campaign
manager Robby Mook" is Mook, "Trump's lawyer" is not Trump.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.records import Span
from transforms.resolve.clusters import Name
from transforms.resolve.name_heads import name_phrase, possessive
from transforms.resolve.noun_kinds import is_noun
from transforms.resolve.source_words import SourcePhrase, Word, core_words, determiner_of, source_words

MALE, FEMALE = frozenset({"he", "him", "his", "himself"}), frozenset({"she", "her", "hers", "herself"})
THEY = frozenset({"they", "them", "their", "theirs", "themselves"})
IT = frozenset({"it", "its", "itself"})
FIRST = frozenset({"i", "me", "my", "mine", "myself"})
WE = frozenset({"we", "us", "our", "ours", "ourselves"})
RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})
PRONOUNS = MALE | FEMALE | THEY | IT | FIRST | WE | RELATIVE | {"you", "your"}
# A report "released by" somebody is his; one "obtained by" or "published in" is not.
AUTHORED = frozenset(["released", "issued", "written", "signed", "conducted", "prepared", "sent", "filed", "compiled"])


def read_phrase(text: str, span: Span | None, names: Sequence[Name]) -> SourcePhrase:
    """The phrase that a source span holds; ``names`` are the name mentions that lie in it, in text order."""
    if span is None:
        return SourcePhrase("none")
    words = source_words(text, span, names)
    if not words:
        return SourcePhrase("none", span)
    first = words[0].text
    if first in PRONOUNS and words[0].name is None and (len(words) == 1 or not is_determiner(words)):
        return SourcePhrase("pronoun", span, first, words=tuple(word.text for word in words))
    core = core_words(text, words)
    phrase = name_phrase(text, span, words, core)
    return phrase or nominal_phrase(text, span, words, core)


def is_determiner(words: Sequence[Word]) -> bool:
    """Whether a leading pronoun belongs to a noun: "his lawyer", "that report", "their lawyers"."""
    return words[0].text in {"his", "her", "their", "its", "my", "our", "your", "that", "whose"}


def sender_of(text: str, words: Sequence[Word], core: Sequence[Word]) -> Name | None:
    """Whom "by" or "from" right behind the head leads to: "a study released by the left-leaning Tide Watch"."""
    for index, word in enumerate(words[len(core) : len(core) + 2], len(core)):
        if word.text not in {"from", "by"}:
            if word.text not in AUTHORED:
                return None
            continue
        sender = core_words(text, words[index + 1 :])
        while len(sender) > 1 and sender[-1].name is None and not is_noun(sender[-1].text):
            sender.pop()  # "last year"
        name = sender[-1].name if sender else None
        is_one = name is not None and name.entity_type in ("person", "organization")
        return name if is_one and name is not None and not possessive(text, name) else None
    return None


def nominal_phrase(text: str, span: Span, words: Sequence[Word], core: Sequence[Word]) -> SourcePhrase:
    """The phrase where a common noun is the head."""
    head = core[-1].text.rstrip(".").removesuffix("'s")
    inner = [word.name for word in core[:-1] if word.name is not None]
    owner = inner[-1] if inner else None
    return SourcePhrase(
        "nominal",
        span,
        head,
        determiner=determiner_of(core),
        possessor=owner,
        sender=sender_of(text, words, core),
        is_joined=any(word.text == "and" for word in words[len(core) : len(core) + 1]),
        words=tuple(re.sub(r"'s?$", "", word.text) for word in words),
    )
