"""The user's own seed document must come out like this. Known gaps are listed with their reasons, not loosened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.run.annotators import load_annotator
from flows.sources.read import find_files, hash_file, read_source
from transforms.articles import build_article
from transforms.document import document_rows
from transforms.records import Article, RawDocument, Source

SEED = Path(__file__).parents[2] / "seeds" / "000_0a015e6bfc61684e.txt"

QUOTATIONS = [
    ("Mao Zedong", "mixed", "the allies to “lips and fangs.”"),
    ("Kim Jong Un", "direct", "“Despite the unprecedentedly ... stronger day by day,”"),
    ("Kim Jong Un", "mixed", "the importance of the treaty in “ensuring peace and stability ... obstructive moves,”"),
    (
        "Xi Jinping",
        "mixed",
        "he hoped to bring ... “greater happiness” by “steadily leading ... to a new stage.”",
    ),
    ("Park Won-gon", "direct", "“It’s a marriage of convenience.”"),
    (
        "Park Won-gon",
        "mixed",
        "the two allies’ relationship has been strained ... and that they would “never truly trust each other.”",
    ),
    ("Park Won-gon", "indirect", "they’ll need each other to cope with Washington"),
    ("Park Won-gon", "direct", "“And the closer they get, ... nuclear weapons.”"),
]
ENTITIES = {
    "person": {"Xi Jinping", "Kim Jong Un", "Mao Zedong", "Park Won-gon"},
    "organization": {"KCNA", "AFP", "Ewha Womans University"},
    "place": {"China", "North Korea", "US", "Washington", "Beijing", "Pyongyang"},
}


@pytest.fixture(scope="module")
def seed_rows():
    found = find_files([str(SEED)]).files[0]
    raw = next(iter(read_source(Source(found.uri, found.path, found.size, found.mtime_ns, hash_file(found.path)))))
    assert isinstance(raw, RawDocument)
    article = build_article(raw)
    assert isinstance(article, Article)
    return document_rows(article, load_annotator("model").annotate([article.text])[0])


def letters(text: str) -> str:
    return "".join(ch.lower() for ch in text if ch.isalnum())


def pattern(words: str) -> re.Pattern[str]:
    """The expected words on letters and digits alone, an ellipsis standing for anything; "that" may lead."""
    return re.compile("(that)?" + ".+".join(re.escape(letters(piece)) for piece in words.split("...")))


def test_header_becomes_date_and_title(seed_rows):
    article = seed_rows["articles"][0]
    assert article["published_date"].isoformat() == "2021-07-11"
    assert article["date_method"] == "header"
    assert article["title"] == "China’s and North Korea’s leaders pledge to strengthen ties, according to KCNA."
    assert article["text"].startswith(article["title"] + "\n\nAs the two nations")


@pytest.mark.parametrize(("speaker", "quote_type", "words"), QUOTATIONS)
def test_quotation_with_its_speaker(seed_rows, speaker, quote_type, words):
    found = [row for row in seed_rows["quotes"] if row["speaker_name"] == speaker and row["quote_type"] == quote_type]
    assert any(pattern(words).fullmatch(letters(row["text"])) for row in found), [
        (row["speaker_name"], row["quote_type"], row["text"]) for row in seed_rows["quotes"]
    ]


def test_scare_quotes_are_no_quotation(seed_rows):
    assert not [row for row in seed_rows["quotes"] if letters(row["text"]) == "volunteers"]


@pytest.mark.parametrize(("entity_type", "name"), [(t, n) for t, names in ENTITIES.items() for n in sorted(names)])
def test_entity(seed_rows, entity_type, name):
    entities = [row for row in seed_rows["article_entities"] if row["entity_type"] == entity_type]
    assert any(name == row["name"] or name in row["aliases"] for row in entities), [
        (row["name"], row["aliases"]) for row in entities
    ]


def test_official_name_is_an_alias(seed_rows):
    korea = [row for row in seed_rows["article_entities"] if row["name"] == "North Korea"]
    assert [row["external_id"] for row in korea] == ["iso3166:KP"]
    assert "DPRK" in korea[0]["aliases"]
