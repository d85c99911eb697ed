"""What a place name says of itself: its kind, and the state or country that stands behind its comma."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from transforms.resolve import lexicon
from transforms.resolve.clusters import Name
from transforms.resolve.countries import AMBIGUOUS, country_code
from transforms.resolve.geonames import Place, places_named
from transforms.resolve.names import fold, normal_name

# Provinces of Canada and states of Australia as newspapers shorten them.
PROVINCES = {
    "ont": "ontario",
    "que": "quebec",
    "bc": "british columbia",
    "alta": "alberta",
    "sask": "saskatchewan",
    "man": "manitoba",
    "ns": "nova scotia",
    "nb": "new brunswick",
    "pei": "prince edward island",
    "nsw": "new south wales",
}
DIVISION = "province|region|state|governorate|oblast|prefecture"
SETTLEMENT = "city|town|village|municipality"
KIND_BEFORE = re.compile(rf"(?:the )?(?:(?P<region>{DIVISION})|(?P<city>{SETTLEMENT})) of ", re.I)
KIND_AFTER = re.compile(rf" (?:(?P<region>{DIVISION})|(?P<city>{SETTLEMENT}))$", re.I)
KIND_FOLLOWS = re.compile(rf" (?:{DIVISION})\b")
STATED = re.compile(r",\s+([A-ZÀ-Þ][\w.'’-]*(?: (?:[A-ZÀ-Þ][\w.'’-]*|of|and)){0,3})")
ABBREVIATION = re.compile(r"[A-Z]{2}|(?:[A-Z]\.){2,3}|[A-Z]\.[A-Z]|[A-Z][a-z]{1,4}\.|W\. ?Va\.?")
MAX_STATED_CHARS = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """One place name: its bare normal form, the kinds of place it can be (empty: any), and where it says it lies.

    ``codes`` are the countries and regions that the words after its comma can mean ("US", "US.NY"), ``is_short``
    whether they are an abbreviation, ``stated_at`` where they start in the text.
    """

    name: Name
    normal: str
    kinds: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    is_short: bool = False
    stated_at: int = -1
    in_short: str = ""  # the name itself, where it is an abbreviation with its dot: "Calif."

    @property
    def candidates(self) -> tuple[Place, ...]:
        """All places of the name and kind."""
        return tuple(place for place in places_named(self.normal) if not self.kinds or place.kind in self.kinds)

    @property
    def is_state(self) -> bool:
        """Whether a state of the US has the name."""
        return any(place.kind == "region" and place.country == "US" for place in places_named(self.normal))


def read_place_name(name: Name, text: str) -> Reading:
    """What a name says by itself and by the words right after it."""
    bare, comma, rest = name.text.partition(", ")
    start, end = name.span.char_start, name.span.char_start + len(bare)
    after = text[end : end + MAX_STATED_CHARS] if text[start:end] == bare else f"{comma}{rest}"
    normal, kinds = bare_name(bare)
    if not kinds and KIND_FOLLOWS.match(after):
        kinds = frozenset({"region"})
    stated = STATED.match(after)
    codes, is_short = codes_of(stated[1]) if stated else (frozenset[str](), False)
    dotted = f"{bare}." if after.startswith(".") else bare
    in_short = dotted if "." in dotted and ABBREVIATION.fullmatch(dotted) else ""
    return Reading(name, normal, kinds, codes, is_short, end + stated.start(1) if stated else -1, in_short)


def bare_name(text: str) -> tuple[str, frozenset[str]]:
    """The normal name without its kind, and the kinds that says: "Kandahar province", "the city of Aleppo"."""
    kind = KIND_BEFORE.match(text) or KIND_AFTER.search(text)
    if kind is None or places_named(normal_name(text)):  # "Quebec City" is its name
        return normal_name(text), frozenset()
    kinds = frozenset({"region"} if kind["region"] else {"city", "capital"})
    return normal_name(text[: kind.start()] + text[kind.end() :]), kinds


def codes_of(words: str) -> tuple[frozenset[str], bool]:
    """The countries and regions that some words open with, and whether in short: "Ill. He" -> US.IL.

    A full name that more capitals follow is the start of another phrase: "in London, Ontario Premier Ada Lind said".
    """
    parts = words.split()
    for n in range(len(parts), 0, -1):
        name = " ".join(parts[:n])
        if ABBREVIATION.fullmatch(name) and (short := divisions_in_short(name)):
            return frozenset(place.region for place in short), True
        bare = name.rstrip(".,'’")
        divisions = {place.region for place in places_named(normal_name(bare)) if place.kind == "region"}
        country = country_code(bare) or ("GE" if normal_name(bare) in AMBIGUOUS else None)
        if divisions or country:
            is_whole = n == len(parts) or parts[n] in ("of", "and") or name.endswith(".")
            return (frozenset(divisions | ({country} if country else set())) if is_whole else frozenset()), False
    return frozenset(), False


@lru_cache(maxsize=500)
def divisions_in_short(name: str) -> tuple[Place, ...]:
    """The states and provinces that an abbreviation stands for."""
    short = fold(name).rstrip(".").replace(" ", "")
    dotless = short.replace(".", "")
    if dotless == "dc":
        return places_named("dc")
    state, province = lexicon.states().get(short), PROVINCES.get(dotless)
    home, long = (("US",), state) if state else (("CA", "AU"), province)
    named = places_named(normal_name(long)) if long else ()
    return tuple(place for place in named if place.kind == "region" and place.country in home)
