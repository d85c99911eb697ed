"""What an entity id is made of: one canonical key for all spellings of a full name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from transforms.resolve import lexicon
from transforms.resolve.body_names import core_name, letters_of, short_core
from transforms.resolve.countries import country_code
from transforms.resolve.geonames import COUNTRY_IDS
from transforms.resolve.locate import known_by_name
from transforms.resolve.names import normal_name, parse_person
from transforms.resolve.organizations import known_key, org_words
from transforms.resolve.places import singular

# Counted up whenever ``name_form`` gives any name other parts: the word lists it reads count too.
NAME_FORM_VERSION = 5


def canonical_key(entity_type: str, name: str) -> str:
    """The key that ``resolve_article`` gives an entity which it knows by this full name."""
    if entity_type == "person":
        return parse_person(name).key or name
    if entity_type == "organization":
        return known_key(name) or " ".join(org_words(name)) or name
    if entity_type == "place":
        code, place = country_code(name), known_by_name(normal_name(name))
        if code or place is None:
            return f"{COUNTRY_IDS}{code}" if code else normal_name(name) or name
        return place.external_id
    if entity_type == "group":
        return singular(name) or name
    return normal_name(name) or name


@dataclass(frozen=True, slots=True)
class NameForm:
    """What the linking rules compare of a name: see flows/link/rules.py.

    ``core``, ``short`` and ``letters`` are an organisation's: what tells its name from others, the word that stands for
    it, an acronym's letters or the name's initials. ``first`` of a thing is its first word where that
    is a common first name, so that the thing may be a person.
    """

    normal: str
    first: str = ""
    last: str = ""
    middle: str = ""
    first_group: str = ""
    n_words: int = 0
    core: str = ""
    short: str = ""
    letters: str = ""


def name_form(entity_type: str, name: str) -> NameForm:
    """The parts of a name that the linking rules compare; ``first_group`` is one for all short forms of a name."""
    normal = normal_name(name)
    if entity_type != "person":
        words = normal.split()
        first = words[0] if 0 < len(words) < 4 and words[0] in lexicon.first_name_genders() else ""
        thing = NameForm(normal, first, n_words=len(words))
        if entity_type != "organization":
            return thing
        return replace(thing, core=core_name(name), short=short_core(name), letters=letters_of(name))
    form = parse_person(name)
    groups = lexicon.short_forms().get(form.first, frozenset())
    # A short form of several names ("Chris") says nothing certain; only names of one group are taken as one.
    group = f"#{next(iter(groups))}" if len(groups) == 1 else form.first
    last = f"{form.last} {form.suffix}".strip()
    return NameForm(normal, form.first, last, " ".join(form.words[1:-1]), group, len(form.words))
