"""Made-up articles in the shape of real news, with copies among them, to measure the finding of copies on.

Words fall off as in language (Zipf), a tenth of the articles share sentences with others, a third are copies: of a few
stories there are many, of most there is none. Every article ends with the line of its paper.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

import numpy as np

from benchmarks.copy_parts import Plain

N_WORDS, N_PAPERS, WORDS_AN_ARTICLE, WORDS_A_SENTENCE = 60_000, 2_000, 400, 20
COPY_SHARE = 0.33
EXPONENT = 1.05
FIRST_DAY = dt.date(2015, 1, 1)


def made_articles(n_articles: int, *, start: int = 0) -> Iterator[Plain]:
    """So many articles; each is a function of its number alone."""
    words = [_word(number) for number in range(N_WORDS)]
    shares = 1 / (np.arange(N_WORDS) + 3.0) ** EXPONENT
    steps = np.cumsum(shares / shares.sum())
    for number in range(start, start + n_articles):
        yield _article(number, words, steps)


def _word(number: int) -> str:
    syllables = ("ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pra", "ri", "sto", "tu", "ve", "wa")
    word = ""
    while number or not word:
        word, number = word + syllables[number % 16], number // 16
    return word


def _article(number: int, words: list[str], steps: np.ndarray) -> Plain:
    chance = random.Random(number)
    # A copy is of one of the stories some way before it; those whose number ends in 00 are printed everywhere.
    story = number
    if number > 100 and chance.random() < COPY_SHARE:
        story = number - number % 100 if chance.random() < 0.5 else number - chance.randint(1, 100)
    body = _body(story, words, steps)
    if story != number:
        kept = max(3, round(len(body) * chance.uniform(0.3, 1.0)))
        body = [sentence for sentence in body[:kept] if chance.random() > 0.05]
    paper = chance.randrange(N_PAPERS)
    paragraphs = [" ".join(body[i : i + 3]) for i in range(0, len(body), 3)]
    paragraphs.append(f"Paper {words[paper]} is printed in the town of that name since {1800 + paper % 200}.")
    title = " ".join(words[chance.randrange(2_000)] for _ in range(8)).capitalize()
    day = FIRST_DAY + dt.timedelta(days=number // 500)
    return Plain(f"made{number:012d}", title, "\n\n".join(paragraphs), day, f"Paper {words[paper]}")


def _body(story: int, words: list[str], steps: np.ndarray) -> list[str]:
    draw = np.random.default_rng(story)
    picked = np.searchsorted(steps, draw.random(WORDS_AN_ARTICLE + int(draw.integers(-200, 200))))
    text = [words[place] for place in picked]
    return [" ".join(text[i : i + WORDS_A_SENTENCE]).capitalize() + "." for i in range(0, len(text), WORDS_A_SENTENCE)]
