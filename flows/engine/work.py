"""A job in a worker, of whatever engine: from its spec to its result."""

from __future__ import annotations

from flows.jobs.annotators import load_annotator
from flows.jobs.batch import run_batch
from flows.jobs.index import run_index
from flows.jobs.specs import IndexSpec, Result, Spec
from flows.jobs.steps import Progress, Step


def do_job(spec: Spec, progress: Progress) -> Result:
    """Do the job here and now."""
    if isinstance(spec, IndexSpec):
        return run_index(spec, progress)
    progress(Step("start"), 0)
    return run_batch(spec, load_annotator(spec.annotator), progress)
