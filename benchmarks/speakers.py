"""Who said it, kind of source by kind, and what a threshold on ``confidence`` buys.

    python -m benchmarks.speakers POLNEAR_DEV_SPEAKERS.jsonl DATASET_DIR

A gold quotation is right where the data set's quotation that matches it best (as in score.py) names its speaker, or
nobody where the text names nobody; wrong where it names another; else the data set abstained.
"""

from __future__ import annotations

import argparse
import collections
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import score

COLUMNS = ["article_id", "char_start", "char_end", "segments", "speaker_name", "speaker_mention_type",
           "attribution_method", "confidence"]  # fmt: skip
STEPS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Judged:
    """One gold quotation: the row that matches it (None where none does) and what the row's name amounts to."""

    wanted: str | None
    row: dict[str, Any] | None
    is_right: bool

    @property
    def outcome(self) -> str:
        """right, wrong or abstained."""
        if self.is_right:
            return "right"
        return "wrong" if self.row is not None and self.row["speaker_name"] is not None else "abstained"


def judge(gold: dict[str, Any], dataset: Path) -> list[Judged]:
    """Every gold quotation with its row."""
    by_id = score.stems(dataset, gold)
    rows_of: dict[str, list[Any]] = collections.defaultdict(list)
    for row in score.read_table(dataset, "quotes", COLUMNS):
        if row["article_id"] in by_id:
            stem, align = by_id[row["article_id"]]
            rows_of[stem].append((align.stored(score.content_spans(row)), row))
    return [judged for stem, record in gold.items() for judged in judge_text(record, rows_of[stem])]


def judge_text(record: dict[str, Any], rows: Sequence[Any]) -> Iterable[Judged]:
    """The gold quotations of one text."""
    align = score.Alignment(record["text"], record["text"])
    contents = [align.gold(item["content"]) for item in record["speakers"]]
    match = score.best_matches(contents, [content for content, _ in rows])
    for number, item in enumerate(record["speakers"]):
        row = rows[match[number]][1] if number in match else None
        name = row["speaker_name"] if row else None
        accepted = {score.plain_name(form) for form in (item["name"], *item.get("also", [])) if form}
        is_right = name is None if item["name"] is None else name is not None and score.plain_name(name) in accepted
        yield Judged(item["name"], row, is_right)


def by_kind(judged: Sequence[Judged]) -> list[tuple[str, collections.Counter[str]]]:
    """Outcomes by what kind of words the source is; a quotation that was not found is a kind of its own."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for item in judged:
        kind = item.row["speaker_mention_type"] if item.row else "quotation not found"
        counts[kind][item.outcome] += 1
    return sorted(counts.items(), key=lambda entry: -entry[1].total())


def curve(judged: Sequence[Judged]) -> Iterable[tuple[float, float, float, int]]:
    """(threshold, precision, recall, names given) where a name less sure than the threshold is left out."""
    n_named = sum(item.wanted is not None for item in judged)
    for threshold in STEPS:
        given = [i for i in judged if i.row and i.row["speaker_name"] and i.row["confidence"] >= threshold]
        hits = sum(item.is_right for item in given)
        yield threshold, hits / max(1, len(given)), hits / n_named, len(given)


def main() -> None:
    """Print both tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("dataset", type=Path)
    options = parser.parse_args()
    judged = judge(score.read_gold(options.gold), options.dataset)
    print("| source | right | wrong | abstained |\n|---|---|---|---|")
    for kind, counts in by_kind(judged):
        print(f"| {kind} | {counts['right']} | {counts['wrong']} | {counts['abstained']} |")
    print("\n| confidence at least | precision | recall | names given |\n|---|---|---|---|")
    for threshold, precision, recall, n_given in curve(judged):
        print(f"| {threshold:.2f} | {precision:.3f} | {recall:.3f} | {n_given} |")


if __name__ == "__main__":
    main()
