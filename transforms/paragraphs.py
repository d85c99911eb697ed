"""Paragraphs: what blank lines part. Every step that speaks of a paragraph means these."""

from __future__ import annotations

import re

from transforms.records import Span

PARAGRAPH_BREAK = "\n\n"  # as cleaned text has it
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
# The white space that opens the next paragraph belongs to the break.
_BREAK = re.compile(rf"{_BLANK_LINES.pattern}[^\S\n]*")


def paragraph_spans(text: str) -> list[Span]:
    """What stands between blank lines, in text order; the breaks belong to no paragraph."""
    spans, start = [], 0
    for match in _BREAK.finditer(text):
        spans.append(Span(start, match.start()))
        start = match.end()
    return [*spans, Span(start, len(text))]


def paragraph_starts(text: str) -> list[int]:
    """The offsets at which paragraphs start."""
    return [span.char_start for span in paragraph_spans(text)]


def split_blocks(text: str) -> list[str]:
    """The pieces of a text not yet cleaned that blank lines part, each with its own line breaks and indentation."""
    return _BLANK_LINES.split(text)
