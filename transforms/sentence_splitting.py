"""Sentences of texts in languages that no annotator knows: by the stops of their script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from transforms.annotate.sentence_boundaries import split_paragraph, trimmed
from transforms.paragraphs import paragraph_spans
from transforms.records import Span

_CLOSING = r"[\"”’'»)\]]*+"
# A run of stops is looked at from its first one only, or a long line of them would take minutes.
_EAST_ASIAN = re.compile(r"[。！？!?．]++[」』”’）)\]]*+")
_ARABIC = re.compile(rf"(?<![.!?؟۔…])[.!?؟۔…]++{_CLOSING}(?=\s)")
_INDIC = re.compile(rf"[।॥!?]++{_CLOSING}|(?<!\.)\.++{_CLOSING}(?=\s)")
_BURMESE = re.compile(r"။")
_KHMER = re.compile(r"[។៕!?]++")
_ETHIOPIC = re.compile(r"[።፧!?]++")
_ARMENIAN = re.compile(rf"[։:]{_CLOSING}(?=\s)")
# Without a mark between sentences: Thai and Lao put a space there, and between clauses too.
_UNMARKED = re.compile(r"(?<![!?])[!?]++(?=\s)")

# Every other language has the full stops, abbreviations and capitals that the general rules read.
STOPS = {
    **dict.fromkeys(("zh", "ja"), _EAST_ASIAN),
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ug", "sd"), _ARABIC),
    **dict.fromkeys(("hi", "mr", "ne", "sa", "bn", "as", "pa", "gu", "or"), _INDIC),
    **dict.fromkeys(("my",), _BURMESE),
    **dict.fromkeys(("km",), _KHMER),
    **dict.fromkeys(("am", "ti"), _ETHIOPIC),
    **dict.fromkeys(("hy",), _ARMENIAN),
    **dict.fromkeys(("th", "lo"), _UNMARKED),
}


def split_by_script(text: str, language: str | None) -> tuple[Span, ...]:
    """Sentences in text order: they cover every character but white space, and none crosses a blank line."""
    stops = STOPS.get(language or "")
    return tuple(
        Span(start, end)
        for paragraph in paragraph_spans(text)
        for start, end in (_split_at(stops, text, paragraph) if stops else split_paragraph(text, *paragraph))
    )


def _split_at(stops: re.Pattern[str], text: str, paragraph: Span) -> Iterator[tuple[int, int]]:
    begin = paragraph.char_start
    for found in (*(match.end() for match in stops.finditer(text, *paragraph)), paragraph.char_end):
        start, end = trimmed(text, begin, found)
        if start < end:
            yield start, end
        begin = found
