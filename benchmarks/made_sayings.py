"""Made-up quotations in articles, to measure the reuse of quotations on: a few recur in many articles, most in none.

Words fall off as in language (Zipf), the commonest being common English words, so that they tell as little as those.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.made_stories import made_word
from flows.store.internal import SAYINGS_SCHEMA
from tests.linked_corpus import row
from tests.quoted_corpus import Said, article_rows
from transforms.link.saying_words import common_words
from transforms.schema import arrow_schema
from transforms.tables import ARTICLES, ENTITIES, QUOTES

N_WORDS, N_SPEAKERS, N_PAPERS, QUOTATIONS_AN_ARTICLE = 40_000, 20_000, 2_000, 5
REUSED_SHARE = 0.25
ARTICLES_A_PART = 500
SCHEMAS = {"sayings": SAYINGS_SCHEMA, "articles": arrow_schema(ARTICLES), "quotes": arrow_schema(QUOTES)}
Article = tuple[str, list[Said]]


def made_quotations(n_articles: int, *, start: int = 0) -> Iterator[Article]:
    """So many articles by what is said in them; each is a function of its number alone."""
    for number in range(start, start + n_articles):
        chance = random.Random(number)
        day, paper = 1 + number // 500 % 28, f"Paper {chance.randrange(N_PAPERS)}"
        said = [_quoted(number, nth, chance) for nth in range(QUOTATIONS_AN_ARTICLE)]
        yield f"made{number:012d}", [Said(text, speaker, day, paper) for text, speaker in said]


def _quoted(number: int, nth: int, chance: random.Random) -> tuple[str, str]:
    """The words of a quotation and who says it: one of its own, or one of some way before, whole or not."""
    if number <= 100 or chance.random() >= REUSED_SHARE:
        words, speaker = _said(number, nth)
        return f"“{' '.join(words)}”", speaker
    story = number - number % 100 if chance.random() < 0.5 else number - chance.randint(1, 100)
    words, speaker = _said(story, nth)
    at, form = chance.randrange(len(words)), chance.randrange(4)
    if form == 0:
        words = words[: max(8, at)]
    elif form == 1:
        words[at] = chance.choice(_words())
    elif form == 2:
        return f"{' '.join(words[:3])} “{' '.join(words[3:])}”", speaker
    return f"“{' '.join(words)}”", speaker


def _said(number: int, nth: int) -> tuple[list[str], str]:
    chance = random.Random(number * QUOTATIONS_AN_ARTICLE + nth)
    words = chance.choices(_words(), cum_weights=_steps(), k=chance.randint(6, 40))
    return words, _name(int(N_SPEAKERS * chance.random() ** 2))


@cache
def _words() -> list[str]:
    return [*common_words(), *(made_word(number) for number in range(N_WORDS))]


@cache
def _steps() -> list[float]:
    return list(accumulate(1 / (rank + 3.0) ** 1.05 for rank in range(len(_words()))))


def _name(number: int) -> str:
    return f"{made_word(number % 200).capitalize()} {made_word(number).capitalize()}"


def write_quotations(folder: Path, articles: Iterable[Article]) -> dict[str, dict[str, list[str]]]:
    """Write parts of each table; where those of each batch lie, by table."""
    folder.mkdir(parents=True)
    parts: dict[str, dict[str, list[str]]] = {table: {} for table in SCHEMAS}
    articles = iter(articles)
    for number, batch in enumerate(iter(lambda: list(islice(articles, ARTICLES_A_PART)), [])):
        made = [article_rows(name, said) for name, said in batch]
        for table, schema in SCHEMAS.items():
            path = folder / f"{table}{number}.parquet"
            rows = [row for article in made for row in article[table]]
            pq.write_table(pa.Table.from_pylist(rows, schema), path, compression="zstd")
            parts[table][f"{folder.name}-{number}"] = [str(path)]
    return parts


def write_speakers(path: Path) -> Path:
    """The table ``entities`` with everybody who is quoted."""
    rows = [row("entities", entity_id=f"e-{name}", name=name, entity_type="person") for name in _all_names()]
    pq.write_table(pa.Table.from_pylist(rows, arrow_schema(ENTITIES)), path)
    return path


def _all_names() -> list[str]:
    return sorted({_name(number) for number in range(N_SPEAKERS)})
