"""Organisations that speak under a description or a pronoun: "the commission", "Lind's campaign", "the statement"."""

from __future__ import annotations

import re

from transforms.records import Quotation
from transforms.resolve import lexicon
from transforms.resolve.clusters import Cluster
from transforms.resolve.source_phrases import SourcePhrase, possessive
from transforms.resolve.view import Answer, ArticleView

OWNER = re.compile(r"(?:^|[Tt]he |[Rr]ival )([A-Z][a-z]\w+)(?:[’']s?)? (?=\w+$)")
FAR, NEAR = 10_000, 1_000
_PAPERS = frozenset(
    ["times", "post", "journal", "herald", "tribune", "gazette", "globe", "guardian", "news", "chronicle"]
)
_FIRMS = frozenset(["inc", "corp", "company", "co", "ltd", "group", "holdings", "limited", "partners"])
# Heads of names by the common noun that news put for them.
KINDS_OF_BODY = {
    "union": frozenset({"union", "association", "federation", "brotherhood", "guild"}),
    "newspaper": _PAPERS,
    "paper": _PAPERS,
    "agency": frozenset({"agency", "bureau", "administration", "service"}),
    "group": frozenset({"group", "association", "coalition", "alliance", "council", "institute", "foundation"}),
    "organization": frozenset({"organization", "association", "coalition", "alliance", "council", "institute"}),
    "company": _FIRMS,
    "firm": _FIRMS,
}


def described_body(phrase: SourcePhrase, view: ArticleView) -> Answer:
    """The organisation named last before the phrase that has its head in the name, or is of its kind."""
    start = phrase.span.char_start if phrase.span else 0
    owner = phrase.possessor
    if owner is not None and owner.entity_type == "organization" and not possessive(view.context.text, owner):
        return Answer("named_body", view.cluster_of(owner))
    before = [name for name in view.names.before(start, FAR) if name.entity_type == "organization"]
    for name in reversed(before):
        if phrase.head in name.words:
            return Answer("head_of_name", view.cluster_of(name))
    shown = body_in_text(phrase, view.context.text)
    if shown:
        return Answer("head_of_name", view.source_cluster(shown, "organization"))
    kind = KINDS_OF_BODY.get(phrase.head, frozenset()) if phrase.determiner == "definite" else frozenset()
    for name in reversed(before):
        if start - name.span.char_end < NEAR and kind & set(name.words):
            return Answer("kind_of_name", view.cluster_of(name))
    return Answer("unknown")


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
        if owner_in_text is None:
            return None
        return Answer("body_of", view.source_cluster(f"{owner_in_text[1]} {phrase.head}", "organization"))
    owner = view.cluster_of(phrase.possessor)
    if owner.entity_type in ("place", "group"):
        return Answer("unknown")
    shown = owner.full.shown if owner.full else owner.shown.removeprefix("the ").removeprefix("The ")
    surname = shown.split()[-1] if owner.entity_type == "person" else shown
    return Answer("body_of", view.source_cluster(f"{surname} {phrase.head}", "organization"))


def document(phrase: SourcePhrase, view: ArticleView, previous: tuple[Quotation, Answer] | None) -> Answer:
    """Whose words a document is: its owner's, or the last speaker's where the cue before names it."""
    if phrase.head not in lexicon.nouns()["signed"]:
        return Answer("unknown")
    if phrase.sender is not None:
        return Answer("letter_from", view.cluster_of(phrase.sender))
    if phrase.possessor is not None:
        owner = view.cluster_of(phrase.possessor)
        return Answer("owned_document", owner) if owner.entity_type in ("person", "organization") else Answer("unknown")
    if phrase.determiner == "definite" and phrase.head in {"ruling", "decision", "opinion", "order"}:
        court = last_named("court", phrase, view)
        if court is not None:
            return Answer("ruling", court)
    if previous is None or previous[0].cue is None or phrase.determiner == "indefinite":
        return Answer("unknown")
    cue = view.context.text[slice(*previous[0].cue)].lower().split()
    speaker = previous[1].cluster
    return Answer("same_document", speaker) if speaker is not None and phrase.head in cue else Answer("unknown")


def body_before(position: int, view: ArticleView, previous: tuple[Quotation, Answer] | None) -> Cluster | None:
    """The organisation that "it" or "they" mean: the speaker before, or the subject of the sentence before."""
    sentence = view.context.sentence(position)
    if previous is not None:
        before, answer = previous
        apart = sentence - view.context.sentence(before.span.char_end - 1)
        if answer.cluster is not None and answer.cluster.entity_type == "organization" and 0 <= apart <= 1:
            return answer.cluster
    for name in view.names.before(position, NEAR):
        near = sentence - view.context.sentence(name.span.char_start) in (0, 1)
        if near and name.entity_type == "organization":
            return None if view.context.in_quote(name.span.char_start) else view.cluster_of(name)
    return None
