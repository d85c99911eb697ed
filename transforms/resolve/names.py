"""Reading a person's name: its words without titles, folded so that two spellings of one name compare equal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from transforms.resolve import lexicon

SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "esq", "md", "phd"})
GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
# The letters that NFKD leaves whole.
WHOLE_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "ı": "i", "œ": "oe"})
POSSESSIVE = re.compile(r"[’']s?$")
NICKNAME = re.compile(r"[\"“‘'(]\s*([^\W\d_][\w.\-]*(?: [\w.\-]+)?)\s*,?[\"”’')]")
# "Al-Mashat" and "Mashat" are one surname; "Al Gore" keeps his first name.
ARABIC_ARTICLE = re.compile(r"\b[AaEe]l-(?=\w)")
EXCELLENCY = re.compile(r"^(?:H\.? ?E\.?|H\.? ?H\.?) (?=[A-Z])")
EDGES = " \t\n,;:!?()[]\"“”‘’'«»–—-"


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Lower case without accents; hyphens and apostrophes as they stand."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(WHOLE_LETTERS))
    return "".join(ch for ch in plain if not unicodedata.combining(ch)).lower().replace("’", "'")


@lru_cache(maxsize=20_000)
def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a name: possessives and dots gone, hyphenated words parted."""
    bare = POSSESSIVE.sub("", text.strip(EDGES))
    parts = re.split(r"[\s\-–/,]+", re.sub(r"\bco-(?=op)", "co", fold(bare)))
    return tuple(word for part in parts if (word := re.sub(r"[^\w]", "", part)))


def normal_name(text: str) -> str:
    """A name as the folded words two spellings share, without a leading article: "the U.S." -> "us"."""
    words = words_of(text)
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


@dataclass(frozen=True, slots=True)
class PersonName:
    """One form of a person's name, in folded words without titles.

    ``shown`` is the form as written, titles and possessive off; ``title_gender`` is m or f where a title says so.
    """

    words: tuple[str, ...]
    shown: str
    suffix: str = ""
    nickname: str = ""
    title_gender: str = ""

    @property
    def first(self) -> str:
        """The first word, a given name in most languages."""
        return self.words[0] if self.words else ""

    @property
    def last(self) -> str:
        """The last word, a family name in most languages."""
        return self.words[-1] if self.words else ""

    @property
    def is_full(self) -> bool:
        """Whether more than one word is given."""
        return len(self.words) > 1

    @property
    def key(self) -> str:
        """The name with middle initials off: what an entity id is made of."""
        inner = [word for word in self.words[1:-1] if len(word) > 1]
        kept = [self.first, *inner, self.last] if self.is_full else list(self.words)
        return " ".join([*kept, self.suffix] if self.suffix else kept)


def strip_titles(text: str) -> tuple[str, str]:
    """``text`` without the titles it starts with, and the gender they tell; a title alone is left standing."""
    known = lexicon.titles()
    gender, rest = "", EXCELLENCY.sub("", text.strip())
    while True:
        head, _, tail = rest.partition(" ")
        word = fold(head).rstrip(".")
        if not tail or (word != "the" and word not in known):
            return rest, gender
        # "Prince" or "Dean" alone before one word is a title; a first name that is a title ("Judge") is rare.
        gender = known.get(word, ("", ""))[1] or gender
        rest = tail.strip()


@lru_cache(maxsize=20_000)
def parse_person(text: str) -> PersonName:
    """The parts of a person's name as one mention gives it; ``words`` is empty where nothing is left."""
    rest, gender = strip_titles(re.sub(r"\s+", " ", text))
    rest = POSSESSIVE.sub("", rest.strip(EDGES))
    if rest.count("(") != rest.count(")"):  # "Luc) Lindet", where a page has "(Jean-Luc) Lindet"
        rest = rest.replace("(", "").replace(")", "")
    nickname = NICKNAME.search(rest)
    bare = NICKNAME.sub(" ", rest) if nickname else rest
    words = words_of(ARABIC_ARTICLE.sub("", bare))
    words = words[:1] + tuple(word for word in words[1:] if word not in {"al", "el"})
    suffix = ""
    while len(words) > 1 and words[-1] in SUFFIXES:
        suffix = words[-1] if words[-1] in GENERATIONS else suffix
        words = words[:-1]
    shown = re.sub(r"\s+", " ", rest).strip(" ,")
    if shown.isupper() and len(shown) > 3:
        shown = shown.title()
    return PersonName(words, shown, suffix, fold(nickname.group(1)) if nickname else "", gender)


def compatible(one: PersonName, other: PersonName) -> bool:
    """Whether two full names can be one person's: family name, generation, given name and middles agree."""
    if one.suffix != other.suffix or not (one.is_full and other.is_full):
        return False
    if one.words == other.words:
        return True
    if one.last != other.last:
        return is_misspelt(one, other)
    if not first_names_agree(one, other):
        return False
    return all(a[0] == b[0] for a, b in zip(one.words[1:-1], other.words[1:-1], strict=False))


def first_names_agree(one: PersonName, other: PersonName) -> bool:
    """Given names equal, short for one another, or one person's nickname."""
    if lexicon.same_first_name(one.first, other.first):
        return True
    return one.first == other.nickname or other.first == one.nickname


def is_misspelt(one: PersonName, other: PersonName) -> bool:
    """Names of as many words that differ by one letter in one long word."""
    if len(one.words) != len(other.words):
        return False
    differing = [(a, b) for a, b in zip(one.words, other.words, strict=True) if a != b]
    return len(differing) == 1 and min(map(len, differing[0])) > 4 and one_edit_apart(*differing[0])


def one_edit_apart(one: str, other: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours turns one word into the other."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def partial_rule(part: PersonName, full: PersonName) -> str | None:
    """The rule by which ``part`` is a shorter form of ``full``, or None; the surest rule first."""
    n = len(part.words)
    if not n or n >= len(full.words) or (part.suffix and part.suffix != full.suffix):
        return None
    if full.words[-n:] == part.words:
        return "surname"
    if full.words[:n] == part.words and (n > 1 or full.first in lexicon.family_names_first()):
        return "family_name_first"
    is_plural = part.first == f"{full.last}s"  # "the Clintons" are a family
    if n == 1 and not is_plural and min(len(part.first), len(full.last)) > 5 and one_edit_apart(part.first, full.last):
        return "misspelt_surname"
    if n == 1 and (part.first == full.nickname or lexicon.same_first_name(part.first, full.first)):
        return "first_name" if len(part.first) > 1 else None
    if len(full.words) > 2 and any(full.words[i : i + n] == part.words for i in range(1, len(full.words) - n)):
        return "inner_name"
    return None
