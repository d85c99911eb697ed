"""Whether what is reported is a clause ("that it rained") or names a topic ("denied wrongdoing")."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.cues.lemmas import lemma_of
from transforms.cues.lexicon import class_of, known_lemmas, words

# A finite verb further on belongs to another clause.
MAX_WORDS = 15
SHORT_FINITE = ("'ll", "'re", "'ve", "'d", "n't")


def is_clause(content: Sequence[str], *, is_addressed: bool = False) -> bool:
    """Whether words in lower case hold a predicate of their own.

    Without a parser: a clause begins with a word that opens or governs one, or has a finite verb before anything that
    could open a relative clause. Without an object, "-ed" is taken for a participle. ``is_addressed``: the verb has a
    hearer as its object, who is to do something ("asked her to leave").
    """
    if not content:
        return False
    if begins_clause(content):
        return True
    if content[0] == "to":
        return len(content) > 1 and not is_gerund(content[1])
    for number, word in enumerate(content[:MAX_WORDS]):
        if number and word in words("relative"):
            return False
        if word in words("finite") or word.endswith(SHORT_FINITE) or (number and governs_object(content, number)):
            return True
        if is_addressed and word == "to" and is_verb_next(content, number):
            return True
    return False


def begins_clause(content: Sequence[str]) -> bool:
    """Whether the first word opens a clause or is its verb: "that", "she", "having"."""
    return content[0].partition("'")[0] in words("clause starts") or is_gerund(content[0])


def governs_object(content: Sequence[str], number: int) -> bool:
    """Whether a word is a verb's form with an object, as no participle has: "the debate erased all memory"."""
    word = content[number]
    has_object = number + 1 < len(content) and content[number + 1] in words("object starts")
    is_third_person = word.endswith("s") and lemma_of(word) != word and lemma_of(word) in class_of()
    return has_object and (is_third_person or (word.endswith("ed") and lemma_of(word) != word))


def is_gerund(word: str) -> bool:
    """Whether a word is the "-ing" of a verb that the lists know: "having", not "wrongdoing"."""
    return word.endswith("ing") and lemma_of(word) != word and lemma_of(word) in known_lemmas()


def is_verb_next(content: Sequence[str], number: int) -> bool:
    """Whether an infinitive can follow "to" here."""
    return number + 1 < len(content) and content[number + 1] not in words("after preposition")
