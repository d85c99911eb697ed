"""The words of a saying in the form in which two outlets' versions compare equal, and how much each word tells.

Reporting changes what was said in known ways: tense shifts back ("would" for "will"), persons change ("he" for "I"),
contractions are written out, names are put in square brackets. Words are folded over all of that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from transforms.annotate.word_lists import word_set
from transforms.resolve.names import fold

# What the outlet put in: [the president], [sic].
_INSERTED = re.compile(r"\[[^\]\n]{0,80}\]")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_SHORT = {"'ll": "will", "'re": "be", "'ve": "have", "'m": "be", "'d": "will"}
# Persons and articles, which change or go when words are reported.
_DROPPED = word_set(
    """
    i me my mine myself we us our ours ourselves you your yours yourself he him his himself she her hers herself it its
    itself they them their theirs themselves a an the uh um
    """
)
_SAME = {
    **dict.fromkeys(("am", "is", "are", "was", "were", "been", "being"), "be"),
    **dict.fromkeys(("has", "had", "having"), "have"),
    **dict.fromkeys(("does", "did", "doing"), "do"),
    "would": "will",
    "could": "can",
    "cannot": "can not",
    "might": "may",
    "wont": "will not",
    "gonna": "going to",
    "ok": "okay",
}
MOST = 3


def saying_words(text: str) -> tuple[str, ...]:
    """The folded words of a text, less persons and articles; numbers as digits without their commas."""
    bare = _INSERTED.sub(" ", text)
    return tuple(" ".join(map(_folded, _WORD.findall(bare))).split())


@lru_cache(maxsize=50_000)
def _folded(word: str) -> str:
    """The word or words that stand for one written word; "" for none."""
    if word[0].isdigit():
        return word.replace(",", "")
    plain = fold(word)
    stem, mark, end = plain.partition("'")
    if not mark:
        return _kept(plain)
    if end == "t" and stem.endswith("n"):
        stem = {"ca": "can", "wo": "will", "sha": "shall"}.get(stem[:-1], stem[:-1])
        return f"{_kept(stem)} not"
    return f"{_kept(stem)} {_SHORT.get(mark + end, '')}".strip()


def _kept(word: str) -> str:
    return "" if word in _DROPPED else _SAME.get(word, word)


@lru_cache(maxsize=1)
def common_words() -> dict[str, int]:
    """How much each of the commoner words tells, the commonest first."""
    text = files("transforms.link").joinpath("data", "common_words.txt").read_text(encoding="utf-8")
    lines = (line.partition(":") for line in text.splitlines() if line and not line.startswith("#"))
    return {word: int(level) for level, _, words in lines for word in words.split()}


def weights(words: Sequence[str]) -> list[int]:
    """How much each word tells, from 0 (every second sentence has it) to MOST (few do): see data/common_words.txt."""
    known = common_words()
    return [known.get(word, MOST) for word in words]
