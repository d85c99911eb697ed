"""How far the confidences of a data set's rows mean what they say, against gold."""

from __future__ import annotations

import collections
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import score

N_BINS = 10


@dataclass(frozen=True, slots=True)
class Reliability:
    """Rows by tenth of confidence: (rows, mean confidence, share right); and the expected calibration error."""

    bins: list[tuple[int, float, float]]
    error: float


def reliability_of(rows: list[tuple[float, bool]]) -> Reliability:
    """Bins of equal width and the mean gap between confidence and share right (Guo et al., 2017)."""
    groups: dict[int, list[tuple[float, bool]]] = collections.defaultdict(list)
    for confidence, is_right in rows:
        groups[min(int(confidence * N_BINS), N_BINS - 1)].append((confidence, is_right))
    bins = [
        (len(group), sum(c for c, _ in group) / len(group), sum(r for _, r in group) / len(group))
        for _, group in sorted(groups.items())
    ]
    error = sum(n * abs(confidence - right) for n, confidence, right in bins) / max(1, len(rows))
    return Reliability(bins, error)


def judge_quotes(gold: dict[str, Any], dataset: Path) -> list[tuple[float, bool]]:
    """(confidence, right) of each row of ``quotes``: right where content matches and the source is touched."""
    by_id = score.stems(dataset, gold)
    columns = [
        "article_id",
        "char_start",
        "char_end",
        "segments",
        "speaker_char_start",
        "speaker_char_end",
        "confidence",
    ]
    rows_of: dict[str, list[Any]] = collections.defaultdict(list)
    for row in score.read_table(dataset, "quotes", columns):
        if row["article_id"] in by_id:
            stem, align = by_id[row["article_id"]]
            source = align.stored(score.optional_span(row, "speaker"))
            rows_of[stem].append((align.stored(score.content_spans(row)), source, row["confidence"]))
    return [judged for stem, record in gold.items() for judged in judge_text(record, rows_of[stem])]


def judge_text(record: dict[str, Any], rows: list[Any]) -> list[tuple[float, bool]]:
    """The rows of one text."""
    align = score.Alignment(record["text"], record["text"])
    wanted = [(align.gold(item["content"]), align.gold(item["source"])) for item in record["attributions"]]
    wanted = [item for item in wanted if item[0]]
    match = score.best_matches([item[0] for item in wanted], [row[0] for row in rows])
    hits = {j for i, j in match.items() if (not wanted[i][1] and not rows[j][1]) or wanted[i][1] & rows[j][1]}
    return [(row[2], number in hits) for number, row in enumerate(rows)]


def judge_mentions(gold: dict[str, Any], dataset: Path) -> list[tuple[float, bool]]:
    """(confidence, right) of each named mention of the types that have gold: right in letters and type."""
    by_id = score.stems(dataset, gold)
    columns = ["article_id", "char_start", "char_end", "entity_type", "mention_type", "confidence"]
    wanted = {stem: wanted_entities(record) for stem, record in gold.items()}
    judged = []
    for row in score.read_table(dataset, "entity_mentions", columns):
        kind = score.ENTITY_TYPES.get(row["entity_type"])
        if row["article_id"] in by_id and row["mention_type"] == "name" and kind:
            stem, align = by_id[row["article_id"]]
            letters = align.stored([(row["char_start"], row["char_end"])])
            judged.append((row["confidence"], (kind, letters) in wanted[stem]))
    return judged


def wanted_entities(record: dict[str, Any]) -> set[tuple[str, frozenset[int]]]:
    """(type, letters) of each gold entity of the types that count."""
    align = score.Alignment(record["text"], record["text"])
    return {
        (score.ENTITY_TYPES[kind.lower()], align.gold([(start, end)]))
        for start, end, kind in record["entities"]
        if kind.lower() in score.ENTITY_TYPES
    }
