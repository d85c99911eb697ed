"""What of an organisation's name tells it from others: no legal form, no "the", no spelling of its own.

"Goldman Sachs", "The Goldman Sachs Group, Inc." and "GOLDMAN SACHS & CO" have one core; "Goldman Sachs Asset
Management" and "Federal Reserve Bank of Norland" have cores of their own, for they are other bodies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.resolve import lexicon
from transforms.resolve.names import words_of

COMBINED = re.compile(r"(?<=\w{3})\s?[/–—-]\s?(?=\w{3})")
LEGAL = lexicon.words("legal_endings") | lexicon.words("holding_endings")
SMALL = frozenset({"of", "the", "and", "for", "in", "on", "to", "at", "an", "a"})
SHORT = 5
MIN_LETTERS = 2
ALIKE = 5
# "(GM.N)", "<GM>", "(NYSE: GM)": what a wire puts behind a company's name.
TICKER = re.compile(r"\s*[(<\[]\s*(?:[A-Za-z]{2,8}\s?:\s?)?[A-Z0-9]{1,6}(?:\.[A-Z]{1,3})?\s*[)>\]]?\s*$")
# "Norlink news agency": what it is, in small letters.
KIND_AFTER = re.compile(r" (?:news|news agency|news service|newspaper|magazine|website|airlines?|party)$")
WEB_ADDRESS = re.compile(r"(?<=\w\w)\.(?:com|org|net|co\.uk)\b", re.IGNORECASE)
HEADS = lexicon.words("generic_heads") | lexicon.words("short_heads")
KINDS_OF_COMMITTEE = frozenset({"select", "permanent"})
OFFICES = frozenset({"department", "ministry"})
UNITED_STATES = re.compile(r"^(?:the )?(?:US|U\.S\.|United States) (?=.*\b(?:Department|Dept|Federal Reserve)\b)")


def core_name(name: str) -> str:
    """The words of the name that count, as one folded string; empty where it has none of its own."""
    pieces = COMBINED.split(name)
    if len(pieces) > 1 and ("/" in name or all(is_paper(piece) for piece in pieces)):
        return "".join(sorted(map(core_of_words, pieces)))  # who polled with whom, in any order
    return core_of_words(known_name(name) or name)


def is_paper(name: str) -> bool:
    """Whether a name is a paper's or the like in full: "Norport Post", not the "Gazette" of "Norport Post-Gazette"."""
    words = words_of(name)
    return len(words) > 1 and words[-1] in lexicon.words("paper_names")


def known_name(name: str) -> str | None:
    """The folded full name of the body whose widely known letters a name is; None for any other."""
    return lexicon.known_acronyms().get(bare_letters(name).lower()) if is_acronym(name) else None


def core_of_words(name: str) -> str:
    """The same for a name that is spelt out."""
    bare = UNITED_STATES.sub("", WEB_ADDRESS.sub("", KIND_AFTER.sub("", TICKER.sub("", name))))
    glued = re.sub(r"(?<=\w)&(?=\w)", "and", bare)  # "AT&T" is one word
    words = [spelt(word) for word in words_of(re.sub(r"\s*[&+]\s*", " and ", glued))]
    while len(words) > 1 and words[0] in {"the", "al"}:
        words = words[1:]
    while len(words) > 1 and words[-1] in LEGAL | SMALL and says_enough(words[:-1]):
        words = words[:-1]
    if len(words) > 2 and words[:2] == ["united", "states"]:
        words = ["us", *words[2:]]
    if words[-1] == "international" and says_enough(words[:-1]):
        words = words[:-1]
    if " ".join(words) in departments():
        words = [*words, "department"]
    words = without_slip(words)
    if not says_enough(words):
        return ""
    own = [word for word in head_last(words) if word not in SMALL] or words
    # "Nor Link" is "Norlink"; few letters are as likely two names ("RTX", "R-TX").
    is_numbered = len(own) == 2 and own[1].isdigit()  # "G-7"
    return ("" if sum(map(len, own)) >= SHORT or is_numbered else " ").join(own)


