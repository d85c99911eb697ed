"""What an article says a person is: the words before a name, and the apposition after it."""

from __future__ import annotations

import re

from transforms.resolve import lexicon
from transforms.resolve.names import fold
from transforms.resolve.role_titles import trim_role

MODIFIERS = lexicon.words("role_modifiers")
# The text before a name from its end backwards, so that only the words right before it are looked at.
BACKWARDS = re.compile(r"\n?((?: [\w.&’'\-]+){1,9})")
AFTER = re.compile(
    r"\s*(?:\([^)]{1,20}\))?\s*,\s+(?:who (?:is|was) |now |then )?"
    r"((?:a|an|the|one of|former|[\w’'.\-]+)\b[^,;:.\"“”\n()]{2,120})"
)
MAX_ROLE = 120
OWNER = re.compile(r" (?:for|of) ", re.IGNORECASE)
COPULA = re.compile(r"\s+(?:is|was|became) ((?:a|an|the) [^,;:.\"“”\n()]{2,80})")
STOP = re.compile(
    r"\s(?:who|whom|whose|which|that|said|says|told|wrote|added|and is|and was|has|had|is|was|were)(?:\s.*)?$",
    re.DOTALL,
)
# "... with Ada Lind, the source said": no apposition, but who says it.
REPORTS = re.compile(r"^(?:the|another|one|[\w’'.-]+[’']s)\s.*\s(?:said|says|told|added|wrote)(?:\s|$)", re.DOTALL)
MAX_ABBREVIATION = 4  # "Gov.", but "... a leader."
# "the Board's Ada Lind", "one major Lind supporter": no role before a name.
NO_LAST_WORD = re.compile(r"[’']s?$|^major$")
# "Ada Lind, a friend has ..." begins a clause of its own.
CLAUSE = re.compile(r"\s(?:has|had|is|was|were)\s")
# Justice is a judge behind these, else what departments and movements are named after.
BEFORE_JUSTICE = frozenset({"chief", "associate", "court", "former", "retired", "state", "senior", "u.s", "us"})
NO_ROLE_HEADS = frozenset({"man", "woman", "person", "guy", "colleague"})
NO_ROLE_START = frozenset({"the", "a", "an", "and", "but", "his", "her", "their", "its", "our", "my", "fellow", "as"})
PARTY = re.compile(r"\s*\(\s*(?P<party>[DRI])\s*-\s*(?P<place>[A-Z][\w. ]+)\)")
AGE = re.compile(r",\s+(?:aged? )?(\d{1,2})\b(?! percent|%)")


def role_before(text: str, name_start: int) -> str:
    """The role words that stand right before a name: "Ohio Democratic Party Chairman " ... "."""
    found = BACKWARDS.match(text[max(0, name_start - 110) : name_start][::-1])
    if not found:
        return ""
    words = found[1][::-1].split()
    kept: list[str] = []
    for word in reversed(words):
        plain = fold(word).strip(".").removesuffix("'s")
        if not kept and (not is_role_noun(plain) or NO_LAST_WORD.search(word) or is_ideal(words)):
            break
        is_short = plain in lexicon.titles() and len(plain) <= MAX_ABBREVIATION and word[0].isupper()
        ends_sentence = word.endswith(".") and len(plain) > 2 and not is_short
        is_part = plain in MODIFIERS or plain in lexicon.nouns()["body"] or word[0].isupper() or "-" in word
        known = is_part or is_role_noun(plain)
        if not known or ends_sentence:
            break
        kept.insert(0, word)
    while kept and fold(kept[0]) in {"the", "of", "and", "for", "a", "an"}:
        kept.pop(0)
    return " ".join(kept)


def is_ideal(words: list[str]) -> bool:
    """Whether words end in the justice that something is named after: "the Department of Criminal Justice"."""
    if fold(words[-1]).strip(".") != "justice" or len(words) < 2:
        return False
    before = words[-2]
    return (before[0].isupper() or before == "of") and fold(before).strip(".") not in BEFORE_JUSTICE


