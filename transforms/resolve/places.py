"""Places, peoples and everything else that is known by one name.

Countries go by their ISO code, cities and regions by their GeoNames id where the article leaves no doubt, the rest by
their words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from transforms.resolve import countries
from transforms.resolve.clusters import Cluster, Name
from transforms.resolve.geonames import COUNTRY_IDS, Place
from transforms.resolve.names import normal_name
from transforms.resolve.organizations import join_acronyms, shown_name, without_capitals

# Kinds of place that a name is used without: not "River", for the city is not the river.
PLACE_KINDS = frozenset({"heights", "strip", "peninsula", "province", "region", "prefecture", "governorate", "oblast"})
THE_OTHER_KOREA = {"north": "KP", "south": "KR"}


def cluster_places(names: Sequence[Name], located: Mapping[int, Place]) -> list[Cluster]:
    """One cluster a place; the names of one country, or of one place that ``located`` has by ``id(name)``, are one."""
    named = {countries.country_code(name.text) for name in names}
    georgia_is_country = any(normal_name(name.text) == "tbilisi" for name in names)
    clusters: dict[str, Cluster] = {}
    for name in names:
        place, normal = located.get(id(name)), place_words(name.text) or name.text
        code, rule = countries.country_code(name.text), None
        if normal in THE_OTHER_KOREA and THE_OTHER_KOREA[normal] in named:
            code, rule = THE_OTHER_KOREA[normal], "half_of_korea"
        elif normal == "georgia" and georgia_is_country and place is None:
            code = "GE"
        key = place.external_id if place else f"{COUNTRY_IDS}{code}" if code else normal
        cluster = clusters.setdefault(key, Cluster("place", key, external_id=key if place or code else None))
        differs = any(normal_name(n.text) != normal for n in cluster.names)
        if cluster.external_id and differs:
            rule = rule or ("place_names" if place else "country_names")
        cluster.add(name, rule)
    return finish(join_short_places(list(clusters.values())))


def place_words(text: str) -> str:
    """The normal name of a place without its kind before, or its country and province after."""
    bare = re.sub(r"^(?:the )?(?:[a-z]+ern )?(?:province|region|city|town|state|district|village|island) of ", "", text)
    bare = re.split(r", | in [A-Z]| province of ", bare)[0]
    return (
        normal_name(re.sub(r"^(?:north|south|east|west|central)(?:ern)? (?=[A-Z])", "", bare))
        if bare != text
        else (normal_name(text))
    )


def join_short_places(clusters: list[Cluster]) -> list[Cluster]:
    """A name joins the same with its kind, where the article has both: "Golan" and "Golan Heights"."""
    by_key = {cluster.key: cluster for cluster in clusters}
    absorbed = set()
    for cluster in clusters:
        head, _, kind = cluster.key.rpartition(" ")
        short = by_key.get(head)
        if kind in PLACE_KINDS and short is not None and short not in absorbed:
            cluster.absorb(short, "short_form")
            absorbed.add(short)
    return [cluster for cluster in clusters if cluster not in absorbed]


def cluster_groups(names: Sequence[Name]) -> list[Cluster]:
    """One cluster a people, party or faith; singular and plural are one: "Republican", "Republicans"."""
    return cluster_by(names, singular)


def cluster_others(names: Sequence[Name], text: str) -> list[Cluster]:
    """One cluster a name of equal words and type, or its acronym: events, works, products, laws."""
    clusters = cluster_by(names, thing_words)
    return finish(join_acronyms(clusters, text))


def thing_words(text: str) -> str:
    """The normal name of a work, product, event or law; the plural of letters is its singular: "NFTs"."""
    return normal_name(re.sub(r"(?<=[A-Z])s$", "", text))


def singular(text: str) -> str:
    """The normal name without a plural s: "the Democrats" -> "democrat"."""
    normal = normal_name(text)
    return re.sub(r"(?<=[^s])s$", "", normal)


def cluster_by(names: Sequence[Name], key_of: Callable[[str], str]) -> list[Cluster]:
    """Clusters of the names with one type and one key."""
    clusters: dict[tuple[str, str], Cluster] = {}
    for name in names:
        key = key_of(name.text) or name.text
        clusters.setdefault((name.entity_type, key), Cluster(name.entity_type, key)).add(name)
    return finish(clusters.values())


def finish(clusters: Iterable[Cluster]) -> list[Cluster]:
    """Text order, and as name the longest form in the article that is no acronym."""
    found = list(clusters)
    for cluster in found:
        cluster.sort()
        counts = cluster.forms()
        best = max(
            cluster.names,
            key=lambda name: (
                not name.text.isupper(),
                preferred(cluster, name.text),
                counts[name.text],
                len(name.text),
                -name.span.char_start,
            ),
        )
        is_place = cluster.entity_type == "place"
        cluster.shown = shown_name(best.text.split(", ")[0] if is_place else best.text)
        if is_place and (len(cluster.shown) > 4 or not (cluster.external_id or COUNTRY_IDS).startswith(COUNTRY_IDS)):
            cluster.shown = without_capitals(cluster.shown)
    return sorted(found, key=lambda cluster: cluster.char_start)


def preferred(cluster: Cluster, text: str) -> bool:
    """Whether this form is the usual name of the country the cluster stands for."""
    if not cluster.external_id:
        return False
    usual = countries.printed_names().get(cluster.external_id.removeprefix(COUNTRY_IDS), "")
    return normal_name(text) == normal_name(usual)