def without_slip(words: list[str]) -> list[str]:
    """The words of the widely known name that a name is but for one word: "Drug Enforcement Agency", a slip."""
    own = [word for word in words if word not in SMALL]
    known = lexicon.known_acronyms().get("".join(word[0] for word in own), "").split() if len(own) > MIN_LETTERS else []
    meant = [spelt(word) for word in known if word not in SMALL]
    differing = [pair for pair in zip(own, meant, strict=False) if pair[0] != pair[1]]
    is_slip = len(own) == len(meant) and len(differing) == 1 and is_taken_for(*differing[0])
    return [spelt(word) for word in known] if is_slip else words


def is_taken_for(word: str, meant: str) -> bool:
    """Whether one word of a name is put for another: both say "office", or they begin alike."""
    is_alike = word[:ALIKE] == meant[:ALIKE] and abs(len(word) - len(meant)) < ALIKE
    return is_alike or {word, meant} <= lexicon.words("offices_alike")


def short_core(name: str) -> str:
    """What stands for the whole name by itself: "norlink" of "Norlink Airlines"; empty where it needs its heads."""
    words = list(words_of(re.sub(r"\s*[&+]\s*", " and ", TICKER.sub("", name))))
    words = words[1:] if len(words) > 1 and words[0] == "the" else words
    while len(words) > 1 and words[-1] in LEGAL:
        words = words[:-1]
    first, *heads = words or [""]
    is_short = bool(heads) and all(word in lexicon.words("name_endings") for word in heads)
    return first if is_short and len(first) > 3 and says_enough([first]) else ""


def letters_of(name: str) -> str:
    """An acronym's letters, or the initials of a name of three words and more; empty where it has neither.

    Letters that are common as initials tell little: below four of them, an "&" must stand where the name has it.
    """
    if is_acronym(name.replace("&", "")):
        letters = re.sub(r"[^\w&]", "", name).lower()
    else:
        words = words_of(re.sub(r"\s*[&+]\s*", " andsign ", name))
        words = words[1:] if words[:1] == ("the",) else words
        if re.search(r"\b[A-Z]{2}|[Hh]ouse and ", name):  # letters of another name, or two bodies
            return ""
        letters = "".join("&" if word == "andsign" else word[0] for word in words if word not in SMALL)
    return letters if len(letters) > MIN_LETTERS - ("&" in letters) else ""


def departments() -> frozenset[str]:
    """Names of government departments that stand for them without the word: "Homeland Security"."""
    return frozenset(" ".join(map(spelt, name.split("-"))) for name in lexicon.words("departments"))


def is_acronym(text: str) -> bool:
    """Whether a name is written as letters: "FBI", "U.N.", "AfD"."""
    bare = bare_letters(text)
    if bare.istitle() and (4 <= len(bare) <= 7 or bare == "Fed"):  # as some papers write them: "Cfius", "Unicef"
        return bare.lower() in lexicon.known_acronyms()
    return bare.isalnum() and 2 <= len(bare) <= 7 and sum(ch.isupper() for ch in bare) >= max(2, len(bare) - 2)


def bare_letters(text: str) -> str:
    """An acronym's letters as written, without "the", dots and possessive."""
    return re.sub(r"[’']s?$|\.", "", text.removeprefix("the ").removeprefix("The "))


def spelt(word: str) -> str:
    """One spelling of a word that names write in several: "Dept", "Centre"."""
    return lexicon.spellings().get(word, word)


def says_enough(words: Sequence[str]) -> bool:
    """Whether the words can name one body: not "First", "News", "National Bank"."""
    own = [word for word in words if word not in SMALL]
    return bool(own) and (len(own) > 1 or (len(own[0]) > 1 and own[0] not in everyday_words()))


def everyday_words() -> frozenset[str]:
    """Words that by themselves name nothing."""
    return lexicon.words("common_starts") | HEADS | lexicon.words("everyday_names")


def head_last(words: list[str]) -> list[str]:
    """The words of "Department of Tides" as "Tides Department", also "Committee on", "Team": both ways are in use."""
    if len(words) > 1 and words[0] == "team":
        return [*words[1:], "team"]
    if len(words) > 1 and words[0] in OFFICES:
        return [*words[2 if words[1] in {"of", "for"} and len(words) > 2 else 1 :], words[0]]
    if "committee" in words[:-2] and words[words.index("committee") + 1] in {"on", "of", "for"}:
        at = words.index("committee")
        words = [*words[:at], *words[at + 2 :], "committee"]
    return [word for word in words if word not in KINDS_OF_COMMITTEE] if words[-1] == "committee" else words
