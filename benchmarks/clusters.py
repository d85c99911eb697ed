"""How well names are sorted into entities within an article: B-cubed against clusters labelled by hand.

    python -m benchmarks.clusters NEWSWIRE_DEV.jsonl

``clusters.jsonl`` holds [start, end, cluster] for each name of 42 articles of newswire/dev, in Unicode code points;
the texts are not part of this repository. Round 1 (30 articles) was labelled first and its errors read to improve the
rules; round 2 (12 articles) was labelled afterwards. The gold mentions are the input, so that clustering alone is
measured.
B-cubed (Bagga and Baldwin, 1998): precision and recall of each mention's cluster, averaged over mentions.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from training.gold import ENTITY_TYPE_OF
from transforms.annotate.typed_mentions import name_mentions
from transforms.paragraphs import paragraph_starts
from transforms.records import Annotation, Article, Span
from transforms.resolve import resolve_article

LABELS = Path(__file__).with_name("clusters.jsonl")


def b_cubed(gold: Sequence[int], predicted: Sequence[int]) -> tuple[float, float]:
    """Summed precision and recall over the mentions of one article."""
    precision = recall = 0.0
    for g, p in zip(gold, predicted, strict=True):
        same_gold = {i for i, other in enumerate(gold) if other == g}
        same_predicted = {i for i, other in enumerate(predicted) if other == p}
        shared = len(same_gold & same_predicted)
        precision += shared / len(same_predicted)
        recall += shared / len(same_gold)
    return precision, recall


def predicted_clusters(record: dict[str, Any], spans: Iterable[tuple[int, int]]) -> list[int]:
    """The number of the entity that each gold mention is sorted into."""
    text = record["text"]
    types = {(start, end): ENTITY_TYPE_OF.get(label, "misc") for start, end, label in record["entities"]}
    mentions = tuple(name_mentions([(types[span], Span(*span), 1.0) for span in spans], text))
    sentences = tuple(Span(*match.span()) for match in re.finditer(r"\S[^\n]*", text))
    body_start = [*paragraph_starts(text), 0][1]
    article = Article(record["id"], record["id"], 0, "", "text/plain", "utf-8", text, body_start)
    entities = resolve_article(article, Annotation(sentences, mentions, ()), ()).entities
    owner = {mention: number for number, entity in enumerate(entities) for mention in entity.mentions}
    return [owner[number] for number in range(len(mentions))]


def main() -> None:
    """Print the score of each article that is not perfect, then of each round."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    records = {record["id"]: record for record in map(json.loads, parser.parse_args().gold.open(encoding="utf-8"))}
    for round_number in (1, 2):
        labels = [label for label in map(json.loads, LABELS.open(encoding="utf-8")) if label["round"] == round_number]
        print(json.dumps({f"b_cubed_round_{round_number}": score_round(labels, records)}))


def score_round(labels: Sequence[dict[str, Any]], records: dict[str, Any]) -> dict[str, float]:
    """The scores of one round of labels; prints each article that is not perfect."""
    total, precision, recall = 0, 0.0, 0.0
    for label in labels:
        gold = [cluster for _, _, cluster in label["clusters"]]
        guess = predicted_clusters(records[label["id"]], [(start, end) for start, end, _ in label["clusters"]])
        p, r = b_cubed(gold, guess)
        if min(p, r) < len(gold):
            print(f"{label['id']:28s} mentions {len(gold):4d}  p {p / len(gold):.3f}  r {r / len(gold):.3f}")
        total, precision, recall = total + len(gold), precision + p, recall + r
    p, r = precision / total, recall / total
    return {"p": round(p, 4), "r": round(r, 4), "f1": round(2 * p * r / (p + r), 4), "mentions": total}


if __name__ == "__main__":
    main()
