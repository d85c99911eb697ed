"""What a speaker rule answers."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.resolve.clusters import Cluster
from transforms.resolve.rules import CHANCE


@dataclass(slots=True)
class Answer:
    """What a rule says of one quotation: the speaker's cluster (None for nobody by name) and the chance it is right."""

    rule: str
    cluster: Cluster | None = None
    chance: float = -1.0

    def __post_init__(self) -> None:
        if self.chance < 0:
            self.chance = CHANCE[self.rule]
