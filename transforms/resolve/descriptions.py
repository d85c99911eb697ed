"""Whom "the Vermont senator" means: people by the roles the article states, bodies by the head of their name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from transforms.resolve import lexicon
from transforms.resolve.clusters import Cluster, Name
from transforms.resolve.names import fold
from transforms.resolve.pronouns import Discourse
from transforms.resolve.roles import head_part, role_gender
from transforms.resolve.sources import SourcePhrase

SAME_ROLE = (
    frozenset({"senator", "sen", "lawmaker", "legislator"}),
    frozenset({"representative", "rep", "congressman", "congresswoman", "lawmaker", "legislator"}),
    frozenset({"governor", "gov"}),
    frozenset({"professor", "prof"}),
    frozenset({"nominee", "candidate", "contender"}),
    frozenset({"billionaire", "businessman", "tycoon", "mogul", "developer"}),
    frozenset({"spokesman", "spokeswoman", "spokesperson"}),
    frozenset({"chief", "ceo", "executive"}),
    frozenset({"lawyer", "attorney"}),
    frozenset({"premier", "minister"}),
)
MAX_SENTENCES_BACK = 3


def person_meant(
    phrase: SourcePhrase, discourse: Discourse, home: Mapping[int, Cluster]
) -> tuple[Cluster, float] | None:
    """The one person of the article whose stated roles go with the phrase, and the chance that it is meant."""
    if phrase.span is None or phrase.head in lexicon.nouns()["kin"] or phrase.determiner == "possessive":
        return None
    position = phrase.span.char_start
    gender = role_gender(phrase.head)
    modifiers = {word for word in phrase.words[:-1] if word not in {"the", "a", "an", "of"}}
    best: list[tuple[float, Cluster]] = []
    for cluster in dict.fromkeys(home.values()):
        if cluster.entity_type != "person" or (gender and cluster.gender and gender != cluster.gender):
            continue
        stated = {fold(word).strip(".") for _, role in cluster.roles for word in role.split()}
        heads = {word for _, role in cluster.roles for word in head_words(role)} & same_roles(phrase.head)
        if heads:
            best.append((1.0 + len(modifiers & stated), cluster))
    if best:
        top = max(score for score, _ in best)
        leaders = [cluster for score, cluster in best if score == top]
        if len(leaders) == 1:
            return leaders[0], 0.85
        nearest = nearest_of(leaders, discourse, position)
        return (nearest, 0.6) if nearest else None
    if phrase.determiner != "definite":
        return None
    return topical_person(discourse, position, gender)


def head_words(role: str) -> set[str]:
    """The folded words of a role up to its first preposition."""
    return {fold(word).strip(".") for word in head_part(role).split()}


def same_roles(head: str) -> set[str]:
    """Words that name the same role as ``head``."""
    return {head}.union(*(group for group in SAME_ROLE if head in group))


def nearest_of(people: Sequence[Cluster], discourse: Discourse, position: int) -> Cluster | None:
    """The one of several people referred to last before a position."""
    return next((ref.person for ref in discourse.before(position) if ref.person in people), None)


def topical_person(discourse: Discourse, position: int, gender: str) -> tuple[Cluster, float] | None:
    """The subject of the last sentences: news vary the name of whom they speak of by a description."""
    for reference in discourse.before(position):
        fits = not gender or reference.person.gender in ("", gender)
        near = (
            discourse.context.sentence(position) - discourse.context.sentence(reference.position) <= MAX_SENTENCES_BACK
        )
        if reference.is_subject and fits and near:
            return reference.person, 0.5
    return None


def body_meant(phrase: SourcePhrase, names: Sequence[Name], home: Mapping[int, Cluster]) -> Cluster | None:
    """The organisation named last before the phrase whose name has the phrase's head: "the commission"."""
    if phrase.span is None:
        return None
    found = None
    for name in names:
        if name.span.char_end > phrase.span.char_start:
            break
        cluster = home[id(name)]
        if cluster.entity_type == "organization" and any(phrase.head in n.words for n in cluster.names):
            found = cluster
    return found
