from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from transforms.document import document_rows
from transforms.records import Annotation, Article, Attribution, Mention, Quotation, Span
from transforms.resolve import resolve_article
from transforms.resolve.names import compatible, fold, one_edit_apart, parse_person
from transforms.tables import ATTRIBUTION_METHODS, ENTITY_TYPES, MENTION_TYPES, SPEAKER_STATUSES

ROOT = Path(__file__).parents[2]
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
def test_no_annotation_loses_an_article(case: tuple[Article, Annotation, list[Quotation]]) -> None:
    article, annotation, quotations = case
    apart: list[Mention] = []
    for mention in annotation.mentions:
        if not apart or mention.span.char_start >= apart[-1].span.char_end:
            apart.append(mention)
    found = [Attribution(item.segments, item.cue, item.source, 0.9) for item in quotations]
    rows = document_rows(article, Annotation(annotation.sentences, tuple(apart), tuple(found)))
    assert len(rows["articles"]) == 1
    assert all(row["text"] for row in rows["entity_mentions"])


NAMES = {
    "person": (
        "Ada Lind",
        "Lind",
        "Ada",
        "Bo Lind",
        "Robert Okoro",
        "Bob Okoro",
        "R. Okoro",
        "Okoro",
        "Lopez",
        "Ana Lopez",
    ),
    "organization": ("Norland Harbour Board", "NHB", "Harbour Commission", "Norland Post", "Post", "FBI"),
    "place": ("North Korea", "DPRK", "Norland", "US", "United States"),
}
SOURCES = ("she", "he", "the senator", "the board", "the commission", "a spokesman", "it", "they", "critics", "")
ROLES = (", the senator,", ", the board’s director,", "", "", " (NHB)", ", 39,")


def random_case(number: int) -> tuple[Article, Annotation, list[Quotation]]:
    """An article of names that could be each other's, and of quotations by them."""
    random = Random(number)
    text, mentions, sentences, quotations = "", [], [], []
    for index in range(12):
        entity_type = random.choice(["person", "person", "organization", "place"])
        name, source = random.choice(NAMES[entity_type]), random.choice(SOURCES)
        start = len(text)
        mentions.append(Mention(Span(start, start + len(name)), entity_type, "name", 0.9))
        text += f"{name}{random.choice(ROLES)} came. “"
        content = Span(len(text), len(text) + 4)
        text += "Yes.” "
        said_by = Span(len(text), len(text) + len(source)) if source else None
        quotations.append(
            Quotation(index, "direct", (content,), None, random.choice([said_by, mentions[-1].span]), 0.9)
        )
        text += f"{source} said." + random.choice([" ", "\n\n"])
        sentences.append(Span(start, len(text.rstrip())))
    article = Article(f"{number:016}", "a.txt", 0, "", "text/plain", "utf-8", text.rstrip(), 0)
    return article, Annotation(tuple(sentences), tuple(mentions), ()), quotations


RESOLVE = """
import json, pickle, random, sys
from transforms.resolve import resolve_article
with open(sys.argv[1], "rb") as file:
    cases = pickle.load(file)
order = list(range(len(cases)))
random.Random(sys.argv[2]).shuffle(order)
answers = {number: repr(resolve_article(*cases[number])) for number in order}
print(json.dumps([answers[number] for number in range(len(cases))]))
"""


def test_an_articles_answer_depends_on_no_other_article_and_no_hash_seed(tmp_path: Path) -> None:
    """Each in a process of its own: what one has cached, the next must not need."""
    cases = tmp_path / "cases.pickle"
    cases.write_bytes(pickle.dumps([random_case(number) for number in range(300)]))
    command = [sys.executable, "-c", RESOLVE, str(cases)]
    one, *others = [
        subprocess.run(
            [*command, seed], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    ]
    answers = json.loads(one)
    assert sum("merge_rules=('" in answer for answer in answers) > 100, "nothing in these articles was joined"
    assert [json.loads(other) for other in others] == [answers] * 2


@given(annotated())
def test_where_an_article_lies_changes_no_answer(case: tuple[Article, Annotation, list[Quotation]]) -> None:
    article, annotation, quotations = case
    elsewhere = replace(article, source_uri="b.txt")
    assert resolve_article(elsewhere, annotation, quotations) == resolve_article(article, annotation, quotations)


@given(st.text(max_size=40), st.text(max_size=40))
def test_names_compare_alike_both_ways(one: str, other: str) -> None:
    a, b = parse_person(one), parse_person(other)
    assert compatible(a, b) == compatible(b, a)
    assert one_edit_apart(fold(one), fold(other)) == one_edit_apart(fold(other), fold(one))
    assert fold(fold(one)) == fold(one)
