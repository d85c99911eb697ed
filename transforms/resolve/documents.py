"""Whose words a document is: "the statement", "a letter from Ada Lind", "the report" that the board gave out before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.records import Quotation, Span
from transforms.resolve import lexicon
from transforms.resolve.bodies import described_body, last_named
from transforms.resolve.clusters import Cluster, Name
from transforms.resolve.name_heads import possessive
from transforms.resolve.noun_kinds import is_noun
from transforms.resolve.source_phrases import AUTHORED
from transforms.resolve.source_words import DEFINITE, SourcePhrase
from transforms.resolve.view import Answer, ArticleView

Answered = Sequence[tuple[Quotation, Answer]]

# Words for one document, by which an article goes on speaking of it.
OF_ONE_DOCUMENT = (
    frozenset({"report", "study", "survey", "analysis", "review", "assessment"}),
    frozenset({"lawsuit", "suit", "complaint", "filing", "petition"}),
    frozenset({"statement", "release"}),
)
TAKEN_UP = frozenset({"the", "this"})
RULINGS = frozenset({"ruling", "decision", "opinion", "order"})
# Filed with a court or an authority: the name before it is as often theirs, "an SEC filing".
FILED = frozenset({"filing", "lawsuit", "suit", "complaint", "petition", "indictment", "brief", "affidavit"})
# Of the noun phrase that a document stands in: where it begins, and who "by" names behind it.
MAX_PHRASE, MAX_BEHIND = 80, 60
MAX_BACK, MAX_MENTIONS = 30_000, 40
NOUN_PHRASE = re.compile(
    r"(?:.*[\s(“\"])?(an?|the|this|that|its|his|her|their|one|another)\s[^,.;:()“”\"]*", re.IGNORECASE | re.DOTALL
)
BETWEEN = re.compile(r"(?:[’']s?)?(?: [\w-]+){0,3} ")
GIVEN_OUT = re.compile(r"\b(?:[Ii]n|[Vv]ia|through|issued|released|published|distributed) $")
BY = re.compile(rf"(?: (?:{'|'.join(sorted(AUTHORED))}|published))?(?: \w+day)?(?: by| from) (?:the )?")


def document(phrase: SourcePhrase, view: ArticleView, answered: Answered) -> Answer:
    """Whose words a document is: its owner's, or whoever the article says gave it out."""
    nouns, text = lexicon.nouns(), view.context.text
    if phrase.sender is not None and phrase.head in nouns["signed"] | nouns["studied"]:
        return Answer("letter_from", view.cluster_of(phrase.sender))
    if phrase.possessor is not None and phrase.head in nouns["signed"]:
        owner = view.cluster_of(phrase.possessor)
        if phrase.span and view.context.in_quote(phrase.span.char_start):  # spoken of, rather than reported from
            return Answer("unknown")
        is_owner = phrase.head not in FILED or possessive(text, phrase.possessor)
        is_speaker = is_owner and owner.entity_type in ("person", "organization")
        return Answer("owned_document", owner) if is_speaker else Answer("unknown")
    if phrase.determiner != "definite":
        return Answer("unknown")
    if phrase.head in RULINGS and phrase.head in nouns["signed"]:
        court = last_named("court", phrase, view)
        if court is not None:
            return Answer("ruling", court)
    issuer = issuer_of(phrase, view, answered) if phrase.head in nouns["signed"] | nouns["studied"] else None
    if issuer is not None:
        return Answer("same_document", issuer)
    return described_body(phrase, view) if phrase.head in nouns["body"] else Answer("unknown")


def issuer_of(phrase: SourcePhrase, view: ArticleView, answered: Answered) -> Cluster | None:
    """Who gave out the document that "the report" takes up: the last that the article brings up, or nobody."""
    if phrase.span is None or len(phrase.words) > 2 or phrase.words[0] not in TAKEN_UP:
        return None
    words = next((group for group in OF_ONE_DOCUMENT if phrase.head in group), frozenset({phrase.head}))
    context, end = view.context, phrase.span.char_start
    noun = re.compile(rf"\b(?:{'|'.join(sorted(words))})\b")
    for match in list(noun.finditer(context.text, max(0, end - MAX_BACK), end))[: -MAX_MENTIONS - 1 : -1]:
        if context.in_quote(match.start()) or view.names_in(Span(*match.span())):
            continue
        is_told, issuer = brought_up(Span(*match.span()), view, answered)
        if is_told:
            return issuer
    return None


def brought_up(noun: Span, view: ArticleView, answered: Answered) -> tuple[bool, Cluster | None]:
    """Whether a document is brought up there, rather than taken up again, and who gave it out, where that is told."""
    context = view.context
    start = max(context.sentence_start(noun.char_start), noun.char_start - MAX_PHRASE)
    opening = NOUN_PHRASE.fullmatch(context.text, start, noun.char_start)
    begin = opening.start(1) if opening is not None else start
    names = [name for name in view.names_in(Span(begin, noun.char_start)) if name.span.char_start >= begin]
    behind = BY.match(context.text, noun.char_end, noun.char_end + MAX_BEHIND)
    senders = view.names_in(Span(behind.end(), behind.end() + 1)) if behind is not None else []
    if senders:
        return True, None if possessive(context.text, senders[0]) else speaking(senders[0], view)
    giver = owner_of(noun, names, view)
    if giver is not None:
        return True, giver
    if opening is None:
        return False, None
    is_definite = opening[1].lower() in DEFINITE
    begins = context.text[max(0, begin - 3) : begin] == "In "  # "In the letter, she said", not what is said in it
    giver = quoted_from(noun, begin, view, answered) if begins or not is_definite else None
    is_owned = bool(names) or any(map(is_noun, context.text[begin : noun.char_start].lower().split()))
    return giver is not None or not is_definite or is_owned, giver  # "the police statement"


def owner_of(noun: Span, names: Sequence[Name], view: ArticleView) -> Cluster | None:
    """Whose document it is by the name right before it: "Ada Lind's report", "a Harbour Board study"."""
    if not names:
        return None
    owner, text = names[-1], view.context.text
    is_owner = possessive(text, owner)
    is_other = not is_owner and (owner.entity_type == "person" or text[slice(*noun)] in FILED)
    if is_other or BETWEEN.fullmatch(text, owner.span.char_end, noun.char_start) is None:
        return None
    return speaking(owner, view)


def speaking(name: Name, view: ArticleView) -> Cluster | None:
    """Who the name is, where it can speak."""
    cluster = view.cluster_of(name)
    return cluster if cluster.entity_type in ("person", "organization") else None


def quoted_from(noun: Span, begin: int, view: ArticleView, answered: Answered) -> Cluster | None:
    """Who is quoted in that sentence from the document: "the board said in a report"."""
    context = view.context
    if not GIVEN_OUT.search(context.text, max(0, begin - 12), begin):
        return None
    sentence = context.sentence(noun.char_start)
    for quotation, answer in reversed(answered):
        place = quotation.source or quotation.cue
        is_told_of = any(segment.covers(noun) for segment in quotation.segments)
        if place is not None and not is_told_of and context.sentence(place.char_start) == sentence:
            return answer.cluster
    return None
