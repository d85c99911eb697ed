"""A job in a worker, of whatever engine: from its spec to its result."""

from __future__ import annotations

import json

from flows.jobs.annotators import load_annotator
from flows.jobs.batch import run_batch
from flows.jobs.index import run_index
from flows.jobs.specs import IndexSpec, Result, Spec
from flows.jobs.steps import Progress, Step
from flows.store import open_store


def do_job(spec: Spec, progress: Progress) -> Result:
    """Do the job here and now."""
    if spec.steps:
        progress = _noted(spec, progress)
    if isinstance(spec, IndexSpec):
        return run_index(spec, progress)
    progress(Step("start"), 0)
    return run_batch(spec, load_annotator(spec.annotator), progress)


def _noted(spec: Spec, progress: Progress) -> Progress:
    """The same, each step being in the stage before it begins."""
    stage = open_store(spec.store).stage(spec.run_id)

    def note(step: Step, n_done: int) -> None:
        stage.write(spec.steps, json.dumps(step).encode())
        progress(step, n_done)

    return note
