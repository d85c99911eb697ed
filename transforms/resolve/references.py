"""How a text refers to a person, counted: by "he" or "she", by "Mr." or "Ms."."""

from __future__ import annotations

from transforms.records import NO_REFERENCES
from transforms.resolve import lexicon
from transforms.resolve.clusters import Cluster, Name
from transforms.resolve.names import fold
from transforms.resolve.pronouns import gender_of_pronoun


def count_references(cluster: Cluster, text: str) -> dict[str, int]:
    """The column ``pronouns`` of one entity: what resolution tied to it, outside quotations."""
    counts = dict(NO_REFERENCES)
    for span in cluster.pronouns:
        counts["he" if gender_of_pronoun(text[slice(*span)]) == "m" else "she"] += 1
    if cluster.entity_type == "person":
        for name in cluster.names:
            gender = gender_of_address(name)
            if gender:
                counts["mr" if gender == "m" else "ms"] += 1
    return counts


def gender_of_address(name: Name) -> str:
    """M or f where an honorific stands before or in a mention ("Mr.", "Lady"), else empty; an office is none."""
    known = lexicon.titles()
    words = (*name.titles, fold(name.text.partition(" ")[0]).strip("."))
    found = (known[word] for word in words if word in known)
    return next((gender for kind, gender in found if kind == "honorific" and gender), "")
