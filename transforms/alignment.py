"""Where the letters of a cleaned text stand in the text that it was made from.

Paragraph by paragraph, both are walked side by side: over letters that are the same, over what cleaning takes out
(white space, invisible signs, tags), over a letter that was written in another way (a character reference, a letter and
its accent apart, UTF-8 read as another encoding). Where the walk ends something was taken out, or changed in a way that
is not known; it goes on where enough of what follows is found again. So what is matched is the same letter by letter
and not by chance, what is not sure is left out, and the time is proportional to the length of the source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from transforms.paragraphs import PARAGRAPH_BREAK
from transforms.source_text import COMPOSED, ESCAPED, PLAIN, REPAIRED, Range
from transforms.text import MAX_COMBINING

MIN_LETTERS = 16  # fewer that agree may do so by chance
KEY_CHARS = 24  # of a word and what follows, by which a paragraph is looked for
N_PLACES = 3  # looked at of those where a key stands
NEAR_CHARS = 400  # how far behind a change a paragraph goes on
NEAR_WORDS = 12
EFFORT_SHARE = 20  # characters looked at for one of the source; what is not found with that is left out
SEARCH_SPEED = 8  # searching for a key is so much faster than walking
MIN_EFFORT = 1_000_000

_DIRT = re.compile(
    r"(?:[\s\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
    r"|</?[A-Za-z!][^<>]{0,500}+>|&(?:amp;){0,3}(?:nbsp|shy|ensp|emsp|thinsp|#160|#xa0|#173|#8203);)++",
    re.I,
)
_BLANK = re.compile(r"\s++")
_OTHER_SPACES = "\t\n\r\u00a0\u3000"
_REFERENCE = re.compile(r"&(?:amp;){0,3}(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_EDGE = re.compile(r'[>\n"]')
_WORD_START = re.compile(r"(?<=\s)\S")
# What UTF-8 is read as by mistake: the encodings that ftfy repairs.
_MISTAKEN = ("cp1252", "latin-1", "mac_roman", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso8859-2", "cp437")


class Match(NamedTuple):
    """``n`` characters of the text from ``at`` on are what ``n_source`` of the source from ``source_at`` on say.

    They are the same where ``written`` is PLAIN, else ESCAPED, REPAIRED or COMPOSED.
    """

    at: int
    source_at: int
    n: int
    n_source: int
    written: int = PLAIN


class _Walk(NamedTuple):
    """What was walked over, and where the walk ended."""

    found: list[Match]
    at: int
    source_at: int

    @property
    def n_letters(self) -> int:
        return sum(match.n for match in self.found)


class Aligner:
    """Finds parts of one text in parts of one source."""

    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source
        self._spaced = source  # a line end of wrapped text is a space in paragraphs
        for space in _OTHER_SPACES:
            self._spaced = self._spaced.replace(space, " ")
        self._effort = max(MIN_EFFORT, EFFORT_SHARE * len(source))

    def matches(self, text_range: Range, source_range: Range) -> list[Match]:
        """The matches of a part of the text in a part of the source, in the order of both."""
        start, end = text_range
        at, source_end = source_range
        whole = self._source.find(self._text[start:end], at, source_end)
        if whole >= 0:
            return [Match(start, whole, end - start, end - start)]
        found: list[Match] = []
        for paragraph in self._paragraphs(start, end):
            for match in self._of_paragraph(paragraph, (at, source_end)):
                found.append(match)
                at = match.source_at + match.n_source
        return self.joined(found)

    def _paragraphs(self, start: int, end: int) -> Iterator[Range]:
        while start < end and self._effort > 0:
            found = self._text.find(PARAGRAPH_BREAK, start, end)
            yield start, found if found >= 0 else end
            start = found + len(PARAGRAPH_BREAK) if found >= 0 else end

    def _of_paragraph(self, paragraph: Range, where: Range) -> Iterator[Match]:
        (at, end), (source_at, source_end) = paragraph, where
        walk = self._find_start(paragraph, where)
        while walk is not None:
            yield from walk.found
            at, source_at = walk.at, walk.source_at
            walk = self._find_rest((at, end), (source_at, source_end)) if at < end else None

    def _find_start(self, paragraph: Range, where: Range) -> _Walk | None:
        """The walk from where the paragraph starts: here, where it stands as it is, or where most of it agrees."""
        (at, end), source_end = paragraph, where[1]
        here = self._walk(paragraph, where)
        if here.at == end:
            return here
        if end - at >= MIN_LETTERS and (places := self._places(self._text[at:end], where)):
            return self._walk(paragraph, (places[0], source_end))
        walks = [here, *self._walks_from_words(paragraph, where, source_end)]
        best = max(walks, key=lambda walk: walk.n_letters)
        return best if best.n_letters >= MIN_LETTERS else None

    def _find_rest(self, rest: Range, where: Range) -> _Walk | None:
        """The walk from the first word of the rest that is found soon behind the place where the walk before ended."""
        near = (where[0], min(where[1], where[0] + 2 * NEAR_CHARS))
        return next(
            (walk for walk in self._walks_from_words(rest, near, where[1]) if walk.n_letters >= MIN_LETTERS), None
        )

    def _walks_from_words(self, part: Range, where: Range, source_end: int) -> Iterator[_Walk]:
        """The walks from places where a word of the part stands with what follows it, or from a little before them."""
        at, end = part
        words = [at, *(word.start() for word in _WORD_START.finditer(self._text, at, min(end, at + NEAR_CHARS)))]
        for word in words[:NEAR_WORDS]:
            key = self._text[word : min(end, word + KEY_CHARS)]
            for place in self._places(key, where) if len(key) >= MIN_LETTERS else ():
                if word > at and (walk := self._walk_from_edge(part, word, (place, source_end))) is not None:
                    yield walk
                yield self._walk((word, end), (place, source_end))

    def _walk_from_edge(self, part: Range, word: int, where: Range) -> _Walk | None:
        """The walk from the part's start to a word and on, if a line, tag or string before it begins with the part."""
        place, source_end = where
        furthest = max(0, place - 8 * (word - part[0]) - 8)
        edges = [edge.end() for edge in _EDGE.finditer(self._source, furthest, place)]
        for edge in reversed(edges[-N_PLACES:]):
            walk = self._walk(part, (edge, source_end))
            if any(match.at <= word < match.at + match.n for match in walk.found):
                return walk
        return None

    def _places(self, key: str, where: Range) -> list[int]:
        places: list[int] = []
        start, end = where
        while len(places) < N_PLACES and self._effort > 0:
            found = self._spaced.find(key, start, end)
            self._effort -= ((found if found >= 0 else end) - start) // SEARCH_SPEED
            if found < 0:
                break
            places.append(found)
            start = found + 1
        return places

    def _walk(self, paragraph: Range, where: Range) -> _Walk:
        (at, end), (source_at, source_end) = paragraph, where
        begin, found = source_at, []
        while at < end and source_at < source_end:
            n = self._n_same(at, source_at, min(end - at, source_end - source_at))
            if n:
                found.append(Match(at, source_at, n, n))
                at, source_at = at + n, source_at + n
                continue
            match = self._other_writing(at, source_at, found)
            if match is not None:
                found.append(match)
                at, source_at = match.at + match.n, match.source_at + match.n_source
            elif dirt := _DIRT.match(self._source, source_at, source_end):
                blank = _BLANK.match(self._text, at, end)
                at, source_at = blank.end() if blank else at, dirt.end()
            elif self._text[at] == "\ufffd":
                at, source_at = at + 1, source_at + 1
            else:
                break
        self._effort -= source_at - begin
        return _Walk(found, at, source_at)

    def _n_same(self, at: int, source_at: int, limit: int) -> int:
        """How many characters agree, by comparing longer and longer pieces, then shorter and shorter ones."""
        text, source, n, step = self._text, self._source, 0, 16
        while n < limit:
            step = min(step, limit - n)
            if text[at + n : at + n + step] == source[source_at + n : source_at + n + step]:
                n, step = n + step, 2 * step
            elif step == 1:
                break
            else:
                step = max(1, step // 4)
        return n

    def _other_writing(self, at: int, source_at: int, found: list[Match]) -> Match | None:
        """The match of the next letter, written in another way; one that starts with the last "&" replaces that."""
        last = found[-1] if found else None
        if last and last.written == PLAIN and last.source_at + last.n == source_at:
            match = self._reference(at - 1, source_at - 1) if self._source[source_at - 1] == "&" else None
            if match is not None:
                found[-1] = last._replace(n=last.n - 1, n_source=last.n - 1)
                return match
        if self._source[source_at] == "&":
            return self._reference(at, source_at)
        if self._text[at].isascii() and self._source[source_at].isascii():
            return None
        return self._composed(at, source_at) or self._misread(at, source_at)

    def _reference(self, at: int, source_at: int) -> Match | None:
        reference = _REFERENCE.match(self._source, source_at)
        sign = _resolved(reference[0]) if reference else ""
        if reference is None or not sign or not self._text.startswith(sign, at):
            return None
        return Match(at, source_at, len(sign), len(reference[0]), ESCAPED)

    def _composed(self, at: int, source_at: int) -> Match | None:
        apart = unicodedata.normalize("NFD", self._text[at])
        if self._source.startswith(apart, source_at):
            return Match(at, source_at, 1, len(apart), COMPOSED)
        end = source_at + 1
        while end - source_at <= MAX_COMBINING and unicodedata.combining(self._source[end : end + 1] or "a"):
            end += 1
        sign = unicodedata.normalize("NFC", self._source[source_at:end])
        return Match(at, source_at, len(sign), end - source_at, COMPOSED) if self._text.startswith(sign, at) else None

    def _misread(self, at: int, source_at: int) -> Match | None:
        forms = _misread_forms(self._text[at])
        form = next((form for form in forms if self._source.startswith(form, source_at)), None)
        return Match(at, source_at, 1, len(form), REPAIRED) if form else None

    def joined(self, found: list[Match]) -> list[Match]:
        """Matches as one where what stands between them is the same too."""
        joined: list[Match] = []
        for match in found:
            if joined and self._goes_on(joined[-1], match):
                n = match.at + match.n - joined[-1].at
                joined[-1] = joined[-1]._replace(n=n, n_source=n)
            elif match.n:
                joined.append(match)
        return joined

    def _goes_on(self, before: Match, match: Match) -> bool:
        at, source_at = before.at + before.n, before.source_at + before.n_source
        between = match.at - at
        return (
            before.written == match.written == PLAIN
            and between == match.source_at - source_at
            and self._text[at : match.at] == self._source[source_at : match.source_at]
        )


@lru_cache(maxsize=1024)
def _resolved(reference: str) -> str:
    for _ in range(4):
        reference = unescape(reference)
    return reference


@lru_cache(maxsize=4096)
def _misread_forms(sign: str) -> tuple[str, ...]:
    """What becomes of a character whose UTF-8 is read as another encoding, once or twice; the longest first."""
    if sign.isascii():
        return ()
    once = {_read_as(sign, encoding) for encoding in _MISTAKEN}
    twice = {_read_as(form, encoding) for form in once for encoding in _MISTAKEN}
    return tuple(sorted(once | twice, key=lambda form: (-len(form), form)))


def _read_as(text: str, encoding: str) -> str:
    # A byte that the encoding does not have stays as it is, as in browsers and ftfy.
    read = (bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in text.encode("utf-8"))
    return "".join(read)
