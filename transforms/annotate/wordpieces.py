"""Texts as the model reads them: wordpieces with exact code-point offsets, and what an uncased vocabulary hides.

The features are frozen with the weights: whoever changes a function here must train a new model.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from transforms.paragraphs import paragraph_spans

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]


# Feature vocabularies: the code is the row of the embedding table.
CASE_LOWER, CASE_TITLE, CASE_UPPER, CASE_MIXED, CASE_DIGIT, CASE_OTHER, CASE_INITIAL = range(7)
MARK_OUTSIDE, MARK_INSIDE, MARK_UNCLOSED, MARK_OPENS, MARK_CLOSES, MARK_SINGLE = range(6)
GAP_NONE, GAP_SPACE, GAP_LINE, GAP_PARAGRAPH = range(4)
PLACE_BODY, PLACE_HEADLINE = range(2)
FEATURE_SIZES = (7, 6, 4, 2)
N_FEATURE_CODES = 7 * 6 * 4 * 2
HEADLINE_MAX_CHARS = 200
MAX_KNOWN_CHUNKS, MAX_KNOWN_CHARS = 50_000, 40  # what is remembered of texts read before

WORD = re.compile(r"[^\W_]+")
# An opening single mark stands after a break and before a letter, a closing one the other way round; an
# apostrophe ("don't", "the voters' choice") rarely has an opening partner within the paragraph.
SINGLE_QUOTED = re.compile(
    r"(?<![^\s(\[“\"—–-])['‘](?=\w)[^\n'‘’]{2,400}(?:(?<=\w)['’](?=\w)[^\n'‘’]{1,400}){0,6}(?<=[\w.,!?…])['’](?!\w)"
)


@dataclass(frozen=True, slots=True)
class EncodedText:
    """One text as wordpieces. Every array has one row a wordpiece (T rows), in text order.

    ``starts`` and ``ends`` are code-point offsets, ``features`` holds one code a row (see ``feature_codes``),
    ``paragraphs`` the number of the paragraph the wordpiece stands in.
    """

    ids: IntArray
    starts: IntArray
    ends: IntArray
    features: IntArray
    paragraphs: IntArray

    @property
    def cases(self) -> IntArray:
        """The case class of each wordpiece's word, as ``features`` holds it."""
        return self.features // math.prod(FEATURE_SIZES[1:])

    def word_starts(self) -> IntArray:
        """The first wordpiece of each word; every other character is one of its own."""
        cases = self.cases
        gaps = self.features // FEATURE_SIZES[3] % FEATURE_SIZES[2]
        starts = np.ones(len(cases), dtype=bool)
        starts[1:] = (gaps[1:] != GAP_NONE) | (cases[1:] == CASE_OTHER) | (cases[:-1] == CASE_OTHER)
        return np.flatnonzero(starts)

    def paragraph_starts(self) -> IntArray:
        """The first wordpiece of each paragraph that has one."""
        return np.flatnonzero(np.diff(self.paragraphs, prepend=-1))

    def by_paragraph(self, values: FloatArray) -> list[FloatArray]:
        """The rows of ``values`` [T, ...], those of each paragraph together."""
        return np.split(values, self.paragraph_starts()[1:]) if len(values) else []


def encode(text: str, tokenizer: Tokenizer) -> EncodedText:
    """Wordpieces of one text of any length, without special tokens, truncation or padding."""
    chunks = text.replace("\n", " ").split(" ")
    rows = pieces_of_chunks(chunks, tokenizer)
    ids, starts, ends, cases = np.concatenate(rows).T
    chunk_starts = np.repeat(starts_of(chunks), list(map(len, rows)))
    starts, ends = starts + chunk_starts, ends + chunk_starts
    paragraphs = paragraph_spans(text)
    paragraph_starts = np.array([start for start, _ in paragraphs], dtype=np.int64)
    numbers = np.searchsorted(paragraph_starts, starts, side="right") - 1
    features = feature_codes(text, starts, ends, cases, numbers, paragraphs)
    return EncodedText(np.ascontiguousarray(ids), starts, ends, features, numbers)


def pieces_of_chunks(chunks: Sequence[str], tokenizer: Tokenizer) -> list[IntArray]:
    """The pieces of each chunk, with offsets in it: most chunks of a text were in an earlier one, and are remembered.

    No wordpiece depends on what stands beyond a space, so that all that are new are read as one text.
    """
    known = _known_chunks(tokenizer)
    if len(known) > MAX_KNOWN_CHUNKS:
        known.clear()
    new = list({chunk: None for chunk in chunks if chunk not in known})
    pieces = read_pieces(" ".join(new), tokenizer)
    starts = starts_of(new)
    bounds = [*np.searchsorted(pieces[:, 1], starts).tolist(), len(pieces)]
    pieces[:, 1:3] -= np.repeat(starts, np.diff(bounds))[:, None]
    rows = {chunk: pieces[first:stop].copy() for chunk, (first, stop) in zip(new, pairwise(bounds), strict=True)}
    known |= {chunk: row for chunk, row in rows.items() if len(chunk) <= MAX_KNOWN_CHARS}
    return [known[chunk] if chunk in known else rows[chunk] for chunk in chunks]


