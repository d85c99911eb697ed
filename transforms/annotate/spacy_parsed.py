"""A parsed text with its quotation marks: the geometry that the attribution rules are written in."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from transforms.marks import Quoted, group_pieces
from transforms.records import Span

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

WINDOW_TOKENS = 40
EDGE_PUNCTUATION = " \t\n\xa0,;:.—–-"


class Parsed:
    """One parsed text and its outermost quotations; ``quoted`` is ``find_quoted`` of it."""

    def __init__(self, doc: Doc, quoted: Sequence[Quoted]) -> None:
        self.doc = doc
        self.text: str = doc.text
        self.groups = group_pieces(quoted)
        self.outer = [piece.outer for group in self.groups for piece in group]
        self._in_marks = bytearray(len(self.text))
        for start, end in self.outer:
            self._in_marks[start:end] = b"\x01" * (end - start)

    def is_quoted(self, token: Token) -> bool:
        """Whether the token stands between marks, the marks themselves included."""
        return bool(self._in_marks[token.idx])

    def before(self, char_start: int) -> list[Token]:
        """The tokens before a quotation, back to the start of the sentence or the quotation before it."""
        first = self.doc.char_span(char_start, char_start + 1, alignment_mode="expand")
        return list(self._window(first.start - 1, -1))[::-1]

    def after(self, char_end: int) -> list[Token]:
        """The tokens after a quotation, up to the end of the sentence or the next quotation."""
        last = self.doc.char_span(char_end - 1, char_end, alignment_mode="expand")
        return list(self._window(last.end, 1))

    def _window(self, index: int, step: int) -> Iterator[Token]:
        for _ in range(WINDOW_TOKENS):
            token = self.doc[index] if 0 <= index < len(self.doc) else None
            if token is None or self.is_quoted(token) or token.text in ".!?" or token.text.count("\n") > 1:
                return
            if not token.is_space:
                yield token
            index += step

    def trimmed(self, start: int, end: int) -> Span:
        """The span without white space and punctuation at its edges; quotation marks stay."""
        piece = self.text[start:end].rstrip(EDGE_PUNCTUATION)
        return Span(start + len(piece) - len(piece.lstrip(EDGE_PUNCTUATION)), start + len(piece))

    def subtree(self, token: Token) -> Span:
        """From the first to the last token that hangs on ``token``."""
        last = token.right_edge
        return self.trimmed(token.left_edge.idx, last.idx + len(last))

    def without(self, span: Span, holes: Iterable[Span | None]) -> list[Span]:
        """What is left of a span outside the holes, widened to whole quotations, in text order."""
        pieces, start = [], span.char_start
        for hole in sorted(hole for hole in holes if hole is not None and hole.overlaps(span)):
            pieces.append(self.trimmed(start, max(start, hole.char_start)))
            start = max(start, hole.char_end)
        pieces.append(self.trimmed(start, max(start, span.char_end)))
        kept = [piece for piece in pieces if re.search(r"\w", self.text[slice(*piece)])]
        # A lone word beside a hole is a conjunction or a pronoun, not part of what is said.
        longer = [piece for piece in kept if " " in self.text[slice(*piece)]]
        return joined(self._widened(piece) for piece in longer or kept)

    def quotations_in(self, span: Span) -> list[Span]:
        """The outermost quoted pieces, marks included, that share a character with ``span``."""
        first = bisect_right(self.outer, span.char_start, key=lambda outer: outer.char_end)
        return self.outer[first : bisect_left(self.outer, span.char_end, key=lambda outer: outer.char_start)]

    def _widened(self, span: Span) -> Span:
        spans = [span, *self.quotations_in(span)]
        return Span(min(spans).char_start, max(piece.char_end for piece in spans))


def joined(spans: Iterable[Span]) -> list[Span]:
    """The spans in text order, those that overlap as one."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.char_start < result[-1].char_end:
            result[-1] = Span(result[-1].char_start, max(result[-1].char_end, span.char_end))
        else:
            result.append(span)
    return result
