"""Who said each quotation: one rule a kind of source words, the surest first.

The order of the rules follows the sieves of Muzny et al. (EACL 2017) for attributing quotations in narrative text,
adapted to news, where the source is mostly named where it is reported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from transforms import ids
from transforms.records import Article, Quotation, Span, Speaker
from transforms.resolve import descriptions, lexicon
from transforms.resolve.clusters import Cluster, Name
from transforms.resolve.context import Context
from transforms.resolve.pronouns import Discourse, Reference, gender_of_pronoun, resolve_pronoun
from transforms.resolve.sources import FEMALE, FIRST, IT, MALE, RELATIVE, THEY, WE, SourcePhrase, read_source

APPOSITION = re.compile(r"\s*(?:\([^)]*\))?,[^,.;:\n]{2,90},\s*")
BODY_OF = frozenset({"campaign", "team", "camp", "administration", "office", "lawyers", "family", "transition"})


class SpeakerFinder:
    """Resolves the quotations of one article in text order; each answer is evidence for the next."""

    def __init__(
        self, article: Article, context: Context, names: Sequence[Name], home: dict[int, Cluster], discourse: Discourse
    ) -> None:
        self.article, self.context, self.discourse = article, context, discourse
        self.names = sorted(names, key=lambda name: name.span)
        self.home = home
        self.made: dict[str, Cluster] = {}
        self.previous: tuple[Quotation, Speaker, Cluster | None] | None = None

    def cluster_of(self, name: Name) -> Cluster:
        """The cluster a name is sorted into."""
        return self.home[id(name)]

    def find(self, quotation: Quotation) -> tuple[Speaker, Cluster | None]:
        """The speaker of the next quotation in text order."""
        phrase = read_source(self.context.text, quotation.source, self.names_in(quotation.source))
        speaker, cluster = self.by_kind(phrase, quotation)
        if cluster is not None:
            speaker = replace(
                speaker,
                name=cluster.shown,
                entity_id=ids.entity_id(cluster.entity_type, cluster.key),
                status="named",
                role=speaker.role or best_role(cluster),
            )
            if cluster.entity_type == "person" and quotation.source is not None:
                self.discourse.add(Reference(quotation.source.char_start, cluster, True, False, False, True))
        self.previous = (quotation, speaker, cluster)
        return speaker, cluster

    def names_in(self, span: Span | None) -> list[Name]:
        """Name mentions that lie in a span, in text order."""
        return [] if span is None else [name for name in self.names if name.span.overlaps(span)]

    def by_kind(self, phrase: SourcePhrase, quotation: Quotation) -> tuple[Speaker, Cluster | None]:
        """One rule a kind of source."""
        if phrase.kind == "none":
            return self.continued(quotation)
        if phrase.kind == "pronoun":
            return self.pronoun(phrase, quotation)
        if phrase.kind == "names":
            return Speaker("collective", "name", "name", confidence=0.8), None
        if phrase.kind == "name":
            return self.named(phrase, quotation)
        return self.nominal(phrase, quotation)

    def named(self, phrase: SourcePhrase, quotation: Quotation) -> tuple[Speaker, Cluster | None]:
        """A name is the head: its entity; a people or party has no single voice."""
        cluster = self.cluster_of(phrase.names[0])
        if cluster.entity_type == "group":
            return Speaker("collective", "name", "name", confidence=0.85), None
        is_transcript = quotation.cue is not None and self.context.text[slice(*quotation.cue)].strip() == ":"
        method = "transcript" if is_transcript else "organization" if cluster.entity_type != "person" else "name"
        sure = 0.97 if cluster.full is None or cluster.full.is_full else 0.85
        return Speaker("named", method, "name", role=phrase.role or None, confidence=sure), cluster

    def continued(self, quotation: Quotation) -> tuple[Speaker, Cluster | None]:
        """No source: the speaker of the quotation right before, in the same paragraph or the next."""
        missing = Speaker("missing", "none", "none", confidence=0.6)
        if self.previous is None:
            return missing, None
        before, speaker, cluster = self.previous
        apart = self.context.paragraph(quotation.span.char_start) - self.context.paragraph(before.span.char_end - 1)
        if cluster is None or not 0 <= apart <= 1:
            return missing, None
        confidence = speaker.confidence * (0.9 if apart == 0 else 0.75)
        return Speaker("named", "continuation", "none", role=speaker.role, confidence=confidence), cluster

    def pronoun(self, phrase: SourcePhrase, quotation: Quotation) -> tuple[Speaker, Cluster | None]:
        """he, she, it, they, I, who."""
        word, start = phrase.head, phrase.span.char_start if phrase.span else 0
        if word in MALE | FEMALE:
            cluster, lead = resolve_pronoun(self.discourse, start, gender_of_pronoun(word))
            if cluster is not None:
                return Speaker("named", "pronoun", "pronoun", confidence=min(0.95, 0.6 + 0.12 * lead)), cluster
        elif word in RELATIVE:
            cluster = self.antecedent(start)
            if cluster is not None:
                return Speaker("named", "apposition", "pronoun", confidence=0.85), cluster
        elif word in FIRST:
            return self.first_person()
        elif word in IT | THEY:
            cluster = self.body_before(start)
            if cluster is not None:
                return Speaker("named", "pronoun", "pronoun", confidence=0.65), cluster
        status = "collective" if word in THEY | WE else "unresolved"
        return Speaker(status, "pronoun", "pronoun", confidence=0.6), None

    def first_person(self) -> tuple[Speaker, Cluster | None]:
        """I: the one author in the byline, where there is one."""
        byline = re.sub(r"^\s*[Bb]y\s+", "", self.article.byline or "").strip()
        if not byline or re.search(r",|&|\band\b|;|/", byline) or not 1 < len(byline.split()) < 5:
            return Speaker("unresolved", "byline", "pronoun", confidence=0.6), None
        return Speaker("named", "byline", "pronoun", confidence=0.85), self.source_cluster(byline, "person")

    def source_cluster(self, shown: str, entity_type: str) -> Cluster:
        """The cluster of a name that only a source or the byline gives; made once."""
        name = Name(None, Span(0, 0), shown, entity_type)
        key = name.person.key if entity_type == "person" else " ".join(name.words)
        for cluster in dict.fromkeys(self.home.values()):
            if cluster.entity_type == entity_type and cluster.key == key:
                return cluster
        if key not in self.made:
            self.made[key] = Cluster(entity_type, key, full=name.person, shown=shown)
        return self.made[key]

    def antecedent(self, position: int) -> Cluster | None:
        """The entity named right before "who": the last name that ends at most an apposition away."""
        before = [name for name in self.names if position - 100 < name.span.char_end <= position]
        for name in reversed(before):
            gap = self.context.text[name.span.char_end : position]
            if len(gap) < 4 or APPOSITION.fullmatch(gap):
                return self.cluster_of(name)
        return None

    def body_before(self, position: int) -> Cluster | None:
        """The organisation that "it" or "they" mean: the speaker before, or the subject of the sentence before."""
        sentence = self.context.sentence(position)
        if self.previous is not None:
            before, _, cluster = self.previous
            apart = sentence - self.context.sentence(before.span.char_end - 1)
            if cluster is not None and cluster.entity_type == "organization" and 0 <= apart <= 1:
                return cluster
        for name in self.names:
            near = sentence - self.context.sentence(name.span.char_start) in (0, 1)
            if near and name.span.char_end < position and name.entity_type == "organization":
                return self.cluster_of(name) if not self.context.in_quote(name.span.char_start) else None
        return None

    def nominal(self, phrase: SourcePhrase, quotation: Quotation) -> tuple[Speaker, Cluster | None]:
        """A description: a body of its owner, a person by role, or nobody in particular."""
        nouns = lexicon.nouns()
        if phrase.possessor is not None and phrase.head in BODY_OF and phrase.possessor.entity_type == "person":
            owner = self.cluster_of(phrase.possessor)
            shown = f"{owner.full.shown.split()[-1] if owner.full else owner.shown} {phrase.head}"
            return Speaker("named", "organization", "nominal", confidence=0.75), self.source_cluster(
                shown, "organization"
            )
        if phrase.head in nouns["collective"] or (phrase.head.endswith("s") and phrase.head[:-1] in nouns["role"]):
            return Speaker("collective", "description", "nominal", confidence=0.85), None
        if phrase.determiner == "indefinite" and phrase.head not in nouns["document"]:
            return Speaker("anonymous", "description", "nominal", confidence=0.85), None
        if phrase.head in nouns["role"]:
            found = descriptions.person_meant(phrase, self.discourse, self.home)
            if found is not None:
                cluster, confidence = found
                return Speaker("named", "description", "nominal", confidence=confidence), cluster
            return Speaker("anonymous", "description", "nominal", confidence=0.6), None
        if phrase.head in nouns["document"]:
            author = self.author(phrase)
            if author is not None:
                return Speaker("named", "description", "nominal", confidence=0.65), author
        if phrase.head in nouns["body"]:
            body = descriptions.body_meant(phrase, self.names, self.home)
            if body is not None:
                return Speaker("named", "organization", "nominal", confidence=0.75), body
        return Speaker("unresolved", "description", "nominal", confidence=0.6), None

    def author(self, phrase: SourcePhrase) -> Cluster | None:
        """Whose words a document is: its owner's, or the last speaker's where the cue before names it."""
        if phrase.possessor is not None:
            owner = self.cluster_of(phrase.possessor)
            return owner if owner.entity_type in ("person", "organization") else None
        if self.previous is None or self.previous[0].cue is None:
            return None
        before, _, cluster = self.previous
        cue = self.context.text[slice(*before.cue)] if before.cue else ""
        return cluster if phrase.head in cue.lower().split() else None


def best_role(cluster: Cluster) -> str | None:
    """The first role the article states of an entity, or None."""
    return cluster.roles[0][1] if cluster.roles else None
