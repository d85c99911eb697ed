"""English Worldwide Newswire (Shan et al., Findings of EMNLP 2023): tokens with BIO labels beside the articles.

``processed_annotated/<article>.txt.tsv`` has a token and its label a line (where entities nest, the outermost label
comes first) and ``original_articles/**/<article>.txt`` the text that the tokens come from.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DEV_SHARE = 8


def splits(repository: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The file name and the records of each split, drawn by the article's id; the corpus has none by article."""
    folder = repository / "processed_annotated"
    if not folder.is_dir():
        raise FileNotFoundError(f"no annotated articles in {folder}")
    texts = {path.name: path for path in sorted((repository / "original_articles").rglob("*.txt"))}
    records = [record for path in sorted(folder.glob("*.tsv")) if (record := record_of(path, texts))]
    for split in ("train", "dev"):
        yield f"newswire/{split}.jsonl", [item for item in records if split_of(item["id"]) == split]


def split_of(article: str) -> str:
    """One article in eight is for dev, whatever else is in the corpus."""
    return "dev" if hashlib.sha256(article.encode()).digest()[0] % DEV_SHARE == 0 else "train"


def record_of(path: Path, texts: dict[str, Path]) -> dict[str, Any] | None:
    """One article, or None with a warning where its tokens are not those of its text."""
    name = path.name.removesuffix(".tsv")
    text = texts[name].read_text(encoding="utf8") if name in texts else None
    spans = None if text is None else place_tokens(text, tokens := read_tokens(path.read_text(encoding="utf8")))
    if text is None or spans is None:
        print(f"warning: {path.name} is left out: its tokens cannot be placed in an article", file=sys.stderr)
        return None
    return {"id": name.removesuffix(".txt"), "text": text, "entities": entities_of(spans, [t[1] for t in tokens])}


def read_tokens(table: str) -> list[tuple[str, str]]:
    """(token, outermost label) of each line that has both."""
    rows = (line.split("\t") for line in table.splitlines())
    return [(row[0], row[1]) for row in rows if len(row) >= 2 and row[0].strip()]


def place_tokens(text: str, tokens: list[tuple[str, str]]) -> list[tuple[int, int]] | None:
    """The span of each token, in order, with nothing but white space between them; None where that fails."""
    spans, place = [], 0
    for token, _ in tokens:
        while place < len(text) and text[place].isspace():
            place += 1
        if not text.startswith(token, place):
            return None
        spans.append((place, place + len(token)))
        place += len(token)
    return spans


def entities_of(spans: list[tuple[int, int]], labels: list[str]) -> list[list[Any]]:
    """[start, end, label] of each entity."""
    entities: list[list[Any]] = []
    previous = ""
    for (start, end), label in zip(spans, labels, strict=True):
        prefix, _, kind = label.partition("-")
        if prefix == "B" or (prefix == "I" and kind != previous):
            entities.append([start, end, kind])
        elif prefix == "I":
            entities[-1][1] = end
        previous = kind
    return entities
