"""What an article and the name lists say of a person's gender: titles, roles, first names, pronouns close by."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from transforms.resolve import lexicon
from transforms.resolve.clusters import Cluster
from transforms.resolve.context import Context
from transforms.resolve.roles import head_part, role_gender

PRONOUN = re.compile(r"\b(he|him|his|himself|she|her|hers|herself)\b", re.IGNORECASE)
NEAR_CHARS = 250


def decide_genders(people: Sequence[Cluster], context: Context) -> None:
    """Set each person's gender from the surest evidence there is: title, role, first name, then pronouns near."""
    starts = sorted(name.span.char_start for person in people for name in person.names)
    for person in people:
        person.gender = person.gender or by_role(person) or by_first_name(person)
    for person in people:
        person.gender = person.gender or by_pronouns(person, starts, context)


def by_role(person: Cluster) -> str:
    """The gender where all gendered nouns of the stated roles agree."""
    roles = {gender for phrase in person.roles if (gender := role_gender(head_part(phrase)))}
    return roles.pop() if len(roles) == 1 else ""


def by_first_name(person: Cluster) -> str:
    """The gender by the first listed first name; one word that may be a surname says nothing beside a full name."""
    known = lexicon.first_name_genders()
    is_full = person.full is not None and person.full.is_full
    firsts = (name.person.first for name in person.names if name.person.is_full or not is_full)
    return next((known[first] for first in firsts if first in known), "")


def by_pronouns(person: Cluster, starts: Sequence[int], context: Context) -> str:
    """The gender where three in four of the pronouns after the name, before anybody else is named, agree."""
    votes: Counter[str] = Counter()
    for name in person.names:
        start, end = name.span
        if context.in_quote(start):
            continue
        following = bisect_right(starts, start)
        stop = min(starts[following] if following < len(starts) else len(context.text), end + NEAR_CHARS)
        pronoun = PRONOUN.search(context.text, end, max(end, stop))
        if pronoun is None or context.in_quote(pronoun.start()):
            continue
        if context.paragraph(end) == context.paragraph(pronoun.start()):
            votes["m" if pronoun[1].lower().startswith("hi") or pronoun[1].lower() == "he" else "f"] += 1
    gender, times = votes.most_common(1)[0] if votes else ("", 0)
    return gender if times >= 0.75 * votes.total() else ""
