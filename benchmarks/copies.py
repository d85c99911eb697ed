"""Copies of articles, measured: ``python -m benchmarks.copies planted --plain news.jsonl.gz``.

planted    copies planted among real articles: how many are found, and how many of those found are right
apart      pairs that are about one event and were written apart (copies_apart.tsv): how many count as copies
scale      made-up articles: time and peak memory of all of them, and time of one more

``--plain`` is a file of JSON lines with id, publisher, date, title and text; none of it is part of the repository.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import gzip
import json
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.copy_parts import Parts, Plain, write_parts, write_rows
from benchmarks.made_stories import made_rows
from benchmarks.planted_copies import MIN_WORDS, plant
from flows.copies.find import Copies, find_copies
from flows.copies.signatures import Before
from flows.link.database import within_memory
from flows.link.index import Indexed
from tests.copied_stories import left_by

APART = Path(__file__).with_name("copies_apart.tsv")


def read_plain(path: Path) -> Iterator[Plain]:
    """The articles of a file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield Plain(row["id"], row["title"] or "", row["text"], _day(row["date"]), row["publisher"])


def _day(stated: str | None) -> dt.date | None:
    for form, length in (("%Y-%m-%d", 10), ("%d-%b-%Y", 11)):
        try:
            return dt.datetime.strptime((stated or "").strip()[:length].strip(), form).date()
        except ValueError:
            continue
    return None


def signed(parts: Parts) -> Indexed:
    """The parts of signatures, each told from others by its path."""
    return Indexed(parts, {batch: str(paths) for batch, paths in parts.items()})


def clusters(copies: Copies) -> dict[str, str]:
    """Each copy with the article that is kept."""
    rows = pq.read_table(copies.duplicates)
    return dict(zip(rows["article_id"].to_pylist(), rows["kept_article_id"].to_pylist(), strict=True))


def measure_planted(path: Path, scratch: Path, n_planted: int, seed: int) -> dict[str, Any]:
    """Plant copies, several of some articles; what of them is found."""
    chance = random.Random(seed)
    plain = list(read_plain(path))
    long_enough = [article for article in plain if len(article.body.split()) >= MIN_WORDS]
    chance.shuffle(long_enough)
    strangers = [p for article in long_enough[:1000] for p in article.body.split("\n\n") if 15 < len(p.split()) < 60]
    plain = [article for article in plain if article not in set(long_enough[:1000])]
    originals = long_enough[1000 : 1000 + n_planted // 2]
    planted: dict[str, str] = {}
    copies = []
    while len(copies) < n_planted:
        original = chance.choice(originals)
        name = f"planted/{len(copies)}"
        planted[name] = original.article_id
        copies.append(plant(original, name, strangers, chance))
    articles, signatures = write_parts(scratch / "plain", plain)
    natural = clusters(find_copies(articles, signed(signatures), scratch / "before"))
    more = write_parts(scratch / "planted", copies)
    found = clusters(find_copies(articles | more[0], signed(signatures | more[1]), scratch / "after"))
    kept = {article: found.get(article, article) for article in [*planted, *planted.values()]}
    right = [name for name, original in planted.items() if kept[name] == kept[original]]
    # A copy whose original is elsewhere, and articles that only copies of theirs brought together.
    wrong = [name for name in planted if name in found and name not in set(right)]
    own = {kept[original]: original for original in planted.values()}
    wrong += [
        article
        for article, keeps in found.items()
        if article not in planted and article not in natural and planted.get(keeps, own.get(keeps)) != article
    ]
    missed = [name for name in planted if name not in set(right)]
    return {
        "planted": len(planted),
        "recall": round(len(right) / len(planted), 4),
        "precision": round(len(right) / max(1, len(right) + len(wrong)), 4),
        "missed": missed[:40],
        "wrong": wrong[:40],
        "copies_without_planting": len(natural),
    }


def measure_apart(path: Path, scratch: Path) -> dict[str, Any]:
    """How many pairs that were written apart are called copies."""
    articles, signatures = write_parts(scratch / "plain", read_plain(path))
    found = clusters(find_copies(articles, signed(signatures), scratch / "found"))
    with APART.open(encoding="utf-8") as rows:
        pairs = [(row["first"], row["second"]) for row in csv.DictReader(rows, delimiter="\t")]
    called = [pair for pair in pairs if found.get(pair[0], pair[0]) == found.get(pair[1], pair[1])]
    return {"pairs": len(pairs), "called_copies": len(called), "which": called}


def measure_scale(scratch: Path, n_articles: int) -> dict[str, Any]:
    """Time and peak memory of finding copies among made-up articles, and of one more."""
    started = time.process_time()
    articles, signatures = write_rows(scratch / "made", made_rows(n_articles))
    made_s = time.process_time() - started
    before_mb = _peak_mb()
    first, wall_s, cpu_s = _timed(articles, signatures, scratch / "first", None)
    figures = {
        "articles": n_articles,
        "parts_cpu_s": round(made_s, 1),
        "copies": first.n_duplicates,
        "first_s": round(wall_s, 2),
        "first_cpu_s": round(cpu_s, 2),
        "peak_mb": _peak_mb(),
        "peak_before_mb": before_mb,
    }
    for number in range(3):
        one = write_rows(scratch / f"one{number}", made_rows(1, start=n_articles + number))
        before = left_by(first, [path for paths in one[1].values() for path in paths], [])
        _, wall_s, cpu_s = _timed(articles | one[0], signatures | one[1], scratch / f"more{number}", before)
        figures[f"one_more_s_{number}"], figures[f"one_more_cpu_s_{number}"] = round(wall_s, 3), round(cpu_s, 3)
    return figures


def _timed(articles: Parts, signatures: Parts, scratch: Path, before: Before | None) -> tuple[Copies, float, float]:
    started, worked = time.perf_counter(), time.process_time()
    copies = within_memory(partial(find_copies, articles, signed(signatures), scratch, before=before))
    return copies, time.perf_counter() - started, time.process_time() - worked


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["planted", "apart", "scale"])
    parser.add_argument("--plain", type=Path, default=Path("../shared/data/plain/news.jsonl.gz"))
    parser.add_argument("--planted", type=int, default=2_000)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if given.what == "planted":
            figures = measure_planted(given.plain, scratch, given.planted, given.seed)
        elif given.what == "apart":
            figures = measure_apart(given.plain, scratch)
        else:
            figures = measure_scale(scratch, given.articles)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
