"""Where the time of a run goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


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
