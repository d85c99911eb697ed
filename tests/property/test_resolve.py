from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from transforms.records import Annotation, Article, Mention, Quotation, Span
from transforms.resolve import resolve_article
from transforms.resolve.names import compatible, fold, one_edit_apart, parse_person
from transforms.tables import ATTRIBUTION_METHODS, ENTITY_TYPES, MENTION_TYPES, SPEAKER_STATUSES

WORDS = [
    "Ada", "Lind", "Bo", "Reyes", "Mr.", "Sen.", "the", "of", "and", "senator", "she", "he", "who", "said", "Harbour",
    "Board", "NHB", "(", ")", ",", ".", "“", "”", "’s", "Norland", "China", "DPRK", "\n\n", "Al-Lind", "J.", "known as",
    "39", "ÆØ", "张", "İ", "\u200b", "I", "report", "a", "spokesman", "for", "39-year-old", ":",
]  # fmt: skip
texts = st.one_of(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join), st.text(max_size=120))


@st.composite
def annotated(draw: st.DrawFn) -> tuple[Article, Annotation, list[Quotation]]:
    text = draw(texts) or "x"
    spans = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 30)).map(
        lambda pair: Span(pair[0], min(len(text), pair[0] + pair[1]))
    )
    mentions = draw(
        st.lists(st.builds(Mention, spans, st.sampled_from(ENTITY_TYPES), st.sampled_from(MENTION_TYPES), st.just(0.9)))
    )
    contents = sorted(draw(st.lists(spans, max_size=6)))
    quotations = [
        Quotation(
            index, draw(st.sampled_from(["direct", "mixed", "indirect"])), (content,), draw(st.none() | spans),
            draw(st.none() | spans), 0.9,
        )
        for index, content in enumerate(contents)
    ]  # fmt: skip
    article = Article(
        "a" * 16, "a.txt", 0, "", "text/plain", "utf-8", text, draw(st.integers(0, len(text))),
        byline=draw(st.none() | st.just("Ada Lind")),
    )  # fmt: skip
    annotation = Annotation((Span(0, len(text)),), tuple(sorted(mentions, key=lambda m: m.span)), ())
    return article, annotation, quotations


@given(annotated())
def test_every_name_belongs_to_one_entity_and_every_quotation_has_a_speaker(
    case: tuple[Article, Annotation, list[Quotation]],
) -> None:
    article, annotation, quotations = case
    resolution = resolve_article(article, annotation, quotations)
    members = [number for entity in resolution.entities for number in entity.mentions]
    names = {number for number, mention in enumerate(annotation.mentions) if mention.mention_type == "name"}
    assert len(members) == len(set(members))
    assert names <= set(members)
    assert len(resolution.speakers) == len(quotations)
    known = {entity.entity_id for entity in resolution.entities}
    assert len(known) == len(resolution.entities)
    for entity in resolution.entities:
        assert entity.entity_type in ENTITY_TYPES and entity.name and list(entity.mentions) == sorted(entity.mentions)
    for speaker in resolution.speakers:
        assert speaker.status in SPEAKER_STATUSES and speaker.method in ATTRIBUTION_METHODS
        assert 0 <= speaker.confidence <= 1
        is_named = speaker.status == "named"
        assert (speaker.name is not None) == is_named == (speaker.entity_id is not None)
        assert speaker.entity_id is None or speaker.entity_id in known


@given(annotated())
def test_the_same_article_gives_the_same_answer_whatever_it_is_called(
    case: tuple[Article, Annotation, list[Quotation]],
) -> None:
    article, annotation, quotations = case
    one, again = (resolve_article(article, annotation, quotations) for _ in range(2))
    assert one == again
    elsewhere = resolve_article(replace(article, source_uri="b.txt"), annotation, quotations)
    assert elsewhere == one


@given(st.text(max_size=40), st.text(max_size=40))
def test_names_compare_alike_both_ways(one: str, other: str) -> None:
    a, b = parse_person(one), parse_person(other)
    assert compatible(a, b) == compatible(b, a)
    assert one_edit_apart(fold(one), fold(other)) == one_edit_apart(fold(other), fold(one))
    assert fold(fold(one)) == fold(one)
