"""Whole documents, each with a golden file: what a careful reader expects of it, no row less and no row more.

A golden lists the quotations in text order. ``speaker`` is ``speaker_name``, or in brackets the ``speaker_status`` of
a quotation without one. Texts are compared by their letters and digits, and "that" may lead them.

Where the product falls short, the golden keeps what the reader expects and says beside it what comes out ``today``:
other values, or ``not found``; ``struck_quotes`` are the rows that come out and should not. The test asks for exactly
that, so it fails as well when a gap is mended: then take the gap out of the golden.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
DOCUMENTS = {
    "seed": HERE.parents[1] / "seeds" / "000_0a015e6bfc61684e.txt",
    "court-report": HERE / "documents" / "court-report.txt",
    "wire-business": HERE / "documents" / "wire-business.txt",
}
NOT_FOUND = "not found"


def read_golden(name: str) -> dict[str, Any]:
    golden: dict[str, Any] = yaml.safe_load((HERE / f"{name}.yaml").read_text("utf-8"))
    return golden


def plain(text: str) -> str:
    letters = "".join(ch.lower() for ch in text if ch.isalnum())
    return letters.removeprefix("that") or letters


def line(text: str, speaker: str, quote_type: str, cue: str | None) -> str:
    return f"{quote_type:8} | {cue or '':14} | {speaker:20} | {plain(text)}"


def given_line(row: dict[str, Any]) -> str:
    return line(row["text"], row["speaker_name"] or f"({row['speaker_status']})", row["quote_type"], row["cue_text"])


def lines_today(quotes: list[dict[str, Any]]) -> list[str]:
    """What the golden says comes out today, besides the rows that a reader strikes."""
    lines = []
    for quote in quotes:
        today = quote.get("today", {})
        if today != NOT_FOUND:
            now = quote | today
            lines.append(line(now["text"], now["speaker"], now["type"], now["cue"]))
    return lines


def differences(given: list[str], expected: list[str]) -> list[str]:
    more, less = Counter(given) - Counter(expected), Counter(expected) - Counter(given)
    return [f"+ {row}" for row in more.elements()] + [f"- {row}" for row in less.elements()]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_quotations(name, rows_of_document):
    golden, rows = read_golden(name), rows_of_document(DOCUMENTS[name])["quotes"]
    struck = Counter(plain(quote["text"]) for quote in golden.get("struck_quotes", ()))
    kept = []
    for row in rows:
        if struck[plain(row["text"])]:
            struck[plain(row["text"])] -= 1
        else:
            kept.append(given_line(row))
    problems = differences(kept, lines_today(golden["quotes"]))
    problems += [f"no longer given, take it out of struck_quotes: {text}" for text in struck.elements()]
    assert not problems, "\n".join(["", *problems])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_entities(name, rows_of_document):
    golden, rows = read_golden(name), rows_of_document(DOCUMENTS[name])["article_entities"]

    def listed(key: str) -> list[str]:
        return [f"{kind}: {entity}" for kind, names in golden.get(key, {}).items() for entity in names]

    wanted, missed = listed("entities"), listed("missed_entities")
    assert set(missed) <= set(wanted)
    expected = [entity for entity in wanted if entity not in missed] + listed("struck_entities")
    problems = differences([f"{row['entity_type']}: {row['name']}" for row in rows], expected)
    assert not problems, "\n".join(["", *problems])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_expected_text_stands_in_its_document(name, rows_of_document):
    golden, article = read_golden(name), rows_of_document(DOCUMENTS[name])["articles"][0]
    whole = "".join(ch.lower() for ch in article["text"] if ch.isalnum())
    texts = [quote["text"] for key in ("quotes", "struck_quotes") for quote in golden.get(key, ())]
    assert [text for text in texts if plain(text) not in whole] == []
