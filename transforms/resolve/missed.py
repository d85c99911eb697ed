"""Names that the text shows although the annotator marked none there.

They count as evidence (who is near, who is spoken of) and can be speakers; they are no rows of entity_mentions.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from transforms.records import Quotation, Span
from transforms.resolve import lexicon
from transforms.resolve.clusters import Name
from transforms.resolve.names import fold, parse_person
from transforms.resolve.organizations import LEGAL_ENDINGS, SHORT_HEADS
from transforms.resolve.roles import MODIFIERS, is_role_noun
from transforms.resolve.sources import DEFINITE, INDEFINITE, PRONOUNS, STOPS, Word, core_words, source_words

CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]")
FIRST_AND_LAST = re.compile(
    r"\b(?P<first>[A-Z][a-z]+)(?: [A-Z]\.)* "
    r"(?P<last>(?:(?:de|van|von|bin|al|el|di|da|Mc|Mac|O[’'])[ -]?)?[A-Z][\w-]+)\b"
)
# First names that open a sentence as often as words of another kind, or begin the name of a place.
DOUBTFUL = lexicon.words("doubtful_first_names") | lexicon.words("names_of_places")
ORGANIZATION = re.compile(
    r"(?:(?:[A-Z][\w.&’'-]*|of|for|on|and|the) )*?(?:[A-Z][\w.&’'-]*)(?: (?:of|for|on|and|in|the|[A-Z][\w.&’'-]*))* ?"
)


class Covered:
    """Which parts of a text some name takes up already."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.spans = sorted(name.span for name in names)
        self.starts = [span.char_start for span in self.spans]

    def overlaps(self, span: Span) -> bool:
        """Whether any name shares a character with the span."""
        index = bisect_right(self.starts, span.char_end - 1) - 1
        return any(other.overlaps(span) for other in self.spans[max(0, index - 1) : index + 1])


def missed_names(text: str, quotations: Sequence[Quotation], names: Sequence[Name]) -> list[Name]:
    """All names found beside the mentions: in sources, by a common first name, by a name known from the mentions."""
    found = source_only_names(text, quotations, names)
    found += common_first_names(text, [*names, *found])
    return found + repeated_names(text, [*names, *found])


def common_first_names(text: str, names: Sequence[Name]) -> list[Name]:
    """People named by a common first name and a capitalised word, outside every mention."""
    known, covered, found = lexicon.first_name_genders(), Covered(names), []
    for match in FIRST_AND_LAST.finditer(text):
        span, first, last = Span(*match.span()), fold(match["first"]), fold(match["last"])
        if first not in known or first in DOUBTFUL or is_common(last) or covered.overlaps(span):
            continue
        after = re.match(r" ([A-Z][\w]+)", text[span.char_end : span.char_end + 30])
        if last not in NO_SURNAMES and not (after and fold(after[1]) in NO_SURNAMES):
            found.append(Name(None, span, match.group(), "person"))
    return found


NO_SURNAMES = SHORT_HEADS | LEGAL_ENDINGS | lexicon.words("generic_heads")


def repeated_names(text: str, names: Sequence[Name]) -> list[Name]:
    """The surnames of people named in full, where they stand outside every mention."""
    covered, found = Covered(names), []
    people = {
        n.person.last: n.person.shown.split()[-1] for n in names if n.entity_type == "person" and n.person.is_full
    }
    surnames = sorted({name for name in people.values() if len(name) > 2 and name[:1].isupper() and name.isalpha()})
    if not surnames:
        return []
    for match in re.finditer(rf"\b(?:{'|'.join(surnames)})\b(?! [A-Z])", text):
        span = Span(*match.span())
        before = re.search(r"([A-Z][\w.’'-]*) $", text[max(0, span.char_start - 25) : span.char_start])
        if covered.overlaps(span) or (before and not is_common(fold(before[1]).strip("."))):
            continue
        found.append(Name(None, span, match.group(), "person"))
    return found


def source_only_names(text: str, quotations: Sequence[Quotation], names: Sequence[Name]) -> list[Name]:
    """Names for sources whose head is a capitalised word outside every mention."""
    found: dict[Span, Name] = {}
    for quotation in quotations:
        if quotation.source is None:
            continue
        inside = [name for name in names if name.span.overlaps(quotation.source)]
        name = unmarked_organization(text, quotation.source, inside) or unmarked_name(text, quotation.source, inside)
        if name is not None:
            found[name.span] = name
    return list(found.values())


def unmarked_organization(text: str, source: Span, inside: Sequence[Name]) -> Name | None:
    """A source that is nothing but an organisation's name, by one of its words: "the Bureau of Tides"."""
    words = re.sub(r"^[Tt]he ", "", text[slice(*source)]).strip(" ,")
    if inside or not CAPITAL.match(words) or not ORGANIZATION.fullmatch(words):
        return None
    capitals = [fold(word) for word in words.split() if CAPITAL.match(word)]
    if len(capitals) < 2 or not any(word in SHORT_HEADS | lexicon.nouns()["body"] for word in capitals):
        return None
    if is_role_noun(capitals[0]) or is_role_noun(capitals[-1]):
        return None
    start = source.char_start + text[slice(*source)].index(words)
    return Name(None, Span(start, start + len(words)), words, "organization")


def unmarked_name(text: str, source: Span, inside: Sequence[Name]) -> Name | None:
    """The capitalised words a source's head consists of, where no mention covers them."""
    words = source_words(text, source, inside)
    core = core_words(text, words) if words else []
    run: list[Word] = []
    for word in reversed(core):
        if word.name is not None or not CAPITAL.match(text[word.span.char_start]):
            break
        run.insert(0, word)
    while run and is_common(run[0].text):
        run.pop(0)
    if not run or is_common(run[-1].text) or any(word.name for word in core):
        return None
    span = Span(run[0].span.char_start, run[-1].span.char_end)
    return Name(None, span, text[slice(*span)], "person") if parse_person(text[slice(*span)]).words else None


def is_common(word: str) -> bool:
    """Whether a folded word, though capitalised, is no name: a pronoun, determiner, title or common noun."""
    plain = word.strip(".").removesuffix("'s")
    nouns = lexicon.nouns()
    return (
        plain in PRONOUNS | STOPS | DEFINITE | INDEFINITE | MODIFIERS
        or is_role_noun(plain)
        or plain in lexicon.titles()
        or any(plain in nouns[kind] for kind in ("collective", "body", "document", "anonymous", "kin"))
    )
