"""The annotator around a network of a few words."""

from __future__ import annotations

import pytest

from tests.unit.annotate.small_model import small_annotator
from transforms.annotate.model import CHARS_AT_ONCE, ModelAnnotator, groups_of
from transforms.records import Annotation, Span

TEXT = "Ann Lee said rain falls.\n\nIt rained. “Rain falls,” he said. Ann said it rained in Porto."


@pytest.fixture(scope="module")
def annotator() -> ModelAnnotator:
    return small_annotator()


def words(annotation: Annotation, text: str) -> list[tuple[list[str], str | None, str | None]]:
    def covered(span: Span | None) -> str | None:
        return None if span is None else text[span.char_start : span.char_end]

    return [
        ([text[start:end] for start, end in found.content], covered(found.cue), covered(found.source))
        for found in annotation.attributions
    ]


def test_contents_find_their_cue_and_source(annotator: ModelAnnotator) -> None:
    (annotation,) = annotator.annotate([TEXT])
    assert words(annotation, TEXT) == [(["rain falls"], "said", "Ann"), (["Rain falls"], "said", "he")]


def test_mentions_are_names_and_the_sources_without_one(annotator: ModelAnnotator) -> None:
    (annotation,) = annotator.annotate([TEXT])
    found = [(TEXT[m.span.char_start : m.span.char_end], m.entity_type, m.mention_type) for m in annotation.mentions]
    assert found == [
        ("Ann Lee", "person", "name"),
        ("he", "person", "pronoun"),
        ("Ann", "person", "name"),
        ("Porto", "place", "name"),
    ]


def test_the_company_of_a_text_changes_nothing(annotator: ModelAnnotator) -> None:
    texts = ["", TEXT, "Rain falls, said Ann.", " ", "Porto " * 900, TEXT * 30]
    together = annotator.annotate(texts)
    assert together == [annotator.annotate([text])[0] for text in texts]
    assert together[::-1] == annotator.annotate(texts[::-1])


def test_windows_leave_no_seam() -> None:
    text = " ".join(["It rained, Ann said rain falls, it rained."] * 60)
    whole, cut = (small_annotator(max_pieces=size, context=8).annotate([text]) for size in (4000, 40))
    assert whole == cut


def test_a_text_without_words_has_nothing(annotator: ModelAnnotator) -> None:
    assert annotator.annotate([" \n "]) == [Annotation((), (), ())]


def test_groups_are_bounded_and_complete() -> None:
    texts = ["a" * 45_000, "b" * 30_000, "", "c" * 300_000, "d"]
    groups = list(groups_of(texts))
    assert [text for group in groups for text in group] == texts
    assert all(len(group) == 1 or sum(map(len, group)) <= CHARS_AT_ONCE for group in groups)
