"""Organisations that speak under a description or a pronoun: "the commission", "Lind's campaign", "the statement"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter

from transforms.records import Quotation, Span
from transforms.resolve import lexicon
from transforms.resolve.body_kinds import KINDS_OF_BODY, can_be, is_head_of
from transforms.resolve.clusters import Cluster
from transforms.resolve.name_heads import possessive
from transforms.resolve.source_phrases import IT
from transforms.resolve.source_words import SourcePhrase
from transforms.resolve.view import Answer, ArticleView

# The name that owns, not the word that begins a sentence: "The administration".
_NO_OWNER = r"(?!(?:The|This|That|His|Her|Its|Their|Our|My|Your|One|Another|Some|Any|Each|Every|Both|Either|Neither) )"
OWNER = re.compile(rf"(?:^|[Tt]he |[Rr]ival ){_NO_OWNER}([A-Z][a-z]\w+)(?:[’']s?)? (?=\w+(?:[’']s?)?$)")
FAR, NEAR, NEAR_SENTENCES = 10_000, 1_000, 3
AT_START = 8  # characters: "The ", "But at "
COURTS = frozenset({"district", "appeals", "circuit", "trial", "lower", "county", "bankruptcy", "magistrate"})
POSSESSIVE_WITHIN = re.compile(r"[’']s? ")
# How many sentences on "it" is still who spoke: of any verb, and of one that goes on saying behind the words.
SAME_BREATH, LONG_BREATH = 1, 4
GOING_ON = frozenset({"say", "add", "note", "report", "state", "explain", "continue", "conclude"})
OF_DOCUMENTS = frozenset({"owned_document", "letter_from", "same_document", "ruling"})
# "told Norlink", "by Norlink": whoever hears or prints it is not who speaks.
HEARER = re.compile(r"\b(?:told|tells|telling|with|to|via|on) (?:the )?$")
NO_SUBJECT = re.compile(rf"{HEARER.pattern}|\b(?:by|from) (?:the )?$")


def described_body(phrase: SourcePhrase, view: ArticleView) -> Answer:
    """The organisation before the phrase that it can mean, where only one is near, or in the article so far."""
    owner = phrase.possessor
    if owner is not None and owner.entity_type == "organization" and not possessive(view.context.text, owner):
        return Answer("named_body", view.cluster_of(owner))
    if phrase.span is None or POSSESSIVE_WITHIN.search(view.context.text[slice(*phrase.span)]):
        return Answer("unknown")
    start = phrase.span.char_start
    before = organizations_before(start, view)
    level = COURTS.intersection(phrase.words) if phrase.head == "court" else frozenset()
    headed = [place for place in before if is_head_of(phrase.head, tuple(place[1].key.split()))]
    if level and headed:  # "the district court" is no Supreme Court
        headed = [place for place in headed if level <= set(place[1].key.split())]
        if not headed:
            return Answer("unknown")
    if headed:
        only = only_one(headed, start, view) or only_one(headed, start, view, n_sentences=None)
        return Answer("head_of_name", only) if only is not None else Answer("unknown")
    if phrase.head in lexicon.nouns()["legislature"]:
        return legislature(phrase, view)
    shown = body_in_text(phrase, view.context.text)
    if shown:
        return Answer("head_of_name", view.source_cluster(shown, "organization"))
    if phrase.determiner != "definite" or phrase.possessor is not None:
        return Answer("unknown")
    return body_of_kind(phrase, before, view)


def legislature(phrase: SourcePhrase, view: ArticleView) -> Answer:
    """A chamber under its bare name: "Congress", "the full House", but not "the house"."""
    shown = phrase.head.capitalize()
    source = view.context.text[slice(*phrase.span)] if phrase.span else ""
    if phrase.possessor is not None or phrase.determiner == "indefinite" or shown not in source.split():
        return Answer("unknown")
    return Answer("head_of_name", view.source_cluster(shown, "organization"))


def body_of_kind(phrase: SourcePhrase, before: Sequence[tuple[int, Cluster]], view: ArticleView) -> Answer:
    """The one near organisation that a noun goes with: by name or description, else as the only one it could be."""
    start = phrase.span.char_start if phrase.span else 0
    is_news = "news" in phrase.words
    fits = {cluster: can_be(phrase.head, cluster, view.context.text, is_news=is_news) for _, cluster in before}
    said = only_one([place for place in before if fits[place[1]] == "said"], start, view)
    if said is not None:
        return Answer("kind_of_name", said)
    only = only_one([place for place in before if fits[place[1]]], start, view)
    if only is not None:
        return Answer("only_body", only)
    last = last_speaking(start, view)
    return Answer("speaking_body", last) if last is not None and fits.get(last) else Answer("unknown")


def last_speaking(start: int, view: ArticleView) -> Cluster | None:
    """The organisation that spoke last before a position, where no other begins a sentence since."""
    said = max((place for place in view.spoken if start - FAR < place[0] < start), default=None, key=itemgetter(0))
    if said is None:
        return None
    for name in view.names.before(start, start - said[0]):
        begins = name.span.char_start - view.context.sentence_start(name.span.char_start) < AT_START
        if begins and name.entity_type == "organization" and view.cluster_of(name) is not said[1]:
            return None
    return said[1]


def organizations_before(start: int, view: ArticleView) -> list[tuple[int, Cluster]]:
    """Where organisations are named before a position, outside quotations and not as hearers, or speak."""
    found = [place for place in view.spoken if start - FAR < place[0] < start]
    text = view.context.text
    for name in view.names.before(start, FAR):
        place = name.span.char_start
        if name.entity_type != "organization" or view.context.in_quote(place):
            continue
        if not HEARER.search(text, max(0, place - 20), place):
            found.append((place, view.cluster_of(name)))
    return found


def only_one(
    places: Sequence[tuple[int, Cluster]], start: int, view: ArticleView, *, n_sentences: int | None = NEAR_SENTENCES
) -> Cluster | None:
    """The one organisation of the last sentences (None: of all before); None where there are several or none."""
    sentence = view.context.sentence(start)
    among = {c for place, c in places if n_sentences is None or sentence - view.context.sentence(place) <= n_sentences}
    return next(iter(among)) if len(among) == 1 else None


def last_named(head: str, phrase: SourcePhrase, view: ArticleView) -> Cluster | None:
    """The organisation named last before the phrase that has the word in its name."""
    start = phrase.span.char_start if phrase.span else 0
    for name in reversed(view.names.before(start, FAR)):
        cluster = view.cluster_of(name)
        if cluster.entity_type == "organization" and any(head in word for word in cluster.key.split()):
            return cluster
    return None


def body_in_text(phrase: SourcePhrase, text: str) -> str | None:
    """The last capitalised name before the phrase that has its head, where no mention covers one."""
    if phrase.span is None or phrase.determiner != "definite":
        return None
    head, start = re.escape(phrase.head.capitalize()), phrase.span.char_start
    pattern = rf"(?:[A-Z][\w’'-]{{1,40}} ){{0,8}}{head}(?: (?:on|of|for)(?: the)?(?: [A-Z][\w’'-]+)+)?(?! [A-Z])"
    found = [m.group() for m in re.finditer(pattern, text[max(0, start - 2 * FAR) : start]) if " " in m.group()]
    return re.sub(r"^The ", "", found[-1]) if found else None


def owned_body(phrase: SourcePhrase, view: ArticleView) -> Answer | None:
    """Somebody's campaign or team, as an organisation of its own; None where nobody owns it."""
    if phrase.possessor is None:
        owner_in_text = OWNER.search(view.context.text[slice(*phrase.span)]) if phrase.span else None
        owned = owner_in_text[1] if owner_in_text else only_owner(phrase, view)
        if not owned:
            return None
        return Answer("body_of", view.source_cluster(f"{owned} {phrase.head}", "organization"))
    owner = view.cluster_of(phrase.possessor)
    if owner.entity_type in ("place", "group"):
        return Answer("unknown")
    shown = owner.full.shown if owner.full else owner.shown.removeprefix("the ").removeprefix("The ")
    surname = shown.split()[-1] if owner.entity_type == "person" else shown
    return Answer("body_of", view.source_cluster(f"{surname} {phrase.head}", "organization"))


