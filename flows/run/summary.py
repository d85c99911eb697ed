"""The outcome of one run: what the command line prints, the run is named by, and the summary page shows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from flows.operate.markup import code, plain
from flows.run.batch import BatchResult

MIN_WORDS_FOR_A_RATE = 10_000  # below that the worker processes' start is most of the time
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
    elapsed_s: float = 0.0

    @property
    def has_failed(self) -> bool:
        """Whether the run ends as Failed."""
        return self.state_name == "Failed"

    @property
    def state_name(self) -> str:
        """The name of the final state in Prefect."""
        return _STATE_NAMES[self.status]


class StageClock:
    """Wall-clock seconds of the stages of a run, in the order they began."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the block's time for the stage."""
        before = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - before, 3)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the clock was made."""
        return round(time.perf_counter() - self._started, 3)


def describe_changes(changes: Mapping[str, int], n_quarantined: int, *, n_read: int = 0) -> str:
    """Like "12 new, 3 changed, 1 gone, 2 quarantined"; "nothing new" where nothing changed.

    Of the ``n_read`` files that were read, those that are neither new nor changed were read anew: "rebuilt".
    """
    counts = {kind: changes.get(kind, 0) for kind in ("new", "changed", "moved", "gone")}
    rebuilt = n_read - counts["new"] - counts["changed"] - counts["moved"]
    counts |= {"rebuilt": max(0, rebuilt), "quarantined": n_quarantined}
    return ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count) or "nothing new"


def add_up_seconds(results: Sequence[BatchResult]) -> dict[str, float]:
    """Seconds a step, added up over all worker processes."""
    total: Counter[str] = Counter()
    for result in results:
        total.update(result.seconds)
    return {step: round(seconds, 3) for step, seconds in total.items()}


def summary_markdown(summary: RunSummary) -> str:
    """The summary as a page: what changed, rows a table against the snapshot before, and where the time went."""
    return "\n".join([*_headline(summary), *_counts_table(summary), *_seconds_tables(summary)])


def _headline(summary: RunSummary) -> list[str]:
    annotating = summary.stages.get("annotate", 0.0)
    words = f"{summary.n_words:,} words read"
    if annotating and summary.n_words >= MIN_WORDS_FOR_A_RATE:
        words += f" at {summary.n_words / annotating:,.0f} words/s"
    return [
        f"# {plain(summary.message)}",
        "",
        f"Snapshot **{summary.snapshot:06d}** of {code(summary.out)}, made in {summary.elapsed_s:.1f} s: "
        f"{summary.n_files:,} files, {words}.",
        "",
    ]


def _counts_table(summary: RunSummary) -> list[str]:
    lines = ["## The data set now", "", "| table | rows | before | change |", "|:--|--:|--:|--:|"]
    for table, rows in summary.counts.items():
        before = summary.counts_before.get(table, 0)
        change = f"{rows - before:+,}" if rows != before else "–"
        lines.append(f"| {table} | {rows:,} | {before:,} | {change} |")
    return [*lines, ""]


def _seconds_tables(summary: RunSummary) -> list[str]:
    lines = ["## Time", "", "| stage | seconds |", "|:--|--:|"]
    lines += [f"| {stage} | {seconds:.2f} |" for stage, seconds in summary.stages.items()]
    if summary.worker_seconds:
        lines += ["", "| step of annotating | seconds, all processes |", "|:--|--:|"]
        lines += [f"| {step} | {seconds:.2f} |" for step, seconds in summary.worker_seconds.items()]
    return lines
