"""How long linking takes and how much memory it needs, on made-up articles.

    python -m benchmarks.linking --articles 10000 100000

For each size: linking for the first time, again with the names of that run at hand (the median of several), and once
more with one article added. Each size runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.made_names import write_parts
from flows.link.entities import Linked, link_entities
from transforms.catalog import Catalog

REPEATS = 5
Parts = dict[str, list[str]]


def measure(base: Path, scratch: Path, n_articles: int) -> None:
    """Print one line of JSON about the parts below ``base``."""
    articles, entities = json.loads((base / "parts.json").read_text())
    more_articles, more_entities = write_parts(scratch / "one", 1, seed=2)
    first, cold_s, _ = link(articles, entities, scratch / "first", None)
    names = str(first.names)
    warm = [link(articles, entities, scratch / f"again{n}", names) for n in range(REPEATS)]
    more, more_s, _ = link(articles | more_articles, entities | more_entities, scratch / "more", names)
    figures = {
        "articles": n_articles,
        "parts": len(articles),
        "entities": first.n_entities,
        "rules": dict(first.n_by_rule),
        "first_s": round(cold_s, 2),
        "again_s": round(statistics.median(seconds for _, seconds, _ in warm), 2),
        "again_cpu_s": round(statistics.median(seconds for _, _, seconds in warm), 2),
        "one_article_more_s": round(more_s, 2),
        "parts_whose_ids_change_then": sum(first.digest(batch) != more.digest(batch) for batch in articles),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(figures), flush=True)


def link(articles: Parts, entities: Parts, scratch: Path, names: str | None) -> tuple[Linked, float, float]:
    """What linking found, and the seconds that it took by the clock and of the processor."""
    started, worked = time.perf_counter(), time.process_time()
    linked = link_entities(articles, entities, Catalog(), scratch, names=names)
    return linked, time.perf_counter() - started, time.process_time() - worked


def prepare(base: Path, n_articles: int) -> None:
    """Write the parts, and where they lie."""
    parts = write_parts(base, n_articles)
    (base / "parts.json").write_text(json.dumps(parts))


def main() -> None:
    """Measure each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 100_000])
    for size in parser.parse_args().articles:
        with tempfile.TemporaryDirectory(prefix="newsmill-linking-") as folder:
            base, scratch = Path(folder) / "base", Path(folder) / "scratch"
            for act, arguments in ((prepare, (base, size)), (measure, (base, scratch, size))):
                process = multiprocessing.get_context("spawn").Process(target=act, args=arguments)
                process.start()
                process.join()


if __name__ == "__main__":
    main()
