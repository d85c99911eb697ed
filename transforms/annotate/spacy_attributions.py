"""Attributions by rule over a dependency parse and the quotation marks.

A quotation with its reporting clause, a clause or object under a reporting word, "according to", and a quotation that
nothing near it attributes. After the syntactic procedures of Krestel, Bergler and Witte (LREC 2008) and the Gender Gap
Tracker (Asr et al., 2021); spans as PolNeAR draws them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.annotate.reporting_words import (
    NOUNS,
    QUOTING,
    WITH_CLAUSE,
    WITH_INFINITIVE,
    WITH_OBJECT,
    WITH_PREPOSITION,
)
from transforms.annotate.spacy_parsed import Parsed, joined
from transforms.marks import Quoted, is_term
from transforms.paragraphs import PARAGRAPH_BREAK
from transforms.records import Attribution, Span

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

# The share of each rule's finds that match a gold attribution of PolNeAR's training split, rounded.
QUOTATION, ACCORDING, CLAUSE, OBJECT, ALONE, FRAGMENT = 0.9, 0.8, 0.75, 0.55, 0.6, 0.5

MAX_LABEL_WORDS = 8
MIN_WORDS_ALONE = 5
COMPLEMENTS = ("ccomp", "xcomp", "dobj", "oprd")
SHARED_SUBJECT = ("conj", "advcl", "xcomp", "pcomp", "prep", "dobj", "attr", "ccomp")


@dataclass(slots=True)
class Find:
    """One attribution in the making; ``cue_index`` is the cue's token, -1 where there is none."""

    content: list[Span]
    cue: Span | None
    source: Span | None
    confidence: float
    cue_index: int = -1


def find_attributions(doc: Doc, quoted: Sequence[Quoted]) -> tuple[Attribution, ...]:
    """Every attribution of one parsed text, in text order; ``quoted`` is ``find_quoted`` of it."""
    parsed = Parsed(doc, quoted)
    finds = reported_quotations(parsed)
    used = {find.cue_index for find in finds}
    words = (token for token in doc if token.i not in used and not parsed.is_quoted(token))
    finds += [find for token in words if (find := reported_clause(parsed, token)) is not None]
    finds += list(reported_fragments(parsed, finds))
    unique = {(tuple(find.content), find.cue): find for find in finds if find.content}
    attributions = [Attribution(tuple(f.content), f.cue, f.source, f.confidence) for f in unique.values()]
    return tuple(sorted(attributions, key=lambda found: (found.content, found.cue or Span(-1, -1))))


def reported_quotations(parsed: Parsed) -> list[Find]:
    """The quotations that stand as sentences or clauses of their own, each with its reporting clause if it has one."""
    finds: list[Find] = []
    clause_end = -1  # where the last find and the reporting clause after it end
    for group in parsed.groups:
        start, end = group[0].outer.char_start, group[-1].outer.char_end
        before, after = parsed.before(start), parsed.after(end)
        if before and not leads_in(before):
            continue
        cue = last_cue(before) or first_cue(parsed.text[start:end], after)
        between = parsed.text[clause_end:start]
        is_next = bool(finds) and PARAGRAPH_BREAK not in between and not re.search(r"\w", between)
        is_interrupted = cue is not None and bool(finds) and cue.i == finds[-1].cue_index
        if is_interrupted or (is_next and cue is None and not before):
            finds[-1].content += [piece.outer for piece in group]
        elif (find := reported_quotation(parsed, group, cue, before)) is not None:
            finds.append(find)
        else:
            continue
        clause_end = max([end, *(token.idx + len(token) for token in after)])
    return finds


def leads_in(before: list[Token]) -> bool:
    """Whether what stands before an opening mark leaves room for a sentence: a comma, a colon, a bare cue."""
    return before[-1].text in (",", ":", ";", "—", "–", "-", "--") or is_quoting(before[-1])


def is_quoting(token: Token) -> bool:
    """Whether the token is a verb that comes with quotations."""
    return token.pos_ in ("VERB", "AUX") and token.lemma_.lower() in QUOTING


