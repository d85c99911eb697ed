"""GUM (Zeldes, 2017), its news documents in CoNLL-U: ``dep/GUM_news_*.conllu``.

The text is put together from the sentences: those of one paragraph are joined by a space, paragraphs by a blank line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any


def splits(repository: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The one file that the corpus gives: sentences are only measured, never trained on."""
    paths = sorted((repository / "dep").glob("GUM_news_*.conllu"))
    if not paths:
        raise FileNotFoundError(f"no GUM_news documents in {repository / 'dep'}")
    yield "gum_news/dev.jsonl", [record_of(path.stem, path.read_text(encoding="utf8")) for path in paths]


def record_of(name: str, conllu: str) -> dict[str, Any]:
    """One document with the spans of its sentences."""
    text, spans, is_new_paragraph = "", [], True
    for line in conllu.splitlines():
        if line.startswith("# newpar"):
            is_new_paragraph = True
        elif line.startswith("# text = "):
            text += "" if not text else "\n\n" if is_new_paragraph else " "
            sentence = line.removeprefix("# text = ").strip()
            spans.append([len(text), len(text) + len(sentence)])
            text += sentence
            is_new_paragraph = False
    return {"id": name, "text": text, "sentences": spans}
