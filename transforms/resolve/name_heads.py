"""Where a name is the head of a source: by its title, as an apposition, in a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from transforms.records import Span
from transforms.resolve import lexicon
from transforms.resolve.clusters import Name
from transforms.resolve.names import fold
from transforms.resolve.noun_kinds import means_many
from transforms.resolve.source_words import STOPS, SourcePhrase, Word, determiner_of, is_person

PLURAL_TITLES = frozenset({"sens", "reps", "govs", "profs", "drs", "senators", "brothers", "sisters"})
OPEN_TITLE = frozenset({"of", "for", "at", "on"})
# What stands between two who speak together: a comma or "and", a party in brackets, a title.
LIST_GAP = re.compile(
    r"\s*(?:\([^()]{1,20}\)|,? (?:of|from) [A-Z]\w+(?: [A-Z]\w+)?|, [DRI]-[A-Z][\w.]{1,8})?"
    r"\s*,?\s*(?:and\s+)?(?:[A-Z][\w.]*\.?\s+){0,3}"
)


def name_phrase(text: str, span: Span, words: Sequence[Word], core: Sequence[Word]) -> SourcePhrase | None:
    """The phrase where a name is the head, or None."""
    last = core[-1]
    if last.name is not None and not is_party_member(core):
        return named(text, span, words, core, last.name)
    rest = words[len(core) :]
    determiner = determiner_of(core)
    if rest and rest[0].text in OPEN_TITLE and not determiner and gap_is_plain(text, core[-1], rest[0]):
        name = titled_name(text, words, len(core))
        if name:
            return named(text, span, words, core, name)
    if rest and rest[0].text == "and" and (last.text in lexicon.nouns()["role"] or opens_office(text, words, core)):
        name = titled_name(text, words, len(core))
        if name:
            return named(text, span, words, core, name)
    name = envoy(text, words, core) or called(words, core)
    if name:
        return named(text, span, words, core, name)
    name = (apposed_name(text, words, len(core)) or apposed_body(text, words, core)) if rest else None
    phrase = named(text, span, words, core, name) if name else None
    if phrase is None or (means_many(last.text) and phrase.kind != "names"):  # "his rivals, Ada Lind and Bo Reyes"
        return None
    return replace(phrase, is_apposed=True)


def is_party_member(core: Sequence[Word]) -> bool:
    """Whether a group's name stands for one member of it: "the Ohio Republican"."""
    last = core[-1]
    if last.name is None or last.name.entity_type != "group" or len(core) < 2:
        return False
    return last.text in {"republican", "democrat", "conservative", "liberal"} and core[0].text in {"the", "a"}


def gap_is_plain(text: str, one: Word, other: Word) -> bool:
    """Whether nothing but space parts two words."""
    return not text[one.span.char_end : other.span.char_start].strip()


def titled_name(text: str, words: Sequence[Word], start: int) -> Name | None:
    """A person right after a title of several words, before any break: "Secretary of State John Kerry"."""
    for index in range(start + 1, len(words)):
        gap = text[words[index - 1].span.char_end : words[index].span.char_start]
        if re.search(r"[,;:()\n]", gap) or words[index].text in STOPS - OPEN_TITLE - {"and"}:
            return None
        name = words[index].name
        if is_person(name):
            directly_after = index == start + 1
            return None if directly_after or possessive(text, name) else name
    return None


def place_of_person(words: Sequence[Word]) -> int:
    """The number of the first word of a person's name; 0 where there is none."""
    return next((number for number, word in enumerate(words) if is_person(word.name)), 0)


def opens_office(text: str, words: Sequence[Word], core: Sequence[Word]) -> bool:
    """Whether the core begins an office that goes on behind "and": "Health and Human Services Secretary Ada Lind"."""
    at = place_of_person(words)
    title, last = words[at - 1], core[-1]
    is_written_so = all(text[word.span.char_start].isupper() or word.text == "and" for word in words[:at])
    is_title = title.text.strip(".") in lexicon.nouns()["role"] and at > len(core) + 2
    return is_title and is_written_so and not means_many(last.text)


def envoy(text: str, words: Sequence[Word], core: Sequence[Word]) -> Name | None:
    """Who has a title with "to": "Ambassador to the United Nations Ada Lind", "Assistant to the President Ada Lind"."""
    last, rest = core[-1], words[len(core) :]
    at = place_of_person(rest)
    if at < 2 or rest[0].text != "to" or not text[last.span.char_start].isupper() or last.text.endswith("s"):
        return None
    before = rest[at - 1]
    is_place = before.name is not None and not is_person(before.name)
    is_whole = not re.search(r"[,;:()\n]", text[last.span.char_end : rest[at].span.char_start])
    is_office = rest[1].text == "the" and not any(word.text in STOPS for word in rest[2:at])
    name = rest[at].name
    return name if name and is_whole and (is_place or is_office) and not possessive(text, name) else None


