"""The language of an article, found offline by py3langid, and whether an annotator knows it.

py3langid (Lui and Baldwin, ACL 2012; the retrained model of version 0.4) gives a chance to each language it knows. What
the document states about itself is evidence beside it: it decides a short text and cannot turn a long one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from transforms.paragraphs import paragraph_spans
from transforms.records import Annotation, Article, Span
from transforms.sentence_splitting import split_by_script

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# The start of a text and its middle: enough to be sure, and the time does not grow with the text.
SAMPLE_CHARS = 600
MIN_SCORE = 0.5  # of a language that nothing states, with those near it
STATED_WEIGHT = 20  # how much likelier a language is where it is stated
MIN_PARAGRAPH_CHARS, MIN_WIDE_CHARS = 60, 20  # of a paragraph in Latin letters, and in others
MAX_LETTERS_COUNTED = 20_000
MAX_PARAGRAPHS = 200  # looked at one by one
MAX_PARAGRAPH_CHARS = 300
MIN_FOREIGN_SCORE = 0.95
# Two of these words and the paragraph is English: nine of ten need not be looked at further.
ENGLISH_WORDS = frozenset(
    {"the", "and", "that", "with", "said", "this", "from", "which", "would", "their", "were", "have", "has"}
)
# Each so close to the others that a text may be sure to be in one of them and not in which.
NEAR_LANGUAGES = (frozenset({"id", "ms"}), frozenset({"bs", "hr", "sr"}), frozenset({"da", "nn", "no"}))

_NO_LANGUAGE = "zxx"  # what numbers, addresses and code are to py3langid
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_OTHER_SCRIPT = re.compile(r"[^\W\d_A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")


class Detected(NamedTuple):
    """An ISO 639-1 code and the chance, 0 to 1, that it is right; None and None where neither text nor record tell."""

    language: str | None
    score: float | None


def detect_language(text: str, stated: str | None = None) -> Detected:
    """The language of a text that is ``stated`` to be in one."""
    sample = _sample(text)
    if is_mostly_latin(text[:MAX_LETTERS_COUNTED]):  # a paragraph of another script would outweigh the rest
        sample = _OTHER_SCRIPT.sub(" ", sample)
    chances = _with_stated(_chances(sample), stated)
    best = max(chances, key=lambda code: chances[code])
    sure = sum(chances.get(code, 0.0) for code in _near(best))
    if best == _NO_LANGUAGE or (sure < MIN_SCORE and best != stated):
        return Detected(stated, round(chances.get(stated, 0.0), 3)) if stated else Detected(None, None)
    return Detected(best, round(chances[best], 3))


def foreign_paragraphs(paragraphs: Iterable[str], language: str | None) -> tuple[tuple[int, str], ...]:
    """The number and language of each paragraph that is surely in another language than the article.

    Short ones tell nothing; of a text of very many paragraphs the first are looked at.
    """
    if language is None:
        return ()
    tried = ((number, paragraph) for number, paragraph in enumerate(paragraphs) if _is_long(paragraph))
    found = ((number, _foreign(paragraph, language)) for number, paragraph in islice(tried, MAX_PARAGRAPHS))
    return tuple((number, other) for number, other in found if other)


def without_foreign(article: Article, annotation: Annotation, languages: frozenset[str]) -> Annotation:
    """What an annotator of these languages found, but for paragraphs in others: their sentences alone are kept."""
    spans = paragraph_spans(article.text)
    foreign = [(spans[number], other) for number, other in article.paragraph_languages if other not in languages]
    if not foreign:
        return annotation

    def is_outside(span: Span) -> bool:
        return not any(paragraph.overlaps(span) for paragraph, _ in foreign)

    sentences = [span for span in annotation.sentences if is_outside(span)]
    for paragraph, other in foreign:
        for start, end in split_by_script(article.text[slice(*paragraph)], other):
            sentences.append(Span(paragraph.char_start + start, paragraph.char_start + end))
    return Annotation(
        tuple(sorted(sentences)),
        tuple(mention for mention in annotation.mentions if is_outside(mention.span)),
        tuple(found for found in annotation.attributions if all(map(is_outside, found.content))),
    )


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
    return _has_latin_share(_sample(text), 1, 2)


def is_mostly_latin(text: str) -> bool:
    """Whether three of four letters are Latin."""
    return _has_latin_share(text, 3, 4)


def _has_latin_share(text: str, share: int, of: int) -> bool:
    if text.isascii():
        return True
    n_latin, n_letters = (sum(map(len, run.findall(text))) for run in (_LATIN, _LETTERS))
    return of * n_latin >= share * n_letters


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


def _is_long(paragraph: str) -> bool:
    return len(paragraph) >= (MIN_PARAGRAPH_CHARS if is_latin(paragraph) else MIN_WIDE_CHARS)


def _foreign(paragraph: str, language: str) -> str | None:
    """The language of a paragraph where it is surely another one."""
    paragraph = paragraph[:MAX_PARAGRAPH_CHARS]
    if language == "en" and len(ENGLISH_WORDS.intersection(paragraph.lower().split())) >= 2:
        return None
    found, score = _identifier().classify(paragraph)
    return found if score >= MIN_FOREIGN_SCORE and found not in {*_near(language), _NO_LANGUAGE} else None


def _chances(text: str) -> dict[str, float]:
    return dict(_identifier().rank(text))


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages([code for code in found.labels if len(code) == 2 or code == _NO_LANGUAGE])
    # One made of what is left: the first keeps the other languages too, 24 MB in every worker.
    shares = np.ascontiguousarray(found.nb_ptc)  # a text needs some hundreds of its rows
    tables = (shares, found.nb_pc, found.nb_classes, found.tk_nextmove, found.tk_output)
    return LanguageIdentifier(*tables, norm_probs=True, tk_row=found.tk_row)
