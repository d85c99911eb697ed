"""What the flow costs on top of the bare transforms: ``python -m benchmarks.overhead --articles 1000``.

Bare: one process reads, cleans, annotates and makes the rows, and throws them away. Flow: the same files by the real
flow with one worker, under a Prefect server that runs already: hashing, the worker's start, Parquet, checks, linking,
commit, history and artifacts come on top. The two take turns, and the ratio is that of the medians.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def bare_transforms(seeds: Path, annotator_name: str) -> None:
    """All files to rows, in chunks of the size that the flow's batches use."""
    from flows.jobs.annotators import load_annotator
    from flows.jobs.batch import CHUNK_CHARS, CHUNK_DOCUMENTS
    from flows.sources.files import find_files
    from tests.reading import read
    from transforms.articles import build_article
    from transforms.document import document_rows
    from transforms.records import Article

    load_annotator.cache_clear()
    annotator = load_annotator(annotator_name)
    chunk: list[Article] = []

    def empty() -> None:
        annotations = annotator.annotate([article.text for article in chunk])
        for article, annotation in zip(chunk, annotations, strict=True):
            document_rows(article, annotation)
        chunk.clear()

    for file in find_files([str(seeds)]).files:
        for raw in read(Path(file.path)):
            article = build_article(raw)  # type: ignore[arg-type]
            assert isinstance(article, Article)
            chunk.append(article)
        if len(chunk) >= CHUNK_DOCUMENTS or sum(len(a.text) for a in chunk) >= CHUNK_CHARS:
            empty()
    empty()


def seconds_in_a_copy(act: Callable[[], object], folder: Path) -> float:
    """How long one call takes in a process of its own, so that neither side finds anything warm."""
    from tests.killing import finish, start

    answer = folder / "seconds.txt"

    def measure() -> None:
        started = time.perf_counter()
        act()
        answer.write_text(str(time.perf_counter() - started))

    assert finish(start(measure, folder / "log.txt")) == 0, (folder / "log.txt").read_text()[-2000:]
    return float(answer.read_text())


def compare(n_articles: int, annotator: str, n_paragraphs: int, repeats: int, folder: Path) -> dict[str, object]:
    """Both sides in turn; their seconds and the ratio."""
    from tests.flow_runs import run_flow
    from tests.seed_folder import SeedFolder, story

    seeds = SeedFolder(folder / "seeds")
    for number in range(n_articles):
        seeds.write(f"{number:06d}.txt", story(number, n_paragraphs=n_paragraphs))
    bare: list[float] = []
    flow: list[float] = []
    for repeat in range(repeats):
        out = folder / f"out-{repeat}"
        bare.append(seconds_in_a_copy(lambda: bare_transforms(seeds.root, annotator), folder))
        flow.append(seconds_in_a_copy(lambda out=out: run_flow(seeds.root, out, annotator=annotator), folder))
        print(f"bare {bare[-1]:.1f} s, flow {flow[-1]:.1f} s", file=sys.stderr, flush=True)
    return {
        "articles": n_articles,
        "bare_s": [round(s, 1) for s in bare],
        "flow_s": [round(s, 1) for s in flow],
        "ratio": round(statistics.median(flow) / statistics.median(bare), 3),
        "ratios": [round(f / b, 3) for f, b in zip(flow, bare, strict=True)],
    }


def main() -> int:
    """Print the seconds and the ratio as JSON."""
    from benchmarks.crash import prefect_server

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--annotator", default="model")
    parser.add_argument("--paragraphs", type=int, default=16, help="of an article; about 190 characters each")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()

    import flows.etl  # noqa: F401 - everything is imported before the first copy is made
    import tests.pieces  # noqa: F401

    folder = Path(tempfile.mkdtemp(prefix="newsmill-overhead-"))
    with prefect_server():
        outcome = compare(arguments.articles, arguments.annotator, arguments.paragraphs, arguments.repeats, folder)
    shutil.rmtree(folder)
    print(json.dumps(outcome, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
