"""Never further ahead of the Prefect server than it can bear.

A task run is told to the server as events, which the server writes down in its own time. Where a client goes on faster
than that for long, the server no longer answers its pings, the connection ends, and task runs are left Running for
ever. So one task run in so many is a milestone, and no more are begun before the milestone some way back is written
down. A batch of text takes far longer than its writing down, so that a run waits only where something is wrong.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

EVERY = 25
AHEAD = 500  # done and not yet written down; a server as Prefect comes has borne thousands
PATIENCE_S = 60.0  # for EVERY more: a server as Prefect comes takes a second or two, on a very busy machine a quarter
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
        self._milestones: deque[T] = deque()
        self._is_behind = False

    def done(self, item: T) -> None:
        """One more is done. Returns when the server is near enough, or has got no further in PATIENCE_S.

        After that it waits no more until the server is seen to have caught up: the rows of a run need no server.
        """
        self._n_done += 1
        if self._n_done % EVERY:
            return
        self._milestones.append(item)
        if self._n_done <= AHEAD:
            return
        was_behind = self._is_behind
        self._is_behind = not self._wait(self._milestones.popleft(), 0 if was_behind else self._patience_s)
        if self._is_behind and not was_behind:
            self._warn(
                "The Prefect server is more than %d task runs behind. The run goes on and its rows are not concerned, "
                "but task runs that are done may stay Running in the UI",
                AHEAD,
            )

    def _wait(self, item: T, patience_s: float) -> bool:
        deadline = time.monotonic() + patience_s
        while not self._is_written(item):
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_S)
        return True
