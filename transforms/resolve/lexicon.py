"""Word lists that ship with the package: first names, short forms, titles, nouns for people and bodies."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


def data_lines(name: str) -> list[str]:
    """The lines of one list, without comments and empty lines."""
    text = files("transforms.resolve").joinpath("data", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def labelled_words(name: str) -> dict[str, tuple[str, ...]]:
    """Lists of the form ``label: word word ...``; lines with one label add up."""
    words: dict[str, tuple[str, ...]] = {}
    for line in data_lines(name):
        label, _, rest = line.partition(": ")
        words[label] = (*words.get(label, ()), *rest.split())
    return words


@lru_cache(maxsize=1)
def first_name_genders() -> dict[str, str]:
    """``m`` or ``f`` for a folded first name; a name in both lists says nothing and is left out."""
    lists = labelled_words("first_names.txt")
    male, female = set(lists["male"]), set(lists["female"])
    return dict.fromkeys(male - female, "m") | dict.fromkeys(female - male, "f")


@lru_cache(maxsize=1)
def short_forms() -> dict[str, frozenset[int]]:
    """The numbers of the nickname groups that a folded first name stands in."""
    groups: dict[str, set[int]] = {}
    for number, line in enumerate(data_lines("nicknames.txt")):
        for name in line.split():
            groups.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in groups.items()}


@lru_cache(maxsize=1)
def titles() -> dict[str, tuple[str, str]]:
    """(kind, gender) of a title word in lower case: kind is honorific or office, gender m, f or empty."""
    found: dict[str, tuple[str, str]] = {}
    for kind, words in labelled_words("titles.txt").items():
        for word in words:
            title, _, gender = word.partition(":")
            found[title] = (kind, gender)
    return found


@lru_cache(maxsize=1)
def nouns() -> dict[str, frozenset[str]]:
    """Common nouns by what they stand for: role, male, female, kin, collective, body, document ..."""
    return {label: frozenset(words) for label, words in labelled_words("nouns.txt").items()}


@lru_cache(maxsize=32)
def words(label: str) -> frozenset[str]:
    """One list of words.txt."""
    return frozenset(labelled_words("words.txt")[label])


@lru_cache(maxsize=1)
def family_names_first() -> frozenset[str]:
    """Folded family names of languages that put the family name first."""
    return frozenset(word for words in labelled_words("family_names_first.txt").values() for word in words)


@lru_cache(maxsize=1)
def states() -> dict[str, str]:
    """US states by the abbreviations that newspapers give them, without the last dot, in lower case."""
    pairs = (line.partition("=") for line in data_lines("states.txt"))
    return {short.strip(): name.strip() for shorts, _, name in pairs for short in shorts.split("|")}


@lru_cache(maxsize=1)
def known_acronyms() -> dict[str, str]:
    """The folded full name of widely known organisations by acronym."""
    pairs = (line.partition("=") for line in data_lines("acronyms.txt"))
    return {short.strip(): full.strip() for short, _, full in pairs}


@lru_cache(maxsize=1)
def spellings() -> dict[str, str]:
    """The spelling under which a folded word of an organisation's name is compared, where it has several."""
    pairs = (line.partition("=") for line in data_lines("spellings.txt"))
    return {variant.strip(): one.strip() for variant, _, one in pairs}


def same_first_name(one: str, other: str) -> bool:
    """Whether two folded first names can belong to one person: equal, an initial, or forms of one name."""
    if one == other:
        return True
    if min(len(one), len(other)) == 1:
        return one[0] == other[0]
    groups = short_forms()
    return bool(groups.get(one, frozenset()) & groups.get(other, frozenset()))
