"""Confidences that mean what they say: the share of such findings that were right on held-out text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.annotate.pairing import PairedSegments

N_EVIDENCE = 6
DIGITS = 4


def log_odds(probability: float) -> float:
    """The log odds of a probability, kept within +-7 so that certainty stays finite."""
    bounded = min(max(probability, 1e-3), 1 - 1e-3)
    return math.log(bounded / (1 - bounded))


def attribution_evidence(paired: PairedSegments) -> list[float]:
    """What speaks for one attribution: the log odds of its parts and of its pairs (``N_EVIDENCE`` values)."""
    contents = [segment.probability for segment in paired.content]
    return [
        log_odds(min(contents)),
        log_odds(paired.cue.probability) if paired.cue else -2.0,
        log_odds(paired.source.probability) if paired.source else 0.0,
        log_odds(paired.content_probability),
        log_odds(paired.source_probability),
        0.0 if paired.source else 1.0,
    ]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic regressions (Platt, 1999): a bias and a weight a value of evidence."""

    attribution_weights: tuple[float, ...] = (0.0, 0.4, 0.2, 0.1, 0.2, 0.2, 0.0)
    mention_weights: tuple[float, ...] = (0.0, 1.0)

    def attribution(self, evidence: Sequence[float]) -> float:
        """The chance that an attribution is right: content matched and source touched."""
        return logistic(self.attribution_weights, evidence)

    def mention(self, probability: float) -> float:
        """The chance that a named mention is right in span and type."""
        return logistic(self.mention_weights, [log_odds(probability)])


def logistic(weights: Sequence[float], evidence: Sequence[float]) -> float:
    """A probability, rounded so that the last bits of an arithmetic never show."""
    total = weights[0] + sum(weight * value for weight, value in zip(weights[1:], evidence, strict=True))
    return round(1.0 / (1.0 + math.exp(-total)), DIGITS)
