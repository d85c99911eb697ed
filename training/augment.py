"""Changed copies of the training texts, so that no single style of marks or capitals is taken for granted."""

from __future__ import annotations

import random
from dataclasses import replace

from training.gold import GoldText

STRAIGHT = str.maketrans("“”‘’", "\"\"''")
# A space in place of a mark keeps every offset.
MISSING = str.maketrans('“”"', "   ")
CURLY_CHANCE, STRAIGHT_CHANCE, MISSING_CHANCE = 0.30, 0.30, 0.04
CAPITALS_CHANCE, SMALL_CHANCE = 0.02, 0.02


def curl_marks(text: str) -> str:
    """Straight double marks as curly ones: opening and closing in turn within each paragraph."""
    curled, is_open = [], False
    for char in text:
        if char == "\n":
            is_open = False
        elif char == '"':
            char = "”" if is_open else "“"
            is_open = not is_open
        elif char == "'":
            char = "’"
        curled.append(char)
    return "".join(curled)


def vary_marks(gold: GoldText, chance: random.Random) -> GoldText:
    """The text with another style of quotation marks, or as it is; its length and spans never change."""
    draw = chance.random()
    if draw < CURLY_CHANCE:
        return replace(gold, text=curl_marks(gold.text))
    if draw < CURLY_CHANCE + STRAIGHT_CHANCE:
        return replace(gold, text=gold.text.translate(STRAIGHT))
    if draw < CURLY_CHANCE + STRAIGHT_CHANCE + MISSING_CHANCE:
        return replace(gold, text=gold.text.translate(MISSING))
    return gold


def vary_case(gold: GoldText, chance: random.Random) -> GoldText:
    """The text all in capitals or in small letters now and then; its length and spans never change."""
    draw = chance.random()
    for kind, share in ((str.upper, CAPITALS_CHANCE), (str.lower, CAPITALS_CHANCE + SMALL_CHANCE)):
        if draw < share:
            changed = kind(gold.text)
            return replace(gold, text=changed) if len(changed) == len(gold.text) else gold
    return gold


def vary_style(gold: GoldText, chance: random.Random) -> GoldText:
    """The text with its marks and capitals varied; its length and spans never change."""
    return vary_case(vary_marks(gold, chance), chance)
