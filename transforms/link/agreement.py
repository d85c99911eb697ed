"""Whether all who quote a saying give it to one speaker."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from transforms.resolve.names import SUFFIXES, words_of


class Claim(NamedTuple):
    """A speaker that some article gives a saying to; ``is_outright`` where one does so by name, in its own words."""

    entity_id: str
    name: str
    entity_type: str
    is_outright: bool


def speaker_agreement(claims: Sequence[Claim]) -> str:
    """agreed, disputed (two people, each by name), uncertain (two, one found by a pronoun or description), unknown.

    One person under two ids is one: where an article names the speaker by surname alone, it may be the wrong bearer's.
    A body and a person who speaks for it are not two speakers; of two bodies it is uncertain, one may be part of the
    other.
    """
    people = [claim for claim in claims if claim.entity_type == "person"]
    if not claims:
        return "unknown"
    if not people:
        return "agreed" if len({claim.entity_id for claim in claims}) == 1 else "uncertain"
    if _are_several([claim for claim in people if claim.is_outright]):
        return "disputed"
    return "uncertain" if _are_several(people) else "agreed"


def _are_several(people: Sequence[Claim]) -> bool:
    """Whether any two of them cannot be one person; the first two tell it, where many are given the same words."""
    named = [(claim.entity_id, [w for w in words_of(claim.name) if w not in SUFFIXES]) for claim in people]
    return any(not _may_be_one(one, other) for one, other in combinations(named, 2))


def _may_be_one(one: tuple[str, list[str]], other: tuple[str, list[str]]) -> bool:
    (own_id, a), (other_id, b) = one, other
    if own_id == other_id or not a or not b or set(a) <= set(b) or set(b) <= set(a):
        return True
    return a[-1] == b[-1]
