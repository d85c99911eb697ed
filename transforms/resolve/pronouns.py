"""Whom "he" and "she" mean: pronouns in text order, each joined to the most salient person that fits.

Salience after Lappin and Leass (Computational Linguistics 1994): recency by sentence, subjects before others, the
narrator's text before quoted words; a person once meant stays salient through his or her pronouns.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from transforms.records import Span
from transforms.resolve import lexicon
from transforms.resolve.clusters import Cluster
from transforms.resolve.context import Context
from transforms.resolve.names import fold
from transforms.resolve.roles import MODIFIERS, is_role_noun

THIRD_PERSON = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]im|[Hh]is|[Hh]er|[Hh]ers|[Hh]imself|[Hh]erself)\b")
SENTENCE_COST, PARAGRAPH_COST, QUOTED_COST, OBJECT_COST, POSSESSIVE_COST = 1.0, 0.5, 1.5, 1.0, 0.7
# The text before a name from its end backwards, as far as no mark parts it from the name.
CLAUSE_BACKWARDS = re.compile(r"\n?([^,;:—–\n\"“”()]*)")
PREPOSITIONS = frozenset(
    [
        "with",
        "by",
        "of",
        "to",
        "from",
        "for",
        "about",
        "against",
        "like",
        "than",
        "as",
        "on",
        "between",
        "toward",
        "towards",
        "over",
    ]
)
KNOWN_GENDER, SAID_BEFORE, SPEAKS_ON, MAX_SENTENCES = 0.8, 1.0, 1.5, 6


@dataclass(slots=True)
class Reference:
    """One place where the text refers to a person."""

    position: int
    person: Cluster
    is_subject: bool
    is_quoted: bool
    is_possessive: bool
    is_speaker: bool = False


@dataclass(slots=True)
class Discourse:
    """The references of one article in text order, pronouns included as they are resolved."""

    context: Context
    references: list[Reference] = field(default_factory=list)

    def before(self, position: int) -> Iterable[Reference]:
        """References that start before a position, the nearest first, a few sentences back."""
        sentence = self.context.sentence(position)
        index = bisect_left(self.references, position, key=lambda ref: ref.position)
        for reference in reversed(self.references[:index][-60:]):
            if sentence - self.context.sentence(reference.position) > MAX_SENTENCES:
                return
            yield reference

    def add(self, reference: Reference) -> None:
        """One more reference, kept in text order."""
        index = bisect_left(self.references, reference.position, key=lambda ref: ref.position)
        self.references.insert(index, reference)


def gender_of_pronoun(word: str) -> str:
    """M or f."""
    return "m" if word.lower() in {"he", "him", "his", "himself"} else "f"


def read_discourse(context: Context, people: Sequence[Cluster]) -> Discourse:
    """All references to people: their names, then every third-person pronoun outside quotations in turn."""
    discourse = Discourse(context)
    named = [(name.span, person) for person in people for name in person.names]
    named.sort(key=lambda item: item[0])
    seen_subject = -1
    for span, person in named:
        sentence, quoted = context.sentence(span.char_start), context.in_quote(span.char_start)
        tail = context.text[span.char_end : span.char_end + 2]
        owns = tail[:1] in ("’", "'") or context.text[span.char_start : span.char_end].endswith(("’s", "'s"))
        is_subject = not quoted and sentence != seen_subject and not owns and not is_object(context.text, span)
        if is_subject:
            seen_subject = sentence
        discourse.references.append(Reference(span.char_start, person, is_subject, quoted, owns))
    for match in THIRD_PERSON.finditer(context.text):
        if context.in_quote(match.start()):
            continue
        meant = resolve_pronoun(discourse, match.start(), gender_of_pronoun(match.group()))[0]
        if meant is not None:
            meant.pronouns.append(Span(*match.span()))
            is_subject = match.group().lower() in {"he", "she"}
            owns = match.group().lower() in {"his", "her"}
            discourse.add(Reference(match.start(), meant, is_subject, False, owns))
    return discourse


def is_object(text: str, span: Span) -> bool:
    """Whether a preposition governs the name: "with hosts Ada Lind and ...", but not "On Monday Ada Lind"."""
    clause = CLAUSE_BACKWARDS.match(text[max(0, span.char_start - 80) : span.char_start][::-1])
    for word in reversed(clause[1][::-1].split() if clause else []):
        plain = fold(word).strip(".")
        if plain in PREPOSITIONS:
            return True
        if not (word[0].isupper() or is_role_noun(plain) or plain in MODIFIERS) or plain in lexicon.words("days"):
            return False
    return False


def resolve_pronoun(
    discourse: Discourse, position: int, gender: str, *, is_source: bool = False
) -> tuple[Cluster | None, float]:
    """The most salient person of this gender before a position, and by how much it leads the next."""
    scores: dict[Cluster, float] = {}
    sentence, paragraph = discourse.context.sentence(position), discourse.context.paragraph(position)
    for ref in discourse.before(position):
        if ref.person.gender and ref.person.gender != gender:
            continue
        score = -SENTENCE_COST * (sentence - discourse.context.sentence(ref.position))
        score -= PARAGRAPH_COST * (paragraph - discourse.context.paragraph(ref.position))
        score -= QUOTED_COST * ref.is_quoted + OBJECT_COST * (not ref.is_subject) + POSSESSIVE_COST * ref.is_possessive
        score += (
            KNOWN_GENDER * (ref.person.gender == gender) + (SPEAKS_ON if is_source else SAID_BEFORE) * ref.is_speaker
        )
        scores[ref.person] = max(score, scores.get(ref.person, score))
    if not scores:
        return None, 0.0
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    lead = ranked[0][1] - ranked[1][1] if len(ranked) > 1 else 3.0
    return ranked[0][0], lead
