"""Confidences fitted on dev: logistic regressions from the model's own certainties to being right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import score
from transforms.annotate.calibration import Calibration, attribution_evidence, log_odds
from transforms.annotate.decoding import find_attributions, word_span
from transforms.annotate.model import ModelAnnotator, Reading
from transforms.annotate.pairing import PairedSegments

Array = npt.NDArray[np.float64]
RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class Observations:
    """Evidence [N, E], whether the finding was right [N], and the number of its text [N]."""

    evidence: Array
    is_right: npt.NDArray[np.bool_]
    text: npt.NDArray[np.int64]


def fit_logistic(evidence: Array, is_right: npt.NDArray[np.bool_], *, n_steps: int = 30) -> tuple[float, ...]:
    """Bias and weights by Newton's method with a small ridge on the weights."""
    inputs = np.concatenate([np.ones((len(evidence), 1)), evidence], axis=1)
    weights = np.zeros(inputs.shape[1])
    ridge = np.diag([0.0, *[RIDGE] * evidence.shape[1]])
    for _ in range(n_steps):
        chances = 1.0 / (1.0 + np.exp(-inputs @ weights))
        slope = inputs.T @ (is_right - chances) - ridge @ weights
        curve = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + ridge + 1e-9 * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    return tuple(round(float(weight), 4) for weight in weights)


def expected_calibration_error(confidence: Array, is_right: npt.NDArray[np.bool_], n_bins: int = 10) -> float:
    """Mean gap between confidence and the share that is right over bins of equal width (Guo et al., 2017)."""
    bins = np.minimum((confidence * n_bins).astype(np.int64), n_bins - 1)
    gaps = [
        abs(confidence[bins == number].mean() - is_right[bins == number].mean()) * (bins == number).mean()
        for number in np.unique(bins)
    ]
    return float(sum(gaps))


def cross_fitted_error(observed: Observations) -> float:
    """The calibration error of texts that the fit has not seen: two halves, each judged by the other's fit."""
    confidence = np.zeros(len(observed.is_right))
    for half in (0, 1):
        unseen = observed.text % 2 == half
        weights = np.array(fit_logistic(observed.evidence[~unseen], observed.is_right[~unseen]))
        confidence[unseen] = 1.0 / (1.0 + np.exp(-(weights[0] + observed.evidence[unseen] @ weights[1:])))
    return expected_calibration_error(confidence, observed.is_right)


def observe_attributions(annotator: ModelAnnotator, gold_file: Path) -> Observations:
    """Every attribution found in the gold texts: right where its content matches and its source is touched."""
    rows: list[tuple[list[float], bool, int]] = []
    gold = list(score.read_gold(gold_file).values())
    for number, (record, reading) in enumerate(zip(gold, annotator.read([r["text"] for r in gold]), strict=True)):
        paired = find_attributions(reading.encoded, reading.scores, reading.found, annotator.heads)
        for item, is_right in zip(paired, right_attributions(record, paired, reading), strict=True):
            rows.append((attribution_evidence(item), is_right, number))
    return as_observations(rows)


def right_attributions(record: dict[str, Any], paired: Sequence[PairedSegments], reading: Reading) -> list[bool]:
    """Whether each attribution counts as a hit of the scorer's attribution_all."""
    align = score.Alignment(record["text"], record["text"])

    def letters_of(segments: Sequence[Any]) -> frozenset[int]:
        return frozenset(align.stored([word_span(s, reading.encoded, record["text"]) for s in segments]))

    guess = [(letters_of(item.content), letters_of([item.source] if item.source else [])) for item in paired]
    wanted = [(align.gold(a["content"]), align.gold(a["source"])) for a in record["attributions"]]
    wanted = [item for item in wanted if item[0]]
    match = score.best_matches([item[0] for item in wanted], [item[0] for item in guess])
    hits = {j for i, j in match.items() if (not wanted[i][1] and not guess[j][1]) or wanted[i][1] & guess[j][1]}
    return [number in hits for number in range(len(guess))]


def observe_mentions(annotator: ModelAnnotator, gold_file: Path) -> Observations:
    """Every named mention of the four types with gold: right where its letters and its type are."""
    rows: list[tuple[list[float], bool, int]] = []
    gold = list(score.read_gold(gold_file).values())
    for number, (record, reading) in enumerate(zip(gold, annotator.read([r["text"] for r in gold]), strict=True)):
        align = score.Alignment(record["text"], record["text"])
        wanted = {
            (score.ENTITY_TYPES[kind.lower()], align.gold([(start, end)]))
            for start, end, kind in record["entities"]
            if kind.lower() in score.ENTITY_TYPES
        }
        for kind, segment in reading.found.entities:
            if kind in score.ENTITY_TYPES:
                letters = align.stored([word_span(segment, reading.encoded, record["text"])])
                rows.append(([log_odds(segment.probability)], (kind, letters) in wanted, number))
    return as_observations(rows)


def as_observations(rows: Sequence[tuple[list[float], bool, int]]) -> Observations:
    """The rows as arrays; raises ValueError where there is none, for nothing can be calibrated on nothing."""
    if not rows:
        raise ValueError("the model finds nothing in the dev texts: it has not been trained for long enough")
    evidence, is_right, text = zip(*rows, strict=True)
    return Observations(np.array(evidence), np.array(is_right, dtype=bool), np.array(text, dtype=np.int64))


def calibrate(annotator: ModelAnnotator, gold_folder: Path) -> tuple[Calibration, dict[str, float]]:
    """The fitted calibration, and the cross-fitted calibration errors of attributions and mentions."""
    attributions = observe_attributions(annotator, gold_folder / "polnear" / "dev.jsonl")
    mentions = observe_mentions(annotator, gold_folder / "newswire" / "dev.jsonl")
    fitted = Calibration(
        fit_logistic(attributions.evidence, attributions.is_right), fit_logistic(mentions.evidence, mentions.is_right)
    )
    errors = {"attributions": cross_fitted_error(attributions), "mentions": cross_fitted_error(mentions)}
    return fitted, {name: round(value, 4) for name, value in errors.items()}
