"""Reading the words that name a source: which of them is the head, and what kind of head it is.

"Steven Cheung, a spokesman for ..." is Cheung, "a spokesman for Clinton" is nobody by name, "Clinton campaign
manager Robby Mook" is Mook, "Trump's lawyer" is not Trump.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from transforms.records import Span
from transforms.resolve import lexicon
from transforms.resolve.clusters import Name
from transforms.resolve.names import fold
from transforms.resolve.noun_kinds import is_noun, means_many

MALE, FEMALE = frozenset({"he", "him", "his", "himself"}), frozenset({"she", "her", "hers", "herself"})
THEY = frozenset({"they", "them", "their", "theirs", "themselves"})
IT = frozenset({"it", "its", "itself"})
FIRST = frozenset({"i", "me", "my", "mine", "myself"})
WE = frozenset({"we", "us", "our", "ours", "ourselves"})
PLURAL_TITLES = frozenset({"sens", "reps", "govs", "profs", "drs", "senators", "brothers", "sisters"})
RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})
PRONOUNS = MALE | FEMALE | THEY | IT | FIRST | WE | RELATIVE | {"you", "your"}
STOPS = lexicon.words("stops")
OPEN_TITLE = frozenset({"of", "for", "at", "on"})
# A report "released by" somebody is his; one "obtained by" or "published in" is not.
AUTHORED = frozenset(["released", "issued", "written", "signed", "conducted", "prepared", "sent", "filed", "compiled"])
REFLEXIVE = frozenset({"himself", "herself", "itself", "themselves"})
DEFINITE = frozenset({"the", "this", "that", "these", "those"})
INDEFINITE = lexicon.words("indefinite")
BREAK = re.compile(r"[,;:()\[\]\n]|\s[–—-]\s")
# What stands between two who speak together: a comma or "and", a party in brackets, a title.
LIST_GAP = re.compile(
    r"\s*(?:\([^()]{1,20}\)|,? (?:of|from) [A-Z]\w+(?: [A-Z]\w+)?|, [DRI]-[A-Z][\w.]{1,8})?"
    r"\s*,?\s*(?:and\s+)?(?:[A-Z][\w.]*\.?\s+){0,3}"
)
WORD = re.compile(r"[^\W_](?:[\w.&’'\-]*[\w’'])?\.?")


class Word(NamedTuple):
    """One word of a source: as folded, where it stands, and the name mention it is part of, if any."""

    text: str
    span: Span
    name: Name | None


@dataclass(frozen=True, slots=True)
class SourcePhrase:
    """What a source's words amount to.

    ``kind``: none, pronoun, name, names (several), nominal. ``head`` is the folded head word; ``determiner`` is
    definite, indefinite, possessive or empty; ``possessor`` the name the head belongs to ("Trump's lawyer"),
    ``sender`` the name after "from" or "by" ("a letter from Trump"); ``is_joined`` says that "and" follows the head.
    """

    kind: str
    span: Span | None = None
    head: str = ""
    names: tuple[Name, ...] = ()
    determiner: str = ""
    possessor: Name | None = None
    sender: Name | None = None
    words: tuple[str, ...] = ()
    role: str = ""
    is_apposed: bool = False
    is_joined: bool = False


def read_phrase(text: str, span: Span | None, names: Sequence[Name]) -> SourcePhrase:
    """The phrase that a source span holds; ``names`` are the name mentions that lie in it, in text order."""
    if span is None:
        return SourcePhrase("none")
    words = source_words(text, span, names)
    if not words:
        return SourcePhrase("none", span)
    first = words[0].text
    if first in PRONOUNS and words[0].name is None and (len(words) == 1 or not is_determiner(words)):
        return SourcePhrase("pronoun", span, first, words=tuple(word.text for word in words))
    core = core_words(text, words)
    phrase = name_phrase(text, span, words, core)
    return phrase or nominal_phrase(text, span, words, core)


def source_words(text: str, span: Span, names: Sequence[Name]) -> list[Word]:
    """The words of the span with the names they are part of."""
    found = []
    for match in WORD.finditer(text, span.char_start, span.char_end):
        place = Span(*match.span())
        name = next((n for n in names if n.span.overlaps(place)), None) if names else None
        found.append(Word(fold(match.group()), place, name))
    return found


def is_determiner(words: Sequence[Word]) -> bool:
    """Whether a leading pronoun belongs to a noun: "his lawyer", "that report", "their lawyers"."""
    return words[0].text in {"his", "her", "their", "its", "my", "our", "your", "that", "whose"}


def core_words(text: str, words: Sequence[Word]) -> list[Word]:
    """The words up to the head: before the first comma, bracket, preposition or clause outside a name."""
    core: list[Word] = []
    for index, word in enumerate(words):
        if core:
            gap = text[core[-1].span.char_end : word.span.char_start]
            inside = word.name is not None and word.name is core[-1].name
            is_lower = text[word.span.char_start].islower()
            is_end = BREAK.search(gap) or (word.name is None and ends_core(word, core[-1], is_lower=is_lower))
            if not inside and is_end and not joins_owners(words, index):
                break
        elif word.text in STOPS and word.name is None and index + 1 < len(words) and word.text in {"both", "like"}:
            continue
        core.append(word)
    return core


def joins_owners(words: Sequence[Word], index: int) -> bool:
    """Whether "and" stands between two owners of one head: "Norland's and Sudland's leaders"."""
    if words[index].text != "and" or not 0 < index < len(words) - 2:
        return False
    owners = (words[index - 1], words[index + 1], words[index + 2])
    return owners[0].text.endswith("'s") and any(word.text.endswith("'s") for word in owners[1:])


def ends_core(word: Word, before: Word, *, is_lower: bool) -> bool:
    """Whether a word opens what follows a head: a preposition, a clause, a participle ("a report released")."""
    if word.text in STOPS or (before.name is not None and word.text in REFLEXIVE):
        return True
    nouns = lexicon.nouns()
    heads = ("role", "document", "body", "collective")
    if word.text.endswith(("ed", "ing")) and any(before.text in nouns[kind] for kind in heads):
        return True
    is_plural = before.name is None and (before.text.endswith("s") or before.text == "people")
    # "sources familiar with the talks", but "workers union"
    return is_lower and is_plural and before.text in nouns["collective"] and not is_noun(word.text)


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
    if rest and rest[0].text == "and" and last.text in lexicon.nouns()["role"]:
        name = titled_name(text, words, len(core))
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
        if name is not None and name.entity_type == "person":
            directly_after = index == start + 1
            return None if directly_after or possessive(text, name) else name
    return None


def apposed_name(text: str, words: Sequence[Word], start: int) -> Name | None:
    """The person in the first part after a comma, unless with an article: "its director, Jane Doe"."""
    for index in range(start, len(words)):
        gap = text[words[index - 1].span.char_end : words[index].span.char_start]
        if "," not in gap and "–" not in gap and "—" not in gap:
            continue
        if words[index].text in {"a", "an", "the", *STOPS}:
            return None
        for word in words[index:]:
            if word.name is not None and word.name.entity_type == "person":
                return None if possessive(text, word.name) else word.name
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


def determiner_of(core: Sequence[Word]) -> str:
    """definite, indefinite, possessive or empty."""
    first = core[0].text
    if first in DEFINITE:
        return "definite"
    if first in INDEFINITE:
        return "indefinite"
    if first in {"his", "her", "their", "its", "my", "our", "your"} or any(
        w.text.endswith(("'s", "s'")) for w in core[:-1]
    ):
        return "possessive"
    return ""


def sender_of(text: str, words: Sequence[Word], core: Sequence[Word]) -> Name | None:
    """Whom "by" or "from" right behind the head leads to: "a study released by the left-leaning Tide Watch"."""
    for index, word in enumerate(words[len(core) : len(core) + 2], len(core)):
        if word.text not in {"from", "by"}:
            if word.text not in AUTHORED:
                return None
            continue
        sender = core_words(text, words[index + 1 :])
        while len(sender) > 1 and sender[-1].name is None and not is_noun(sender[-1].text):
            sender.pop()  # "last year"
        name = sender[-1].name if sender else None
        is_one = name is not None and name.entity_type in ("person", "organization")
        return name if is_one and name is not None and not possessive(text, name) else None
    return None


def nominal_phrase(text: str, span: Span, words: Sequence[Word], core: Sequence[Word]) -> SourcePhrase:
    """The phrase where a common noun is the head."""
    head = core[-1].text.rstrip(".").removesuffix("'s")
    inner = [word.name for word in core[:-1] if word.name is not None]
    owner = inner[-1] if inner else None
    return SourcePhrase(
        "nominal",
        span,
        head,
        determiner=determiner_of(core),
        possessor=owner,
        sender=sender_of(text, words, core),
        is_joined=any(word.text == "and" for word in words[len(core) : len(core) + 1]),
        words=tuple(re.sub(r"'s?$", "", word.text) for word in words),
    )