def called(words: Sequence[Word], core: Sequence[Word]) -> Name | None:
    """Who is given a name behind a description: "an official named Ada Lind"."""
    rest = words[len(core) :]
    return rest[1].name if len(rest) > 1 and rest[0].text == "named" and is_person(rest[1].name) else None


def apposed_name(text: str, words: Sequence[Word], start: int) -> Name | None:
    """The person in the part after a comma: "its director, Jane Doe"; with "the" by title: "the mayor Jane Doe"."""
    for index in range(start, len(words)):
        gap = text[words[index - 1].span.char_end : words[index].span.char_start]
        if "," not in gap and "–" not in gap and "—" not in gap:
            continue
        if words[index].text in {"a", "an", *STOPS}:
            return None
        with_article = words[index].text == "the"
        for before, word in pairwise(words[index - 1 :]):
            if is_person(word.name):
                is_titled = not with_article or before.text in lexicon.nouns()["role"]
                return None if possessive(text, word.name) or not is_titled else word.name
            if word.text in STOPS:
                return None
    return None


def apposed_body(text: str, words: Sequence[Word], core: Sequence[Word]) -> Name | None:
    """The organisation right after the first comma: "another group opposed to it, the Harbour Alliance"."""
    if core[-1].text not in lexicon.nouns()["body"]:
        return None
    for before, word in pairwise(words[len(core) - 1 :]):
        if "," in text[before.span.char_end : word.span.char_start]:
            at = words.index(word) + (word.text == "the")
            name = words[at].name if at < len(words) else None
            return name if name and name.entity_type == "organization" and not possessive(text, name) else None
    return None


def possessive(text: str, name: Name) -> bool:
    """Whether a name is followed by, or ends in, a possessive ending."""
    return bool(re.match(r"[’']s?\b|[’']", text[name.span.char_end :][:2])) or bool(re.search(r"[’']s?$", name.text))


def named(text: str, span: Span, words: Sequence[Word], core: Sequence[Word], head: Name) -> SourcePhrase:
    """A phrase with a name for its head; a second name joined by "and" makes it several, and so does a list."""
    names = [head, *listed_names(text, words, head)]
    after = [word for word in words if word.span.char_start >= head.span.char_end]
    if (
        len(after) > 1
        and after[0].text == "and"
        and after[1].name is not None
        and not text[head.span.char_end : after[0].span.char_start].strip()
    ):
        other = after[1].name
        is_owner = possessive(text, other) or owns_noun(text, after, other)
        if other.entity_type == head.entity_type and not is_owner and other not in names:
            names.append(other)
    before = [word for word in core if word.span.char_end <= head.span.char_start]
    shares_surname = len(head.words) > 1 and len(head.words[-1]) == 1 and bool(after) and after[0].text == "and"
    is_plural = shares_surname or any(word.text.strip(".") in PLURAL_TITLES for word in before)
    if is_plural and len(names) == 1:
        names.append(head)  # "Ada G. and Bo H. Lind", "Sens. Ada Lind (Norland) and ..."
    role = text[before[0].span.char_start : head.span.char_start].strip() if before else ""
    kind = "name" if len(names) == 1 else "names"
    return SourcePhrase(
        kind,
        span,
        fold(head.text),
        tuple(names),
        role=re.sub(r"^(?:the|a|an) ", "", role, flags=re.I),
        words=tuple(word.text for word in core),
    )


def owns_noun(text: str, words: Sequence[Word], name: Name) -> bool:
    """Whether a noun follows a name that says whose it is: "Lind and Reyes advisers"."""
    after = next((word for word in words if word.span.char_start >= name.span.char_end), None)
    is_role = after is not None and after.text.removesuffix("s") in lexicon.nouns()["role"]
    return after is not None and is_role and not text[name.span.char_end : after.span.char_start].strip()


def listed_names(text: str, words: Sequence[Word], head: Name) -> list[Name]:
    """The other names of "Lind, Reyes and Okoro" or "Sens. Ada Lind of Norland and Bo Reyes", in text order."""
    after = {word.name.span: word.name for word in words if word.name and word.name.span > head.span}
    found: list[Name] = []
    last = head
    for name in (name for name in after.values() if name.entity_type == head.entity_type):
        gap = text[last.span.char_end : name.span.char_start]
        if not LIST_GAP.fullmatch(gap) or possessive(text, name) or owns_noun(text, words, name):
            break
        found.append(name)
        last = name
    is_list = found and any("and" in text[head.span.char_end : name.span.char_start].split() for name in found)
    return found if is_list else []
