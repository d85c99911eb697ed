"""How often the language is right: ``python -m benchmarks.language DECLARATION CATALOGUES [--english news.jsonl.gz]``.

DECLARATION and CATALOGUES are the folders that ``benchmarks.language_texts`` reads. News that is English throughout, as
JSON lines with ``title`` and ``text``, shows what is wrongly taken for another language.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.language_texts import catalogue_texts, declaration_texts
from transforms.language import detect_language, foreign_paragraphs
from transforms.paragraphs import PARAGRAPH_BREAK

SHORT_CHARS = 100


def report(name: str, texts: Iterable[tuple[str, str]]) -> None:
    """One line of figures, and what was taken for what."""
    known = list(texts)
    for label, limit in (("whole", None), (f"{SHORT_CHARS} characters", SHORT_CHARS)):
        started = time.process_time()
        found = [(language, detect_language(text[:limit]).language) for language, text in known]
        microseconds = (time.process_time() - started) / len(known) * 1e6
        wrong = Counter(pair for pair in found if pair[0] != pair[1])
        right = 1 - wrong.total() / len(found)
        n_languages = len({language for language, _ in known})
        print(f"{name}, {label}: {right:.4f} of {len(found)} texts in {n_languages} languages, {microseconds:.0f} us")
        print("  ", ", ".join(f"{a} as {b} {n}" for (a, b), n in wrong.most_common(10)) or "none wrong")


def english(path: Path) -> Iterator[tuple[str, str]]:
    """Id and text of each article."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for article in map(json.loads, lines):
            yield article["id"], PARAGRAPH_BREAK.join(filter(None, (article["title"], article["text"])))


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("declaration", type=Path)
    parser.add_argument("catalogues", type=Path)
    parser.add_argument("--english", type=Path)
    options = parser.parse_args()
    declaration, catalogues = (
        list(declaration_texts(options.declaration)),
        list(catalogue_texts(options.catalogues)),
    )
    report("declaration", declaration)
    report("catalogues", catalogues)
    report("both", declaration + catalogues)
    if options.english:
        articles = list(english(options.english))
        report("English news", [("en", text) for _, text in articles])
        for name, text in articles:
            language = detect_language(text).language
            if language != "en":
                print(f"  {name}: {language}")
            if foreign_paragraphs(text.split(PARAGRAPH_BREAK), language):
                print(f"  {name}: mixed")


if __name__ == "__main__":
    main()
