"""Reuse of quotations, planted in real articles: ``python -m benchmarks.quote_reuse news.jsonl.gz``.

Articles' own quotations ("…," said First Last) are planted in others as outlets would have them: whole, shortened with
"...", with a word changed, partly indirect, or given to somebody else; so are commonplaces, each by several people,
which must not become one saying. The articles (their first paragraphs) then go through a whole run. Counted are pairs
of quotations with one planted among them: recall over those of one saying, precision over those that are joined, but
for what an article repeats word for word of its own. Also printed: how many of the sayings planted with two speakers
are "disputed", and how many others.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

SAID = re.compile(r"[“\"]([A-Z][^“”\"\n]{40,260}?),[”\"] said ((?:[A-Z][a-z]+ ){1}[A-Z][a-z]{2,}\b)(?=[.,])")
MAX_CHARS = 1_500
MIN_WORDS = 10
COMMONPLACES = (
    "No comment",
    "It is what it is",
    "Yes, we can",
    "We are doing everything we can",
    "This is a great day for our country",
    "I want to thank everybody who came out tonight",
    "We take this matter very seriously",
    "There is still a lot of work to do",
    "I have nothing to hide",
    "Our thoughts and prayers are with the families",
    "We need to do more, and we need to do it now",
    "The American people deserve better than this",
)
NAMES = (
    "Ada Lindqvist",
    "Bo Reyes",
    "Cai Okoro",
    "Dana Whitfield",
    "Emeka Obi",
    "Freya Lund",
    "Goran Petrov",
    "Hana Sato",
)
REPORTED = {
    "I": "he",
    "we": "they",
    "We": "they",
    "am": "was",
    "is": "was",
    "are": "were",
    "will": "would",
    "my": "his",
}
FORMS = ("whole", "shortened", "changed", "partly_indirect")


class Planted(NamedTuple):
    """A quotation that some saying was planted by: which saying, how, and words that stand in its quotation."""

    saying: int
    form: str
    needle: str


Row = dict[str, Any]
# What was planted in each article, by its id.
Marks = dict[str, list[Planted]]


def shortened(words: list[str], chance: random.Random) -> str:
    """Some words in the middle left out."""
    cut = len(words) // 3
    start = chance.randrange(cut, len(words) - cut)
    return " ".join([*words[:start], "...", *words[start + max(2, cut // 2) :]])


def changed(words: list[str], chance: random.Random, others: list[str]) -> str:
    """One word in the middle replaced."""
    at = chance.randrange(2, len(words) - 2)
    return " ".join([*words[:at], chance.choice(others), *words[at + 1 :]])


def paragraph(form: str, text: str, speaker: str, chance: random.Random, others: list[str]) -> str:
    """A sentence that quotes the text in one of the FORMS."""
    words = text.split()
    if form == "partly_indirect":
        half = len(words) // 3
        told = " ".join(REPORTED.get(word, word) for word in words[:half])
        return f"{speaker} said that {told[:1].lower()}{told[1:]} “{' '.join(words[half:])}.”"
    said = {"whole": lambda: text, "shortened": lambda: shortened(words, chance)}
    return f"“{said.get(form, lambda: changed(words, chance, others))()},” said {speaker}."


def plant(articles: list[Row], n_sayings: int, chance: random.Random) -> tuple[Marks, set[int]]:
    """Plant sayings; what stands in each article by its id, and the sayings that two people are given."""
    found = [(a, m[1], m[2]) for a in articles for m in SAID.finditer(a["text"]) if len(m[1].split()) >= MIN_WORDS]
    chance.shuffle(found)
    others = [word for _, text, _ in found[:200] for word in text.split() if len(word) > 5 and word.islower()]
    planted: Marks = defaultdict(list)
    disputed, seen = set(), set()
    for number, (home, text, speaker) in enumerate(found[:n_sayings]):
        if text in seen:
            continue
        seen.add(text)
        planted[home["id"]].append(Planted(number, "original", text))
        for turn in range(3):
            form, said_by = FORMS[(number + turn) % len(FORMS)], speaker
            if turn == 2 and number % 5 == 0:
                form, said_by = "whole", chance.choice(NAMES)
                disputed.add(number)
            put(
                chance.choice(articles),
                paragraph(form, text, said_by, chance, others),
                Planted(number, form, ""),
                planted,
                chance,
            )
    for number, text in enumerate(COMMONPLACES):
        for turn, name in enumerate(chance.sample(NAMES, 4)):
            mark = Planted(-1 - number * 10 - turn, "commonplace", "")
            put(chance.choice(articles), f"“{text},” said {name}.", mark, planted, chance)
    return planted, disputed


def put(article: Row, sentence: str, mark: Planted, planted: Marks, chance: random.Random) -> None:
    """Put a paragraph into an article."""
    paragraphs = article["text"].split("\n\n")
    paragraphs.insert(chance.randrange(1, len(paragraphs) + 1), sentence)
    article["text"] = "\n\n".join(paragraphs)
    needle = max(re.findall(r"“([^”]+?)[,.]?”", sentence), key=len)
    planted[article["id"]].append(mark._replace(needle=needle))


def quotations(rows: list[Row], planted: Marks) -> Iterator[tuple[Planted | None, Row]]:
    """Each quotation of the run with what was planted there."""
    for row in rows:
        marks = planted.get(row["record_key"].removeprefix("id:"), [])
        yield next((mark for mark in marks if is_of(row["text"].strip("“”,. "), mark.needle)), None), row


def is_of(text: str, needle: str) -> bool:
    """Whether a quotation is the planted one, or most of it."""
    return needle in text or (text in needle and 2 * len(text) > len(needle))


def score(rows: list[Row], planted: Marks) -> dict[str, Any]:
    """Recall and precision over pairs, and by form."""
    by_saying: dict[int, list[tuple[Planted, Row]]] = defaultdict(list)
    by_cluster: dict[str, list[tuple[Planted | None, Row]]] = defaultdict(list)
    for mark, row in quotations(rows, planted):
        if mark is not None:
            by_saying[mark.saying].append((mark, row))
        if row["reuse_cluster_id"]:
            by_cluster[row["reuse_cluster_id"]].append((mark, row))
    wanted, hit = Counter[str](), Counter[str]()
    for group in by_saying.values():
        for (one, a), (other, b) in combinations(group, 2):
            if a["article_id"] != b["article_id"]:
                for form in {one.form, other.form} - {"original"} or {"original"}:
                    wanted[form] += 1
                    hit[form] += a["reuse_cluster_id"] is not None and a["reuse_cluster_id"] == b["reuse_cluster_id"]
    right, wrong = 0, []
    for cluster in by_cluster.values():
        for (one, a), (other, b) in combinations(cluster, 2):
            if (one or other) and a["article_id"] != b["article_id"]:
                if one and other and one.saying == other.saying:
                    right += 1
                elif not repeats(a["text"], b["text"]):
                    wrong.append([a["text"][:200], b["text"][:200]])
    n_planted = sum(len(marks) for marks in planted.values())
    return {
        "planted": n_planted,
        "found_as_quotations": sum(len({(m.form, r["article_id"]) for m, r in group}) for group in by_saying.values()),
        "recall": round(sum(hit.values()) / max(1, sum(wanted.values())), 4),
        "recall_by_form": {form: round(hit[form] / n, 3) for form, n in sorted(wanted.items())},
        "precision": round(right / max(1, right + len(wrong)), 4),
        "wrong_pairs": wrong[:20],
    }


def repeats(one: str, other: str) -> bool:
    """Whether a text has eight words in a row of the other: people do repeat themselves, press offices above all."""
    words = re.findall(r"\w+", one.lower())
    rest = " ".join(re.findall(r"\w+", other.lower()))
    return any(" ".join(words[at : at + 8]) in rest for at in range(len(words) - 7))


def run(articles: list[Row], folder: Path) -> tuple[list[Row], list[Row]]:
    """The rows of quotes (with record_key) and of sayings after a whole run."""
    from flows.jobs.annotators import load_annotator
    from tests.pieces import refresh, rows_of

    (folder / "seeds").mkdir()
    with (folder / "seeds" / "news.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(article) + "\n" for article in articles)
    refresh(folder / "seeds", folder / "out", annotator=load_annotator("model"))
    keys = {row["article_id"]: row["record_key"] for row in rows_of(folder / "out", "articles")}
    quotes = [{**row, "record_key": keys[row["article_id"]]} for row in rows_of(folder / "out", "quotes")]
    return quotes, rows_of(folder / "out", "sayings")


def disputes(quotes: list[Row], sayings: list[Row], planted: Marks, disputed: set[int]) -> dict[str, int]:
    """How many planted disputes there are, how many of them are found, and how many others."""
    agreement = {row["reuse_cluster_id"]: row["speaker_agreement"] for row in sayings}
    found = {
        m.saying for m, row in quotations(quotes, planted) if m and agreement.get(row["reuse_cluster_id"]) == "disputed"
    }
    return {"planted": len(disputed), "found": len(found & disputed), "others": len(found - disputed)}


def read_articles(news: Path, n_articles: int, n_sayings: int, chance: random.Random) -> list[Row]:
    """The first paragraphs of some articles, with enough among them that quote somebody by full name."""
    with gzip.open(news, "rt", encoding="utf-8") as lines:
        articles = [json.loads(line) for line in lines]
    for article in articles:
        article["text"] = article["text"][:MAX_CHARS].rpartition("\n\n")[0] or article["text"][:MAX_CHARS]
    chance.shuffle(articles)
    articles.sort(key=lambda article: not SAID.search(article["text"]))
    return [*articles[:n_sayings], *articles[n_sayings:][-(n_articles - n_sayings) :]]


def main() -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=800)
    parser.add_argument("--sayings", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    articles = read_articles(arguments.news, arguments.articles, arguments.sayings, chance)
    planted, disputed = plant(articles, arguments.sayings, chance)
    with tempfile.TemporaryDirectory(prefix="newsmill-reuse-") as folder:
        quotes, sayings = run(articles, Path(folder))
    figures = {**score(quotes, planted), "disputes": disputes(quotes, sayings, planted, disputed)}
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0 if figures["recall"] >= 0.9 and figures["precision"] >= 0.98 else 1


if __name__ == "__main__":
    sys.exit(main())
