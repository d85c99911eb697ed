"""What object storage costs against a local disk: ``python -m benchmarks.object_storage --articles 10000``.

SeaweedFS runs on the same machine and takes its share of the same cores. The same files are brought up to date by real
worker processes, without Prefect, which costs the same each way: seeds and output on the disk, output in object
storage, both there; then one article is changed and the run repeated, which shows what it costs that the server copies
parts that did not change. The ways take turns. SeaweedFS is in the environment that `make .venv-cluster/ready` makes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

from benchmarks.overhead import seconds_in_a_copy
from flows.jobs.specs import Result
from flows.run.dispatch import Job

WAYS = ("disk", "output in storage", "seeds and output in storage")


def compare(n_articles: int, annotator: str, n_paragraphs: int, workers: int, repeats: int, folder: Path) -> object:
    """Seconds of a first and of a second run each way, and the ratios of the medians to those of the disk."""
    from tests.object_folder import ObjectFolder
    from tests.seed_folder import SeedFolder, story
    from tests.storage_servers import BUCKET

    seeds = SeedFolder(folder / "seeds")
    for number in range(n_articles):
        seeds.write(f"{number % 100:02d}/{number:06d}.txt", story(number, n_paragraphs=n_paragraphs))
    there = f"s3://{BUCKET}/seeds"
    upload_s = seconds_in_a_copy(lambda: ObjectFolder(there).upload(seeds.root), folder)
    print(f"{n_articles} seeds uploaded in {upload_s:.0f} s", file=sys.stderr, flush=True)
    first: dict[str, list[float]] = {way: [] for way in WAYS}
    second: dict[str, list[float]] = {way: [] for way in WAYS}
    for repeat in range(repeats):
        outs = (folder / f"out-{repeat}", f"s3://{BUCKET}/half-{repeat}", f"s3://{BUCKET}/whole-{repeat}")
        for seconds in (first, second):
            for way, given, out in zip(WAYS, (seeds.root, seeds.root, there), outs, strict=True):

                def run(given: Path | str = given, out: Path | str = out) -> None:
                    assert run_once(given, out, annotator, workers) == n_articles

                seconds[way].append(seconds_in_a_copy(run, folder))
                print(f"{way}: {seconds[way][-1]:.1f} s", file=sys.stderr, flush=True)
            changed = story(n_articles + repeat + 1, n_paragraphs=n_paragraphs)
            seeds.write("00/000000.txt", changed)
            seconds_in_a_copy(lambda text=changed: ObjectFolder(there).write("00/000000.txt", text), folder)
    return {"articles": n_articles, "first run": _told(first), "one article changed": _told(second)}


def run_once(seeds: Path | str, out: Path | str, annotator: str, workers: int) -> int:
    """One run with processes that annotate; the number of articles then."""
    from flows.engine.local import LocalEngine
    from flows.jobs.annotators import load_annotator
    from flows.run.dispatch import do_patiently
    from tests.pieces import PlainRunner, refresh

    engine = LocalEngine(workers, silence_s=600)

    def do(jobs: Sequence[Job]) -> list[Result]:
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(lambda job: do_patiently(engine, job.spec, lambda _: None, print), jobs))

    try:
        with patch.object(PlainRunner, "jobs", lambda _, jobs: do(jobs)):
            outcome = refresh(
                seeds, out, annotator=load_annotator(annotator), settings_annotator=annotator, workers=workers
            )
    finally:
        engine.close()
    assert outcome.is_new
    return outcome.manifest.counts["articles"]


def _told(seconds: dict[str, list[float]]) -> dict[str, object]:
    disk = statistics.median(seconds["disk"])
    return {
        way: {"seconds": [round(s, 1) for s in found], "ratio": round(statistics.median(found) / disk, 2)}
        for way, found in seconds.items()
    }


def main() -> int:
    """Print the seconds and the ratios as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--annotator", default="tests.fakes:load_annotator")
    parser.add_argument("--paragraphs", type=int, default=4, help="of an article; about 190 characters each")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=1)
    given = parser.parse_args()

    import flows.engine.local
    import flows.storage.files
    import flows.store.objects  # noqa: F401 - everything is imported before the first copy is made
    import tests.pieces  # noqa: F401
    from tests import storage_servers

    folder = Path(tempfile.mkdtemp(prefix="newsmill-storage-"))
    with storage_servers.seaweed(folder) as endpoint:
        os.environ.update(storage_servers.environment(endpoint))
        told = compare(given.articles, given.annotator, given.paragraphs, given.workers, given.repeats, folder)
    shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(told, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
