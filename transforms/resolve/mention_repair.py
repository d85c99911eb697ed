"""The annotator's name mentions made ready: titles seen, nicknames kept whole, slips of the type put right."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence

from transforms.records import Annotation, Quotation, Span
from transforms.resolve import lexicon
from transforms.resolve.body_names import HEADS
from transforms.resolve.clusters import Name
from transforms.resolve.countries import country_code
from transforms.resolve.missed import DOUBTFUL, NameIndex, is_common, missed_names, pairs_by_last
from transforms.resolve.name_ends import without_glued, without_tail
from transforms.resolve.names import fold
from transforms.resolve.names import words_of as name_words
from transforms.resolve.organizations import COMMON_STARTS
from transforms.resolve.owners import Owners

TITLES_BEFORE = re.compile(r"(?:[A-Z][a-z]+\.? ){1,3}$")
WITH_NICKNAME = re.compile(
    r"[A-Z][\w.’'-]{1,40}(?: [A-Z][\w.’'-]{0,40}){0,2} [\"“‘'(][A-Z][\w.-]{1,40}(?: [A-Z][\w.-]{1,40})?,?[\"”’')] "
    r"[A-Z][\w’'-]+"
)
LOOSE_END = re.compile(r"(?:,?\s+(?:of|for|in|at|from|and|the|to|by|with|who|is|was|said|says)){1,20}$")
DOTTED_END = re.compile(r"(?:^|\s)(?:[A-Z]\.)+[A-Z]$|\b(?:Jr|Sr|Inc|Corp|Co|Ltd)$")
OPEN_END = re.compile(r" (?:of|for|in|of the|for the|in the)$")
# First names that as often begin the name of a place, a college, a club.
NAMES_OF_PLACES = lexicon.words("names_of_places")
SURNAME_AFTER = re.compile(r" ([A-Z][\w-]*\w)\b(?! [A-Z])")
WORD_BEFORE = re.compile(r"\b([A-Z][a-z]+) $")
# Types of one name in one article that are one thing: an app, the firm that runs it.
THINGS = ("organization", "product", "work", "event", "law")
# Types that a surname is taken for; a place is not among them, for people are named after places.
SLIPS = frozenset({"organization", "work", "product", "event", "law", "group"})


def read_names(text: str, annotation: Annotation, quotations: Sequence[Quotation]) -> list[Name]:
    """All names of one text in text order: the mentions, and those that only a source's words show."""
    names = [
        Name(number, mention.span, text[slice(*mention.span)], mention.entity_type)
        for number, mention in enumerate(annotation.mentions)
        if mention.mention_type == "name"
    ]
    cut_loose_ends(text, names)
    keep_last_dots(text, names)
    keep_nicknames_whole(text, names)
    complete_fragments(text, names)
    complete_people(text, names)
    cut_loose_ends(text, names)  # what was completed may have gone too far
    names += missed_names(text, quotations, names)
    for name in names:
        name.titles = titles_of(text, name)
    return sorted(names, key=lambda name: name.span)


def cut_loose_ends(text: str, names: Sequence[Name]) -> None:
    """A person's mention reads without what is no part of the name at its end: "Ada Lind of", "Ada Lind (R-AR)"."""
    for name in names:
        bare = name.text
        if name.entity_type == "person":
            bare = LOOSE_END.sub("", without_tail(without_glued(name.text, text)))
        if bare and bare != name.text:
            name.text, name.span = bare, Span(name.span.char_start, name.span.char_start + len(bare))


def keep_last_dots(text: str, names: Sequence[Name]) -> None:
    """A name that ends in an abbreviation keeps its dot: "U.N.", "Bo Lind Jr."."""
    for name in names:
        end = name.span.char_end
        if text[end : end + 1] == "." and DOTTED_END.search(name.text):
            name.text, name.span = f"{name.text}.", Span(name.span.char_start, end + 1)


def keep_nicknames_whole(text: str, names: Sequence[Name]) -> None:
    """A mention that is cut at a nickname in quotation marks reads as the whole name, and is a person's.

    In a headline a name, a word in marks and a verb look alike ("Lind Touts 'Historic' Norland Talks"): unless the
    first is a first name, a person's mention has all words before the marks, and a person's the last.
    """
    known = lexicon.first_name_genders()
    starts = [name.span.char_start for name in names]
    for match in WITH_NICKNAME.finditer(text):
        whole = Span(*match.span())
        index = max(0, bisect_left(starts, whole.char_start) - 1)
        inside = [n for n in names[index : index + 5] if n.span.overlaps(whole) and n.span.char_end <= whole.char_end]
        people = [name.span for name in inside if name.entity_type == "person"]
        marks = whole.char_start + len(re.split(r" [\"“‘'(]", match.group())[0])
        is_begun = any(span.char_start <= whole.char_start and span.char_end >= marks for span in people)
        is_named = is_begun and any(span.char_end == whole.char_end for span in people)
        if not people or not (is_named or fold(match.group().split()[0]) in known):
            continue
        for name in inside:
            name.text, name.entity_type = match.group(), "person"


