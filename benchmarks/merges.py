"""How well names of organisations are joined across articles: precision and recall on pairs labelled by hand.

    python -m benchmarks.merges DATASET/latest

``body_pairs.jsonl`` holds [name, type, name, type, whether they are one] for pairs drawn at random from the names of
2,175 articles: names that share a word, letters that may stand for a name, one name under two types. They were drawn
and labelled without a look at what linking made of them; where the names alone do not tell, a pair was left out.
Pairs marked "held out" are of 1,500 other articles, and were labelled after the rules were written; those marked
"held out 2" and "held out 3" of 1,500 more, and "held out 4" and "held out 5" of 2,285 and 1,100, labelled before
anybody saw what any rule made of them; docs/resolution.md says which rules came after whose misses were read.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

PAIRS = Path(__file__).with_name("body_pairs.jsonl")
Named = tuple[str, str]


def entity_by_name(dataset: Path) -> dict[Named, str]:
    """The entity that each name of a type mostly is."""
    counts: dict[Named, Counter[str]] = defaultdict(Counter)
    columns = ["name", "entity_type", "entity_id"]
    for part in sorted(dataset.glob("article_entities/*.parquet")):
        for row in pq.read_table(part, columns=columns).to_pylist():
            counts[row["name"], row["entity_type"]][row["entity_id"]] += 1
    return {named: min(ids, key=lambda entity: (-ids[entity], entity)) for named, ids in counts.items()}


def judged(entities: Mapping[Named, str]) -> Iterator[tuple[str, bool, bool]]:
    """Of each pair whose names the data set has: its kind, whether the two are one, whether they were joined."""
    for one, one_type, other, other_type, is_same, *held_out in map(json.loads, PAIRS.open(encoding="utf-8")):
        ids = entities.get((one, one_type)), entities.get((other, other_type))
        if None in ids:
            continue
        is_joined = ids[0] == ids[1]
        if is_joined != is_same:
            print("joined wrongly:" if is_joined else "left apart:", f"{one} ({one_type}) | {other} ({other_type})")
        kind = "organisations" if one_type == other_type == "organization" else "other types"
        yield held_out[0] if held_out else kind, is_same, is_joined


def figures(pairs: Sequence[tuple[str, bool, bool]]) -> dict[str, float]:
    """Precision and recall of what was joined."""
    same = sum(is_same for _, is_same, _ in pairs)
    joined = sum(is_joined for _, _, is_joined in pairs)
    right = sum(is_same and is_joined for _, is_same, is_joined in pairs)
    shares = {"precision": round(right / max(joined, 1), 3), "recall": round(right / max(same, 1), 3)}
    return {"pairs": len(pairs), "same": same, "joined": joined, **shares}


def main() -> None:
    """Print what is wrong, then the figures: of two organisations, of all pairs, and of those held out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    pairs = list(judged(entity_by_name(parser.parse_args().dataset)))
    held_out = ("held out", "held out 2", "held out 3", "held out 4", "held out 5")
    tuned = [pair for pair in pairs if pair[0] not in held_out]
    groups = {
        "organisations": [pair for pair in tuned if pair[0] == "organisations"],
        "all": tuned,
        **{name: [pair for pair in pairs if pair[0] == name] for name in held_out},
    }
    print(json.dumps({name: figures(group) for name, group in groups.items() if group}))


if __name__ == "__main__":
    main()