def only_owner(phrase: SourcePhrase, view: ArticleView) -> str:
    """Whose "the campaign" is: the surname before that noun, where the article so far has but one such person."""
    if phrase.span is None or phrase.determiner != "definite" or len(phrase.words) > 2:
        return ""
    surnames = {c.full.shown.split()[-1] for c in view.clusters if c.entity_type == "person" and c.full}
    text = view.context.text[: phrase.span.char_start]
    owners = {m[1] for m in re.finditer(rf"\b([A-Z]\w[\w-]+)(?:[’']s?)? {re.escape(phrase.head)}\b", text)}
    owners &= surnames
    return owners.pop() if len(owners) == 1 else ""


def body_before(
    word: str, quotation: Quotation, view: ArticleView, previous: tuple[Quotation, Answer] | None
) -> Cluster | None:
    """Whom "it" or "they" mean: the speaker before; "it" also the organisation of the sentence before.

    "They" after a sentence about an organisation are as often its critics, workers or traders.
    """
    position = quotation.source.char_start if quotation.source else quotation.span.char_start
    start = min(position, quotation.span.char_start)
    last = speaker_before(start, view, previous, SAME_BREATH)
    if last is not None or word not in IT:
        return last
    sentence = view.context.sentence(start)
    for name in view.names.before(start, NEAR):
        near = sentence - view.context.sentence(name.span.char_start) in (0, 1)
        if not near or name.entity_type != "organization":
            continue
        if NO_SUBJECT.search(view.context.text, max(0, name.span.char_start - 20), name.span.char_start):
            break
        return None if view.context.in_quote(name.span.char_start) else view.cluster_of(name)
    described = described_subject(position, view)
    if described is not None or quotation.cue_lemma not in GOING_ON:
        return described
    return speaker_before(start, view, previous, LONG_BREATH if start < position else SAME_BREATH + 1)


