"""How well pages are read, beside trafilatura alone: ``python -m benchmarks.extraction FOLDER``.

FOLDER holds pages with gold, in any of the layouts that public sets come in: ``evaldata*.json`` with ``html/`` (the
evaluation set of trafilatura), ``ground-truth.json`` with ``html/*.html[.gz]`` (scrapinghub's article benchmark),
``html/`` beside ``txt/`` and ``metadata/`` (newspaper4k), a folder a page with ``source.html``, ``expected.html`` and
``expected-metadata.json`` (Mozilla's readability); or folders that hold these.

Body: f1 of the 4-grams of words. *Macro* is the mean over pages; *pooled* weighs every page the same and takes
precision and recall over all of them, as scrapinghub's benchmark does. Phrases: of those that must come out (in title
or text), the share that does, and of those that must not. Title: exact but for case and punctuation; date: to the day;
authors: the exact set, over the pages whose gold names any, and over all whose gold speaks of them (nobody is an answer
too).

Gold has faults of its own. ``extraction_doubts.tsv`` lists, by the names of pages, where it was found wrong by reading
the page (the day of a change, a name that is not there, captions in the body); figures are given with and without. A
page that it lists as no article (a section's front page) counts in none, only whether it is refused.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import html
import json
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

NGRAM = 4
DOUBTS = Path(__file__).with_name("extraction_doubts.tsv")
NO_ARTICLE = "article"  # in place of a field, where the page is none
MIN_PHRASE_CHARS = 4


@dataclass
class Gold:
    """What is known of a page; None where it is not."""

    name: str
    data: bytes
    body: str | None = None
    title: str | None = None
    date: str | None = None
    authors: frozenset[str] | None = None
    present: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


@dataclass
class Read:
    """What a reader makes of a page."""

    text: str = ""
    title: str = ""
    date: str = ""
    authors: frozenset[str] = frozenset()
    note: str = ""


# Gold


def load(folder: Path) -> Iterator[Gold]:
    """The pages of a folder, by the layout it has."""
    if found := sorted(folder.glob("evaldata*.json")):
        yield from _phrases(folder, json.loads(found[0].read_text("utf-8")))
    elif (folder / "ground-truth.json").exists():
        for name, page in json.loads((folder / "ground-truth.json").read_text("utf-8")).items():
            yield Gold(name, _page_bytes(folder / "html", name), page.get("articleBody"))
    elif (folder / "txt").is_dir() and (folder / "html").is_dir():
        for path in sorted((folder / "txt").glob("*.txt")):
            if (folder / "html" / f"{path.stem}.html").exists():
                yield _text_and_metadata(folder, path.stem)
    elif (folder / "source.html").exists():
        yield _expected(folder)
    else:
        for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
            yield from load(inner)


def _page_bytes(folder: Path, name: str) -> bytes:
    packed = folder / f"{name}.html.gz"
    return gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / f"{name}.html").read_bytes()


def _phrases(folder: Path, pages: dict[str, Any]) -> Iterator[Gold]:
    for page in pages.values():
        path = folder / "html" / page["file"]
        if not path.exists():
            continue
        stated = bool(page.get("title"))  # a page without was never looked at
        yield Gold(
            path.name,
            path.read_bytes(),
            None,
            page.get("title") or None,
            page.get("date") or None,
            author_set(page.get("author") or "") if stated else None,
            [phrase for phrase in page["with"] if len(phrase) >= MIN_PHRASE_CHARS],
            [phrase for phrase in page["without"] if len(phrase) >= MIN_PHRASE_CHARS],
        )


def _text_and_metadata(folder: Path, stem: str) -> Gold:
    path = folder / "metadata" / f"{stem}.json"
    stated = json.loads(path.read_text("utf-8")) if path.exists() else {}
    date = (stated.get("publish_date") or "")[:10]
    body = (folder / "txt" / f"{stem}.txt").read_text("utf-8")
    return Gold(stem, (folder / "html" / f"{stem}.html").read_bytes(), body, stated.get("title") or None, date or None)


def _expected(folder: Path) -> Gold:
    from flows.formats.html import fragment_text

    stated = json.loads((folder / "expected-metadata.json").read_text("utf-8"))
    body = fragment_text((folder / "expected.html").read_text("utf-8"))
    date = (stated.get("publishedTime") or "")[:10]
    return Gold(folder.name, (folder / "source.html").read_bytes(), body, stated.get("title") or None, date or None)


def author_set(stated: str | list[str]) -> frozenset[str]:
    """The names of a byline, spelled alike."""
    names = stated if isinstance(stated, list) else re.split(r"\s*;\s*|\s*,\s+(?!Jr\b|PhD\b|MD\b)", stated)
    spelled = (" ".join(folded(name.removesuffix(" PhD").removesuffix(", PhD"))) for name in names)
    return frozenset(name for name in spelled if name)


def folded(text: str) -> list[str]:
    """Words without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", html.unescape(text)).casefold().replace("'", "").replace("’", "")
    return re.findall(r"\w+", "".join(ch for ch in plain if not unicodedata.combining(ch)))


