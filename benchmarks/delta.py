"""What Delta tables cost beside a data set of many parts: ``python -m benchmarks.delta --articles 1000``.

A data set of small batches is made with the tests' annotator, then exported, changed by one article and exported again.
Seconds are of this process's processor time; bytes are those on the disk that are not the snapshots' own.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def measure(n_articles: int, folder: Path) -> dict[str, object]:
    """Seconds and bytes."""
    from flows.export.delta import export_delta
    from flows.store import open_store
    from tests.pieces import refresh
    from tests.seed_folder import SeedFolder, story

    seeds, out = SeedFolder(folder / "seeds"), folder / "data"
    for number in range(n_articles):
        seeds.write(f"{number:06d}.txt", story(number, n_paragraphs=6))
    run_s = seconds(lambda: refresh(seeds.root, out, batch_chars=10_000))
    store = open_store(str(out))
    export_s = seconds(lambda: export_delta(store))
    described = {
        "parts": len(list((out / "latest").glob("*/part-*.parquet"))),
        "bytes of datapackage.json": (out / "latest" / "datapackage.json").stat().st_size,
    }
    seeds.write("000000.txt", story(n_articles, n_paragraphs=6))
    change_s = seconds(lambda: refresh(seeds.root, out, batch_chars=10_000))
    changed_s = seconds(lambda: export_delta(store))
    idle_s = seconds(lambda: export_delta(store))
    return {
        **described,
        "seconds": {"first run": run_s, "its export": export_s, "one article changed": change_s},
        "seconds of export": {"one article changed": changed_s, "nothing changed": idle_s},
        "bytes of snapshots": own_bytes(out / "snapshots"),
        "bytes more": own_bytes(out) - own_bytes(out / "snapshots"),
    }


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one call, to a hundredth."""
    start = time.process_time()
    work()
    return round(time.process_time() - start, 2)


def own_bytes(folder: Path) -> int:
    """What lies below a folder, each file once however many names it has."""
    return sum({file.stat().st_ino: file.stat().st_size for file in folder.rglob("*") if file.is_file()}.values())


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--articles", type=int, default=1000)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(parser.parse_args().articles, Path(folder)), indent=1))


if __name__ == "__main__":
    main()
