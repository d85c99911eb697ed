"""The label sets of the model's heads, in the order of its outputs."""

from __future__ import annotations

ROLES = ("source", "cue", "content")
ENTITY_TYPES = ("person", "organization", "place", "group", "product", "misc")


def bio_labels(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Outside first, then a beginning and an inside label a kind."""
    return ("O", *(f"{prefix}-{kind}" for kind in kinds for prefix in "BI"))


def bioes_labels(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Outside first, then beginning, inside, end and single labels a kind: both ends of a long span have a score."""
    return ("O", *(f"{prefix}-{kind}" for kind in kinds for prefix in "BIES"))


def may_follow(before: str, after: str) -> bool:
    """Whether ``after`` may stand right after ``before``, in BIO or BIOES."""
    has_ends = before[:1] in "BI" and after[:1] in "IE" and before[2:] == after[2:]
    return has_ends or after[:1] not in "IE"


def must_go_on(label: str, labels: tuple[str, ...]) -> bool:
    """Whether a span that has got to ``label`` still lacks its end: only where the label set marks ends."""
    return label[:1] in "BI" and any(other.startswith("E-") for other in labels)


ROLE_LABELS = bioes_labels(ROLES)
ENTITY_LABELS = bio_labels(ENTITY_TYPES)
