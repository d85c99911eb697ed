"""The lemma of an English verb or noun: irregular forms by list, the others by their endings.

After WordNet's morphy: an ending is taken off where that leaves a word that the lists know; of a word that they do not
know, the likeliest lemma is guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from transforms.cues.lexicon import irregular_forms, known_lemmas

VOWELS = "aeiou"
# Without its ending, a stem that ends like this had an e: "vot-ed", "argu-ed", "judg-ed", "produc-ed", "believ-ed".
LOST_E = re.compile(r"(?:[cguvz]|[^aeiou][aiou][tkd]|dl|bl|tl|as|is|os|us|ns)$")


@lru_cache(maxsize=20_000)
def lemma_of(word: str) -> str:
    """The lemma of a word in lower case; the word itself where it has no ending."""
    if word in irregular_forms():
        return irregular_forms()[word]
    if word in known_lemmas():
        return word
    options = _without_ending(word)
    return next((option for option in options if option in known_lemmas()), options[0] if options else word)


def _without_ending(word: str) -> list[str]:
    """What may be left of a word without its ending, the likeliest first."""
    if len(word) < 4:
        return []
    if word.endswith(("ied", "ies")):
        return [f"{word[:-3]}y"]
    if word.endswith(("ss", "us", "is")):
        return []
    if word.endswith("s"):
        has_e = word.endswith(("sses", "xes", "zzes", "ches", "shes", "oes"))
        return [word[:-2], word[:-1]] if has_e else [word[:-1]]
    if word.endswith(("ed", "ing")):
        return _stems(word.removesuffix("ed") if word.endswith("ed") else word.removesuffix("ing"))
    return []


def _stems(stem: str) -> list[str]:
    if len(stem) < 2:
        return []
    if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in VOWELS:
        return [stem, stem[:-1]] if stem[-1] in "lsfz" else [stem[:-1], stem]
    return [f"{stem}e", stem] if LOST_E.search(stem) else [stem, f"{stem}e"]
