"""Places, peoples and everything else that is known by one name: countries by their ISO code, the rest by words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from transforms.resolve import countries
from transforms.resolve.clusters import Cluster, Name
from transforms.resolve.names import normal_name
from transforms.resolve.organizations import shown_name

THE_OTHER_KOREA = {"north": "KP", "south": "KR"}


def cluster_places(names: Sequence[Name]) -> list[Cluster]:
    """One cluster a place; the names of one country, official, usual or short, are one."""
    named = {countries.country_code(name.text) for name in names}
    georgia_is_country = any(normal_name(name.text) == "tbilisi" for name in names)
    clusters: dict[str, Cluster] = {}
    for name in names:
        normal = normal_name(name.text) or name.text
        code, rule = countries.country_code(name.text), None
        if normal in THE_OTHER_KOREA and THE_OTHER_KOREA[normal] in named:
            code, rule = THE_OTHER_KOREA[normal], "half_of_korea"
        elif normal == "georgia" and georgia_is_country:
            code = "GE"
        key = f"iso3166:{code}" if code else normal
        cluster = clusters.setdefault(key, Cluster("place", key, external_id=key if code else None))
        differs = bool(code) and any(normal_name(n.text) != normal for n in cluster.names)
        cluster.add(name, rule or ("country_names" if differs else None))
    return finish(clusters.values())


def cluster_groups(names: Sequence[Name]) -> list[Cluster]:
    """One cluster a people, party or faith; singular and plural are one: "Republican", "Republicans"."""
    return cluster_by(names, singular)


def cluster_others(names: Sequence[Name]) -> list[Cluster]:
    """One cluster a name of equal words and type: events, works, products, laws."""
    return cluster_by(names, normal_name)


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
        cluster.shown = shown_name(best.text)
    return sorted(found, key=lambda cluster: cluster.char_start)


def preferred(cluster: Cluster, text: str) -> bool:
    """Whether this form is the usual name of the country the cluster stands for."""
    if not cluster.external_id:
        return False
    usual = countries.printed_names().get(cluster.external_id.removeprefix("iso3166:"), "")
    return normal_name(text) == normal_name(usual)
