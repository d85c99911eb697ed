"""Never further ahead of the Prefect server than it can bear.

A task run is told to the server as events, which the server writes down in its own time. Where a client goes on faster
than that for long, the server no longer answers its pings, the connection ends, and task runs are left Running for
ever. So of every few hundred task runs one is a milestone, and no more are begun before the milestone before it is
written down. A batch of text takes far longer than its writing down, so that a run waits only where something is wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

EVERY = 250  # so at most twice as many are done and not written down; a server that is as Prefect comes bears thousands
PATIENCE_S = 60.0
POLL_S = 0.25

T = TypeVar("T")


class Pace(Generic[T]):
    """Counts what is done, and waits where the server is behind; for one thread.

    ``is_written`` tells whether the server has an item as done, False also where it does not answer.
    """

    def __init__(
        self, is_written: Callable[[T], bool], warn: Callable[..., None], *, patience_s: float = PATIENCE_S
    ) -> None:
        self._is_written = is_written
        self._warn = warn
        self._patience_s = patience_s
        self._n_done = 0
        self._milestone: T | None = None
        self._is_behind = False

    def done(self, item: T) -> None:
        """One more is done. Returns when the server is near enough, or after PATIENCE_S in which it was not.

        After that it waits no more until the server is seen to have caught up: the rows of a run need no server.
        """
        self._n_done += 1
        if self._n_done % EVERY:
            return
        before, self._milestone = self._milestone, item
        if before is None or self._wait(before, 0 if self._is_behind else self._patience_s):
            self._is_behind = False
            return
        if not self._is_behind:
            self._warn(
                "The Prefect server is more than %d task runs behind. The run goes on and its rows are not concerned, "
                "but task runs that are done may stay Running in the UI",
                EVERY,
            )
        self._is_behind = True

    def _wait(self, item: T, patience_s: float) -> bool:
        deadline = time.monotonic() + patience_s
        while not self._is_written(item):
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_S)
        return True
