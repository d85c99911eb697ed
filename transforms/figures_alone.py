"""Texts without a sentence: tables of results, odds and prices, and calendars, as agencies send them beside news."""

from __future__ import annotations

import re

TABLE = "a table: lines of names and figures, without sentences"
MIN_WORDS = 30
MIN_FIGURES_SHARE = 0.2  # of the words; in news of markets and elections they are a tenth
MAX_SMALL_PER_FIGURE = 0.6  # words in small letters for each with a figure; prose has several
MAX_PROSE_SHARE = 0.1
MAX_CHARS = 200_000  # of a text that are looked at
_SMALL = re.compile(r"\W*[a-zà-öø-ÿ][a-zà-öø-ÿ'’-]+\W*")
_SMALL_WORD = re.compile(r"(?:^|\s)[a-zà-öø-ÿ]{2,}")
_SENTENCE_START = re.compile(r"(?<=[.!?])\s+(?=[“\"‘'A-ZÀ-Þ])")
_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]*\Z")
MIN_SMALL_WORDS = 5  # of a sentence


def is_table(text: str) -> bool:
    """Whether a text is lines of names and figures, without sentences. One of another script than Latin never is."""
    words = text[:MAX_CHARS].split()
    n_figures = sum(1 for word in words if not word.isalpha() and any(map(str.isdigit, word)))
    if len(words) < MIN_WORDS or n_figures < MIN_FIGURES_SHARE * len(words):
        return False
    n_small = sum(_SMALL.fullmatch(word) is not None for word in words)
    if n_small > MAX_SMALL_PER_FIGURE * n_figures or not _is_latin(text[:MAX_CHARS]):
        return False
    sentences = (part for line in text[:MAX_CHARS].split("\n") for part in _SENTENCE_START.split(line))
    return sum(len(part.split()) for part in sentences if _is_sentence(part)) <= MAX_PROSE_SHARE * len(words)


def _is_latin(text: str) -> bool:
    """Whether most letters are Latin: others have no small letters, or other ones."""
    letters = [ch for ch in text if ch.isalpha()]
    return 2 * sum(ch < "ɐ" for ch in letters) > len(letters)


def _is_sentence(part: str) -> bool:
    return _SENTENCE_END.search(part.strip()) is not None and len(_SMALL_WORD.findall(part)) >= MIN_SMALL_WORDS
