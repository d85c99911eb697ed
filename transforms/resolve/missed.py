"""Names that the text shows although the annotator marked none there.

They count as evidence (who is near, who is spoken of) and can be speakers; they are no rows of entity_mentions.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from transforms.records import Quotation, Span
from transforms.resolve import lexicon
from transforms.resolve.body_names import HEADS
from transforms.resolve.clusters import Name
from transforms.resolve.names import fold, parse_person
from transforms.resolve.organizations import LEGAL_ENDINGS, SHORT_HEADS
from transforms.resolve.roles import MODIFIERS, is_role_noun
from transforms.resolve.source_phrases import PRONOUNS
from transforms.resolve.source_words import DEFINITE, INDEFINITE, STOPS, Word, core_words, source_words

CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]")
AUXILIARIES = frozenset({"will", "may", "mark", "grant"})
CAPITAL_PAIR = re.compile(r"[A-Z](?<![\w.].)(?=[\w’'-]{0,40}\.?(?: [A-Z]\.)? ([A-Z][\w’'-]{0,40}\w))")
FIRST_AND_LAST = re.compile(
    r"\b(?P<first>[A-Z][a-z]+)(?: [A-Z]\.)* "
    r"(?P<last>(?:(?:de|van|von|bin|al|el|di|da|Mc|Mac|O[’'])[ -]?)?[A-Z][\w-]+)\b"
)
# First names that open a sentence as often as words of another kind, or begin the name of a place.
DOUBTFUL = lexicon.words("doubtful_first_names") | lexicon.words("names_of_places")
ORGANIZATION = re.compile(r"[A-Z][\w.&’'-]*(?: (?:of|for|on|and|in|the|[A-Z][\w.&’'-]*))* ?")


class NameIndex:
    """Names by where they stand, so that looking up a span does not read them all."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = sorted(names, key=lambda name: name.span)
        self.starts = [name.span.char_start for name in self.names]
        self.longest = max((n.span.char_end - n.span.char_start for n in self.names), default=0)

    def inside(self, span: Span) -> list[Name]:
        """The names that share a character with the span, in text order."""
        first = bisect_left(self.starts, span.char_start - self.longest)
        last = bisect_left(self.starts, span.char_end)
        return [name for name in self.names[first:last] if name.span.overlaps(span)]

    def overlaps(self, span: Span) -> bool:
        """Whether any name shares a character with the span."""
        return bool(self.inside(span))

    def before(self, position: int, n_chars: int) -> list[Name]:
        """The names that end at most ``n_chars`` before a position, in text order."""
        first = bisect_left(self.starts, position - n_chars - self.longest)
        last = bisect_left(self.starts, position)
        return [n for n in self.names[first:last] if position - n_chars < n.span.char_end <= position]


def missed_names(text: str, quotations: Sequence[Quotation], names: Sequence[Name]) -> list[Name]:
    """All names found beside the mentions: in sources, by a common first name, by a name known from the mentions."""
    found = source_only_names(text, quotations, names)
    found += common_first_names(text, [*names, *found])
    return found + repeated_names(text, [*names, *found])


def common_first_names(text: str, names: Sequence[Name]) -> list[Name]:
    """People named by a common first name and a capitalised word, outside every mention."""
    known, covered, found = lexicon.first_name_genders(), NameIndex(names), []
    surnames = {name.person.last for name in names if name.entity_type == "person"}
    for match in FIRST_AND_LAST.finditer(text):
        span, first, last = Span(*match.span()), fold(match["first"]), fold(match["last"])
        if first not in known or is_common(last) or covered.overlaps(span):
            continue
        if first in DOUBTFUL and (last not in surnames or first in AUXILIARIES):
            continue
        after = re.match(r" ([A-Z][\w]+)", text[span.char_end : span.char_end + 30])
        if last not in NO_SURNAMES and not (after and fold(after[1]) in NO_SURNAMES):
            found.append(Name(None, span, match.group(), "person"))
    return found


PAPERS = lexicon.words("paper_names")
NO_SURNAMES = HEADS | LEGAL_ENDINGS


def repeated_names(text: str, names: Sequence[Name]) -> list[Name]:
    """The surnames of people named in full, where they stand outside every mention."""
    covered, found = NameIndex(names), []
    people = {
        n.person.last: n.person.shown.split()[-1] for n in names if n.entity_type == "person" and n.person.is_full
    }
    surnames = {name for name in people.values() if len(name) > 2 and name[:1].isupper() and name.isalpha()}
    if not surnames:
        return []
    for match in re.finditer(r"\b[A-Z]\w+\b(?! [A-Z])", text):
        if match.group() not in surnames:
            continue
        span = Span(*match.span())
        before = re.search(r"([A-Z][\w.’'-]*) $", text[max(0, span.char_start - 25) : span.char_start])
        if covered.overlaps(span) or (before and not is_common(fold(before[1]).strip("."))):
            continue
        found.append(Name(None, span, match.group(), "person"))
    return found


