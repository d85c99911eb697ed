"""Mentions as the tables hold them: names by type, and the nominal or pronoun sources of attributions."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from transforms.annotate.word_lists import ARTICLES, GROUP_NOUNS, ORGANIZATION_NOUNS, PRONOUNS, WORK_NOUNS
from transforms.records import Attribution, Mention, Span

LAW_WORD = re.compile(
    r"\b(?:act|bill|law|treaty|amendment|constitution|code|accord|agreement|protocol|convention on)\b", re.IGNORECASE
)
EVENT_WORD = re.compile(
    r"\b(?:war|cup|olympics?|games|festival|championships?|summit|conference|election|day|week|christmas|easter|ramadan|"
    r"revolution|hurricane|cyclone|typhoon|league|tournament|fair|forum|awards?|marathon|parade|crisis)\b",
    re.IGNORECASE,
)


def name_mentions(found: Sequence[tuple[str, Span, float]], text: str) -> list[Mention]:
    """Named mentions from (type, span, confidence); what the gold calls miscellaneous is told apart by its words.

    A pronoun is no name, unless a longer name of the text begins with it: He Weidong may be He later on.
    """
    names = [text[slice(*span)] for _, span, _ in found]
    longer = {name.split()[0] for name in names if " " in name}
    return [
        Mention(span, misc_type(span, text) if kind == "misc" else kind, "name", chance)
        for (kind, span, chance), name in zip(found, names, strict=True)
        if name in longer or not is_pronoun(name)
    ]


def is_pronoun(name: str) -> bool:
    """Whether the word is a pronoun; US and WHO are not."""
    return name.lower() in PRONOUNS and (len(name) == 1 or not name.isupper())


def misc_type(span: Span, text: str) -> str:
    """Law, event or work, by the words of the name and the marks around it."""
    name = text[span.char_start : span.char_end]
    if LAW_WORD.search(name):
        return "law"
    if EVENT_WORD.search(name):
        return "event"
    is_quoted = text[max(0, span.char_start - 1) : span.char_start] in ('"', "“", "‘", "'")
    return "work" if is_quoted else "event"


def speaker_mentions(attributions: Sequence[Attribution], names: Sequence[Mention], text: str) -> list[Mention]:
    """A pronoun or nominal mention for each source that no name stands for, with the attribution's confidence."""
    found: dict[Span, Mention] = {}
    for attribution in attributions:
        source = attribution.source
        if source is None or source in found:
            continue
        touching = names_at(source, names)
        inside = [name.span for name in touching]
        persons = [name.span for name in touching if name.entity_type == "person"]
        rest = words_outside(source, inside, text)
        if inside and not owns_source(inside, source, text) and (persons or not rest):
            continue
        words = rest or words_outside(source, [], text)
        kind = "pronoun" if len(words) == 1 and words[0] in PRONOUNS else "nominal"
        found[source] = Mention(source, nominal_type(words), kind, attribution.confidence)
    return list(found.values())


def names_at(source: Span, names: Sequence[Mention]) -> Sequence[Mention]:
    """The names that share a character with ``source``; names come in text order and do not overlap."""
    first = bisect_right(names, source.char_start, key=lambda name: name.span.char_end)
    stop = bisect_left(names, source.char_end, key=lambda name: name.span.char_start)
    return names[first:stop]


def words_outside(source: Span, names: Sequence[Span], text: str) -> list[str]:
    """The lower-case words of a source that stand outside the names, articles left out."""
    words = (
        (Span(source.char_start + match.start(), source.char_start + match.end()), match.group().lower())
        for match in re.finditer(r"\w+", text[source.char_start : source.char_end])
    )
    return [word for span, word in words if word not in ARTICLES and not any(name.overlaps(span) for name in names)]


def owns_source(names: Sequence[Span], source: Span, text: str) -> bool:
    """Whether the last name is only the owner of what speaks: "Smith's lawyer", "the club's owners"."""
    rest = text[max(name.char_end for name in names) : source.char_end]
    return re.match(r"['’]s?\s+\w", rest) is not None


def nominal_type(words: Sequence[str]) -> str:
    """The entity type of a description, by the first of its words that tells one; a person where none does."""
    for word in words:
        if word in GROUP_NOUNS or word in {"they", "them", "we", "us", "some", "many", "most", "others"}:
            return "group"
        if word in ORGANIZATION_NOUNS:
            return "organization"
        if word in WORK_NOUNS:
            return "work"
    return "person"
