"""What stands right before "who", "which" or "that": a name, at most an apposition away, or a noun."""

from __future__ import annotations

import re

from transforms.records import Span
from transforms.resolve.clusters import Name
from transforms.resolve.names import fold
from transforms.resolve.noun_kinds import means_many
from transforms.resolve.source_words import DEFINITE, INDEFINITE
from transforms.resolve.view import ArticleView

APPOSITION = re.compile(r"\s*(?:\([^)]*\))?,[^.;:\n]{2,90},\s*")
LAST_WORDS = re.compile(r"(?<![\w’'-])((?:[\w’'-]{1,40} ){0,5}[\w’'-]{1,40}),? $")
OF_PERSONS = frozenset({"who", "whom", "whose"})
DETERMINERS = DEFINITE | INDEFINITE | {"his", "her", "their", "its"}
MAX_GAP = 4


def antecedent_name(pronoun: str, position: int, view: ArticleView) -> Name | None:
    """The name right before a relative pronoun, or before its apposition; "who" means a person before a body."""
    near: Name | None = None
    for name in reversed(view.names.before(position, 100)):
        gap = view.context.text[name.span.char_end : position]
        is_person = name.entity_type == "person"
        if len(gap) < MAX_GAP and (is_person or pronoun not in OF_PERSONS):
            return name
        if len(gap) < MAX_GAP:
            near = name if name.entity_type in ("organization", "group") else None
        elif APPOSITION.fullmatch(gap) and (is_person or near is None):
            return name
    return near


def antecedent_noun(text: str, position: int) -> Span | None:
    """The words of the noun right before a position, from its determiner on; None where no noun is told apart."""
    found = LAST_WORDS.search(text, max(0, position - 80), position)
    if found is None:
        return None
    words = [Span(m.start(), m.end()) for m in re.finditer(r"\S+", text[: found.end(1)][found.start(1) :])]
    words = [Span(found.start(1) + span.char_start, found.start(1) + span.char_end) for span in words]
    if means_many(fold(text[slice(*words[-1])])):
        return words[-1]
    for span in reversed(words[:-1]):
        if fold(text[slice(*span)]) in DETERMINERS:
            return Span(span.char_start, words[-1].char_end)
    return None