# Readers


def read_by_newsmill(data: bytes) -> Read:
    """The page as the pipeline reads it."""
    from flows.formats.base import FormatError, Record
    from flows.formats.html import FORMAT

    try:
        found = FORMAT.parse(Record(data, "html", "page.html"))
    except FormatError as error:
        return Read(note=error.reason)
    fields = found.fields
    return Read(
        found.text,
        fields.get("title", ""),
        fields.get("published_date", "")[:10],
        author_set(fields.get("byline", "")),
        " ".join(found.quality_flags),
    )


def read_by_trafilatura(data: bytes) -> Read:
    """What trafilatura gives with its defaults, comments left out."""
    import trafilatura

    found = trafilatura.bare_extraction(data, include_comments=False, with_metadata=True)
    if found is None:
        return Read()
    return Read(found.text or "", found.title or "", (found.date or "")[:10], author_set(found.author or ""))


# Figures


def overlap(gold: str, found: str) -> tuple[float, float, float]:
    """Shares of the 4-grams of both texts together that are right, too much, and missing."""
    wanted, given = (_ngrams(text) for text in (gold, found))
    right = sum((wanted & given).values())
    n = sum(wanted.values()) + sum(given.values()) - right
    return (right / n, (sum(given.values()) - right) / n, (sum(wanted.values()) - right) / n) if n else (0, 0, 0)


