"""Which person names of one article are one person's.

After the precision-ordered sieves of Lee et al. (Computational Linguistics 2013): full names first, then shorter
forms one mention at a time, each rule surer than the next.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from transforms.resolve import lexicon, roles
from transforms.resolve.clusters import Cluster, Name
from transforms.resolve.missed import NameIndex, pairs_by_last
from transforms.resolve.names import PersonName, compatible, fold, partial_rule
from transforms.resolve.source_phrases import PRONOUNS
from transforms.resolve.source_words import STOPS
from transforms.resolve.surnames import FullNames


def cluster_people(names: Sequence[Name], text: str, body_start: int, article_id: str) -> list[Cluster]:
    """One cluster a person, in the order of first mention; every name ends in exactly one."""
    clusters = full_name_clusters([name for name in names if name.person.is_full])
    clusters = merge_partial_full_names(clusters)
    full_names = FullNames(clusters, body_start)
    alone: dict[str, Cluster] = {}
    for name in names:
        if name.person.is_full:
            continue
        key = name.person.key or name.text
        cluster, rule = full_names.meant_by(name, alone.get(key))
        if cluster is None:
            cluster = alone.setdefault(key, new_person(name, article_id))
        cluster.add(name, rule)
    found = join_also_known([*clusters, *alone.values()], text)
    for cluster in found:
        finish_person(cluster)
        if not cluster.full or not cluster.full.is_full:
            know_by_office(cluster, text)
    return sorted(found, key=lambda cluster: cluster.char_start)


def new_person(name: Name, article_id: str) -> Cluster:
    """An empty cluster for a person whom this name is the first form of.

    A lone surname or first name says nothing outside its article, so the article is part of its key.
    """
    key = name.person.key or name.text
    return Cluster("person", key if name.person.is_full else f"{key} @{article_id}", full=name.person)


def full_name_clusters(names: Iterable[Name]) -> list[Cluster]:
    """Clusters of the names of two words and more: equal names first, then compatible ones."""
    clusters: dict[tuple[object, ...], Cluster] = {}
    by_last: dict[str, list[Cluster]] = defaultdict(list)
    for name in names:
        form = name.person
        same = clusters.get((form.words, form.suffix))
        if same is None:
            same = next((c for c in candidates(form, by_last) if c.full and fits_all(form, c)), None)
            rule = "name_variant" if same else None
            if same is None:
                same = new_person(name, "")
            by_last[form.last].append(same)
            by_last[form.first].append(same)
            clusters[form.words, form.suffix] = same
            same.add(name, rule)
        else:
            same.add(name)
    return list(dict.fromkeys(clusters.values()))


def candidates(form: PersonName, by_last: dict[str, list[Cluster]]) -> Iterable[Cluster]:
    """Clusters that share the last or the first word, so that a misspelt one is seen too."""
    return dict.fromkeys([*by_last.get(form.last, ()), *by_last.get(form.first, ())])


def fits_all(form: PersonName, cluster: Cluster) -> bool:
    """Whether the form is compatible with every full form of the cluster, so that chains never drift."""
    return all(compatible(form, other.person) for other in cluster.names)


def merge_partial_full_names(clusters: list[Cluster]) -> list[Cluster]:
    """Names of several words that are the end or inside of a longer one join it: "Suu Kyi", "López Obrador"."""
    longest = sorted(clusters, key=lambda c: -len(c.names[0].person.words))
    kept: list[Cluster] = []
    by_word: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in longest:
        form = cluster.names[0].person
        whole = [
            (c, rule)
            for c in by_word.get(form.last, ())
            if (rule := partial_rule(form, c.names[0].person)) and may_be_partial(form)
        ]
        if len(whole) == 1:
            whole[0][0].absorb(cluster, whole[0][1])
            continue
        kept.append(cluster)
        for word in set(form.words):
            by_word[word].append(cluster)
    return kept


def may_be_partial(form: PersonName) -> bool:
    """Whether a name of several words can be a surname: "Ben-David" can, "Ben David" has its own first name."""
    return " " not in form.shown or form.first not in lexicon.first_name_genders()


KNOWN_AS = re.compile(
    r"\s*[,(]?\s*(?:(?:who is |was )?(?:more |better |also |popularly |commonly |formerly |professionally |widely )*"
    r"known as|a\.?k\.?a\.?|alias|née|born)\s+[\"“‘']?"
)


def join_also_known(clusters: list[Cluster], text: str) -> list[Cluster]:
    """Two names with "better known as" between them are one person's."""
    if " known as " not in text and "alias" not in text and "born" not in text and "aka" not in text:
        return clusters
    owned = sorted(((name.span, cluster) for cluster in clusters for name in cluster.names), key=lambda item: item[0])
    joined: dict[Cluster, Cluster] = {}
    for (span, cluster), (other_span, other) in pairwise(owned):
        one, two = end_of(cluster, joined), end_of(other, joined)
        if one is not two and KNOWN_AS.fullmatch(text[span.char_end : other_span.char_start]):
            one.absorb(two, "also_known_as")
            joined[two] = one
    return [cluster for cluster in clusters if cluster not in joined]


