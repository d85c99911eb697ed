"""Whom a surname, first name or nickname alone means, among the people that an article names in full."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from transforms.resolve import lexicon
from transforms.resolve.clusters import Cluster, Name
from transforms.resolve.names import PersonName, partial_rule

HEADLINE_WEIGHT, NEAR_WEIGHT, NEAR_CHARS = 2.0, 1.5, 600
# The surest first; only names that fit by the surest rule that fits any compete.
RULE_ORDER = ("surname", "family_name_first", "first_name", "inner_name", "misspelt_surname")


@dataclass(slots=True, eq=False)
class Candidate:
    """One person named in full: the forms of the name, where they stand, what their titles say."""

    cluster: Cluster
    forms: list[PersonName]
    starts: list[int]
    genders: set[str]
    titles: set[str]

    def prominence(self, form: PersonName, position: int, body_start: int) -> tuple[float, int]:
        """How much a short form at a position suggests this person: headline, times named in full, nearness."""
        score = float(len(self.starts)) + HEADLINE_WEIGHT * (self.starts[0] < body_start)
        near = bisect_left(self.starts, position)
        score += NEAR_WEIGHT * (near > 0 and position - self.starts[near - 1] < NEAR_CHARS)
        # "Sheikh Sabah" is rather Sabah ... Al-Sabah than another Al-Sabah.
        score += NEAR_WEIGHT * any(form.first == full.first for full in self.forms)
        return score, -self.starts[0]

    def title_fits(self, name: Name, body_start: int) -> bool:
        """Whether the title of the short form can be this person's: by gender, and by who was introduced first."""
        if name.title_gender and self.genders and name.title_gender not in self.genders:
            return False
        offices = {title for title in name.titles if lexicon.titles()[title][0] == "office"}
        if not offices or offices & self.titles:
            return True
        # A person whom the body first names by title and surname was not introduced by the full name that follows.
        return self.starts[0] < max(name.span.char_start, body_start)


class FullNames:
    """The people named in full, by every word that a short form of their names could be."""

    def __init__(self, clusters: Iterable[Cluster], body_start: int) -> None:
        self.body_start = body_start
        self.by_word: dict[str, list[Candidate]] = defaultdict(list)
        for cluster in clusters:
            candidate = as_candidate(cluster)
            for key in dict.fromkeys(key for form in candidate.forms for key in keys_of_full(form)):
                self.by_word[key].append(candidate)

    def meant_by(self, name: Name, alone: Cluster | None) -> tuple[Cluster | None, str | None]:
        """The person a short form most likely means, and the rule; None for somebody never named in full.

        ``alone`` is the cluster of the same short form before, if that was nobody named in full.
        """
        form = name.person
        options: dict[Candidate, str] = {}
        for candidate in dict.fromkeys(c for key in keys_of_short(form) for c in self.by_word.get(key, ())):
            rules = [rule for full in candidate.forms if (rule := partial_rule(form, full))]
            if rules and candidate.title_fits(name, self.body_start):
                options[candidate] = min(rules, key=RULE_ORDER.index)
        if not options:
            return None, None
        surest = min(options.values(), key=RULE_ORDER.index)
        best = [candidate for candidate, rule in options.items() if rule == surest]
        chosen = max(best, key=lambda candidate: candidate.prominence(form, name.span.char_start, self.body_start))
        # Somebody introduced by title and surname alone ("President Lind") keeps the surname against a relative.
        if alone is not None and len(alone.names) > len(chosen.starts):
            return alone, None
        chosen.titles.update(name.titles)
        return chosen.cluster, surest


def as_candidate(cluster: Cluster) -> Candidate:
    """What the full names of a cluster say, each form once."""
    full = [name for name in cluster.names if name.person.is_full]
    known = lexicon.first_name_genders()
    return Candidate(
        cluster,
        forms=list(dict.fromkeys(name.person for name in full)),
        starts=sorted(name.span.char_start for name in full),
        genders={known.get(name.person.first, "") or name.title_gender for name in full} - {""},
        titles={title for name in full for title in name.titles},
    )


def keys_of_full(form: PersonName) -> list[str]:
    """The words, nickname, nickname groups and start of the surname that a short form could share."""
    groups = lexicon.short_forms().get(form.first, ())
    return [*form.words, *filter(None, [form.nickname]), *(f"#{group}" for group in groups), f"~{form.last[:3]}"]


def keys_of_short(form: PersonName) -> list[str]:
    """The same for a short form."""
    groups = lexicon.short_forms().get(form.first, ())
    return [form.first, *(f"#{group}" for group in groups), f"~{form.first[:3]}"]
