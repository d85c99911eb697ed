"""What an article and the name lists say of a person's gender: titles, roles, first names, pronouns close by."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.resolve import lexicon
from transforms.resolve.clusters import Cluster
from transforms.resolve.roles import head_part, role_gender


def decide_genders(people: Sequence[Cluster]) -> None:
    """Set each person's gender from the surest evidence there is: title, then role, then first name."""
    known = lexicon.first_name_genders()
    for person in people:
        if person.gender:
            continue
        roles = {gender for phrase in person.roles if (gender := role_gender(head_part(phrase)))}
        if len(roles) == 1:
            person.gender = roles.pop()
            continue
        for name in person.names:
            form = name.person
            if form.first in known and (form.is_full or person.full is None or not person.full.is_full):
                person.gender = known[form.first]
                break