def end_of(cluster: Cluster, joined: dict[Cluster, Cluster]) -> Cluster:
    """The cluster that this one was joined to in the end."""
    while cluster in joined:
        cluster = joined[cluster]
    return cluster


def finish_person(cluster: Cluster) -> None:
    """Text order, the fullest form as the name, and what the titles say of the gender."""
    cluster.sort()
    # A form with more words is fuller; of equals the most frequent, then the first in text.
    counts = cluster.forms()
    fullest = max(
        cluster.names,
        key=lambda name: (
            len(name.person.words),
            bool(name.person.nickname),
            name.person.shown[:1].isupper(),
            counts[name.text],
            -name.span.char_start,
        ),
    )
    cluster.full, cluster.shown = fullest.person, fullest.person.shown or fullest.text
    if fullest.person.is_full:
        cluster.key = fullest.person.key
    cluster.gender = next((name.title_gender for name in cluster.names if name.title_gender), "")


# Offices that one bearer of a name has at a time, as the bearer of a name alone is called.
OFFICE = re.compile(
    r"(?<!Vice )(?<!Vice-)(?<!\w)(President|Prime Minister|Premier|Chancellor|King|Queen|Emperor|Pope)\s(?=\S+\Z)"
)


def know_by_office(cluster: Cluster, text: str) -> None:
    """Whoever is called "President Lind" and nowhere in full is the President Lind of other articles too."""
    for name in cluster.names:
        start, end = name.span
        office = OFFICE.search(text[max(0, start - 16) : end])
        if office:
            cluster.key = f"{cluster.key.partition(' @')[0]} @{office[1].lower()}"
            return


def complete_from_text(persons: Sequence[Cluster], text: str, names: Sequence[Name], body_start: int) -> None:
    """Complete a lone surname where the text has a first name before it that the annotator left out."""
    alone = [person for person in persons if person.full and person.full.words and not person.full.is_full]
    if not alone:
        return
    pairs, covered = pairs_by_last(text), NameIndex([name for name in names if " " in name.text])
    for person in alone:
        for whole in pairs.get(person.shown.split()[-1], ()):
            given = text[slice(*whole)].split()[0]
            if not covered.overlaps(whole) and is_given_name(given, text, in_headline=whole.char_start < body_start):
                person.add(Name(None, whole, text[slice(*whole)], "person"), "full_name_in_text")
                finish_person(person)
                break


def is_given_name(word: str, text: str, *, in_headline: bool) -> bool:
    """Whether a capitalised word before a surname is a first name and no title, role or word of the text."""
    plain = fold(word).strip(".")
    if plain in lexicon.first_name_genders():
        return True
    if in_headline:  # there every word may have a capital
        return False
    if word.endswith(".") and len(plain) > 1:  # no initial: a sentence ends here
        return False
    common = plain in lexicon.titles() or roles.is_role_noun(plain) or plain in roles.MODIFIERS | STOPS | PRONOUNS
    return not common and not re.search(rf"\b{re.escape(word[0].lower() + word[1:])}\b", text)
