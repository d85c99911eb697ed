"""The outcome of one run: what the command line prints, the run is named by, and the summary page shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flows.jobs.specs import BatchResult
from flows.run.refresh import Outcome
from flows.settings import Settings, mask_secrets
from flows.sources.files import describe_passed_over
from flows.store.manifest import Manifest

_STATE_NAMES = {
    "completed": "Completed",
    "quarantined": "CompletedWithQuarantine",
    "unchanged": "NothingToDo",
    "skipped": "Skipped",
    "failed": "Failed",
    "error": "Failed",
}


@dataclass(frozen=True)
class RunSummary:
    """The outcome of one run. ``snapshot`` is None where none was made.

    ``n_quarantined`` counts the quarantine rows of this run, ``counts`` the rows of the whole data set;
    ``n_annotated`` articles were annotated in this run, ``n_reused`` had the annotation of the same text from before.
    ``passed_over`` says which files were left out because no format reads them.
    ``stages`` are wall-clock seconds, ``worker_seconds`` are added up over the worker processes.
    """

    status: str
    message: str
    out: str
    snapshot: int | None = None
    n_files: int = 0
    n_quarantined: int = 0
    changes: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    counts_before: Mapping[str, int] = field(default_factory=dict)
    stages: Mapping[str, float] = field(default_factory=dict)
    worker_seconds: Mapping[str, float] = field(default_factory=dict)
    n_words: int = 0
    n_annotated: int = 0
    n_reused: int = 0
    elapsed_s: float = 0.0
    passed_over: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether the run ends as Failed."""
        return self.state_name == "Failed"

    @property
    def state_name(self) -> str:
        """The name of the final state in Prefect."""
        return _STATE_NAMES[self.status]


def describe_changes(changes: Mapping[str, int], n_quarantined: int, *, n_read: int = 0) -> str:
    """Like "12 new, 3 changed, 1 gone, 2 quarantined"; "nothing new" where nothing changed.

    Of the ``n_read`` files that were read, those that are neither new nor changed were read anew: "rebuilt".
    """
    counts = {kind: changes.get(kind, 0) for kind in ("new", "changed", "moved", "gone")}
    rebuilt = n_read - counts["new"] - counts["changed"] - counts["moved"]
    counts |= {"rebuilt": max(0, rebuilt), "quarantined": n_quarantined}
    return ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count) or "nothing new"


def summarise(settings: Settings, outcome: Outcome) -> RunSummary:
    """What the run did, in numbers and one line."""
    n_files, n_quarantined = len(outcome.files.rows), outcome.n_quarantined
    if not outcome.is_new:
        status, message = "unchanged", f"nothing new in {n_files:,} files"
    else:
        status = "quarantined" if n_quarantined else "completed"
        n_read = len(outcome.files.primary_read) if outcome.is_rebuilt else 0
        message = describe_changes(outcome.files.changes, n_quarantined, n_read=n_read)
    status, refusal = _judge(settings, outcome.manifest, status)
    return RunSummary(
        status=status,
        message=message + refusal,
        out=mask_secrets(settings.out),
        snapshot=outcome.manifest.number,
        n_files=n_files,
        n_quarantined=n_quarantined,
        changes=outcome.files.changes,
        counts=outcome.manifest.counts,
        counts_before=outcome.previous.counts if outcome.previous else {},
        stages=outcome.clock.seconds,
        worker_seconds=add_up_seconds(outcome.results),
        n_words=sum(result.n_words for result in outcome.results),
        n_annotated=sum(result.n_annotated for result in outcome.results),
        n_reused=sum(result.n_reused for result in outcome.results),
        elapsed_s=outcome.clock.elapsed_s,
        passed_over=describe_passed_over(outcome.listing),
    )


def _judge(settings: Settings, manifest: Manifest, status: str) -> tuple[str, str]:
    """The run's status, and what to add to its message where ``strict`` turns it into a failure."""
    n_rows = manifest.counts["quarantine"]
    if not settings.strict or not n_rows:
        return status, ""
    return "failed", f"; {n_rows:,} rows in quarantine, which strict does not allow"


def add_up_seconds(results: Sequence[BatchResult]) -> dict[str, float]:
    """Seconds a step, added up over all worker processes."""
    total: Counter[str] = Counter()
    for result in results:
        total.update(result.seconds)
    return {step: round(seconds, 3) for step, seconds in total.items()}