def source_only_names(text: str, quotations: Sequence[Quotation], names: Sequence[Name]) -> list[Name]:
    """Names for sources whose head is a capitalised word outside every mention."""
    found: dict[Span, Name] = {}
    index = NameIndex(names)
    for quotation in quotations:
        if quotation.source is None:
            continue
        inside = index.inside(quotation.source)
        name = unmarked_organization(text, quotation.source, inside, names) or unmarked_name(
            text, quotation.source, inside
        )
        if name is not None:
            found[name.span] = name
    return list(found.values())


@lru_cache(maxsize=2)  # two steps of an article ask
def pairs_by_last(text: str) -> dict[str, list[Span]]:
    """Where a word with a capital stands right behind another (or behind its initial), by the later word."""
    pairs: dict[str, list[Span]] = defaultdict(list)
    for match in CAPITAL_PAIR.finditer(text):
        pairs[match[1]].append(Span(match.start(), match.end(1)))
    return pairs


def unmarked_organization(text: str, source: Span, inside: Sequence[Name], names: Sequence[Name]) -> Name | None:
    """A source that is nothing but an organisation's name, by one of its words: "the Bureau of Tides".

    Or the last word of a paper's name that the article gives in full: "the Post".
    """
    words = re.sub(r"^[Tt]he ", "", text[slice(*source)]).strip(" ,")
    if inside or not CAPITAL.match(words) or not ORGANIZATION.fullmatch(words):
        return None
    capitals = [fold(word) for word in words.split() if CAPITAL.match(word)]
    if not _is_papers_last_word(words, names) and not _is_bodys_name(capitals):
        return None
    start = source.char_start + text[slice(*source)].index(words)
    return Name(None, Span(start, start + len(words)), words, "organization")


def _is_papers_last_word(words: str, names: Sequence[Name]) -> bool:
    is_word = fold(words) in PAPERS and words.isalpha()
    return is_word and any(n.entity_type == "organization" and n.text.endswith(f" {words}") for n in names)


def _is_bodys_name(capitals: Sequence[str]) -> bool:
    heads = SHORT_HEADS | lexicon.nouns()["body"]
    is_named = len(capitals) > 1 and any(word in heads for word in capitals)
    return is_named and not is_role_noun(capitals[0]) and not is_role_noun(capitals[-1])


def unmarked_name(text: str, source: Span, inside: Sequence[Name]) -> Name | None:
    """The capitalised words a source's head consists of, where no mention covers them."""
    words = source_words(text, source, inside)
    core = core_words(text, words) if words else []
    run: list[Word] = []
    for word in reversed(core):
        if word.name is not None or not CAPITAL.match(text[word.span.char_start]):
            break
        run.insert(0, word)
    while run and is_common(run[0].text) and not (len(run) > 1 and run[0].text in lexicon.first_name_genders()):
        run.pop(0)
    if not run or is_common(run[-1].text) or any(word.name for word in core):
        return None
    if len(run) == 1 and not is_attested(text, run[0].span):
        return None
    if len(run) > 3 and text[slice(run[0].span.char_start, run[-1].span.char_end)].isupper():  # a headline
        return None
    span = Span(run[0].span.char_start, run[-1].span.char_end)
    name = text[slice(*span)]
    if not parse_person(name).words:
        return None
    if not re.search(r"\b[Tt]he $", text[max(0, span.char_start - 5) : span.char_start]):
        return Name(None, span, name, "person")
    # Nobody is called "the Atlantic"; the Tories and the Norlander are no names of one.
    is_described = re.search(r"(?:man|woman|s)$", name) and run[-1].text not in PAPERS
    return None if is_described else Name(None, span, name, "organization")


def is_attested(text: str, span: Span) -> bool:
    """Whether one capitalised word is a name by more than its place at the start of a sentence: "Mr. Lind said"."""
    word = text[slice(*span)]
    before = text[max(0, span.char_start - 12) : span.char_start]
    title = re.search(r"(\w+)\.? $", before)
    if re.search(r"[\w,’'] $", before) or word.isupper() or (title and fold(title[1]) in lexicon.titles()):
        return True
    if re.search(rf"\b{re.escape(word.lower())}\b", text):
        return False
    return re.search(rf"[\w,] {re.escape(word)}\b", text) is not None


def is_common(word: str) -> bool:
    """Whether a folded word, though capitalised, is no name: a pronoun, determiner, title or common noun."""
    plain = re.sub(r"'(?:s|ve|re|d|ll|m)?$", "", word.strip("."))
    nouns = lexicon.nouns()
    return (
        plain in PRONOUNS | STOPS | DEFINITE | INDEFINITE | MODIFIERS
        or is_role_noun(plain)
        or plain in lexicon.titles()
        or plain in lexicon.words("no_names")
        or any(plain in nouns[kind] for kind in ("collective", "body", "document", "anonymous", "kin"))
    )