def complete_fragments(text: str, names: Sequence[Name]) -> None:
    """Read a cut name whole: "Ministry of" with the place after it, "Supreme Court" with the words before it."""
    owners = Owners(text, names)
    starts = {name.span.char_start: name for name in names}
    for name in names:
        if name.entity_type not in ("organization", "place"):
            continue
        start, end = name.span
        after = starts.get(end + 1)
        if after is not None and text[end] == " " and OPEN_END.search(name.text):
            name.text = text[start : after.span.char_end]
        name.text = owners.whole(name)


def complete_people(text: str, names: Sequence[Name]) -> None:
    """A person's mention of one word takes the surname that follows a first name, or the first name before it."""
    known, index = lexicon.first_name_genders(), NameIndex(names)
    for name in names:
        if name.entity_type != "person" or len(name.words) != 1 or not name.text[:1].isupper():
            continue
        start, end = name.span
        after = SURNAME_AFTER.match(text, end) if name.words[0] in known else None
        before = WORD_BEFORE.search(text, max(0, start - 25), start)
        whole = name.span
        if after and not is_common(fold(after[1])):
            whole = Span(start, after.end())
        elif before and fold(before[1]) in known and fold(before[1]) not in DOUBTFUL:
            whole = Span(before.start(), end)
        if index.inside(whole) == [name]:
            name.span, name.text = whole, text[slice(*whole)]


def titles_of(text: str, name: Name) -> tuple[str, ...]:
    """The folded title words that stand right before a name or open it."""
    known = lexicon.titles()
    before = TITLES_BEFORE.search(text[max(0, name.span.char_start - 40) : name.span.char_start])
    words = [fold(word).rstrip(".") for word in [*(before.group().split() if before else ()), *name.text.split()[:-1]]]
    n_inside = len(name.text.split()) - 1
    return tuple(
        word for index, word in enumerate(words) if word in known and (index < len(words) - n_inside or index == 0)
    )


def settle_types(names: Sequence[Name], text: str) -> None:
    """Give names the type their article mostly gives the same words; a person's surname alone is a person."""
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    surnames: set[str] = set()
    for name in names:
        counts[name.words][name.entity_type] += 1
        if name.entity_type == "person" and name.person.is_full:
            surnames.add(name.person.last)
    surnames |= surnames_in_text(text, names)
    titled = {name.words[0] for name in names if name.titles and len(name.words) == 1}
    companies = company_starts(names) - titled
    for name in names:
        top, times = counts[name.words].most_common(1)[0]
        if times >= 3 * counts[name.words][name.entity_type]:
            name.entity_type = top
        is_never = " ".join(name.words) in lexicon.words("never_people") and name.words[-1] not in surnames
        if name.entity_type == "person" and (is_never or is_company(name, companies, surnames)):
            name.entity_type = "organization"
        elif len(name.words) == 1 and is_plural(name.words[0], surnames):
            name.entity_type = "group"
        elif name.entity_type in SLIPS and (is_surname_slip(name, surnames) or is_personal_name(name, surnames)):
            name.entity_type = "person"
        elif name.entity_type == "organization" and country_code(name.text):
            name.entity_type = "place"
        elif name.entity_type in THINGS:
            name.entity_type = max(THINGS, key=lambda kind: (counts[name.words][kind], -THINGS.index(kind)))


def is_plural(word: str, surnames: set[str]) -> bool:
    """Whether a word names several people: "Demonstrators", or the family of somebody named in full: "the Linds"."""
    return word in lexicon.nouns()["collective"] or (word[-1:] == "s" and word[:-1] in surnames)


def surnames_in_text(text: str, names: Sequence[Name]) -> set[str]:
    """Words that are a mention of some thing by themselves, and stand behind a common first name elsewhere."""
    first_names, found = lexicon.first_name_genders(), set()
    alone = {name.text for name in names if name.entity_type in SLIPS and " " not in name.text}
    pairs = pairs_by_last(text) if alone else {}
    for word in alone:
        if not word[:1].isupper() or word.isupper():
            continue
        givens = {fold(text[slice(*span)].split()[0]) for span in pairs.get(word, ())}
        if any(given in first_names and given not in NAMES_OF_PLACES for given in givens):
            found |= set(name_words(word))
    return found


def is_personal_name(name: Name, surnames: set[str]) -> bool:
    """Whether a thing's name of two or three words is a common first name and a surname of the text."""
    words = name.words
    known = lexicon.first_name_genders()
    return 1 < len(words) < 4 and words[0] in known and words[-1] in surnames and words[0] not in NAMES_OF_PLACES


def company_starts(names: Sequence[Name]) -> set[str]:
    """The first words of the article's companies: "Ford" of "Ford Motor Co", but not "Lind" of "Lind campaign"."""
    return {
        name.words[0]
        for name in names
        if name.entity_type == "organization" and len(name.words) > 1 and name.words[-1] not in HEADS
    } - COMMON_STARTS


def is_company(name: Name, companies: set[str], surnames: set[str]) -> bool:
    """Whether a supposed person of one word is the start of a company's name and nobody's surname."""
    return len(name.words) == 1 and name.words[0] in companies and name.words[0] not in surnames


def is_surname_slip(name: Name, surnames: set[str]) -> bool:
    """Whether a one-word name that is no person's by its type is the surname of a person named in full."""
    words = name.words
    if len(words) != 1 or words[0] not in surnames or name.text.startswith("the "):
        return False
    return words[0] not in lexicon.known_acronyms() and country_code(name.text) is None
