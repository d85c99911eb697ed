"""The jobs of a run: what there is to do for one worker, and doing it with as many tries as it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flows.engine.base import Engine, JobError
from flows.jobs.specs import IndexSpec, Result, Spec
from flows.settings import Settings
from flows.sources.files import FoundFile
from transforms.ids import short_hash

MAX_INDEX_BYTES = 64 * 1024 * 1024
MAX_INDEX_FILES = 2_000
TRIES_A_DOCUMENT = 2  # one death may come from outside: the kernel short of memory, a person
TRIES_WITHOUT_DOCUMENT = 2


class AnnotationError(RuntimeError):
    """A job could not be done and no document is to blame."""


@dataclass(frozen=True)
class Job:
    """A spec with the name of its task run and its weight."""

    spec: Spec
    name: str
    weight: int


def index_jobs(files: Sequence[FoundFile], store: str, run_id: str, settings: Settings) -> list[Job]:
    """The files in jobs of bounded size; a larger file is a job of its own."""
    groups: list[list[FoundFile]] = []
    n_bytes = 0
    for file in files:
        if not groups or n_bytes + file.size > MAX_INDEX_BYTES or len(groups[-1]) >= MAX_INDEX_FILES:
            groups.append([])
            n_bytes = 0
        groups[-1].append(file)
        n_bytes += file.size
    return [_index_job(group, store, run_id, settings) for group in groups]


def _index_job(files: Sequence[FoundFile], store: str, run_id: str, settings: Settings) -> Job:
    job_id = short_hash("index", *(file.uri for file in files))
    paths = tuple((file.uri, file.path) for file in files)
    spec = IndexSpec(job_id, store, run_id, paths, settings.field_names, settings.limits)
    what = f"{len(files):,} files" if len(files) > 1 else files[0].uri
    return Job(spec, f"read {what}", sum(file.size for file in files))


def do_patiently(engine: Engine, spec: Spec, on_done: Callable[[int], None], warn: Callable[..., None]) -> Result:
    """Do a job; a document on which a worker fails twice, the second time alone, is left out.

    What was annotated before a failure is not annotated again, so a try costs little more than its failure.
    """
    failures: Counter[str] = Counter()
    n_without = 0
    while True:
        try:
            return engine.run(spec, on_done)
        except JobError as failure:
            warn("%s", failure)
            blame = failure.blame
            failures.update(blame.documents)
            if not blame.documents:
                n_without += 1
                if n_without >= TRIES_WITHOUT_DOCUMENT:
                    raise AnnotationError(_without_document(blame.stage, blame.detail)) from failure
            elif len(blame.documents) == 1 and failures[blame.documents[0]] >= TRIES_A_DOCUMENT:
                warn("quarantined %s: %s", blame.documents[0], blame.detail)
                spec = spec.without(blame.documents[0], blame.reason, blame.detail)
            else:
                spec = spec.suspecting(blame.documents)


def _without_document(stage: str, detail: str) -> str:
    return f"the annotator does not start: {detail}" if stage == "start" else f"a batch cannot be done: {detail}"
