"""Texts as sequences of words, each a number, so that two texts can be laid side by side."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]

# Scripts that put no space between words count a word a character.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio, as in Fibonacci hashing
_MIX = np.uint64(0xBF58476D1CE4E5B9)  # of splitmix64 (Steele, Lea, Flood, OOPSLA 2014)


def word_numbers(text: str) -> Words:
    """A number a word, the same whatever its case, the marks around it and the style of an apostrophe."""
    found = _WORD.findall(text.casefold().replace("’", "'"))
    return np.fromiter(map(_number, found), np.uint32, len(found))


@lru_cache(maxsize=50_000)
def _number(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "replace"))


def word_spans(text: str) -> list[tuple[str, int, int]]:
    """The words of a text, as `word_numbers` tells them apart, with their places in it."""
    return [(m[0].replace("’", "'").casefold(), m.start(), m.end()) for m in _WORD.finditer(text)]


def shingle_hashes(words: Words, length: int) -> Hashes:
    """One hash for the ``length`` words from each place on where so many are left."""
    n_shingles = max(0, len(words) - length + 1)
    hashes = np.zeros(n_shingles, np.uint64)
    wide = words.astype(np.uint64)
    for i in range(length):
        hashes = hashes * _MULTIPLIER + wide[i : i + n_shingles]
    hashes ^= hashes >> np.uint64(31)
    hashes *= _MIX
    hashes ^= hashes >> np.uint64(29)
    return hashes


def without_spans(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text without some spans, in order, each of which counts as a break."""
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at:start])
        at = max(at, end)
    return "\n".join([*kept, text[at:]])
