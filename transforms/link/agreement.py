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
    others = [(a, b) for a, b in combinations(people, 2) if not _may_be_one(a, b)]
    if not others:
        return "agreed"
    return "disputed" if any(a.is_outright and b.is_outright for a, b in others) else "uncertain"


def _may_be_one(one: Claim, other: Claim) -> bool:
    if one.entity_id == other.entity_id:
        return True
    a, b = ([w for w in words_of(claim.name) if w not in SUFFIXES] for claim in (one, other))
    if not a or not b or set(a) <= set(b) or set(b) <= set(a):
        return True
    return a[-1] == b[-1]
