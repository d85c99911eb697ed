"""Signed quotations: a quotation that is a paragraph of its own, then a dash and a name.

    “The harbour froze twice that winter.” — Ilse Brandt

The dash stands for a verb of saying and is the cue, as PolNeAR marks it. Or a line of its own says who and where, as
newsletters sign what they quote; then there is no cue:

    “The harbour froze twice that winter.”

    Ilse Brandt, Harbour Times
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from transforms.marks import Quoted, find_quoted
from transforms.records import Attribution, Span

# Rare in news and unmistakable where it occurs: all of the dev texts' are right.
CONFIDENCE = 0.95
MIN_WORDS = 4

_PARTICLES = "de|del|der|den|di|da|la|le|van|von|bin|al|ter"
_NAME_WORD = r"[^\W\d_a-z][\w’'.-]*"
_NAME = rf"{_NAME_WORD}(?:[ \u00a0](?:(?:{_PARTICLES})[ \u00a0])*{_NAME_WORD}){{0,4}}"
_SIGNATURE = re.compile(
    rf"[ \t\u00a0]*\n{{0,2}}[ \t\u00a0]*(?P<dash>[―—–-]|--)[ \t\u00a0]*(?P<name>{_NAME})"
    r"(?:[ \u00a0]?\([^\n()]{1,40}\))?"
    r"(?:,[^\n“”\"]{1,80}(?:[“\"][^\n“”\"]{1,60}[”\"]\.?)?)?[ \t\u00a0]*(?=\n|\Z)"  # an office, a place, a programme
    r"(?!\s*[―—–-])"  # or it is a list
)
_OUTLET = rf"{_NAME_WORD}(?: (?:{_NAME_WORD}|of|the|and|&)){{0,5}}"
_FULL_NAME = rf"{_NAME_WORD}(?: (?:(?:{_PARTICLES}) )?{_NAME_WORD}){{1,3}}"
_SIGNED_LINE = re.compile(
    r"[ \t\u00a0]*\n{1,2}[ \t\u00a0]*(?:(?:The )?(?:Editorial Board|Editors), (?P<board>" + _OUTLET + r")"
    rf"|(?P<name>{_FULL_NAME}(?: and {_FULL_NAME})?), {_OUTLET})[ \t\u00a0]*(?=\n|\Z)"
)
# Who signs a text or a picture as a whole, not the words before.
_AGENCIES = frozenset(
    {"reuters", "ap", "afp", "upi", "dpa", "efe", "ansa", "tass", "xinhua", "bloomberg", "associated press"}
    | {"the associated press", "getty images", "staff", "wire reports", "editor", "ed"}
)


class Signature(NamedTuple):
    """The dash, where there is one, and the name after a quotation."""

    dash: Span | None
    name: Span


def read_signature(text: str, position: int) -> Signature | None:
    """The signature that begins at ``position``, right after a closing mark, and ends its line."""
    match = _SIGNATURE.match(text, position)
    if match is None:
        return None
    start, end = match.span("name")
    name = text[start:end].rstrip(".")
    return None if name.lower() in _AGENCIES else Signature(Span(*match.span("dash")), Span(start, start + len(name)))


def credit_signatures(text: str, attributions: Sequence[Attribution]) -> list[Attribution]:
    """The attributions, with each signed quotation credited to its signature.

    What was found inside a signed quotation is part of it and goes; a quotation whose source was found stays as it is.
    """
    kept = list(attributions)
    for signed in find_signed(text):
        (content,) = signed.content
        inside = [item for item in kept if all(map(content.covers, item.content))]
        if not any(item.source is not None and not content.covers(item.source) for item in inside):
            kept = [item for item in kept if item not in inside] + [signed]
    return kept


def read_signed_line(text: str, position: int) -> Signature | None:
    """The line "name, outlet" that follows on ``position``, after a closing mark; a board speaks for its paper."""
    match = _SIGNED_LINE.match(text, position)
    return None if match is None else Signature(None, Span(*match.span(match.lastgroup or "name")))


def find_signed(text: str) -> list[Attribution]:
    """The quotations that begin a line and end before a dash and a name, or before a line of name and outlet.

    Of a quotation of several paragraphs each is one, all with the signature behind the last.
    """
    found: list[Attribution] = []
    parts: list[Quoted] = []
    for quoted in find_quoted(text):
        if quoted.depth > 1:
            continue
        parts = [*parts, quoted] if quoted.continued else [quoted]
        end = quoted.outer.char_end
        signature = read_signature(text, end) or read_signed_line(text, end)
        if signature is not None and quoted.is_closed and all(_begins_line(text, part) for part in parts):
            found += [Attribution((part.outer,), signature.dash, signature.name, CONFIDENCE) for part in parts]
    return found


def _begins_line(text: str, quoted: Quoted) -> bool:
    """Whether a quotation of some words is the first thing in its line."""
    start, end = quoted.outer
    line_start = text.rfind("\n", 0, start) + 1
    return not text[line_start:start].strip() and len(text[start:end].split()) >= MIN_WORDS
