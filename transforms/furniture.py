"""News furniture: what stands on a page and is no part of the story, taken out where its shape is sure.

Whole paragraphs go that a sentence of a story cannot look like, and within one the cards of links behind a name;
whatever is in doubt stays. What a note of correction says is kept, a credit that stands behind the last sentence stays
where it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

# By group of shapes, the length beyond which a paragraph is no such thing.
LONGEST = {
    "advertisement": 160,
    "links": 160,
    "comments": 160,
    "networks": 300,
    "credits": 300,
    "copyrights": 300,
    "captions": 500,
    "notes": 700,  # a correction quotes what was wrong
}

_PARTS = {
    "<NAME>": r"[A-ZÀ-Þ“\"][\w.'’”\"-]*",
    # Not behind a quotation mark: then somebody says it.
    "<BEFORE>": r"[^\w“\"‘']*",
    "<CREDIT>": (
        r"(?:(?-i:<NAME>)|(?:and|in|by|from|for|of|at|the|editing|reporting|writing|additional|further|with|compiled"
        r"|graphics?|research)\b)"
    ),
    "<AGENCY>": (
        r"(?:Getty(?: Images)?|AP(?: Photos?| Images?| file(?: photo)?| Video)?|(?:The )?Associated Press|Reuters"
        r"|REUTERS|AFP|EPA(?:-EFE)?|Bloomberg(?: News)?|Shutterstock|iStock(?:photo)?|Alamy|Corbis|PA(?: Wire| Images)?"
        r"|Xinhua|Zuma(?: Press)?|Sipa(?: USA)?|Rex(?: Features)?|Barcroft|Polaris|UPI|NurPhoto|Anadolu(?: Agency)?|CNN"
        r"|NPR|USA TODAY|CBS News|Facebook|Wikimedia(?: Commons)?|Flickr|Screenshot|C-SPAN|Twitter|YouTube|Pool)"
    ),
}

# What a page shows where the pointer rests on a name, run into the sentence as text: the person's full name, headlines,
# mostly without a space before them, and "MORE". The Hill's pages have it in nine articles of ten.
LONGEST_CARD = 800
_CARD_END = re.compile(r"(?<![A-Z]{5}) MORE\b")  # not "ANNOUNCES MORE"
_NAME_WORD = r"[A-ZÀ-Þ][\w’'-]{0,30}[a-zß-ÿ]"
_CARD_STARTS = tuple(
    re.compile(rf"(?<![\w’'-]){name}(?=[A-Z0-9'\"‘“\[$][^\n]{{10}})")
    for name in (
        rf"(?P<last>{_NAME_WORD})(?:,? (?:Jr|Sr)\.)?(?P<card> ?(?:[A-ZÀ-Þ(][\w.’'()-]{{0,30}} |(?:de|del|la|van|von) )"
        r"{0,6}(?P=last)(?:,? (?:Jr|Sr)\.)?)",
        rf"(?P<first>{_NAME_WORD}) (?P<last>{_NAME_WORD})(?P<card> (?P=first)(?: {_NAME_WORD}){{0,3}}? (?P=last) )",
    )
)

_NOTE_OF_TIME = re.compile(r"[^\w“]*(?:Last )?Updated\b.{0,70}", re.IGNORECASE)


class Furniture(NamedTuple):
    """The body without its furniture, what notes of correction said, in text order, and how much was taken out."""

    body: list[str]
    correction: str | None
    n_chars_removed: int


def take_furniture(body: list[str]) -> Furniture:
    """The paragraphs of a body that belong to the story; all of them where none would be left."""
    without_cards = [without_link_cards(paragraph) for paragraph in body]
    notes = [paragraph for paragraph in without_cards if is_note(paragraph)]
    kept = [paragraph for paragraph in without_cards if paragraph not in notes and not is_furniture(paragraph)]
    if not any(ch.isalnum() for paragraph in kept for ch in paragraph):
        return Furniture(body, None, 0)
    correction = " ".join(note for note in notes if not _NOTE_OF_TIME.fullmatch(note))
    return Furniture(kept, correction or None, sum(map(len, body)) - sum(map(len, kept)))


def without_link_cards(paragraph: str) -> str:
    """A paragraph without the full name and the headlines that a page shows for a name in it."""
    if " MORE" not in paragraph:  # as in nearly all
        return paragraph
    kept, at, searched = [], 0, 0
    for end in _CARD_END.finditer(paragraph):
        near, searched = max(searched, end.end() - LONGEST_CARD), end.end()
        starts = (start.search(paragraph, near, end.start()) for start in _CARD_STARTS)
        start = next((found for found in starts if found is not None), None)
        if start is not None:
            kept.append(paragraph[at : start.start("card")])
            at = end.end()
    return "".join([*kept, paragraph[at:]])


def is_furniture(paragraph: str) -> bool:
    """Whether a paragraph is a line of links, an invitation, a credit, a caption or the like."""
    return any(_is_one_of(group, paragraph) for group in LONGEST if group != "notes")


def is_note(paragraph: str) -> bool:
    """Whether a paragraph says what was corrected or updated."""
    return _is_one_of("notes", paragraph)


def _is_one_of(group: str, paragraph: str) -> bool:
    return len(paragraph) <= LONGEST[group] and _shapes()[group].fullmatch(paragraph) is not None


@lru_cache(maxsize=1)
def _shapes() -> dict[str, re.Pattern[str]]:
    """One pattern a group of the list."""
    text = files("transforms").joinpath("data", "furniture.txt").read_text(encoding="utf-8")
    for part in ("<CREDIT>", "<AGENCY>", "<NAME>", "<BEFORE>"):
        text = text.replace(part, _PARTS[part])
    groups = (group.partition("\n") for group in re.split(r"^## ", text, flags=re.M)[1:])
    return {name: re.compile("|".join(f"(?:{line})" for line in lines.splitlines()), re.I) for name, _, lines in groups}