def last_cue(before: list[Token]) -> Token | None:
    """The last reporting verb of the words before a quotation."""
    return next((token for token in reversed(before) if is_quoting(token)), None)


def first_cue(quotation: str, after: list[Token]) -> Token | None:
    """The first reporting verb (or "according") of the words after a quotation, where they belong to it."""
    if not after or (quotation.rstrip("\"'”’»").endswith(".") and not after[0].text[:1].islower()):
        return None
    cues = [token for token in after if is_quoting(token) or token.lower_ == "according"]
    return next((token for token in cues if token.dep_ not in ("relcl", "acl")), cues[0] if cues else None)


def reported_quotation(
    parsed: Parsed, group: tuple[Quoted, ...], cue: Token | None, before: list[Token]
) -> Find | None:
    """The find for one quotation, or None where it is a term rather than something said."""
    content = [piece.outer for piece in group]
    if cue is not None:
        if cue.lower_ == "according":
            return according(parsed, cue, content)
        cue_span = span_of_cue(parsed, cue)
        return Find(content, cue_span, span_of_source(parsed, cue, cue_span), QUOTATION, cue.i)
    if 1 < len(before) <= MAX_LABEL_WORDS + 1 and before[-1].text == ":":
        colon = before[-1].idx
        return Find(content, Span(colon, colon + 1), parsed.trimmed(before[0].idx, colon), QUOTATION)
    n_words = sum(len(parsed.text[slice(*span)].split()) for span in content)
    if n_words < MIN_WORDS_ALONE or is_term(parsed.text, group[0]):
        return None
    return Find(content, None, None, ALONE)


def reported_fragments(parsed: Parsed, finds: list[Find]) -> Iterator[Find]:
    """Quoted words inside a sentence that no other rule reaches, where a reporting verb stands before them."""
    covered = joined(span for find in finds for span in find.content)
    for group in parsed.groups:
        first, end = group[0].outer, group[-1].outer.char_end
        if is_term(parsed.text, group[0]) or reaches(covered, first):
            continue
        verbs = (token for token in reversed(parsed.before(first.char_start)) if token.pos_ == "VERB")
        cue = next((token for token in verbs if token.lemma_.lower() in QUOTING | WITH_OBJECT), None)
        if cue is not None:
            cue_span = span_of_cue(parsed, cue)
            source = span_of_source(parsed, cue, cue_span)
            content = parsed.without(Span(cue_span.char_end, end), [source])
            yield Find(content, cue_span, source, FRAGMENT, cue.i)


def reaches(covered: list[Span], span: Span) -> bool:
    """Whether one of the spans, in text order and apart, shares a character with ``span``."""
    place = bisect_right(covered, span.char_start, key=lambda other: other.char_end)
    return place < len(covered) and covered[place].overlaps(span)


def reported_clause(parsed: Parsed, token: Token) -> Find | None:
    """What one word outside quotation marks reports, if it is a reporting word."""
    if token.lower_ == "according":
        return according(parsed, token, [parsed.trimmed(token.sent.start_char, token.sent.end_char)])
    lemma = token.lemma_.lower()
    if lemma in QUOTING | WITH_CLAUSE and is_aside(token):
        whole, confidence, holes = parsed.subtree(token.head), CLAUSE, [parsed.subtree(token)]
    else:
        complement = complement_of(token, lemma)
        if complement is None:
            return None
        whole, holes = span_of_complement(parsed, token, complement), []
        confidence = CLAUSE if complement.dep_ == "ccomp" and token.pos_ != "NOUN" else OBJECT
    cue = span_of_cue(parsed, token)
    source = span_of_source(parsed, token, cue, whole)
    return Find(parsed.without(whole, [*holes, cue, source]), cue, source, confidence, token.i)


def is_aside(token: Token) -> bool:
    """Whether the verb stands in "as she noted", beside the clause that it reports."""
    if token.dep_ != "advcl" or any(child.dep_ in COMPLEMENTS for child in token.children):
        return False
    return any(child.dep_ == "mark" and child.lower_ == "as" for child in token.children)


