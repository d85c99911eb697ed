"""The language of an article, found offline by py3langid, and whether an annotator knows it.

py3langid (Lui and Baldwin, ACL 2012; the retrained model of version 0.4) gives a chance to each language it knows. What
the document states about itself is evidence beside it: it decides a short text and cannot turn a long one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from transforms.records import Article

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# The start of a text and its middle: enough to be sure, and the time does not grow with the text.
SAMPLE_CHARS = 600
MIN_SCORE = 0.5  # of a language that nothing states, with those near it
STATED_WEIGHT = 20  # how much likelier a language is where it is stated
MIN_PARAGRAPH_CHARS = 100
MAX_PARAGRAPHS = 8  # looked at one by one
MAX_PARAGRAPH_CHARS = 200
MIN_FOREIGN_SCORE = 0.95
# Each so close to the others that a text may be sure to be in one of them and not in which.
NEAR_LANGUAGES = (frozenset({"id", "ms"}), frozenset({"bs", "hr", "sr"}), frozenset({"da", "nn", "no"}))

_NO_LANGUAGE = "zxx"  # what numbers, addresses and code are to py3langid
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_LETTER = re.compile(r"[^\W\d_]")


class Detected(NamedTuple):
    """An ISO 639-1 code and the chance, 0 to 1, that it is right; None and None where neither text nor record tell."""

    language: str | None
    score: float | None


def detect_language(text: str, stated: str | None = None) -> Detected:
    """The language of a text that is ``stated`` to be in one."""
    chances = _with_stated(_chances(_sample(text)), stated)
    best = max(chances, key=lambda code: chances[code])
    sure = sum(chances.get(code, 0.0) for code in _near(best))
    if best == _NO_LANGUAGE or (sure < MIN_SCORE and best != stated):
        return Detected(stated, round(chances.get(stated, 0.0), 3)) if stated else Detected(None, None)
    return Detected(best, round(chances[best], 3))


def is_mixed(paragraphs: Iterable[str], language: str | None) -> bool:
    """Whether a long paragraph is surely in another language than the article; of many, a few are tried."""
    if language is None:
        return False
    long = [paragraph for paragraph in paragraphs if len(paragraph) >= MIN_PARAGRAPH_CHARS]
    step = -(-len(long) // MAX_PARAGRAPHS) or 1
    return any(_is_foreign(paragraph, language) for paragraph in long[::step])


def is_known(article: Article, languages: frozenset[str]) -> bool:
    """Whether an annotator of these languages reads the article: in one of them, or Latin letters that tell none."""
    if article.language is None:
        return is_latin(article.text)
    return article.language in languages


def without_annotation(article: Article) -> Article:
    """The article, flagged as one that no annotator has read."""
    return replace(article, quality_flags=(*article.quality_flags, "not_annotated"))


def is_latin(text: str) -> bool:
    """Whether most letters at the start and in the middle of a text are Latin."""
    sample = _sample(text)
    return 2 * len(_LATIN.findall(sample)) >= len(_LETTER.findall(sample))


def _sample(text: str) -> str:
    if len(text) <= 2 * SAMPLE_CHARS:
        return text
    middle = len(text) // 2
    return f"{text[:SAMPLE_CHARS]} {text[middle : middle + SAMPLE_CHARS]}"


def _with_stated(chances: Mapping[str, float], stated: str | None) -> dict[str, float]:
    """The chances once what is stated counts (Bayes' rule, with odds of STATED_WEIGHT to 1)."""
    weighed = {code: chance * (STATED_WEIGHT if code == stated else 1) for code, chance in chances.items()}
    total = sum(weighed.values())
    return {code: chance / total for code, chance in weighed.items()}


def _near(language: str) -> frozenset[str]:
    return next((group for group in NEAR_LANGUAGES if language in group), frozenset({language}))


def _is_foreign(paragraph: str, language: str) -> bool:
    found, score = _identifier().classify(paragraph[:MAX_PARAGRAPH_CHARS])
    return score >= MIN_FOREIGN_SCORE and found not in {*_near(language), _NO_LANGUAGE}


def _chances(text: str) -> dict[str, float]:
    return dict(_identifier().rank(text))


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2 or code == _NO_LANGUAGE])
    return identifier
