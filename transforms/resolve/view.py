"""What the speaker rules see of an article, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transforms.records import Span
from transforms.resolve.clusters import Cluster, Name
from transforms.resolve.context import Context
from transforms.resolve.missed import NameIndex
from transforms.resolve.rules import CHANCE


class ArticleView:
    """What is where in one article, and who is who in it; ``made`` holds the clusters that no name has.

    ``spoken`` says where an organisation spoke, by name or not, as far as that is answered.
    """

    def __init__(self, context: Context, names: Sequence[Name], home: Mapping[int, Cluster]) -> None:
        self.context = context
        self.names = NameIndex(names)
        self.home = home
        self.clusters = list(dict.fromkeys(home[id(name)] for name in self.names.names))
        self.made: dict[str, Cluster] = {}
        self.spoken: list[tuple[int, Cluster]] = []

    def cluster_of(self, name: Name) -> Cluster:
        """The cluster that a name is sorted into."""
        return self.home[id(name)]

    def names_in(self, span: Span | None) -> list[Name]:
        """Names that lie in a span, in text order."""
        return [] if span is None else self.names.inside(span)

    def source_cluster(self, shown: str, entity_type: str) -> Cluster:
        """The cluster of a name that only a source or the byline gives; made once."""
        name = Name(None, Span(0, 0), shown, entity_type)
        key = name.person.key if entity_type == "person" else " ".join(name.words)
        for cluster in self.clusters:
            if cluster.entity_type == entity_type and cluster.key == key:
                return cluster
        if key not in self.made:
            self.made[key] = Cluster(entity_type, key, full=name.person, shown=shown)
        return self.made[key]


@dataclass(slots=True)
class Answer:
    """What a rule says of one quotation: the speaker's cluster (None for nobody by name) and the chance it is right.

    ``joint`` holds those who are named as speaking together.
    """

    rule: str
    cluster: Cluster | None = None
    chance: float = -1.0
    joint: tuple[Cluster, ...] = ()

    def __post_init__(self) -> None:
        if self.chance < 0:
            self.chance = CHANCE[self.rule]
