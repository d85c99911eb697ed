"""The user's merges, splits, renames and nevers, applied after all rules in the order of the file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transforms.catalog import Correction, entity_id_of

# An entity of one article, or, where the article is None, of all articles that hold it.
Place = tuple[str | None, str]


@dataclass(frozen=True)
class Meaning:
    """What the data set has for one correction.

    ``entities`` are the local entities of its name or id, with whether the name is full (more words than one);
    ``places`` are the (article_id, local id) of the article that a split is for.
    """

    entities: Sequence[tuple[str, bool]] = ()
    places: Sequence[tuple[str, str]] = ()


class Corrected:
    """Where entities end (None where they are none), by which corrections, and the names to print: the last holds."""

    def __init__(self, finals: Mapping[str, str]) -> None:
        self.finals: dict[Place, str | None] = {}
        self.rules: dict[str, str] = {}
        self.printed: dict[str, str] = {}
        self._places_at: dict[str, set[Place]] = defaultdict(set)
        for local, final in finals.items():
            self._move((None, local), final)

    def apply(self, correction: Correction, meaning: Meaning) -> None:
        """Apply one correction to all that it is about."""
        target = entity_id_of(correction.entity_type, correction.target) if correction.target else None
        meant = self._meant(entity_id_of(correction.entity_type, correction.name), meaning)
        if correction.action == "rename":
            ends = {self._end(place) for place in meant}
            self.printed |= dict.fromkeys((end for end in ends if end is not None), correction.target)
            return
        end = self._end((None, target)) if target and correction.action != "never" else None
        if correction.action == "split":
            meant = {place for place in meaning.places if place in meant or (None, place[1]) in meant}
            self.printed |= {end: correction.target} if end is not None else {}
        else:
            locals_meant = (local for article, local in meant if article is None)
            self.rules |= dict.fromkeys(locals_meant, f"correction_{correction.action}")
        for place in meant:
            self._move(place, end)

    def _end(self, place: Place) -> str | None:
        everywhere = (None, place[1])
        return self.finals.get(place, self.finals.get(everywhere, place[1]))

    def _meant(self, from_id: str, meaning: Meaning) -> set[Place]:
        """The places of all that is named, and of all that share an end with a full name."""
        full = {from_id, *(entity for entity, is_full in meaning.entities if is_full)}
        ends = full | {end for entity in full if (end := self._end((None, entity))) is not None}
        moved = {place for end in ends for place in self._places_at.get(end, ())}
        return moved | {(None, entity) for entity in (*ends, *(entity for entity, _ in meaning.entities))}

    def _move(self, place: Place, end: str | None) -> None:
        before = self.finals.get(place)
        if before is not None:
            self._places_at[before].discard(place)
        if end is not None:
            self._places_at[end].add(place)
        self.finals[place] = end


def apply_corrections(
    corrections: Sequence[Correction], meanings: Mapping[int, Meaning], finals: Mapping[str, str]
) -> Corrected:
    """Correct ``finals``, the final id of each local entity that the rules moved.

    ``meanings`` goes by the correction's number. A correction is about every local entity that its name or id fits,
    and about all that share an end with a full name. Only such need be in ``finals``.
    """
    state = Corrected(finals)
    for number, correction in enumerate(corrections):
        state.apply(correction, meanings.get(number, Meaning()))
    return state
