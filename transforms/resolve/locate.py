"""Which city, region or county a place name means in an article, where the article leaves no doubt.

Four things decide, the surest first: the state or country named right with it ("Springfield, Ill."), a dateline, that
it is far larger than all others of its name, and that of those others only its state or country is named as well.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from transforms.records import Article
from transforms.resolve.clusters import Name
from transforms.resolve.countries import country_code
from transforms.resolve.geonames import Place, places_named
from transforms.resolve.place_readings import Reading, divisions_in_short, read_place_name

# Inhabitants from which a place is known by its name alone, and how many times those of a namesake they must be.
MIN_KNOWN, KNOWN_RATIO = {"capital": 20_000, "city": 100_000, "region": 300_000, "county": 300_000}, 6
CAPITAL_RATIO = 4
# A namesake whose own region the article names makes doubtful what is not so many times larger; less where the
# country of the larger is named too.
NAMESAKE_RATIO, NAMESAKE_RATIO_AT_HOME = 50, 20
DATELINE_RATIO = 3  # papers leave out the state of a city that their readers know
# Where the article names the region, or but the country, so many inhabitants make a place the one that is meant.
MIN_IN_REGION, MIN_IN_COUNTRY, MIN_IN_LARGE_COUNTRY = 20_000, 15_000, 100_000
LARGE_COUNTRIES = frozenset({"US", "GB", "CA", "AU", "IN", "CN", "BR", "RU"})
# A city by a region's name: a name without "province" is the city's where so many of the region live in it, the
# region's where so few do.
CITY_SHARE, REGION_SHARE = 0.3, 0.1
MAX_DATELINE_CHARS = 90

MEANT_FIRST = {"washington": 4140963}  # the capital, though the state has more people
ABOUT_THE_CAPITAL = frozenset({"maryland", "virginia"})
NEAR_GEORGIA = frozenset({"RU", "AM", "AZ", "TR"})
LIST_GAP = re.compile(r",? and |, (?:and )?")


def locate(names: Sequence[Name], article: Article) -> dict[int, Place]:
    """The place of each name, by ``id(name)``, where there is no doubt; no country is among them."""
    readings = [read_place_name(name, article.text) for name in sorted(names, key=lambda name: name.span)]
    found: dict[int, Place] = {}
    stated: dict[str, set[Place]] = defaultdict(set)
    regions_at: dict[int, str] = {}
    for reading in readings:
        if place := place_stated(reading):
            regions_at[reading.stated_at] = place.region
            stated[reading.normal].add(place)
        elif (place := place_of_dateline(reading, article)) and not reading.is_state:
            stated[reading.normal].add(place)
        if place is not None:
            found[id(reading.name)] = place
    listed = states_of_lists(readings, article.text)
    evidence = evidence_of(readings, found)
    for reading in readings:
        if id(reading.name) in found or country_code(reading.name.text):
            continue
        same = stated.get(reading.normal, set())
        place = region_stated(reading, regions_at) or listed.get(id(reading.name))
        place = place or (next(iter(same)) if len(same) == 1 else decide(reading, evidence) if not same else None)
        if place is not None:
            found[id(reading.name)] = place
    return found


def place_stated(reading: Reading) -> Place | None:
    """The place that lies where the words after its name say."""
    if reading.is_state and not reading.is_short:  # "Indiana, Pennsylvania and Ohio" are three states
        return None
    inside = [place for place in reading.candidates if lies_in(place, reading.codes)]
    return largest(without_twins(inside), KNOWN_RATIO)


def lies_in(place: Place, codes: Iterable[str]) -> bool:
    """Whether a place lies in one of the countries or regions, and is not the region itself."""
    return any(place.country == code or (place.region == code and place.kind != "region") for code in codes)


def place_of_dateline(reading: Reading, article: Article) -> Place | None:
    """The city that the article was sent from, where the dateline names it without its state."""
    start = reading.name.span.char_start - article.body_char_start
    stated = article.dateline_place or ""
    if not 0 <= start < MAX_DATELINE_CHARS or stated.partition(",")[0] != reading.name.text.partition(",")[0]:
        return None
    if reading.codes or country_code(reading.name.text):
        return None
    top = largest([place for place in reading.candidates if place.is_city], DATELINE_RATIO)
    return top if top is not None and top.population >= MIN_KNOWN["city"] else None


def region_stated(reading: Reading, regions_at: Mapping[int, str]) -> Place | None:
    """The state that stands behind a city's comma and is a mention of its own."""
    code = regions_at.get(reading.name.span.char_start)
    named = (*places_named(reading.normal), *divisions_in_short(reading.in_short or reading.name.text))
    return next((place for place in named if place.region == code and place.kind == "region"), None)


