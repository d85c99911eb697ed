"""From pairs of articles that share words to copies, each with the article that is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from transforms.copies.alignment import Aligned

# Of the shorter text's words, so many must stand in the longer one. Measured on 14,000 articles (docs/copies.md): below
# lie articles of one outlet that go on with a story, and form letters.
COPY_SHARE = 0.55
# Below this the lead of one must stand in the other as well: a follow-up takes over what happened before, and leads
# with what is new.
SURE_SHARE = 0.75
LEAD_SHARE = 0.5
# An address is much evidence by itself; below this the page was written anew.
EDITION_SHARE = 0.3
MIN_SHARED_WORDS = 20
# What comes later in much the same words is mostly a form letter: another grant, another town.
DAYS_OF_A_STORY = 7
LATE_SHARE = 0.97
# Copies of copies are copies where nearly all of the shorter text is in the longer, and is not lost in it: a digest of
# many stories makes no copies of each other of them.
TIGHT_SHARE = 0.8
TIGHT_COVERAGE = 0.25
# Where less of the longer text is shared, the shorter one is a part of it.
CONTAINED_COVERAGE = 0.75


class Pair(NamedTuple):
    """Two articles that are copies by their words; ``first`` goes before ``second`` in the order of keeping."""

    first: str
    second: str
    aligned: Aligned
    has_same_text: bool
    has_same_address: bool

    @property
    def is_tight(self) -> bool:
        """Whether copies of the one are copies of the other."""
        is_whole = self.aligned.containment >= TIGHT_SHARE and self.aligned.coverage >= TIGHT_COVERAGE
        return is_whole or self.has_same_text

    @property
    def kind(self) -> str:
        """One of COPY_KINDS."""
        if self.has_same_text:
            return "exact"
        if self.has_same_address:
            return "new_edition"
        is_part = self.aligned.containment >= TIGHT_SHARE and self.aligned.coverage < CONTAINED_COVERAGE
        return "contained" if is_part else "near"


class Copy(NamedTuple):
    """An article that is a copy, the one that is kept, and the pair that shows it: with that one, or another copy."""

    article_id: str
    kept_article_id: str
    pair: Pair

    @property
    def compared_article_id(self) -> str:
        """The other article of the pair."""
        return self.pair.first if self.pair.second == self.article_id else self.pair.second


def are_copies(aligned: Aligned, *, has_same_address: bool, days_apart: int | None) -> bool:
    """Whether two articles whose texts are not the same are copies; ``days_apart`` is None where a day is unknown."""
    if aligned.n_shared < MIN_SHARED_WORDS:
        return False
    if has_same_address:
        return aligned.containment >= EDITION_SHARE
    is_late = days_apart is not None and days_apart > DAYS_OF_A_STORY
    if is_late:
        return aligned.containment >= LATE_SHARE
    has_lead = aligned.containment >= SURE_SHARE or aligned.lead_share >= LEAD_SHARE
    return has_lead and aligned.containment >= COPY_SHARE


def find_clusters(pairs: Iterable[Pair], places: Mapping[str, int]) -> list[Copy]:
    """Every copy with the article that is kept, sorted by its id; the same for the same pairs in any order.

    ``places`` is the order of keeping: of all copies of each other the first is kept, and a digest of several stories
    after all else, or one article would stand for them all. Articles in tight pairs belong together however long the
    chain; one that is merely alike belongs to a kept one that it is like itself.
    """
    pairs = sorted(pairs)
    digests = _digests(pairs)
    places = {article: place + (len(places) + place if article in digests else 0) for article, place in _ranked(places)}
    first_of = _joined_by_tight(pairs, places)
    kept = {article: article for article in first_of.values()}
    loose = [sorted((pair.first, pair.second), key=places.__getitem__) for pair in pairs if not pair.is_tight]
    for first, second in sorted(loose, key=lambda ends: (places[ends[1]], places[ends[0]])):
        is_direct = first_of.get(first, first) == first and first_of.get(second, second) == second
        if is_direct and kept.get(first, first) == first and kept.get(second, second) == second:
            kept[second] = first
    return sorted(_copies(pairs, first_of, kept))


def _ranked(places: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    """The articles numbered from 0 in their order."""
    return ((article, number) for number, article in enumerate(sorted(places, key=places.__getitem__)))


def _digests(pairs: Iterable[Pair]) -> set[str]:
    """Long articles that hold several others, each of which is a small share of them."""
    held: dict[str, int] = defaultdict(int)
    for pair in pairs:
        if not pair.has_same_text and pair.aligned.coverage < TIGHT_COVERAGE:
            held[pair.first if pair.aligned.n_first > pair.aligned.n_second else pair.second] += 1
    return {article for article, n_held in held.items() if n_held > 1}


def _joined_by_tight(pairs: Iterable[Pair], places: Mapping[str, int]) -> dict[str, str]:
    """The first article of its cluster for each that stands in a tight pair."""
    above: dict[str, str] = {}

    def first_of(article: str) -> str:
        while (next_above := above.setdefault(article, article)) != article:
            above[article] = above[next_above]
            article = next_above
        return article

    for pair in pairs:
        if pair.is_tight:
            one, other = sorted((first_of(pair.first), first_of(pair.second)), key=places.__getitem__)
            above[other] = one
    return {article: first_of(article) for article in list(above)}


def _copies(pairs: Iterable[Pair], first_of: Mapping[str, str], kept: Mapping[str, str]) -> Iterator[Copy]:
    def kept_of(article: str) -> str:
        first = first_of.get(article, article)
        return kept.get(first, first)

    shown: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if kept_of(pair.first) == kept_of(pair.second):
            shown[pair.first].append(pair)
            shown[pair.second].append(pair)
    for article, of_article in shown.items():
        keeps = kept_of(article)
        if article != keeps:
            yield Copy(article, keeps, min(of_article, key=lambda pair: _rank(pair, article, keeps)))


def _rank(pair: Pair, article: str, kept: str) -> tuple[bool, float, str, str]:
    """The pair with the kept article first, then the closest."""
    return kept not in (pair.first, pair.second), -pair.aligned.containment, pair.first, pair.second
