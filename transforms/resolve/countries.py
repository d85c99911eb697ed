"""Countries and territories by the names that texts give them: ISO 3166-1 codes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import pycountry

from transforms.resolve import lexicon
from transforms.resolve.names import normal_name

# "Georgia" is a state of the US as often as a country; only other evidence may link it.
AMBIGUOUS = frozenset({"georgia"})


@lru_cache(maxsize=1)
def country_codes() -> dict[str, str]:
    """ISO 3166-1 alpha-2 code by normal name, for official, common and usual short names."""
    codes = {}
    for country in pycountry.countries:
        for name in country_names(country):
            codes[normal_name(name)] = country.alpha_2
    for code, names in usual_names():
        codes.update((normal_name(name), code) for name in names)
    codes |= {name.replace(" ", ""): code for name, code in codes.items()}
    return {name: code for name, code in codes.items() if name not in AMBIGUOUS}


def country_names(country: object) -> Iterable[str]:
    """The names ISO gives a country: "Bolivia, Plurinational State of" also the right way round."""
    for field_name in ("name", "common_name", "official_name"):
        name = getattr(country, field_name, None)
        if not name:
            continue
        yield name
        head, comma, rest = name.partition(", ")
        if comma:
            yield f"{rest} {head}"


def usual_names() -> list[tuple[str, list[str]]]:
    """Names that news use beside the ISO ones, by code; the first is the one to print."""
    rows = (line.split("=", 1) for line in lexicon.data_lines("countries.txt"))
    return [(code.strip(), [name.strip() for name in names.split("|")]) for code, names in rows]


@lru_cache(maxsize=1)
def printed_names() -> dict[str, str]:
    """The English name to print for each country code."""
    printed = {c.alpha_2: getattr(c, "common_name", c.name) for c in pycountry.countries}
    return printed | {code: names[0] for code, names in usual_names()}


def country_code(name: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country's name, or None."""
    return country_codes().get(normal_name(name))