def role_after(text: str, name_end: int) -> str:
    """The apposition after a name: ", the director of debate at the university," without its commas."""
    tail = text[name_end : name_end + 170]
    for pattern in (AFTER, COPULA):
        found = pattern.match(tail)
        if found:
            if pattern is AFTER and (CLAUSE.search(head_part(found.group(1))) or REPORTS.match(found.group(1))):
                continue
            phrase = STOP.sub("", found.group(1)).strip()
            if len(found.group(1)) > MAX_ROLE - 2:  # cut by the pattern's limit, maybe within a word
                phrase = phrase.rpartition(" ")[0]
            head = [fold(word).strip(".") for word in head_part(phrase).split()[-1:]]
            if head and is_role_noun(head[0]):
                return re.sub(r"^(?:a|an|the|now|then) ", "", phrase)
    return ""


def clean_role(phrase: str) -> str | None:
    """A role as one would print it: no article, conjunction or possessive around it; None where nothing is left."""
    bare = own_role(trim_role(re.sub(r"^[^\w]+", "", phrase)))
    if " and " in bare and not is_role_noun(fold(bare.split(" and ")[0].split()[-1]).strip(".")):
        bare = bare.split(" and ")[-1]
    words = bare.split()
    while words and fold(words[0]) in NO_ROLE_START:
        words.pop(0)
    if words and fold(words[0]) in {"who", "whose", "which", "rival", "opponent"}:
        return None
    if words and fold(head_part(" ".join(words)).split()[-1]).strip(".") in NO_ROLE_HEADS:
        return None
    ends_in_title = bool(words) and words[-1][0].isupper() and has_role_noun(words[-1])
    if not ends_in_title and not has_role_noun(head_part(" ".join(words))):
        return None
    words[-1] = {"Sens.": "Sen.", "Reps.": "Rep.", "Govs.": "Gov."}.get(words[-1], words[-1])
    return " ".join(words)


def own_role(phrase: str) -> str:
    """The part that is the person's own: "lawyer for President" before a name says President, no lawyer."""
    parts = [part.strip() for part in phrase.split(",") if part.strip()]
    phrase = next(filter(has_role_noun, parts), phrase)
    before, _, title = OWNER.sub("\n", phrase).rpartition("\n")
    if not has_role_noun(before) and not before.isupper():  # "Club for Growth President"
        return phrase
    return title if title[:1].isupper() and fold(title.split()[-1]).strip(".") in lexicon.titles() else phrase


def party_and_place(text: str, name_end: int) -> str:
    """What brackets after a lawmaker's name say: "(D-Vt.)" -> "Democrat Vt."."""
    found = PARTY.match(text[name_end : name_end + 40])
    if not found:
        return ""
    party = {"D": "Democratic Democrat", "R": "Republican", "I": "Independent"}[found["party"]]
    place = found["place"].strip()
    return f"{party} {lexicon.states().get(place.strip('.').lower(), place)}"


def age(text: str, name_end: int) -> str:
    """What ", 39," after a name says: "39-year-old"."""
    found = AGE.match(text[name_end : name_end + 12])
    return f"{found[1]}-year-old" if found else ""


def is_role_noun(word: str) -> bool:
    """Whether a folded word says what a person does or is."""
    nouns = lexicon.nouns()
    return word in nouns["role"] or lexicon.titles().get(word, ("", ""))[0] == "office"


def has_role_noun(phrase: str) -> bool:
    """Whether any word of a phrase says what a person does or is."""
    return any(is_role_noun(fold(word).strip(".")) for word in phrase.split())


def head_part(phrase: str) -> str:
    """A role phrase up to its first preposition: "wife of the chairman" says wife, not chairman."""
    return re.split(r" (?:of|for|to|at|in|on|by|from|with|and|who|which|under|about) ", phrase)[0]


def role_gender(phrase: str) -> str:
    """M or f where a noun of the phrase fixes it ("spokeswoman"), else empty."""
    nouns = lexicon.nouns()
    for word in fold(phrase).split():
        if word in nouns["female"]:
            return "f"
        if word in nouns["male"]:
            return "m"
    return ""