def speaker_before(
    start: int, view: ArticleView, previous: tuple[Quotation, Answer] | None, most_apart: int
) -> Cluster | None:
    """The organisation, or owner of a document, that spoke last, where no other begins a sentence since."""
    if previous is None or previous[1].cluster is None:
        return None
    (before, answer), speaker, context = previous, previous[1].cluster, view.context
    if speaker.entity_type != "organization" and answer.rule not in OF_DOCUMENTS:
        return None
    if not 0 <= context.sentence(start) - context.sentence(before.span.char_end - 1) <= most_apart:
        return None
    for name in view.names.before(start, max(0, start - before.span.char_end)):
        begins = name.span.char_start - context.sentence_start(name.span.char_start) < AT_START
        if begins and name.entity_type == "organization" and view.cluster_of(name) is not speaker:
            return None
    return speaker


def described_subject(position: int, view: ArticleView) -> Cluster | None:
    """The organisation that the sentence before, or this one so far, speaks of as "the company"."""
    context = view.context
    start = context.sentence_start(max(0, context.sentence_start(position) - 2))
    for match in re.finditer(r"\b[Tt]he ([a-z]+)\b", context.text[start:position]):
        span = Span(start + match.start(), start + match.end())
        if match[1] not in KINDS_OF_BODY or context.in_quote(span.char_start):
            continue
        phrase = SourcePhrase("nominal", span, match[1], determiner="definite", words=("the", match[1]))
        return described_body(phrase, view).cluster
    return None