def _ngrams(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    words = list("".join(words)) if len(text) > 10 * len(words) + 10 else words  # a script without spaces
    if len(words) < NGRAM:
        return Counter([tuple(words)]) if words else Counter()
    return Counter(zip(*(words[i:] for i in range(NGRAM)), strict=False))


def f1(right: float, extra: float, missing: float) -> float:
    """The harmonic mean of precision and recall."""
    return 2 * right / (2 * right + extra + missing) if right else 0.0


def figures(golds: list[Gold], reads: list[Read]) -> dict[str, float | int]:
    """All figures of one reader."""
    pairs = list(zip(golds, reads, strict=True))
    bodies = [overlap(gold.body, read.text) for gold, read in pairs if gold.body]
    in_text = [(" ".join(f"{read.title} {read.text}".split()), gold) for gold, read in pairs]
    named = [(gold.authors, read.authors) for gold, read in pairs if gold.authors is not None]
    return {
        "pages with gold text": len(bodies),
        "body f1, pooled": f1(*(sum(values) for values in zip(*bodies, strict=True))) if bodies else 0.0,
        "body f1, macro": mean(f1(*body) for body in bodies),
        "phrases wanted": mean(" ".join(p.split()) in text for text, gold in in_text for p in gold.present),
        "phrases unwanted": mean(" ".join(p.split()) in text for text, gold in in_text for p in gold.absent),
        "title": mean(folded(gold.title) == folded(read.title) for gold, read in pairs if gold.title),
        "date": mean(gold.date == read.date for gold, read in pairs if gold.date),
        "authors": mean(gold == read for gold, read in named if gold),
        "authors or none": mean(gold == read for gold, read in named),
        "refused": sum(not read.text for read in reads),
    }


def _doubts() -> list[tuple[str, str]]:
    with DOUBTS.open(encoding="utf-8", newline="") as lines:
        return [(row["page"], row["field"]) for row in csv.DictReader(lines, delimiter="\t")]


def without_doubts(golds: list[Gold]) -> list[Gold]:
    """Gold without what was found to be wrong in it."""
    doubted = _doubts()
    return [replace(gold, **{field: None for page, field in doubted if page == gold.name}) for gold in golds]


def split_by_kind(golds: list[Gold]) -> tuple[list[Gold], list[Gold]]:
    """The articles, and the pages that are none, whatever the gold makes of them."""
    others = {page for page, field in _doubts() if field == NO_ARTICLE}
    return [gold for gold in golds if gold.name not in others], [gold for gold in golds if gold.name in others]


def mean(values: Any) -> float:
    """0 where there are none."""
    found = list(map(float, values))
    return sum(found) / len(found) if found else 0.0


def timed(read: Callable[[bytes], Read], golds: list[Gold]) -> tuple[list[Read], list[float]]:
    """What a reader makes of every page, and its seconds of processor time."""
    reads, seconds = [], []
    for gold in golds:
        started = time.process_time()
        reads.append(read(gold.data))
        seconds.append(time.process_time() - started)
    return reads, seconds


def half_of(name: str) -> str:
    """Which half a page is in: one to tune to, one to be surprised by."""
    return "tuned" if hashlib.sha256(name.encode()).digest()[0] % 2 == 0 else "held"


def _show_wrong(golds: list[Gold], reads: list[Read]) -> None:
    for gold, read in zip(golds, reads, strict=True):
        if gold.title and folded(gold.title) != folded(read.title):
            print(f"title   {gold.name}: {gold.title!r} read as {read.title!r}")
        if gold.date and gold.date != read.date:
            print(f"date    {gold.name}: {gold.date} read as {read.date or None}")
        if gold.authors is not None and gold.authors != read.authors:
            print(f"authors {gold.name}: {sorted(gold.authors)} read as {sorted(read.authors)}")
        if gold.body and (score := f1(*(shares := overlap(gold.body, read.text)))) < 0.95:
            print(f"body    {gold.name}: {score:.3f} (too much {shares[1]:.3f}, missing {shares[2]:.3f}) {read.note}")
        text = " ".join(f"{read.title} {read.text}".split())
        for phrase in gold.present:
            if " ".join(phrase.split()) not in text:
                print(f"missing {gold.name}: {phrase!r}")
        for phrase in gold.absent:
            if " ".join(phrase.split()) in text:
                print(f"extra   {gold.name}: {phrase!r}")


def main() -> int:
    """Print the figures of both readers, and with ``--wrong`` what newsmill gets wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--half", choices=["tuned", "held"], help="only the pages whose names' hash falls there")
    parser.add_argument("--alone", action="store_true", help="without trafilatura's figures")
    parser.add_argument("--wrong", action="store_true", help="list what newsmill gets wrong")
    arguments = parser.parse_args()
    golds = [gold for folder in arguments.folder for gold in load(folder)]
    golds, others = split_by_kind([gold for gold in golds if arguments.half in (None, half_of(gold.name))])
    reads, seconds = timed(read_by_newsmill, golds)
    ours, surely = figures(golds, reads), figures(without_doubts(golds), reads)
    peer = {} if arguments.alone else figures(golds, timed(read_by_trafilatura, golds)[0])
    if arguments.wrong:
        _show_wrong(golds, reads)
    print(f"{len(golds)} pages, {sum(len(gold.data) for gold in golds) / 1e6 / sum(seconds):.2f} MB/s,", end=" ")
    slowest = max(range(len(golds)), key=seconds.__getitem__)
    print(f"slowest {seconds[slowest]:.2f} s ({golds[slowest].name})")
    print(f"{'':22}{'newsmill':>10}{'trafilatura':>13}{'newsmill, without doubtful gold':>33}")
    for name, value in ours.items():
        values = (value, peer.get(name, ""), surely[name])
        shown = [f"{v:.3f}" if isinstance(v, float) else str(v) for v in values]
        print(f"{name:22}{shown[0]:>10}{shown[1]:>13}{shown[2]:>33}")
    n_refused = sum(not read_by_newsmill(gold.data).text for gold in others)
    print(f"pages that are no article: {n_refused} of {len(others)} refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
