"""Which word of a cue is its head, and in which construction it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.cues.lemmas import lemma_of
from transforms.cues.lexicon import class_of, words

WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
ENCLITIC = re.compile(r"(?:n[’']t|[’'](?:s|re|ve|ll|d|m))$")
BE = frozenset(["is", "was", "are", "were", "be", "been", "being"])
MAX_CUE_CHARS = 200  # what is longer is no cue, and its head stands at its start


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a cue: ``lemma`` with its particle where the lists have both, ``kind`` verb, noun or phrase.

    ``form`` is the word as it stands, ``is_passive`` whether a form of "be" and a participle make it one.
    """

    lemma: str
    kind: str
    form: str = ""
    is_passive: bool = False


def cue_words(text: str) -> list[str]:
    """The words of a cue in lower case, without enclitics."""
    return [bare for word in WORD.findall(text[:MAX_CUE_CHARS].lower()) if (bare := ENCLITIC.sub("", word))]


def is_negated(cue: str) -> bool:
    """Whether a cue in lower case says that nothing was said: "did not say", "won’t say"."""
    return bool(re.search(r"n[’']t\b", cue)) or not words("negation").isdisjoint(cue_words(cue))


def read_head(cue: list[str]) -> Head | None:
    """The head of a cue; None where it has no word but small ones.

    A phrase of the lists goes first, then the first verb that means something, then the first such noun, then
    whatever is left.
    """
    phrase = _phrase(cue)
    if phrase:
        return Head(phrase, "phrase")
    heads = [n for n, word in enumerate(cue) if word not in words("skip") and not word.endswith("ly")]
    known = [head for n in heads or range(len(cue)) if (head := _known(cue, n)) is not None]
    meaningful = [head for head in known if head.lemma not in words("light")]
    verbs = [head for head in meaningful if head.kind == "verb"]
    best = [*verbs, *meaningful, *known]
    if best:
        return best[0]
    return Head(lemma_of(cue[heads[0]]), "unknown", cue[heads[0]]) if heads else None


def _phrase(cue: list[str]) -> str:
    joined = f" {' '.join(cue)} "
    return max((phrase for phrase in class_of("phrase") if f" {phrase} " in joined), key=len, default="")


def _known(cue: list[str], n: int) -> Head | None:
    lemma = lemma_of(cue[n])
    if n + 1 < len(cue) and (pair := f"{lemma} {cue[n + 1]}") in class_of():
        return Head(pair, "verb", cue[n], _is_passive(cue, n))
    after_light = any(lemma_of(word) in words("light") for word in cue[:n])
    if lemma in class_of() and not (after_light and lemma in class_of("noun")):
        return Head(lemma, "verb", cue[n], _is_passive(cue, n))
    return Head(lemma, "noun", cue[n]) if lemma in class_of("noun") else None


def _is_passive(cue: list[str], n: int) -> bool:
    is_participle = not cue[n].endswith("ing") and lemma_of(cue[n]) != cue[n]
    return is_participle and any(word in BE for word in cue[:n])