def states_of_lists(readings: Sequence[Reading], text: str) -> dict[int, Place]:
    """New York and Washington in a list with other states are states."""
    found: dict[int, Place] = {}
    for one, other in pairwise(readings):
        if not (one.is_state and other.is_state) or not LIST_GAP.fullmatch(
            text[one.name.span.char_end : other.name.span.char_start]
        ):
            continue
        for reading, beside in ((one, other), (other, one)):
            if beside.normal in ABOUT_THE_CAPITAL and reading.normal in MEANT_FIRST:
                continue
            state = next(p for p in places_named(reading.normal) if p.kind == "region" and p.country == "US")
            found[id(reading.name)] = state
    return found


def evidence_of(readings: Sequence[Reading], found: Mapping[int, Place]) -> dict[str, set[str]]:
    """The countries and regions that an article names or names places of, each with the names that say so."""
    evidence: dict[str, set[str]] = defaultdict(set)
    for reading in readings:
        code = country_code(reading.name.text)
        place = found.get(id(reading.name)) or (None if code else known_by_name(reading.normal, reading.kinds))
        if place is not None and reading.normal != "georgia":
            evidence[place.country].add(reading.normal)
            evidence[place.region].add(reading.normal)
        elif code:
            evidence[code].add(reading.normal)
        elif reading.is_state and reading.normal != "georgia":
            evidence["US"].add(reading.normal)
    return evidence


def decide(reading: Reading, evidence: Mapping[str, set[str]]) -> Place | None:
    """The place that a name without state or country means, by its size and what else the article names."""
    named = {code for code, by in evidence.items() if by - {reading.normal}}
    if reading.in_short:
        return next(iter(divisions_in_short(reading.in_short)), None)
    if reading.normal == "georgia" and ("US" not in named or named & NEAR_GEORGIA):
        return None
    places = without_twins(reading.candidates)
    top = known_by_name(reading.normal, reading.kinds)
    if top is None:
        return place_of_context(places, named)
    at_home = top.country in named or top.region in named
    ratio = NAMESAKE_RATIO_AT_HOME if at_home else NAMESAKE_RATIO
    rivals = (place for place in places if place != top and place.region in named and place.region != top.region)
    return None if any(place.population * ratio > top.population for place in rivals) else top


def place_of_context(places: Sequence[Place], named: set[str]) -> Place | None:
    """Of namesakes, the one whose region the article names, or else whose country."""
    near = [place for place in places if place.region in named]
    top = largest(near, KNOWN_RATIO)
    if near:
        is_large = top is not None and top.population >= MIN_IN_REGION
        rivals = [place for place in places if place not in near and place.country in named]
    else:
        at_home = [place for place in places if place.country in named]
        top = largest(at_home, KNOWN_RATIO)
        least = MIN_IN_LARGE_COUNTRY if top is not None and top.country in LARGE_COUNTRIES else MIN_IN_COUNTRY
        is_large = top is not None and top.population >= least
        rivals = [place for place in places if place not in at_home]
    if top is None or not is_large:
        return None
    return None if any(p.population >= top.population and p.country != top.country for p in rivals) else top


@lru_cache(maxsize=20_000)
def known_by_name(normal: str, kinds: frozenset[str] = frozenset()) -> Place | None:
    """The place that a name means wherever nothing else is said: large, and far larger than its namesakes."""
    places = [place for place in places_named(normal) if not kinds or place.kind in kinds]
    if not kinds and normal in MEANT_FIRST:
        return next(place for place in places if place.geonames_id == MEANT_FIRST[normal])
    top = largest(without_twins(places), KNOWN_RATIO)
    return top if top is not None and top.population >= MIN_KNOWN[top.kind] else None


def without_twins(places: Sequence[Place]) -> list[Place]:
    """Places without a region that is little more than the city of its name, or a city that is little of its region."""
    gone = set()
    for region in places:
        for city in () if region.is_city else places:
            if not city.is_city or city.region != region.region:
                continue
            share = city.population / max(region.population, 1)
            gone |= {region} if share >= CITY_SHARE else {city} if share <= REGION_SHARE else set()
    return [place for place in places if place not in gone]


def largest(places: Sequence[Place], ratio: float) -> Place | None:
    """The most populous place, where it is so many times larger than the next; a capital need not be so many."""
    ranked = sorted(places, key=lambda place: (-place.population, place.geonames_id))
    if len(ranked) > 1:
        times = min(ratio, CAPITAL_RATIO) if ranked[0].kind == "capital" else ratio
        if ranked[1].population * times > ranked[0].population:
            return None
    return ranked[0] if ranked else None
