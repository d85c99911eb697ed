"""Time and memory of finding reused quotations: ``python -m benchmarks.reuse_scale --articles 100000``.

Made-up quotations, five an article, a quarter of them reused; all of them, and then one more article.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.made_sayings import made_quotations, write_quotations, write_speakers
from flows.link.database import within_memory
from flows.link.index import Indexed
from flows.link.reuse import Reused, link_reuse
from flows.link.reuse_before import Known
from tests.quoted_corpus import left_by

Tables = dict[str, dict[str, list[str]]]


def measure(scratch: Path, n_articles: int) -> dict[str, Any]:
    """The figures of one size."""
    parts = write_quotations(scratch / "made", made_quotations(n_articles))
    entities = write_speakers(scratch / "entities.parquet")
    first, wall_s, cpu_s = _timed(parts, entities, scratch / "first", None)
    figures: dict[str, Any] = {"articles": n_articles, "first_s": wall_s, "first_cpu_s": cpu_s}
    for number in range(3):
        one = write_quotations(scratch / f"one{number}", made_quotations(1, start=n_articles + number))
        known = left_by(first, gone=[], fresh=[path for paths in one["sayings"].values() for path in paths])
        more = {table: parts[table] | one[table] for table in parts}
        _, wall_s, cpu_s = _timed(more, entities, scratch / f"more{number}", known)
        figures |= {f"one_more_s_{number}": wall_s, f"one_more_cpu_s_{number}": cpu_s}
    return {**figures, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def _timed(parts: Tables, entities: Path, scratch: Path, known: Known | None) -> tuple[Reused, float, float]:
    sayings = Indexed(parts["sayings"], {batch: str(paths) for batch, paths in parts["sayings"].items()})
    started, worked = time.perf_counter(), time.process_time()
    rows = (parts["articles"], parts["quotes"])
    found = within_memory(partial(link_reuse, sayings, *rows, scratch, entities=entities, known=known))
    return found, round(time.perf_counter() - started, 3), round(time.process_time() - worked, 3)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsmill-reuse-") as folder:
        print(json.dumps(measure(Path(folder), arguments.articles), indent=1))


if __name__ == "__main__":
    main()
