"""Whom "the Vermont senator" means: people by the roles the article states, bodies by the head of their name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.resolve import lexicon
from transforms.resolve.clusters import Cluster
from transforms.resolve.names import fold
from transforms.resolve.pronouns import Discourse
from transforms.resolve.roles import head_part, role_gender
from transforms.resolve.source_words import SourcePhrase
from transforms.resolve.view import Answer

SAME_ROLE = (
    frozenset({"senator", "sen", "lawmaker", "legislator"}),
    frozenset({"representative", "rep", "congressman", "congresswoman", "lawmaker", "legislator"}),
    frozenset({"governor", "gov"}),
    frozenset({"professor", "prof"}),
    frozenset({"nominee", "candidate", "contender", "hopeful", "frontrunner", "front-runner"}),
    frozenset({"billionaire", "businessman", "tycoon", "mogul", "developer"}),
    frozenset({"spokesman", "spokeswoman", "spokesperson"}),
    frozenset({"chief", "ceo", "executive"}),
    frozenset({"lawyer", "attorney"}),
    frozenset({"premier", "minister"}),
)
PARTIES = (frozenset({"republican", "gop"}), frozenset({"democratic", "democrat"}))
AGED = re.compile(r"\d{1,3}-year-old")
PARTY_MEMBERS = frozenset({"republican", "democrat", "conservative", "liberal"})
DEPUTIES = frozenset({"vice", "deputy", "assistant"})
SMALL = frozenset({"the", "a", "an", "of", "and", "to", "for", "in", "who"})
MAX_SENTENCES_BACK = 3


def person_meant(phrase: SourcePhrase, discourse: Discourse, clusters: Sequence[Cluster]) -> Answer | None:
    """The person of the article whose stated roles go with the phrase, else the one it is about."""
    aged = next((word for word in phrase.words if AGED.fullmatch(word)), "")
    if phrase.span is None or (phrase.head in lexicon.nouns()["kin"] and not aged):
        return None
    position, gender = phrase.span.char_start, role_gender(phrase.head)
    modifiers = {word.strip(".") for word in phrase.words if word != phrase.head} - SMALL
    fitting: list[tuple[int, Cluster]] = []
    for cluster in clusters:
        if cluster.entity_type != "person" or (gender and cluster.gender and gender != cluster.gender):
            continue
        stated = stated_words(cluster)
        if holds_role(cluster, phrase.head, modifiers) and not of_other_party(modifiers, stated):
            fitting.append((len(modifiers & stated), cluster))
    top = max((score for score, _ in fitting), default=0)
    leaders = [cluster for score, cluster in fitting if score == top]
    if phrase.determiner == "possessive" or (phrase.possessor is not None and phrase.possessor.entity_type == "person"):
        return Answer("owned_role", leaders[0]) if len(leaders) == 1 and top > 1 else None
    if len(leaders) == 1:
        return Answer("role", leaders[0])
    if leaders and top == 0 and phrase.head in PARTY_MEMBERS:  # "the Ohio Republican" is not any Republican
        leaders = []
    if leaders:
        nearest = nearest_of(leaders, discourse, position)
        return Answer("role_nearest", nearest) if nearest else None
    known = phrase.head in lexicon.nouns()["epithet"] or aged
    if phrase.determiner != "definite" or not known:
        return None
    return topical_person(discourse, position, gender, modifiers)


def stated_words(cluster: Cluster) -> set[str]:
    """Every folded word of what the article says a person is."""
    phrases = (*cluster.roles, *cluster.facts)
    return {fold(word).strip(".").removesuffix("'s") for phrase in phrases for word in phrase.split()}


def holds_role(cluster: Cluster, head: str, modifiers: set[str]) -> bool:
    """Whether a stated role has the head (or one of the same kind) and is no deputy's where the phrase's is not."""
    for phrase in (*cluster.roles, *cluster.facts):
        words = {fold(word).strip(".") for word in re.split(r"[\s-]+", head_part(phrase))}
        if words & same_roles(head) and (words & DEPUTIES) == (modifiers & DEPUTIES):
            return True
    return False


def of_other_party(modifiers: set[str], stated: set[str]) -> bool:
    """Whether a description names one party and the person's roles only the other."""
    return any(modifiers & party and not stated & party and stated & other for party, other in (PARTIES, PARTIES[::-1]))


def same_roles(head: str) -> set[str]:
    """Words that name the same role as ``head``."""
    return {head}.union(*(group for group in SAME_ROLE if head in group))


def nearest_of(people: Sequence[Cluster], discourse: Discourse, position: int) -> Cluster | None:
    """The one of several people referred to last before a position."""
    return next((ref.person for ref in discourse.before(position) if ref.person in people), None)


def topical_person(discourse: Discourse, position: int, gender: str, modifiers: set[str]) -> Answer | None:
    """The subject of the last sentences: news vary the name of whom they speak of by a description."""
    for reference in discourse.before(position):
        person = reference.person
        fits = (not gender or person.gender in ("", gender)) and not of_other_party(modifiers, stated_words(person))
        back = discourse.context.sentence(position) - discourse.context.sentence(reference.position)
        if reference.is_subject and fits and back <= MAX_SENTENCES_BACK:
            return Answer("topic", person) if person.shown else Answer("unnamed_role")
    return None