def complement_of(token: Token, lemma: str) -> Token | None:
    """The word at the head of what a reporting word reports: a clause rather than a phrase or an object."""
    children = list(token.children)
    if token.pos_ == "NOUN":
        return next((c for c in children if lemma in NOUNS and c.dep_ in ("acl", "ccomp")), None)
    if token.pos_ not in ("VERB", "AUX"):
        return None
    phrases = [c for c in children if c.dep_ == "prep" and f"{lemma} {c.lower_}" in WITH_PREPOSITION]
    found = [
        *(c for c in children if c.dep_ == "ccomp" and lemma in WITH_CLAUSE),
        *(c for c in children if c.dep_ == "xcomp" and lemma in WITH_INFINITIVE),
        *(c for c in children if c.dep_ == "oprd" and lemma in ("call", "dub")),
        *(c for phrase in phrases for c in phrase.children if c.dep_ in ("pobj", "pcomp")),
        *(c for c in children if c.dep_ == "dobj" and lemma in WITH_OBJECT),
    ]
    return found[0] if found else None


def span_of_complement(parsed: Parsed, token: Token, complement: Token) -> Span:
    """All that the complement's head stands for; an object with what is said of it: praised him for his work."""
    spans = [parsed.subtree(complement)]
    if complement.dep_ in ("dobj", "oprd"):
        for child in token.children:
            is_said_of_it = (
                child.dep_ == "prep" and child.i > complement.i and child.lower_ in ("as", "for", "to", "with")
            )
            if is_said_of_it or child.dep_ in ("dobj", "oprd"):
                spans.append(parsed.subtree(child))
    return Span(min(spans).char_start, max(span.char_end for span in spans))


def according(parsed: Parsed, token: Token, content: list[Span]) -> Find | None:
    """The find for "according to X": X is the source, the rest of ``content`` what it says."""
    to = token.nbor() if token.i + 1 < len(parsed.doc) else token
    named = next((child for child in to.children if child.dep_ in ("pobj", "pcomp")), None)
    if to.lower_ != "to" or named is None:
        return None
    source, cue = parsed.subtree(named), Span(token.idx, to.idx + len(to))
    phrase = Span(cue.char_start, source.char_end)
    said = joined(part for span in content for part in parsed.without(span, [phrase]))
    return Find(said, cue, source, ACCORDING, token.i)


def span_of_cue(parsed: Parsed, token: Token) -> Span:
    """The reporting word with the auxiliaries that stand right before it and a particle right after."""
    first, last = token.i, token.i
    roles = {child.i: child.dep_ for child in token.children}
    while roles.get(first - 1) in ("aux", "auxpass", "neg"):
        first -= 1
    last += roles.get(last + 1) == "prt"
    return Span(parsed.doc[first].idx, parsed.doc[last].idx + len(parsed.doc[last]))


def subject_of(cue: Token) -> Token | None:
    """The head of the words that name who reports: a subject, one shared with a verb above, an agent, an owner."""
    token = cue
    for _ in range(6):
        for child in token.children:
            if child.dep_ in ("nsubj", "csubj") or (child.dep_ == "poss" and token.pos_ == "NOUN"):
                return child
            if child.dep_ == "agent":
                return next((c for c in child.children if c.dep_ == "pobj"), None)
        if token.tag_ == "VBN" and token.dep_ == "advcl":
            return None  # asked whether …, she said: who asked is not told
        if token.dep_ == "acl" and token.head.pos_ in ("NOUN", "PROPN"):
            return token.head
        if token.dep_ not in SHARED_SUBJECT:
            return None
        token = token.head
    return None


def span_of_source(parsed: Parsed, token: Token, cue: Span, content: Span | None = None) -> Span | None:
    """The subject of a reporting word with its modifiers, cut where a quotation, the cue or the content begins."""
    subject = subject_of(token)
    if subject is None or parsed.is_quoted(subject):
        return None
    head = Span(subject.idx, subject.idx + len(subject))
    start, end = whole = parsed.subtree(subject)
    for span in [*parsed.quotations_in(whole), cue, *([content] if content else [])]:
        if span.char_start >= head.char_end:
            end = min(end, span.char_start)
        elif span.char_end <= head.char_start:
            start = max(start, span.char_end)
    return parsed.trimmed(start, end)
