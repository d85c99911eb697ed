"""Cities, first divisions of countries and counties by name: an extract of GeoNames (CC BY 4.0, geonames.org).

training/geonames.py makes it. It is kept as lines that are searched, not as objects: 60,000 names take 8 MB that way.
"""

from __future__ import annotations

import gzip
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

COUNTRY_IDS, CITY_IDS = "iso3166:", "geonames:"


class Place(NamedTuple):
    """One place: ``kind`` is city, capital, region (first division of a country), county or country.

    ``region`` is the country's and the region's code ("US.NY", also of what lies in it); degrees are WGS 84, those of
    a region or country the mean of its cities, weighed by inhabitants.
    """

    geonames_id: int
    kind: str
    country: str
    region: str
    latitude: float
    longitude: float
    population: int

    @property
    def is_city(self) -> bool:
        """Whether it is a city, the capital of a country or not."""
        return self.kind in ("city", "capital")

    @property
    def external_id(self) -> str:
        """The id in ``entities.external_id``: a country's code, else GeoNames' number."""
        return f"{COUNTRY_IDS}{self.country}" if self.kind == "country" else f"{CITY_IDS}{self.geonames_id}"


@lru_cache(maxsize=1)
def lines() -> list[str]:
    """A line a name, sorted by name."""
    packed = files("transforms.resolve").joinpath("data", "geonames.tsv.gz").read_bytes()
    return gzip.decompress(packed).decode().splitlines()


@lru_cache(maxsize=20_000)
def places_named(normal: str) -> tuple[Place, ...]:
    """All places of a normal name, the most populous first."""
    key, known = f"{normal}\t", lines()
    found = []
    for number in range(bisect_left(known, key), len(known)):
        if not known[number].startswith(key):
            break
        found.append(read_place(known[number]))
    return tuple(sorted(found, key=lambda place: (-place.population, place.geonames_id)))


def read_place(line: str) -> Place:
    """The place of one line."""
    _, number, kind, country, region, latitude, longitude, population = line.split("\t")
    return Place(int(number), kind, country, region, float(latitude), float(longitude), int(population))


def places_with_ids(external_ids: Iterable[str]) -> Iterator[tuple[str, Place]]:
    """The place of each external id that is known, once."""
    wanted = set(external_ids)
    numbers = {id_.removeprefix(CITY_IDS) for id_ in wanted if id_.startswith(CITY_IDS)}
    for line in lines() if wanted else ():
        key, number, _ = line.split("\t", 2)
        if number in numbers or key in wanted:
            place = read_place(line)
            if place.external_id in wanted:
                wanted.discard(place.external_id)
                yield place.external_id, place