@lru_cache(maxsize=2)
def _known_chunks(tokenizer: Tokenizer) -> dict[str, IntArray]:
    return {}


def starts_of(chunks: Sequence[str]) -> IntArray:
    """Where each chunk starts in the text that they make with a space between each two."""
    lengths = np.fromiter(map(len, chunks), np.int64, len(chunks))
    return np.cumsum(lengths + 1) - lengths - 1


def read_pieces(text: str, tokenizer: Tokenizer) -> IntArray:
    """The id, the offsets and the case class of each wordpiece, [N, 4]."""
    encoding: Any = tokenizer.encode(text, add_special_tokens=False)
    offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    pieces = np.column_stack([np.array(encoding.ids, dtype=np.int64), offsets, cases_at(text, offsets[:, 0])])
    # A character the normaliser drops can leave an empty piece behind: it has no place in the text.
    return np.asarray(pieces[offsets[:, 1] > offsets[:, 0]])


def feature_codes(
    text: str,
    starts: IntArray,
    ends: IntArray,
    cases: IntArray,
    paragraphs: IntArray,
    spans: Sequence[tuple[int, int]],
) -> IntArray:
    """One code a wordpiece (shape [T], below ``N_FEATURE_CODES``): case, quotation marks, gap before, headline."""
    marks = marks_by_char(text, spans)[starts]
    gap = gaps_before(text, starts, ends, paragraphs)
    first_start, first_end = spans[0]
    has_headline = len(spans) > 1 and first_end - first_start <= HEADLINE_MAX_CHARS
    place = np.where((paragraphs == 0) & has_headline, PLACE_HEADLINE, PLACE_BODY)
    code = ((cases * FEATURE_SIZES[1] + marks) * FEATURE_SIZES[2] + gap) * FEATURE_SIZES[3] + place
    return code.astype(np.int64)


def cases_at(text: str, starts: IntArray) -> IntArray:
    """The case class of the word that each character of ``starts`` belongs to, in the shape of ``starts``."""
    found = [(match.group(), *match.span()) for match in WORD.finditer(text)]
    if not found:
        return np.full(len(starts), CASE_OTHER, dtype=np.int64)
    words, word_starts, word_ends = zip(*found, strict=True)
    by_word = {word: word_case(word) for word in set(words)}
    number = np.searchsorted(np.array(word_starts), starts, side="right") - 1
    is_inside = (number >= 0) & (starts < np.array(word_ends)[number])
    return np.where(is_inside, np.array([by_word[word] for word in words])[number], CASE_OTHER)


def word_case(word: str) -> int:
    """The case class of one word of letters and digits."""
    if word.islower():
        return CASE_LOWER
    if word.isupper():
        return CASE_INITIAL if len(word) == 1 else CASE_UPPER
    if word[0].isupper() and word[1:].islower():
        return CASE_TITLE
    if any(char.isalpha() for char in word):
        return CASE_MIXED
    return CASE_DIGIT


def marks_by_char(text: str, paragraphs: Sequence[tuple[int, int]]) -> IntArray:
    """How each character stands to the quotation marks of its paragraph (shape [len(text)]).

    This is what the weights learnt to read, not what a quotation is: that is told by ``transforms.marks``.
    """
    states = np.zeros(len(text), dtype=np.int64)
    for match in SINGLE_QUOTED.finditer(text):
        states[match.start() : match.end()] = MARK_SINGLE
    for start, end in paragraphs:
        mark_paragraph(text, start, end, states)
    return states


def mark_paragraph(text: str, start: int, end: int, states: IntArray) -> None:
    """Write the states of one paragraph; an opening mark whose partner is missing reaches to the paragraph's end."""
    opened = -1
    for match in re.finditer('["“”„«»]', text[start:end]):
        at, mark = start + match.start(), match.group()
        closes = mark in "”»" or (mark == '"' and opened >= 0)
        if closes and opened >= 0:
            states[opened + 1 : at] = MARK_INSIDE
        states[at] = MARK_CLOSES if closes else MARK_OPENS
        opened = -1 if closes else at
    if opened >= 0:
        states[opened + 1 : end] = MARK_UNCLOSED


def gaps_before(text: str, starts: IntArray, ends: IntArray, paragraphs: IntArray) -> IntArray:
    """What stands between each wordpiece and the one before it."""
    gaps = np.full(len(starts), GAP_NONE, dtype=np.int64)
    if not len(starts):
        return gaps
    gaps[1:][starts[1:] > ends[:-1]] = GAP_SPACE
    breaks = np.array([match.start() for match in re.finditer("\n", text)], dtype=np.int64)
    if len(breaks):
        before = np.searchsorted(breaks, starts)
        gaps[1:][before[1:] > before[:-1]] = GAP_LINE
    gaps[1:][paragraphs[1:] > paragraphs[:-1]] = GAP_PARAGRAPH
    gaps[0] = GAP_PARAGRAPH
    return gaps
