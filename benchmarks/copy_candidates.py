"""Ways to find candidates for copies: ``python -m benchmarks.copy_candidates --plain news.jsonl.gz``.

Copies planted among real articles, as in benchmarks/copies.py; for each way how many of them are paired with their
original or another copy of it, how many pairs it proposes, and its processor time. Ways: the product's own (winnowed
fingerprints), and MinHash with banding over sequences of as many words, by datasketch and rensa. Needs
``pip install datasketch rensa``.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.copies import read_plain
from benchmarks.copy_parts import Plain
from benchmarks.planted_copies import MIN_WORDS, plant
from flows.copies.candidates import CANDIDATE_SHARE, N_HEADS
from transforms.copies.fingerprints import SHINGLE_WORDS, fingerprints
from transforms.copies.words import Words, shingle_hashes, word_numbers

N_PERMUTATIONS = 128
Pairs = set[tuple[int, int]]


def plant_copies(path: Path, n_articles: int, n_planted: int, seed: int) -> tuple[list[Words], dict[int, int]]:
    """The words of real articles and of copies behind them; the number of the original of each copy."""
    chance = random.Random(seed)
    plain = [article for article in read_plain(path) if len(article.body.split()) >= MIN_WORDS]
    chance.shuffle(plain)
    plain = plain[: n_articles + 300]
    strangers = [p for article in plain[n_articles:] for p in article.body.split("\n\n") if 15 < len(p.split()) < 60]
    plain = plain[:n_articles]
    texts, of = [_words(article) for article in plain], {}
    for number in range(n_planted):
        original = chance.randrange(min(n_articles, n_planted // 2))
        of[len(texts)] = original
        texts.append(_words(plant(plain[original], f"planted/{number}", strangers, chance)))
    return texts, of


def _words(article: Plain) -> Words:
    return word_numbers(f"{article.title}\n\n{article.body}")


def by_fingerprints(texts: list[Words]) -> Pairs:
    """The product's own way, in Python: of what DuckDB does, the same pairs."""
    found = [fingerprints(words).tolist() for words in texts]
    having: dict[int, list[int]] = defaultdict(list)
    for number, own in enumerate(found):
        for value in own:
            having[value].append(number)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for numbers in having.values():
        for head in numbers[:N_HEADS]:
            for other in numbers:
                if head < other:
                    shared[head, other] += 1
    fewer = {pair: min(len(found[pair[0]]), len(found[pair[1]])) for pair in shared}
    return {pair for pair, n in shared.items() if n >= max(min(2, fewer[pair]), CANDIDATE_SHARE * fewer[pair])}


def by_datasketch(texts: list[Words], threshold: float) -> Pairs:
    """MinHash and its LSH of datasketch."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=N_PERMUTATIONS)
    pairs: Pairs = set()
    for number, words in enumerate(texts):
        sketch = MinHash(num_perm=N_PERMUTATIONS)
        sketch.update_batch([value.tobytes() for value in shingle_hashes(words, SHINGLE_WORDS)])
        pairs |= {(other, number) for other in index.query(sketch)}
        index.insert(number, sketch)
    return pairs


def by_rensa(texts: list[Words], threshold: float, n_bands: int) -> Pairs:
    """The same of rensa, which takes the number of bands."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=threshold, num_perm=N_PERMUTATIONS, num_bands=n_bands)
    pairs: Pairs = set()
    for number, words in enumerate(texts):
        sketch = RMinHash(num_perm=N_PERMUTATIONS, seed=1)
        sketch.update([str(value) for value in shingle_hashes(words, SHINGLE_WORDS).tolist()])
        pairs |= {(other, number) for other in index.query(sketch)}
        index.insert(number, sketch)
    return pairs


def measure(way: Callable[[], Pairs], of: dict[int, int], n_texts: int) -> dict[str, Any]:
    """Recall over planted copies, pairs, and time."""
    started = time.process_time()
    pairs = way()
    seconds = time.process_time() - started
    same = of | {original: original for original in of.values()}
    found = {copy for a, b in pairs if same.get(a, -1) == same.get(b, -2) for copy in (a, b) if copy in of}
    return {
        "recall": round(len(found) / len(of), 4),
        "pairs": len(pairs),
        "processor_ms_an_article": round(1000 * seconds / n_texts, 2),
    }


def ways(texts: list[Words]) -> Iterable[tuple[str, Callable[[], Pairs]]]:
    """Each way by its name."""
    yield "fingerprints", lambda: by_fingerprints(texts)
    for threshold in (0.5, 0.2, 0.1):
        yield f"datasketch {threshold}", lambda threshold=threshold: by_datasketch(texts, threshold)
    for threshold, n_bands in ((0.5, 16), (0.2, 32), (0.1, 64)):
        yield f"rensa {n_bands} bands", lambda t=threshold, n=n_bands: by_rensa(texts, t, n)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plain", type=Path, default=Path("../shared/data/plain/news.jsonl.gz"))
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--planted", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    texts, of = plant_copies(given.plain, given.articles, given.planted, given.seed)
    print(json.dumps({name: measure(way, of, len(texts)) for name, way in ways(texts)}, indent=1))


if __name__ == "__main__":
    main()
