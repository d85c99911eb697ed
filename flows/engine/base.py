"""What an engine offers: it does jobs, each in one worker, and says which document is to blame where one fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flows.errors import UserError
from flows.jobs.specs import Result, Spec


@dataclass(frozen=True)
class Blame:
    """What a worker had in hand when it failed, and how it failed.

    ``stage`` is start, read, annotate or write; ``documents`` are none, the one to blame, or several of which one is.
    ``is_timeout`` tells a worker that fell silent from one that died.
    """

    stage: str
    documents: tuple[str, ...]
    is_timeout: bool
    detail: str

    @property
    def reason(self) -> str:
        """The reason of a quarantine row."""
        who = "annotator" if self.stage == "annotate" else "reader"
        return f"{who}_{'timeout' if self.is_timeout else 'crash'}"


class JobError(RuntimeError):
    """A worker died, hung or could not begin; ``blame`` says where."""

    def __init__(self, blame: Blame) -> None:
        first, n_more = next(iter(blame.documents), "no document"), len(blame.documents) - 1
        where = f"{first} and {n_more} more" if n_more > 0 else first
        super().__init__(f"{blame.detail} (at the step {blame.stage}, {where})")
        self.blame = blame


class EngineError(UserError):
    """Nothing can be done at all: no cluster there, no worker fit for the work; the message says what to do."""


class EngineClosedError(RuntimeError):
    """The run is ending; whatever was in work is given up."""


class Engine(Protocol):
    """Workers that do jobs. Thread-safe: one thread waits for each job in work."""

    @property
    def n_workers(self) -> int:
        """How many jobs are done side by side; EngineError where that cannot be found out."""
        ...

    @property
    def n_slots(self) -> int:
        """How many jobs to hand over at once, those that wait for a worker included; it may change meanwhile."""
        ...

    def run(self, spec: Spec, on_done: Callable[[int], None]) -> Result:
        """Do one job; ``on_done`` hears the weight that is done so far.

        Raises JobError, EngineClosedError, EngineError, or OutputError where the store cannot be written.
        """
        ...

    def close(self) -> None:
        """End all workers at once; whoever waits for one hears EngineClosedError."""
        ...
