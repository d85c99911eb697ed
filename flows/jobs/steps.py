"""What a worker tells its supervisor: what it has in hand, how much that is, and how much is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Step(NamedTuple):
    """The step about to begin: its ``stage`` (read, annotate, write), the documents in it, and their characters."""

    stage: str
    documents: tuple[str, ...] = ()
    weight: int = 0


# Called before each step, with the characters that are done by then.
Progress = Callable[[Step, int], None]
