"""A job in a worker, of whatever engine: from its spec to its result."""

from __future__ import annotations

import json
from contextlib import suppress

from flows.formats.base import Record
from flows.formats.registry import parse_record
from flows.jobs.annotators import KNOWN, load_annotator
from flows.jobs.batch import run_batch
from flows.jobs.index import run_index
from flows.jobs.specs import IndexSpec, Result, Spec
from flows.jobs.steps import Progress, Step
from flows.store import open_store
from transforms.articles import build_article
from transforms.document import document_rows
from transforms.records import Article, RawDocument

ANY_ARTICLE = """Bridge opens

RIVERTON, May 5, 2020 - “The bridge is open,” said Jane Doe, the mayor. She said that it had cost ten million euros.
""".encode()


def do_job(spec: Spec, progress: Progress) -> Result:
    """Do the job here and now."""
    if spec.steps:
        progress = _noted(spec, progress)
    if isinstance(spec, IndexSpec):
        return run_index(spec, progress)
    progress(Step("start"), 0)
    return run_batch(spec, load_annotator(spec.annotator), progress)


def get_ready(annotator: str) -> None:
    """Read and annotate an article for nothing, so that what it takes is loaded before a batch comes.

    Whatever goes wrong will go wrong again, and be told, when it matters.
    """
    with suppress(Exception):
        document = parse_record(Record(ANY_ARTICLE, "text", "any.txt"))
        article = build_article(RawDocument("any.txt", 0, "", document.media_type, document.encoding, document.text))
        if annotator in KNOWN and isinstance(article, Article):  # one of the user's own may not expect it
            [annotation] = load_annotator(annotator).annotate([article.text])
            document_rows(article, annotation)


def _noted(spec: Spec, progress: Progress) -> Progress:
    """The same, each step being in the stage before it begins."""
    stage = open_store(spec.store).stage(spec.run_id)

    def note(step: Step, n_done: int) -> None:
        stage.write(spec.steps, json.dumps(step).encode())
        progress(step, n_done)

    return note
