"""An answer of the speaker rules as the value that a row is made of: status, method, name, role."""

from __future__ import annotations

from transforms import ids
from transforms.records import Speaker
from transforms.resolve.clusters import Cluster
from transforms.resolve.roles import clean_role
from transforms.resolve.source_words import SourcePhrase
from transforms.resolve.view import Answer

METHODS = {
    "full_name": "name",
    "lone_name": "name",
    "several_names": "name",
    "group": "name",
    "organization": "organization",
    "body_of": "organization",
    "head_of_name": "organization",
    "kind_of_name": "organization",
    "named_body": "organization",
    "only_body": "organization",
    "speaking_body": "organization",
    "goes_on": "pronoun",
    "quoted_self": "pronoun",
    "transcript": "transcript",
    "signed": "name",
    "apposed_name": "apposition",
    "apposition": "apposition",
    "relative": "apposition",
    "same_paragraph": "continuation",
    "next_paragraph": "continuation",
    "open_quotation": "continuation",
    "byline": "byline",
    "nobody": "none",
}
STATUSES = {
    "several_names": "collective",
    "group": "collective",
    "plural": "collective",
    "plural_pronoun": "collective",
    "indefinite": "anonymous",
    "unnamed_role": "anonymous",
    "unnamed_pronoun": "anonymous",
    "nobody": "missing",
}


def as_speaker(answer: Answer, phrase: SourcePhrase) -> Speaker:
    """The answer as a value, with the role that the source or else the article states."""
    rule, cluster = answer.rule, answer.cluster
    mention_type = {"name": "name", "names": "name", "pronoun": "pronoun", "none": "none"}.get(phrase.kind, "nominal")
    method = METHODS.get(rule, "pronoun" if mention_type == "pronoun" else "description")
    if cluster is None:
        status = STATUSES.get(rule, "unresolved")
        together = tuple(entity_id_of(joint) for joint in answer.joint)
        return Speaker(status, method, mention_type, confidence=answer.chance, entity_ids=together)
    own = entity_id_of(cluster)
    return Speaker(
        "named",
        method,
        mention_type,
        name=cluster.shown,
        entity_id=own,
        entity_ids=(own,),
        role=clean_role(phrase.role) or best_role(cluster),
        confidence=answer.chance,
    )


def entity_id_of(cluster: Cluster) -> str:
    """The article's own id of an entity."""
    return ids.entity_id(cluster.entity_type, cluster.key)


def best_role(cluster: Cluster) -> str | None:
    """The first role of several words that the article states, else the first, else None."""
    roles = [role for phrase in cluster.roles if (role := clean_role(phrase))]
    return next((role for role in roles if " " in role), roles[0] if roles else None)
