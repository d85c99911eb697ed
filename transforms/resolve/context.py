"""Where things stand in one article: its sentence, its paragraph, inside a quotation or not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from transforms.marks import find_quoted, quoted_mask
from transforms.paragraphs import paragraph_starts
from transforms.records import Quotation, Span


class Context:
    """Positions of one article; all look-ups are by character offset."""

    def __init__(self, text: str, sentences: Sequence[Span], quotations: Sequence[Quotation]) -> None:
        self.text = text
        self._sentences = [span.char_start for span in sentences] or [0]
        self._paragraphs = paragraph_starts(text)
        quoted = sorted(
            span for quotation in quotations if quotation.quote_type == "direct" for span in quotation.segments
        )
        self._quote_starts = [span.char_start for span in quoted]
        self._quotes = quoted
        self._marked = quoted_mask(text)
        self._reopened = {piece.outer.char_start for piece in find_quoted(text) if piece.continued}

    def sentence(self, position: int) -> int:
        """The number of the sentence at a position."""
        return max(0, bisect_right(self._sentences, position) - 1)

    def sentence_start(self, position: int) -> int:
        """Where the sentence at a position starts."""
        return self._sentences[self.sentence(position)]

    def paragraph(self, position: int) -> int:
        """The number of the paragraph at a position."""
        return bisect_right(self._paragraphs, position) - 1

    def is_reopened(self, position: int) -> bool:
        """Whether a mark there repeats one that the paragraph before left open: one quotation goes on."""
        return position in self._reopened or position - 1 in self._reopened

    def in_quote(self, position: int) -> bool:
        """Whether a position lies between quotation marks or in a direct quotation."""
        is_marked = position < len(self._marked) and self._marked[position] == 1
        return is_marked or within(position, self._quote_starts, self._quotes)


def within(position: int, starts: Sequence[int], spans: Sequence[Span]) -> bool:
    """Whether the last span that starts at or before the position reaches over it."""
    index = bisect_right(starts, position) - 1
    return index >= 0 and position < spans[index].char_end
