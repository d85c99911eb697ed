"""What holds of every annotation, whatever the text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.annotate.small_model import small_annotator
from transforms.annotate.sentence_boundaries import split_sentences
from transforms.paragraphs import paragraph_spans

ANNOTATOR = small_annotator(max_pieces=24, context=4)
PIECES = st.sampled_from(
    [
        "Ann",
        "Lee",
        "he",
        "said",
        "rain",
        "falls",
        " ",
        ". ",
        ", ",
        "\n\n",
        "\n",
        "“",
        "”",
        '"',
        "’s",
        "Mr. ",
        "e\u0301",
        "🙂",
        "\u200b",
        "\u00ad",
        "İ",
        "ﬁ",
        "日本",
        "\x00",
        "\u2028",
        "...",
        "U.S. ",
        "5.5",
        "\ud7ff",
        "\U0010ffff",
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=80))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_sentences_cover_all_but_white_space_and_cross_no_blank_line(text: str) -> None:
    spans = split_sentences(text)
    covered = [place for start, end in spans for place in range(start, end)]
    assert covered == sorted(set(covered))
    assert all(text[place].isspace() for place in set(range(len(text))) - set(covered))
    paragraphs = paragraph_spans(text)
    assert all(any(first <= start and end <= last for first, last in paragraphs) for start, end in spans)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_spans_are_places_in_the_text(text: str) -> None:
    (annotation,) = ANNOTATOR.annotate([text])
    spans = [mention.span for mention in annotation.mentions]
    for found in annotation.attributions:
        spans += [*found.content, *(span for span in (found.cue, found.source) if span)]
        assert list(found.content) == sorted(found.content)
    assert all(0 <= start < end <= len(text) and text[start:end].strip() for start, end in spans)
    assert all(0.0 <= item.confidence <= 1.0 for item in (*annotation.mentions, *annotation.attributions))


@given(st.lists(TEXTS, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_text_is_annotated_alike_in_any_company(texts: list[str]) -> None:
    assert ANNOTATOR.annotate(texts) == [ANNOTATOR.annotate([text])[0] for text in texts]
