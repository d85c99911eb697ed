"""The installed model, on invented news: what no release may get wrong."""

from __future__ import annotations

from itertools import pairwise

import pytest

from transforms.annotate.model import WEIGHTS_FOLDER, ModelAnnotator, load_annotator
from transforms.annotate.model_files import WEIGHT_FILES
from transforms.records import Annotation, Span

ARTICLE = """Mayor vows to rebuild bridge

PORT ELLEN, March 3 - “We will rebuild the bridge by autumn,” Mayor Ann Lee told reporters on Monday, “and nobody will \
pay a toll.”

Her deputy, Tom Ito, said the costs had been underestimated. "It is a disgrace," he added.

According to the transport ministry, 40 workers were hurt."""


@pytest.fixture(scope="module")
def annotator() -> ModelAnnotator:
    return load_annotator()


@pytest.fixture(scope="module")
def annotation(annotator: ModelAnnotator) -> Annotation:
    return annotator.annotate([ARTICLE])[0]


def covered(span: Span | None) -> str:
    return "" if span is None else ARTICLE[span.char_start : span.char_end]


@pytest.mark.parametrize(
    ("content", "cue", "source"),
    [
        (["We will rebuild the bridge by autumn", "and nobody will pay a toll"], "told", "Ann Lee"),
        (["It is a disgrace"], "added", "he"),
        (["40 workers were hurt"], "According to", "transport ministry"),
    ],
)
def test_who_said_what(content: list[str], cue: str, source: str, annotation: Annotation) -> None:
    found = [item for item in annotation.attributions if content[0] in covered(item.content[0])]
    assert len(found) == 1
    assert len(found[0].content) == len(content)
    assert all(part in covered(span) for part, span in zip(content, found[0].content, strict=True))
    assert covered(found[0].cue) == cue
    assert source in covered(found[0].source)


def test_names(annotation: Annotation) -> None:
    names = {covered(mention.span): mention.entity_type for mention in annotation.mentions}
    assert names["Ann Lee"] == names["Tom Ito"] == "person"


def test_the_company_of_a_text_changes_nothing(annotator: ModelAnnotator, annotation: Annotation) -> None:
    texts = [ARTICLE[:200], "", ARTICLE, ARTICLE.upper(), ARTICLE * 4]
    assert annotator.annotate(texts)[2] == annotation
    assert annotator.annotate(texts[::-1])[2] == annotation


def test_a_long_text_is_one_text(annotator: ModelAnnotator) -> None:
    text = "\n\n".join([ARTICLE] * 12)
    (found,) = annotator.annotate([text])
    contents = [span for item in found.attributions for span in item.content]
    assert len(contents) == len(set(contents)) >= 12 * 4
    assert not any(one.overlaps(other) for one, other in pairwise(sorted(contents)))


def test_the_model_is_small() -> None:
    sizes = [(WEIGHTS_FOLDER / name).stat().st_size for name in WEIGHT_FILES]
    assert sum(sizes) <= 30_000_000
