"""Who said each quotation: one rule a kind of source words, the surest first.

The order of the rules follows the sieves of Muzny et al. (EACL 2017) for attributing quotations in narrative text,
adapted to news, where the source is mostly named where it is reported. Every answer names its rule; rules.py says
what each means and how often it is right.
"""

from __future__ import annotations

import re

from transforms import ids
from transforms.annotate.signatures import read_signature
from transforms.records import Article, Quotation, Speaker
from transforms.resolve import bodies, descriptions, lexicon
from transforms.resolve.clusters import Cluster
from transforms.resolve.pronouns import Discourse, Reference, gender_of_pronoun, resolve_pronoun
from transforms.resolve.roles import clean_role, role_gender
from transforms.resolve.rules import CHANCE
from transforms.resolve.source_phrases import FEMALE, FIRST, IT, MALE, RELATIVE, THEY, WE, SourcePhrase, read_phrase
from transforms.resolve.view import Answer, ArticleView

# A name less likely than this is left out: a wrong name is worse than an empty cell (docs/resolution.md).
MIN_CHANCE = 0.5
APPOSITION = re.compile(r"\s*(?:\([^)]*\))?,[^,.;:\n]{2,90},\s*")
CLOSING_MARK = re.compile(r"[.,]?[”\"’']")
METHODS = {
    "full_name": "name",
    "lone_name": "name",
    "several_names": "name",
    "group": "name",
    "organization": "organization",
    "body_of": "organization",
    "head_of_name": "organization",
    "kind_of_name": "organization",
    "named_body": "organization",
    "transcript": "transcript",
    "signed": "name",
    "apposed_name": "apposition",
    "apposition": "apposition",
    "relative": "apposition",
    "same_paragraph": "continuation",
    "next_paragraph": "continuation",
    "byline": "byline",
    "nobody": "none",
}
STATUSES = {
    "several_names": "collective",
    "group": "collective",
    "plural": "collective",
    "plural_pronoun": "collective",
    "indefinite": "anonymous",
    "unnamed_role": "anonymous",
    "unnamed_pronoun": "anonymous",
    "nobody": "missing",
}


UNNAMED = frozenset({"indefinite", "unnamed_role"})


