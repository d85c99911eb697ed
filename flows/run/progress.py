"""How far a run is: told to the terminal and to the Prefect UI, whoever listens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

Listener = Callable[[float, str], None]

_LOG = logging.getLogger(__name__)

_listeners: list[Listener] = []


def subscribe(listener: Listener) -> Callable[[], None]:
    """Have ``listener(share done in [0, 1], what is being done)`` called; returns the way to stop it."""
    _listeners.append(listener)

    def stop() -> None:
        with suppress(ValueError):
            _listeners.remove(listener)

    return stop


class RunProgress:
    """Adds up the characters of batches done and in work; thread-safe."""

    def __init__(self, total_chars: int, n_batches: int) -> None:
        self._total = max(1, total_chars)
        self._n_batches = n_batches
        self._in_work: dict[str, int] = {}
        self._n_finished = 0
        self._chars_finished = 0
        self._lock = threading.Lock()

    def advance(self, batch: str, chars: int, *, limit: int) -> None:
        """``chars`` of the batch are done, never counted for more than ``limit``, its expected size."""
        with self._lock:
            self._in_work[batch] = min(chars, limit)
        self.tell()

    def finish(self, batch: str, size: int) -> None:
        """The batch is done, whatever it counted before."""
        with self._lock:
            self._in_work.pop(batch, None)
            self._n_finished += 1
            self._chars_finished += size
        self.tell()

    @property
    def share(self) -> float:
        """The share of all characters done, in [0, 1]."""
        with self._lock:  # only those in work are added up: a run may have a hundred thousand batches
            return min(1.0, (self._chars_finished + sum(self._in_work.values())) / self._total)

    def tell(self) -> None:
        """Tell everybody who listens. Who fails to listen is not told again: no batch may suffer from it."""
        for listener in list(_listeners):
            try:
                listener(self.share, f"{self._n_finished} of {self._n_batches} batches")
            except Exception as error:
                _LOG.warning("Progress is no longer shown: %s", error)
                with suppress(ValueError):
                    _listeners.remove(listener)
