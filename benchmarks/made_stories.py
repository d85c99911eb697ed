"""Made-up articles in the shape of real news, with copies among them, to measure the finding of copies on.

Words fall off as in language (Zipf), a tenth of the articles share sentences with others, a third are copies: of a few
stories there are many, of most there is none. Every article ends with the line of its paper.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.copy_parts import Rows
from transforms.copies.fingerprints import fingerprints, key_of
from transforms.copies.signature import MIN_PASSAGE_WORDS, NO_AGENCY
from transforms.copies.words import Words, word_numbers
from transforms.document import text_hash

N_WORDS, N_PAPERS, WORDS_AN_ARTICLE, WORDS_A_SENTENCE = 60_000, 2_000, 400, 20
COPY_SHARE = 0.33
EXPONENT = 1.05
FIRST_DAY = dt.date(2015, 1, 1)


Picked = npt.NDArray[np.int64]


class Made(NamedTuple):
    """An article as numbers of words: its title, and its sentences, three a paragraph."""

    number: int
    title: Picked
    sentences: list[Picked]
    paper: int

    @property
    def article_id(self) -> str:
        """Its name."""
        return f"made{self.number:012d}"

    @property
    def day(self) -> dt.date:
        """Five hundred come a day."""
        return FIRST_DAY + dt.timedelta(days=self.number // 500)


def made_rows(n_articles: int, *, start: int = 0) -> Iterator[Rows]:
    """So many articles, each a function of its number: their rows and signatures, from numbers of words."""
    for made in map(_made, range(start, start + n_articles)):
        title, paragraphs = _printed(made)
        text = "\n\n".join([title, *paragraphs])
        last = word_numbers(paragraphs[-1])
        sentences = [_hashes()[sentence] for sentence in [made.title, *made.sentences]]
        spans = _spans(title, paragraphs)
        yield (
            {"article_id": made.article_id, "text": text, "body_char_start": len(title) + 2},
            _signature(made, text, [*sentences, last], spans),
        )


def _signature(made: Made, text: str, sentences: list[Words], spans: list[tuple[int, int]]) -> dict[str, Any]:
    source = _publisher(made).casefold()
    words = np.concatenate(sentences)
    long = [(span, found) for span, found in zip(spans, sentences, strict=True) if len(found) >= MIN_PASSAGE_WORDS]
    return {
        "article_id": made.article_id,
        "day": made.day,
        "agency_rank": NO_AGENCY,
        "n_words": len(words),
        "source_key": key_of("source", source),
        "text_key": key_of("text", text_hash(text)),
        "address_keys": [],
        "fingerprints": fingerprints(words),
        "passage_keys": [key_of("passage", f"{source}\n{found.tobytes().hex()}") for _, found in long],
        "passage_starts": [start for (start, _), _ in long],
        "passage_ends": [end for (_, end), _ in long],
        "passage_words": [len(found) for _, found in long],
    }


def _spans(title: str, paragraphs: list[str]) -> list[tuple[int, int]]:
    """Where the title and each sentence stand."""
    spans, at = [(0, len(title))], len(title) + 2
    for paragraph in paragraphs:
        end = at - 1
        for sentence in paragraph.split(". "):
            start, end = end + 1, end + 1 + len(sentence) + (not sentence.endswith("."))
            spans.append((start, end))
        at += len(paragraph) + 2
    return spans


def _made(number: int) -> Made:
    chance = random.Random(number)
    # A copy is of one of the stories some way before it; those whose number ends in 00 are printed everywhere.
    story = number
    if number > 100 and chance.random() < COPY_SHARE:
        story = number - number % 100 if chance.random() < 0.5 else number - chance.randint(1, 100)
    draw = np.random.default_rng(story)
    picked = np.searchsorted(_steps(), draw.random(WORDS_AN_ARTICLE + int(draw.integers(-200, 200))))
    body = [picked[at : at + WORDS_A_SENTENCE] for at in range(0, len(picked), WORDS_A_SENTENCE)]
    if story != number:
        kept = max(3, round(len(body) * chance.uniform(0.3, 1.0)))
        body = [sentence for sentence in body[:kept] if chance.random() > 0.05]
    paper = chance.randrange(N_PAPERS)
    return Made(number, np.array([chance.randrange(2_000) for _ in range(8)]), body, paper)


def _printed(made: Made) -> tuple[str, list[str]]:
    """The title and the paragraphs."""
    words = _words()
    body = [" ".join(words[sentence].tolist()).capitalize() + "." for sentence in made.sentences]
    paragraphs = [" ".join(body[at : at + 3]) for at in range(0, len(body), 3)]
    town = f"{_publisher(made)} is printed in the town of that name since {1800 + made.paper % 200}."
    return " ".join(words[made.title].tolist()).capitalize(), [*paragraphs, town]


def _publisher(made: Made) -> str:
    return f"Paper {_words()[made.paper]}"


@cache
def _words() -> npt.NDArray[np.object_]:
    return np.array([made_word(number) for number in range(N_WORDS)], object)


@cache
def _hashes() -> Words:
    return np.concatenate([word_numbers(word) for word in _words()])


@cache
def _steps() -> npt.NDArray[np.float64]:
    shares = 1 / (np.arange(N_WORDS) + 3.0) ** EXPONENT
    return np.cumsum(shares / shares.sum())


def made_word(number: int) -> str:
    """A word of its own for each number."""
    syllables = ("ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pra", "ri", "sto", "tu", "ve", "wa")
    word = ""
    while number or not word:
        word, number = word + syllables[number % 16], number // 16
    return word