class SpeakerFinder:
    """Resolves the quotations of one article in text order; each answer is evidence for the next."""

    def __init__(self, article: Article, view: ArticleView, discourse: Discourse) -> None:
        self.article, self.view, self.discourse = article, view, discourse
        self.previous: tuple[Quotation, Answer] | None = None

    def find(self, quotation: Quotation) -> tuple[Speaker, tuple[Cluster, ...]]:
        """The speaker of the next quotation in text order, and everybody who speaks by name."""
        phrase = read_phrase(self.view.context.text, quotation.source, self.view.names_in(quotation.source))
        answer = self.signed(quotation) or self.answer(phrase, quotation)
        if answer.cluster is not None and answer.chance < MIN_CHANCE:
            answer = Answer("unknown")
        self.previous = (quotation, answer)
        cluster = answer.cluster
        is_unnamed = answer.rule in UNNAMED and phrase.determiner != "definite"
        person = unnamed_person(phrase) if cluster is None and is_unnamed else cluster
        if person is not None and person.entity_type == "person" and quotation.source is not None:
            self.discourse.add(Reference(quotation.source.char_start, person, True, False, False, cluster is not None))
        return as_speaker(answer, phrase), answer.joint if cluster is None else (cluster,)

    def answer(self, phrase: SourcePhrase, quotation: Quotation) -> Answer:
        """One rule a kind of source."""
        if phrase.kind == "none":
            return self.continued(quotation)
        if phrase.kind == "pronoun":
            return self.pronoun(phrase)
        if phrase.kind == "names":
            named = (self.view.cluster_of(name) for name in phrase.names)
            joint = [cluster for cluster in named if cluster.entity_type in ("person", "organization")]
            return Answer("several_names", joint=tuple(dict.fromkeys(joint)))
        if phrase.kind == "name":
            return self.named(phrase, quotation)
        return self.nominal(phrase)

    def named(self, phrase: SourcePhrase, quotation: Quotation) -> Answer:
        """A name is the head: its entity, but for a people or party."""
        cluster = self.view.cluster_of(phrase.names[0])
        if cluster.entity_type == "group":
            return Answer("group")
        if quotation.cue is not None and self.view.context.text[slice(*quotation.cue)].strip() == ":":
            return Answer("transcript", cluster)
        if cluster.entity_type != "person":
            return Answer("organization", cluster)
        if cluster.full is not None and not cluster.full.is_full:
            return Answer("lone_name", cluster)
        return Answer("apposed_name" if phrase.is_apposed else "full_name", cluster)

    def signed(self, quotation: Quotation) -> Answer | None:
        """A dash and a name after the closing mark; a source inside the quoted words does not count against it."""
        if quotation.source is not None and not quotation.span.covers(quotation.source):
            return None
        text, end = self.view.context.text, quotation.span.char_end
        closing = CLOSING_MARK.match(text, end) or CLOSING_MARK.match(text, end - 1)
        signature = read_signature(text, closing.end()) if closing is not None else None
        if signature is None:
            return None
        inside = self.view.names_in(signature.name)
        cluster = self.view.cluster_of(inside[0]) if len(inside) == 1 else None
        if cluster is None or cluster.entity_type not in ("person", "organization"):
            cluster = self.view.source_cluster(text[slice(*signature.name)], "person")
        return Answer("signed", cluster)

    def continued(self, quotation: Quotation) -> Answer:
        """No source: the speaker of the quotation right before, in the same paragraph or the next."""
        if self.previous is None or self.previous[1].cluster is None or quotation.quote_type == "indirect":
            return Answer("nobody")
        cue = self.view.context.text[slice(*quotation.cue)] if quotation.cue is not None else ""
        # "..., calling it a disgrace" goes on; "Asked about it" and "is dubbed" bring up somebody else.
        if cue and not any(word.endswith("ing") for word in cue.split()):
            return Answer("nobody")
        before, answer = self.previous
        apart = self.view.context.paragraph(quotation.span.char_start) - self.view.context.paragraph(
            before.span.char_end - 1
        )
        if not 0 <= apart <= (0 if cue else 1):
            return Answer("nobody")
        rule = "same_paragraph" if apart == 0 else "next_paragraph"
        return Answer(rule, answer.cluster, min(CHANCE[rule], answer.chance))

    def pronoun(self, phrase: SourcePhrase) -> Answer:
        """he, she, it, they, I, who."""
        word, start = phrase.head, phrase.span.char_start if phrase.span else 0
        if word in MALE | FEMALE:
            cluster, lead = resolve_pronoun(self.discourse, start, gender_of_pronoun(word), is_source=True)
            if cluster is not None and not cluster.shown:
                return Answer("unnamed_pronoun")
            sureness = "sure" if lead >= 1.5 else "likely" if lead >= 0.6 else "weak"
            return Answer(f"pronoun_{sureness}", cluster) if cluster else Answer("unknown")
        if word in RELATIVE:
            cluster = self.antecedent(start)
            return Answer("relative", cluster) if cluster else Answer("unknown")
        if word in FIRST:
            author = self.author_of_article()
            return Answer("byline", author) if author is not None else Answer("unknown")
        if word in IT | THEY:
            cluster = bodies.body_before(start, self.view, self.previous)
            if cluster is not None:
                return Answer("body_pronoun", cluster)
        return Answer("plural_pronoun" if word in THEY | WE else "unknown")

    def author_of_article(self) -> Cluster | None:
        """The one author in the byline, where there is one."""
        byline = re.sub(r"^\s*[Bb]y\s+", "", self.article.byline or "").strip()
        if not byline or re.search(r",|&|\band\b|;|/", byline) or not 1 < len(byline.split()) < 5:
            return None
        return self.view.source_cluster(byline, "person")

    def antecedent(self, position: int) -> Cluster | None:
        """The entity named right before "who": the last name that ends at most an apposition away."""
        for name in reversed(self.view.names.before(position, 100)):
            gap = self.view.context.text[name.span.char_end : position]
            if len(gap) < 4 or APPOSITION.fullmatch(gap):
                return self.view.cluster_of(name)
        return None

    def nominal(self, phrase: SourcePhrase) -> Answer:
        """A description: a name's apposition, a body of its owner, a person by role, or nobody in particular."""
        nouns, head = lexicon.nouns(), phrase.head
        before = self.name_before(phrase)
        if before is not None:
            return Answer("apposition", before)
        owned = bodies.owned_body(phrase, self.view) if head in nouns["owned_body"] else None
        if owned is not None:
            return owned
        if descriptions.means_many(head):
            return Answer("plural")
        if head in nouns["document"]:
            return bodies.document(phrase, self.view, self.previous)
        if phrase.determiner == "indefinite":
            return Answer("indefinite")
        if head in nouns["role"] or descriptions.AGED.fullmatch(head):
            return descriptions.person_meant(phrase, self.discourse, self.view.clusters) or Answer("unnamed_role")
        if head in nouns["body"]:
            return bodies.described_body(phrase, self.view)
        return Answer("unknown")

    def name_before(self, phrase: SourcePhrase) -> Cluster | None:
        """The name that a source set between commas explains: "Ada Lind, [the board's director,] said"."""
        text = self.view.context.text
        if phrase.span is None or "," not in text[phrase.span.char_end - 1 : phrase.span.char_end + 1]:
            return None
        near = self.view.names.before(phrase.span.char_start, 3)
        if not near or text[near[-1].span.char_end : phrase.span.char_start] != ", ":
            return None
        cluster = self.view.cluster_of(near[-1])
        return cluster if cluster.entity_type in ("person", "organization", "place") else None


def as_speaker(answer: Answer, phrase: SourcePhrase) -> Speaker:
    """The answer as a value, with the role that the source or else the article states."""
    rule, cluster = answer.rule, answer.cluster
    mention_type = {"name": "name", "names": "name", "pronoun": "pronoun", "none": "none"}.get(phrase.kind, "nominal")
    method = METHODS.get(rule, "pronoun" if mention_type == "pronoun" else "description")
    if cluster is None:
        status = STATUSES.get(rule, "unresolved")
        together = tuple(entity_id_of(joint) for joint in answer.joint)
        return Speaker(status, method, mention_type, confidence=answer.chance, entity_ids=together)
    own = entity_id_of(cluster)
    return Speaker(
        "named",
        method,
        mention_type,
        name=cluster.shown,
        entity_id=own,
        entity_ids=(own,),
        role=clean_role(phrase.role) or best_role(cluster),
        confidence=answer.chance,
    )


def entity_id_of(cluster: Cluster) -> str:
    """The article's own id of an entity."""
    return ids.entity_id(cluster.entity_type, cluster.key)


def unnamed_person(phrase: SourcePhrase) -> Cluster:
    """Somebody without a name whom a later "he" or "she" can mean, so that it means nobody else."""
    return Cluster("person", "", gender=role_gender(phrase.head))


def best_role(cluster: Cluster) -> str | None:
    """The first role of several words that the article states, else the first, else None."""
    roles = [role for phrase in cluster.roles if (role := clean_role(phrase))]
    return next((role for role in roles if " " in role), roles[0] if roles else None)
