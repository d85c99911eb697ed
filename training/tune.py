"""How readily spans are begun: small biases on the role labels, chosen on dev.

A chain's best sequence is touchy over long spans: what dropout and masking did to every wordpiece in training is gone
when the model is used, and a shift too small to see in one wordpiece adds up over forty. One bias on "outside" and one
on the labels that begin a span take that back; they are folded into the chain and cost nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks import score
from benchmarks.tables import write_tables
from transforms.annotate.constraints import split_at_paragraphs
from transforms.annotate.decoding import Heads, find_attributions, find_spans, to_attribution
from transforms.annotate.model import ModelAnnotator, Reading
from transforms.annotate.sequence import ROLE_LABELS, Chain
from transforms.records import Annotation

OBJECTIVE = ("source_exact", "cue_exact", "content_exact", "quote_all", "attribution_all", "quote_direct")
OUTSIDE_STEPS = (0.0, 0.2, 0.4, 0.6)
BEGIN_STEPS = (0.0, 0.5, 1.0, 1.5)


@dataclass(frozen=True, slots=True)
class Bias:
    """Added to the emissions of "outside" and of every label that begins a span."""

    outside: float = 0.0
    begin: float = 0.0


def biased(chain: Chain, bias: Bias) -> Chain:
    """The chain with the bias folded into every way of reaching a label."""
    added = np.array(
        [bias.outside if label == "O" else bias.begin if label[0] in "BS" else 0.0 for label in ROLE_LABELS],
        dtype=np.float32,
    )
    return Chain(chain.transitions + added, chain.starts + added, chain.ends)


def choose_bias(annotator: ModelAnnotator, gold_file: Path) -> tuple[Bias, dict[str, float]]:
    """The bias with the best mean f1 over ``OBJECTIVE`` on one gold file, and its figures."""
    gold = score.read_gold(gold_file)
    texts = [record["text"] for record in gold.values()]
    readings = list(annotator.read(texts))
    measured: dict[Bias, dict[str, float]] = {}
    for bias in (Bias(outside, begin) for outside in OUTSIDE_STEPS for begin in BEGIN_STEPS):
        heads = replace(annotator.heads, role_chain=biased(annotator.heads.role_chain, bias))
        measured[bias] = figures_of(gold, texts, readings, heads)
    best = max(measured, key=lambda bias: sum(measured[bias].values()))
    return best, measured[best]


def figures_of(
    gold: dict[str, object], texts: Sequence[str], readings: Sequence[Reading], heads: Heads
) -> dict[str, float]:
    """The f1 figures of ``OBJECTIVE`` with other heads on the same scores."""
    annotations = {}
    found = find_spans([(reading.encoded, reading.scores) for reading in readings], heads)
    for key, text, reading, spans in zip(gold, texts, readings, found, strict=True):
        paired = find_attributions(reading.encoded, reading.scores, spans, heads)
        attributions = [to_attribution(item, reading.encoded, text, heads.calibration) for item in paired]
        annotations[key] = Annotation((), (), tuple(split_at_paragraphs(text, attributions)))
    with tempfile.TemporaryDirectory() as folder:
        write_tables(dict(zip(gold, texts, strict=True)), annotations, Path(folder))
        figures = score.score_quotes(gold, folder)
    return {name: figures[name]["f1"] for name in OBJECTIVE}
