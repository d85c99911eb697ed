"""Attributions inside the content of another, as in: Kim stressed that …, according to the agency.

The model gives the outermost attribution, as PolNeAR marks it, which leaves Kim's words to the agency alone. Where
somebody is merely relayed ("according to"), what is relayed is read once more on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from transforms.records import Attribution, Span

RELAYING_CUES = frozenset({"according to"})
MIN_CHARS = 30
# Content that is nearly all of what was read anew is the outer attribution found again.
MAX_SHARE = 0.95

Find = Callable[[str], Sequence[Attribution]]


def find_nested(text: str, attributions: Sequence[Attribution], find: Find) -> Iterator[Attribution]:
    """The attributions with cue and source that ``find`` sees in relayed content, in offsets of ``text``."""
    for outer in attributions:
        if outer.cue is None or text[slice(*outer.cue)].lower() not in RELAYING_CUES:
            continue
        for segment in outer.content:
            if segment.char_end - segment.char_start >= MIN_CHARS:
                yield from _inside(segment, find(text[slice(*segment)]), outer.confidence)


def _inside(segment: Span, found: Sequence[Attribution], confidence: float) -> Iterator[Attribution]:
    def shifted(span: Span) -> Span:
        return Span(span.char_start + segment.char_start, span.char_end + segment.char_start)

    n_chars = segment.char_end - segment.char_start
    for inner in found:
        n_content = sum(span.char_end - span.char_start for span in inner.content)
        if inner.cue is not None and inner.source is not None and n_content < MAX_SHARE * n_chars:
            content = tuple(shifted(span) for span in inner.content)
            yield Attribution(content, shifted(inner.cue), shifted(inner.source), inner.confidence * confidence)
