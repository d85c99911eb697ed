"""Who said each quotation: one rule a kind of source words, the surest first.

The order of the rules follows the sieves of Muzny et al. (EACL 2017) for attributing quotations in narrative text,
adapted to news, where the source is mostly named where it is reported. Every answer names its rule; rules.py says
what each means and how often it is right.
"""

from __future__ import annotations

import re

from transforms.annotate.signatures import read_signature
from transforms.records import Article, Quotation, Speaker
from transforms.resolve import bodies, descriptions, documents, lexicon
from transforms.resolve.antecedents import OF_PERSONS, antecedent_name, antecedent_noun
from transforms.resolve.clusters import Cluster
from transforms.resolve.names import fold
from transforms.resolve.noun_kinds import is_person_noun, is_quantity, means_many
from transforms.resolve.pronouns import Discourse, Reference, gender_of_pronoun, resolve_pronoun
from transforms.resolve.roles import role_gender
from transforms.resolve.rules import CHANCE
from transforms.resolve.source_phrases import (
    FEMALE,
    FIRST,
    IT,
    MALE,
    RELATIVE,
    THEY,
    WE,
    read_phrase,
)
from transforms.resolve.source_words import SourcePhrase
from transforms.resolve.speaker_values import as_speaker
from transforms.resolve.view import Answer, ArticleView

# A name less likely than this is left out: a wrong name is worse than an empty cell (docs/resolution.md).
MIN_CHANCE = 0.5
# How much one person must lead the next for a pronoun to name anybody; verbs that go on with the speaker before.
MIN_LEAD = 0.6
GOES_ON = re.compile(r"(?:also |then )?(?:add|continu|conclud|went on|goes on|going on)", re.IGNORECASE)
CLOSING_MARK = re.compile(r"[.,]?[”\"’']")
# "the official briefed on the talks": who is described by what he knows is not named anywhere.
IN_CONFIDENCE = frozenset({"familiar", "knowledge", "briefed", "anonymity", "anonymously"})
UNNAMED = frozenset({"indefinite", "unnamed_role"})


