"""What travels to a worker and back: plain values, as JSON; text and lists of records lie in the stage meanwhile."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from flows.store.manifest import StoredFile


@dataclass(frozen=True)
class IndexSpec:
    """Files whose records are to be listed. ``skip`` maps the uri of one that cannot be read to reason and detail.

    ``attempt`` and ``steps`` are as in BatchSpec.
    """

    job_id: str
    store: str
    run_id: str
    files: tuple[tuple[str, str], ...]  # uri, path
    fields: dict[str, str] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)  # those of formats.limits.Limits that are not its own
    skip: dict[str, tuple[str, str]] = field(default_factory=dict)
    attempt: str = ""
    steps: str = ""
    kind: str = "index"

    def without(self, document: str, reason: str, detail: str) -> Self:
        """The same job less one file."""
        return replace(self, skip={**self.skip, document: (reason, detail)})

    def suspecting(self, _: tuple[str, ...]) -> Self:
        """Files are read one by one anyway."""
        return self


@dataclass(frozen=True)
class BatchSpec:
    """Records to be made rows: they are listed in the stage, in ``batches/<batch_id>/todo.parquet``.

    ``base`` is the snapshot whose annotations of the same texts are taken over, None for none. ``skip`` maps a
    document ("uri#number") to the reason and detail of the quarantine row that stands for what it did to its worker;
    ``suspects`` are documents to be worked on alone, so that it shows which one is to blame.

    ``attempt`` keeps apart what two workers write that do the same job, where an engine cannot rule that out.
    ``steps`` names a file in the stage that says of each step that it begins, for whoever asks when the worker is gone
    with all that it knew; "" for none.
    """

    batch_id: str
    store: str
    run_id: str
    annotator: str
    min_confidence: float
    base: int | None
    keep_mojibake: bool = False
    skip: dict[str, tuple[str, str]] = field(default_factory=dict)
    suspects: tuple[str, ...] = ()
    attempt: str = ""
    steps: str = ""
    kind: str = "batch"

    def without(self, document: str, reason: str, detail: str) -> Self:
        """The same batch less one document."""
        return replace(self, skip={**self.skip, document: (reason, detail)})

    def suspecting(self, documents: tuple[str, ...]) -> Self:
        """The same batch, with these documents worked on alone."""
        return replace(self, suspects=tuple(sorted({*self.suspects, *documents})))


Spec = IndexSpec | BatchSpec


@dataclass(frozen=True)
class IndexResult:
    """What came of a job: a row of FILES_SCHEMA a file; the entries lie in ``index/<job_id>.parquet``."""

    job_id: str
    sources: tuple[dict[str, Any], ...]
    n_entries: int


@dataclass(frozen=True)
class BatchResult:
    """What came of a batch: the parts written, below ``folder`` in the stage, and counts.

    ``n_annotated`` articles went through the annotator, ``n_reused`` had the annotation of the same text from before.
    """

    batch_id: str
    folder: str
    files: tuple[StoredFile, ...]
    n_articles: int
    n_quarantined: int
    n_annotated: int
    n_reused: int
    n_chars: int
    n_words: int
    seconds: dict[str, float]


Result = IndexResult | BatchResult


def to_json(value: Spec | Result) -> str:
    """A spec or result as JSON."""
    return json.dumps(asdict(value))


def spec_from_json(text: str) -> Spec:
    """The spec that ``to_json`` wrote."""
    raw = json.loads(text)
    raw["skip"] = {name: tuple(why) for name, why in raw["skip"].items()}
    if raw["kind"] == "index":
        return IndexSpec(**{**raw, "files": tuple(tuple(file) for file in raw["files"])})
    return BatchSpec(**{**raw, "suspects": tuple(raw["suspects"])})


def result_from_json(text: str) -> Result:
    """The result that ``to_json`` wrote."""
    raw = json.loads(text)
    if "sources" in raw:
        return IndexResult(**{**raw, "sources": tuple(raw["sources"])})
    return BatchResult(**{**raw, "files": tuple(StoredFile(**entry) for entry in raw["files"])})
