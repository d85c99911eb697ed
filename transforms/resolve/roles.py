"""What an article says a person is: the words before a name, and the apposition after it."""

from __future__ import annotations

import re

from transforms.resolve import lexicon
from transforms.resolve.names import fold
from transforms.resolve.role_titles import trim_role

MODIFIERS = lexicon.words("role_modifiers")
BEFORE = re.compile(r"(?:[\w.&’'\-]+ ){1,9}$")
AFTER = re.compile(
    r"\s*(?:\([^)]{1,20}\))?\s*,\s+(?:who (?:is|was) |now |then )?"
    r"((?:a|an|the|one of|former|[\w’'.\-]+)\b[^,;:.\"“”\n()]{2,120})"
)
MAX_ROLE = 120
OWNER = re.compile(r" (?:for|of) ", re.IGNORECASE)
COPULA = re.compile(r"\s+(?:is|was|became) ((?:a|an|the) [^,;:.\"“”\n()]{2,80})")
STOP = re.compile(
    r"\s(?:who|whom|whose|which|that|said|says|told|wrote|added|and is|and was|has|had|is|was|were)\s.*$", re.DOTALL
)
NO_ROLE_START = frozenset({"the", "a", "an", "and", "but", "his", "her", "their", "its", "our", "my", "fellow", "as"})
PARTY = re.compile(r"\s*\(\s*(?P<party>[DRI])\s*-\s*(?P<place>[A-Z][\w. ]+)\)")
AGE = re.compile(r",\s+(?:aged? )?(\d{1,2})\b(?! percent|%)")


def role_before(text: str, name_start: int) -> str:
    """The role words that stand right before a name: "Ohio Democratic Party Chairman " ... "."""
    found = BEFORE.search(text[max(0, name_start - 110) : name_start])
    if not found:
        return ""
    words = found.group().split()
    kept: list[str] = []
    for word in reversed(words):
        plain = fold(word).strip(".").removesuffix("'s")
        if not kept and not is_role_noun(plain):
            break
        ends_sentence = word.endswith(".") and len(plain) > 2 and plain not in lexicon.titles()
        is_part = plain in MODIFIERS or plain in lexicon.nouns()["body"] or word[0].isupper() or "-" in word
        known = is_part or is_role_noun(plain)
        if not known or ends_sentence:
            break
        kept.insert(0, word)
    while kept and fold(kept[0]) in {"the", "of", "and", "for", "a", "an"}:
        kept.pop(0)
    return " ".join(kept)


def role_after(text: str, name_end: int) -> str:
    """The apposition after a name: ", the director of debate at the university," without its commas."""
    tail = text[name_end : name_end + 170]
    for pattern in (AFTER, COPULA):
        found = pattern.match(tail)
        if found:
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
    if not words or not any(is_role_noun(fold(word).strip(".")) for word in head_part(" ".join(words)).split()):
        return None
    words[-1] = {"Sens.": "Sen.", "Reps.": "Rep.", "Govs.": "Gov."}.get(words[-1], words[-1])
    return " ".join(words)


def own_role(phrase: str) -> str:
    """The part that is the person's own: "lawyer for President" before a name says President, no lawyer."""
    parts = [part.strip() for part in phrase.split(",") if part.strip()]
    phrase = next((part for part in parts if any(is_role_noun(fold(word).strip(".")) for word in part.split())), phrase)
    before, _, title = OWNER.sub("\n", phrase).rpartition("\n")
    is_anothers = before and title[:1].isupper() and fold(title.split()[-1]).strip(".") in lexicon.titles()
    return title if is_anothers else phrase


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
