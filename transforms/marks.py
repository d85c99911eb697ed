"""Quotation marks: which characters of a text stand between which marks.

Marks pair within a paragraph by a stack and by the characters around them, as Unicode's rules for apostrophes and
Chicago's for quotations over several paragraphs have it: each paragraph opens with a mark, only the last closes.
What is damaged (a mark missing, doubled or of the wrong kind) costs at most the rest of its own paragraph. Linear in
the length of the text; only the marks themselves are looked at one by one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from transforms.paragraphs import paragraph_spans
from transforms.records import Span

DIRECT_SHARE = 0.95

# Each opening mark with its proper partners, and those that stand for them in damaged or careless text.
PARTNERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "“": (("”",), ('"', "“")),
    "„": (("“", "”"), ('"',)),
    "”": (("”",), ('"',)),
    '"': (('"',), ("”",)),
    "''": (("''",), ()),
    "``": (("''",), ('"',)),
    "«": (("»",), ()),
    "»": (("«",), ()),
    "‹": (("›",), ()),
    "›": (("‹",), ()),
    "‘": (("’",), ("'",)),
    "‚": (("‘", "’"), ("'",)),
    "'": (("'",), ("’",)),
}
OPENING = frozenset("“„‘‚«‹") | {"``"}
CLOSING = frozenset("”’»›")
SINGLE = frozenset("‘’‚'")

_MARK = re.compile(r"""\d['’′]\s?\d{1,2}["”]|''|``|["“”„«»‹›‚‘’']""")
# Words that begin with an apostrophe, where a reader would not open a quotation: the '90s, 'em.
_ELISION = re.compile(r"""['‘’](?:\d\ds?\b|(?:em|til|tis|twas|cause|bout|round|neath|n)\b)""", re.IGNORECASE)
_BEFORE_OPENING = {"", *"([{<—–-/=…:“„«‹‘‚\"'`»›¿¡"}
_AFTER_CLOSING = {"", *")]}>—–-/.,;:!?…”’»›\"'“‘«‹"}
_LAST_WORD = re.compile(r"[\w-]+\s*\Z")
_TERM_INTRODUCER = re.compile(
    r"(?:an?|the|this|that|of|on|in|by|his|her|its|their|(?:so-)?called|(?:en)?titled|(?:nick)?named|dubbed|known)\s*\Z",
    re.IGNORECASE,
)
_SENTENCE_MARKS = frozenset(".,!?…;:”’\"'")


class Quoted(NamedTuple):
    """What one pair of marks encloses in one paragraph, or one paragraph's piece of it.

    ``outer`` includes the marks, ``inner`` does not. ``depth`` is 1 for the outermost marks. ``is_closed`` is False
    where the closing mark is missing: then the piece reaches to the end of its paragraph (or to the next opening mark
    of its kind). ``continues`` says that the next paragraph goes on with it, ``continued`` that this one does.
    """

    outer: Span
    inner: Span
    depth: int
    is_closed: bool
    continues: bool
    continued: bool


class _Mark(NamedTuple):
    start: int
    end: int
    mark: str
    before: str
    after: str

    @property
    def may_open(self) -> bool:
        is_after_break = self.before.isspace() or self.before in _BEFORE_OPENING
        return is_after_break and self.after != "" and not self.after.isspace()

    @property
    def may_close(self) -> bool:
        is_before_break = self.after.isspace() or self.after in _AFTER_CLOSING
        return is_before_break and self.before != "" and not self.before.isspace()


class _Pair(NamedTuple):
    start: int
    inner_start: int
    inner_end: int
    end: int
    mark: str
    level: int
    is_closed: bool
    continues: bool = False


def find_quoted(text: str) -> list[Quoted]:
    """Every quoted piece of ``text``, sorted by start (outer before inner); no piece crosses a paragraph break."""
    return list(_find_quoted(text))


@lru_cache(maxsize=4)  # one step of an article after the other asks
def _find_quoted(text: str) -> tuple[Quoted, ...]:
    found: list[Quoted] = []
    left_open, reopened = "", False  # the mark that the paragraph before left open; whether this one repeats it
    paragraphs = paragraph_spans(text)
    for number, paragraph in enumerate(paragraphs):
        following = paragraphs[number + 1].char_start if number + 1 < len(paragraphs) else len(text)
        pairs, adopted = _pair_marks(text, paragraph, following, left_open)
        if adopted:
            found[-1] = found[-1]._replace(continues=True)
        found += _nested(pairs, first_continued=adopted or reopened)
        reopened = any(pair.continues for pair in pairs)
        # Only what was open to the very end of a paragraph can be closed in the next.
        is_open = bool(pairs) and not pairs[-1].is_closed and found[-1].depth == 1
        left_open = pairs[-1].mark if is_open and not reopened else ""
    return tuple(found)


def _pair_marks(text: str, paragraph: Span, following: int, left_open: str) -> tuple[list[_Pair], bool]:
    """The pairs of one paragraph by start, and whether the first closes what the paragraph before left open."""
    marks = _marks(text, paragraph)
    pairs: list[_Pair] = []
    stack: list[_Mark] = []
    adopted = False
    for index, mark in enumerate(marks):
        partner = _partner(stack, mark)
        if partner is not None and _closes(marks, index):
            opening = stack[partner]
            pairs.append(_Pair(opening.start, opening.end, mark.start, mark.end, opening.mark, partner, True))
            del stack[partner:]
        elif index == 0 and left_open and mark.mark in PARTNERS[left_open][0] and not mark.may_open:
            start = paragraph.char_start
            pairs.append(_Pair(start, start, mark.start, mark.end, left_open, 0, True))
            adopted = True
        elif _opens(text, mark):
            stack.append(mark)
    pairs += _unclosed(text, paragraph, following, stack, pairs)
    pairs.sort(key=lambda pair: (pair.start, -pair.end))
    return pairs, adopted


def _marks(text: str, paragraph: Span) -> list[_Mark]:
    """The marks of one paragraph, without apostrophes inside words and the signs for feet and inches."""
    start, end = paragraph
    marks = []
    for match in _MARK.finditer(text, start, end):
        mark, at, stop = match.group(), match.start(), match.end()
        before = text[at - 1] if at > start else ""
        after = text[stop] if stop < end else ""
        if len(mark) > 2 or (mark in SINGLE and before.isalnum() and after.isalnum()):
            continue
        marks.append(_Mark(at, stop, mark, before, after))
    return marks


def _partner(stack: list[_Mark], mark: _Mark) -> int | None:
    """The place in the stack of the open mark that ``mark`` can close: a proper partner before a damaged one."""
    for kind in (0, 1):
        for place in range(len(stack) - 1, max(-1, len(stack) - 9), -1):
            opening = stack[place].mark
            if mark.mark in SINGLE and opening not in SINGLE:
                break  # an apostrophe inside double marks closes nothing outside them
            if mark.mark in PARTNERS[opening][kind]:
                return place
    return None


def _closes(marks: list[_Mark], index: int) -> bool:
    """Whether a mark that has an open partner closes it, rather than opens another or is an apostrophe."""
    mark = marks[index]
    if mark.mark in SINGLE:
        return mark.may_close and not _is_possessive(marks, index)
    return mark.mark in CLOSING or not mark.may_open or mark.may_close


def _is_possessive(marks: list[_Mark], index: int) -> bool:
    """Whether a single mark after an s, before a word, leaves a later one to close: ‘the workers’ rights’."""
    mark = marks[index]
    if mark.before not in "sSzZ" or not mark.after.isspace() or index + 1 == len(marks):
        return False
    later = marks[index + 1]
    return later.mark in SINGLE and later.may_close and not later.may_open


def _opens(text: str, mark: _Mark) -> bool:
    """Whether a mark that closes nothing opens a quotation."""
    if mark.mark in SINGLE:
        return mark.mark != "’" and mark.may_open and not _ELISION.match(text, mark.start)
    if mark.mark in OPENING:
        return True
    return mark.may_open or (mark.mark not in CLOSING and not mark.may_close)


def _unclosed(text: str, paragraph: Span, following: int, stack: list[_Mark], pairs: list[_Pair]) -> list[_Pair]:
    """Pieces for the marks left open; a single one counts only where the next paragraph goes on with it."""
    if not stack:
        return []
    end = paragraph.char_start + len(text[slice(*paragraph)].rstrip())
    openings: dict[tuple[str, int], list[int]] = defaultdict(list)
    for level, mark in enumerate(stack):
        openings[mark.mark, level].append(mark.start)
    for pair in pairs:
        openings[pair.mark, pair.level].append(pair.start)
    pieces: list[_Pair] = []
    for level, mark in enumerate(stack):
        may_continue = level == 0 and (mark.mark not in SINGLE or mark.start == paragraph.char_start)
        continues = may_continue and text.startswith(mark.mark, following)
        if mark.mark in SINGLE and not continues:
            continue
        # A second opening mark of the kind, one level in: here the first one's partner is missing.
        nested = () if continues else openings[mark.mark, level + 1]
        cut = min((start for start in nested if start > mark.start), default=end)
        cut = cut if cut == end else mark.end + len(text[mark.end : cut].rstrip())
        pieces.append(_Pair(mark.start, mark.end, cut, cut, mark.mark, level, False, continues))
    return pieces


def _nested(pairs: list[_Pair], *, first_continued: bool) -> list[Quoted]:
    """Pairs sorted by start as pieces, with the depth at which each stands."""
    pieces: list[Quoted] = []
    ends: list[int] = []
    for number, pair in enumerate(pairs):
        while ends and ends[-1] <= pair.start:
            ends.pop()
        ends.append(pair.end)
        outer, inner = Span(pair.start, pair.end), Span(pair.inner_start, pair.inner_end)
        continued = first_continued and number == 0
        pieces.append(Quoted(outer, inner, len(ends), pair.is_closed, pair.continues, continued))
    return pieces


def group_pieces(quoted: Sequence[Quoted]) -> list[tuple[Quoted, ...]]:
    """The outermost pieces, those of one quotation together: more than one where it runs over several paragraphs."""
    groups: list[list[Quoted]] = []
    for piece in quoted:
        if piece.depth > 1:
            continue
        if piece.continued and groups and groups[-1][-1].continues:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [tuple(group) for group in groups]


def quoted_mask(text: str) -> bytearray:
    """One byte a character: 1 between marks (nested marks included, the outermost left out), else 0."""
    mask = bytearray(len(text))
    for piece in find_quoted(text):
        if piece.depth == 1:
            start, end = piece.inner
            mask[start:end] = b"\x01" * (end - start)
    return mask


def has_unpaired_marks(text: str) -> bool:
    """Whether a double mark has no partner; one that the next paragraph repeats has, single ones may be apostrophes."""
    pieces = find_quoted(text)
    if any(not piece.is_closed and not piece.continues for piece in pieces):
        return True
    paired = {piece.outer.char_start for piece in pieces} | {piece.inner.char_end for piece in pieces}
    marks = (match for match in _MARK.finditer(text) if len(match.group()) <= 2 and match.group() not in SINGLE)
    return any(match.start() not in paired for match in marks)


def quote_type(text: str, segments: Sequence[Span], quoted: Sequence[Quoted]) -> str:
    """``direct``, ``mixed`` or ``indirect`` by the share of letters and digits that stand between marks.

    At least ``DIRECT_SHARE`` of them: direct; none: indirect. ``quoted`` is ``find_quoted(text)``.
    """
    outermost = [piece.inner for piece in quoted if piece.depth == 1]
    n_all = n_inside = 0
    for start, end in segments:
        n_all += _n_letters(text, start, end)
        place = bisect_right(outermost, start, key=lambda span: span.char_end)
        while place < len(outermost) and outermost[place].char_start < end:
            n_inside += _n_letters(text, max(start, outermost[place].char_start), min(end, outermost[place].char_end))
            place += 1
    if not n_inside:
        return "indirect"
    return "direct" if n_inside >= DIRECT_SHARE * n_all else "mixed"


def _n_letters(text: str, start: int, end: int) -> int:
    return sum(map(str.isalnum, text[start:end]))


def is_term(text: str, piece: Quoted, *, max_words: int = 4) -> bool:
    """Whether the marks look like those of a term, a nickname or a title rather than of something said.

    Evidence, not a verdict: a reporting clause outweighs it. True for a few words in the middle of a sentence, right
    after a word (no comma or colon), that end in no sentence mark of their own; after "so-called", "the", "titled"
    and the like one may follow them, as American typesetting puts it before the closing mark.
    """
    inner = text[piece.inner.char_start : piece.inner.char_end].strip()
    if not piece.is_closed or piece.continued or not 0 < len(inner.split()) <= max_words:
        return False
    before = _LAST_WORD.search(text, max(0, piece.outer.char_start - 40), piece.outer.char_start)
    if before is None:
        return False
    return inner[-1] not in _SENTENCE_MARKS or _TERM_INTRODUCER.match(before.group()) is not None
