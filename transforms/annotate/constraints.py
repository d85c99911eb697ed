"""What news prose allows: a quotation ends with its paragraph unless its marks say that it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from transforms.marks import Quoted, find_quoted
from transforms.paragraphs import PARAGRAPH_BREAK
from transforms.records import Attribution, Span


def split_at_paragraphs(text: str, attributions: Sequence[Attribution]) -> list[Attribution]:
    """The attributions, none of which leaps from one paragraph to another over a closed quotation or over prose.

    What leapt becomes a quotation of its own without a reporting clause where it stands in marks (a quotation
    continued by the same speaker), and is dropped where it does not: prose without cue or marks is nobody's words.
    """
    quoted = find_quoted(text)
    return [kept for attribution in attributions for kept in _split(text, attribution, quoted)]


def _split(text: str, attribution: Attribution, quoted: Sequence[Quoted]) -> Iterator[Attribution]:
    groups = [[attribution.content[0]]]
    for before, segment in pairwise(attribution.content):
        if PARAGRAPH_BREAK in text[before.char_end : segment.char_start] and not _goes_on(before, quoted):
            groups.append([segment])
        else:
            groups[-1].append(segment)
    reported = min(groups, key=lambda group: _distance(text, group, attribution.cue))
    for group in groups:
        if group is reported:
            yield Attribution(tuple(group), attribution.cue, attribution.source, attribution.confidence)
        elif _stands_in_marks(group, quoted):
            yield Attribution(tuple(group), None, None, attribution.confidence)


def _goes_on(segment: Span, quoted: Sequence[Quoted]) -> bool:
    """Whether the marks around the segment's end stay open into the next paragraph."""
    end = segment.char_end
    return any(q.continues and q.outer.char_start <= end <= q.outer.char_end + 1 for q in quoted)


def _stands_in_marks(group: Sequence[Span], quoted: Sequence[Quoted]) -> bool:
    start, end = group[0].char_start, group[-1].char_end
    return any(q.outer.char_start <= start and end <= q.outer.char_end for q in quoted)


def _distance(text: str, group: Sequence[Span], cue: Span | None) -> tuple[int, int]:
    """Paragraph breaks, then characters, between the group and the cue (or the text's start where it has none)."""
    start, end = group[0].char_start, group[-1].char_end
    between = (0, start) if cue is None else (end, cue.char_start) if end <= cue.char_start else (cue.char_end, start)
    return text.count(PARAGRAPH_BREAK, *between), between[1] - between[0]
