"""Where a person's name ends: what a mention drags along of a party, a day, a caption or the name once more."""

from __future__ import annotations

import re

from transforms.resolve import lexicon

# "Tom Lind (R-AR) Tuesday", "Tom Lind R AR", and of text that lost its signs "Tom Lind R Ark", "Tom Lind D N".
_STATE = (
    r"(?:[A-Z]{2}|[NSRW]|Ala|Alaska|Ariz|Ark|Calif?|Colo|Conn|Del|Fla|Ga|Hawaii|Idaho|Ill|Ind|Iowa|Kans?|Ky|La|Maine|Mass"
    r"|Md|Me|Mich|Minn|Miss|Mo|Mont|Neb|Nev|Ohio|Okla|Ore|Pa|Penn|Tenn|Tex|Texas|Utah|Va|Vt|Wash|Wis|Wyo)\.?"
)
PARTY_TAIL = re.compile(
    rf"\s*[(\[]\s*[DRI]\s*[-–].*$|,?\s+[DRI](?:\s+|-){_STATE}$|(?<=\w )(?P<last>[A-Z][\w’'-]+) [DR]$"
)
# A link or a year that a page glued to the name: "LindGOP", "Lind2020".
GLUED = re.compile(r"(?<=[a-z]{2})(?:[A-Z]{3,}|\d+)$")
# A headline that a page glued to the name: "Ada LindHarbour".
GLUED_WORD = re.compile(r"(?<= )([A-Z][a-zà-ÿ]{3,})[A-Z][a-zà-ÿ]")


def without_glued(name: str, text: str) -> str:
    """A person's name up to where a word is glued to a surname that the text has by itself too."""
    glued = GLUED_WORD.search(name)
    is_name = glued is not None and re.search(rf"\b{glued[1]}\b", text) is not None
    return name[: glued.end(1)] if glued is not None and is_name else name


def without_tail(name: str) -> str:
    """A person's name up to where it ends: a start of ``name``, all of it where nothing is amiss."""
    bare = GLUED.sub("", PARTY_TAIL.sub(lambda tail: tail["last"] or "", name))
    words = bare.split()
    while len(words) > 1 and words[-1].lower().strip(",") in lexicon.words("weekdays"):
        words.pop()
    kept = " ".join(words[: _end_of_first(words)])
    return kept if kept and name.startswith(kept) else name


def _end_of_first(words: list[str]) -> int:
    """How many words are the name where it is given again in full: "Ada Lind Adelaide (Ada) Berta Lind"."""
    if len(words) == 3 and words[1] == words[2]:
        return 2
    for number, word in enumerate(words[2:], start=2):
        if word == words[0]:
            return number
        if number > 2 and word.strip("()") == words[0]:
            return 2
    return len(words)