class SpeakerFinder:
    """Resolves the quotations of one article in text order; each answer is evidence for the next."""

    def __init__(self, article: Article, view: ArticleView, discourse: Discourse) -> None:
        self.article, self.view, self.discourse = article, view, discourse
        self.previous: tuple[Quotation, Answer] | None = None
        self.answered: list[tuple[Quotation, Answer]] = []

    def find(self, quotation: Quotation) -> tuple[Speaker, tuple[Cluster, ...]]:
        """The speaker of the next quotation in text order, and everybody who speaks by name."""
        phrase = read_phrase(self.view.context.text, quotation.source, self.view.names_in(quotation.source))
        answer = self.signed(quotation) or self.answer(phrase, quotation)
        if answer.cluster is not None and answer.chance < MIN_CHANCE:
            answer = Answer("unknown")
        self.previous = (quotation, answer)
        self.answered.append(self.previous)
        cluster = answer.cluster
        if cluster is not None and cluster.entity_type == "organization" and quotation.source is not None:
            self.view.spoken.append((quotation.source.char_start, cluster))
        is_unnamed = answer.rule in UNNAMED and phrase.determiner != "definite" and is_person_noun(phrase.head)
        person = unnamed_person(phrase) if cluster is None and is_unnamed else cluster
        if person is not None and person.entity_type == "person" and quotation.source is not None:
            self.discourse.add(Reference(quotation.source.char_start, person, True, False, False, cluster is not None))
        return as_speaker(answer, phrase), answer.joint if cluster is None else (cluster,)

    def answer(self, phrase: SourcePhrase, quotation: Quotation) -> Answer:
        """One rule a kind of source."""
        if phrase.kind == "none":
            return self.continued(quotation)
        if phrase.kind == "pronoun":
            return self.pronoun(phrase, quotation)
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
        if self.view.context.is_reopened(quotation.span.char_start):
            return self.reopened(quotation)
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

    def reopened(self, quotation: Quotation) -> Answer:
        """The speaker of the quotation that reaches to the end of the paragraph before, whoever is quoted inside it."""
        context = self.view.context
        number = context.paragraph(quotation.span.char_start) - 1
        ending = [found for found in self.answered if context.paragraph(found[0].span.char_end - 1) == number]
        last = max(ending, key=lambda found: (found[0].span.char_end, -found[0].span.char_start), default=None)
        if last is None or last[1].cluster is None:
            return Answer("nobody")
        return Answer("open_quotation", last[1].cluster, min(CHANCE["open_quotation"], last[1].chance))

    def pronoun(self, phrase: SourcePhrase, quotation: Quotation) -> Answer:
        """he, she, it, they, I, who."""
        word, start = phrase.head, phrase.span.char_start if phrase.span else 0
        if word in MALE | FEMALE:
            cluster, lead = resolve_pronoun(self.discourse, start, gender_of_pronoun(word), is_source=True)
            if cluster is not None and not cluster.shown:
                return Answer("unnamed_pronoun")
            cue = self.view.context.text[slice(*quotation.cue)] if quotation.cue is not None else ""
            if lead < MIN_LEAD and GOES_ON.match(cue):
                return self.goes_on(quotation, gender_of_pronoun(word))
            sureness = "sure" if lead >= 1.5 else "likely" if lead >= MIN_LEAD else "weak"
            return Answer(f"pronoun_{sureness}", cluster) if cluster else Answer("unknown")
        if word in RELATIVE:
            return self.relative(phrase, quotation)
        if word in FIRST:
            return self.first_person(start, quotation)
        if word in IT | THEY:
            cluster = bodies.body_before(word, quotation, self.view, self.previous)
            if cluster is not None:
                return Answer("body_pronoun", cluster)
        return Answer("plural_pronoun" if word in THEY | WE else "unknown")

    def author_of_article(self) -> Cluster | None:
        """The one author in the byline, where there is one."""
        byline = re.sub(r"^\s*[Bb]y\s+", "", self.article.byline or "").strip()
        if not byline or re.search(r",|&|\band\b|;|/", byline) or not 1 < len(byline.split()) < 5:
            return None
        return self.view.source_cluster(byline, "person")

    def first_person(self, position: int, quotation: Quotation) -> Answer:
        """Whom "I" means: whoever is quoted with it, and outside quotations the author."""
        if not self.view.context.in_quote(position):
            author = self.author_of_article()
            return Answer("byline", author) if author is not None else Answer("unknown")
        for other, answer in reversed(self.answered):
            is_around = any(s.char_start <= position < s.char_end for s in other.segments)
            if other is not quotation and is_around and answer.cluster is not None:
                return Answer("quoted_self", answer.cluster, min(CHANCE["quoted_self"], answer.chance))
        return Answer("unknown")

    def goes_on(self, quotation: Quotation, gender: str) -> Answer:
        """Who "added" or "continued": the speaker right before, where the pronoun fits."""
        if self.previous is None or self.previous[1].cluster is None:
            return Answer("unknown")
        before, answer = self.previous
        context, cluster = self.view.context, answer.cluster
        apart = context.sentence(quotation.span.char_start) - context.sentence(before.span.char_end - 1)
        fits = cluster is not None and cluster.entity_type == "person" and cluster.gender in ("", gender)
        return Answer("goes_on", cluster) if fits and 0 <= apart <= 1 else Answer("unknown")

    def relative(self, phrase: SourcePhrase, quotation: Quotation) -> Answer:
        """The name right before "who", else what the noun there means: "critics, who", "a man who"."""
        start = phrase.span.char_start if phrase.span else 0
        name = antecedent_name(phrase.head, start, self.view)
        if name is not None:
            cluster = self.view.cluster_of(name)
            return Answer("group") if cluster.entity_type == "group" else Answer("relative", cluster)
        noun = antecedent_noun(self.view.context.text, start)
        if noun is None:
            return Answer("unknown")
        before = read_phrase(self.view.context.text, noun, self.view.names_in(noun))
        is_last = fold(self.view.context.text[slice(*noun)]).endswith(before.head)
        answer = self.nominal(before) if before.kind == "nominal" and is_last else Answer("unknown")
        is_thing = phrase.head not in OF_PERSONS and answer.rule in UNNAMED  # "a theory that"
        return Answer("unknown") if is_thing else answer

    def nominal(self, phrase: SourcePhrase) -> Answer:
        """A description: a name's apposition, a body of its owner, a person by role, or nobody in particular."""
        nouns, head = lexicon.nouns(), phrase.head
        before = self.name_before(phrase)
        if before is not None:
            return Answer("apposition", before)
        owned = bodies.owned_body(phrase, self.view) if head in nouns["owned_body"] else None
        if owned is not None:
            return owned
        if means_many(head) or is_quantity(phrase.words, head):
            return Answer("plural")
        if head in nouns["anonymous"] or (is_person_noun(head) and IN_CONFIDENCE.intersection(phrase.words)):
            return Answer("indefinite")
        if head in nouns["document"]:
            return documents.document(phrase, self.view, self.answered)
        if phrase.determiner == "indefinite":
            return Answer("indefinite")
        if head in nouns["role"] or descriptions.AGED.fullmatch(head):
            return descriptions.person_meant(phrase, self.discourse, self.view.clusters) or Answer("unnamed_role")
        if head in nouns["body"] and phrase.is_joined:  # "the company and the union"
            return Answer("plural")
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


def unnamed_person(phrase: SourcePhrase) -> Cluster:
    """Somebody without a name whom a later "he" or "she" can mean, so that it means nobody else."""
    return Cluster("person", "", gender=role_gender(phrase.head))
