"""Name mentions and the clusters they are sorted into."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from transforms.records import Span
from transforms.resolve import lexicon
from transforms.resolve.names import PersonName, parse_person, words_of


@dataclass(slots=True)
class Name:
    """One name mention, numbered as in ``Annotation.mentions`` (None where the text shows it and no mention does).

    ``text`` may be longer than the span where a nickname in quotation marks split the mention; ``titles`` are the
    folded title words right before the mention or at its start.
    """

    mention: int | None
    span: Span
    text: str
    entity_type: str
    titles: tuple[str, ...] = ()

    @property
    def title_gender(self) -> str:
        """M or f where a title before or in the mention says so, else empty."""
        known = lexicon.titles()
        outside = (known[title][1] for title in self.titles)
        return next((gender for gender in outside if gender), self.person.title_gender)

    @property
    def words(self) -> tuple[str, ...]:
        """The folded words as written."""
        return words_of(self.text)

    @property
    def person(self) -> PersonName:
        """The words read as a person's name."""
        return parse_person(self.text)


@dataclass(slots=True, eq=False)
class Cluster:
    """The names of one entity of an article, in text order once ``sort`` has run.

    ``key`` is what the entity id is made of; ``gender`` is m, f or empty; ``roles`` are phrases of the article
    that say what the entity is (a set in text order), ``facts`` words about it that are no role.
    """

    entity_type: str
    key: str
    names: list[Name] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)
    full: PersonName | None = None
    shown: str = ""
    external_id: str | None = None
    gender: str = ""
    roles: dict[str, None] = field(default_factory=dict)
    facts: dict[str, None] = field(default_factory=dict)
    pronouns: list[Span] = field(default_factory=list)

    @property
    def char_start(self) -> int:
        """Where its first name stands."""
        return self.names[0].span.char_start if self.names else 0

    def add(self, name: Name, rule: str | None = None) -> None:
        """One more name of this entity, and the rule that brought it here."""
        self.names.append(name)
        if rule:
            self.rules.add(rule)

    def absorb(self, other: Cluster, rule: str) -> None:
        """All names of ``other``, which must not be used afterwards."""
        self.names += other.names
        self.rules |= other.rules | {rule}
        self.external_id = self.external_id or other.external_id

    def sort(self) -> None:
        """Names into text order."""
        self.names.sort(key=lambda name: name.span)

    def forms(self) -> Counter[str]:
        """How often each written form occurs."""
        return Counter(name.text for name in self.names)
