"""Cleaning: raw text to paragraphs of plain words, each step ``str -> str``.

Cleaning changes line ends, white space and invisible characters. It never changes a word, and never the style of a
quotation mark. Applying it twice changes nothing more.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from transforms.paragraphs import PARAGRAPH_BREAK, split_blocks

_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x85\u2028]")
_OTHER_SPACE = r"\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# All runs of spaces but a plain one alone, which most are and which would be itself again.
_SPACES = re.compile(rf"[{_OTHER_SPACE}][ {_OTHER_SPACE}]*| [ {_OTHER_SPACE}]+")
# Zero-width joiners hold an emoji together; anywhere else they are dirt of the page the text was copied from.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
    "|(?<![\u2600-\u27bf\ufe0f\U0001f300-\U0001faff])\u200d"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
MAX_COMBINING = 30  # marks on one letter, the limit of Unicode's Stream-Safe Text Format (UAX #15); languages use 4
_SIGNS = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_COMBINING + 1},}}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

# Where a line of wrapped text ends: typewriter and e-mail habits.
MIN_WRAP_COLUMNS = 40
MAX_WRAP_COLUMNS = 110
MIN_WRAPPED_BREAKS = 2
MIN_WRAPPED_SHARE = 0.75  # of the line breaks inside blocks, before a text counts as wrapped
WRAP_SLACK_COLUMNS = 12  # hand-wrapped lines end this much early

_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)\]]*$")


def replace_surrogates(text: str) -> str:
    """Half a surrogate pair, which no encoding can store, becomes U+FFFD."""
    return _SURROGATES.sub("\ufffd", text)


def compose(text: str) -> str:
    """Unicode NFC. Of more than MAX_COMBINING marks on one letter the rest is dropped: ordering them is quadratic."""
    return unicodedata.normalize("NFC", _SIGNS.sub(lambda signs: _limit_marks(signs[0]), text))


def _limit_marks(signs: str) -> str:
    kept, n_marks = [], 0
    for sign in signs:
        n_marks = n_marks + 1 if unicodedata.combining(sign) else 0
        if n_marks <= MAX_COMBINING:
            kept.append(sign)
    return "".join(kept)


def normalize_characters(text: str) -> str:
    """One line end, one kind of space, no invisible or control characters, Unicode NFC."""
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", PARAGRAPH_BREAK)
    text = _CONTROLS.sub("", _INVISIBLE.sub("", replace_surrogates(text)))
    return _SPACES.sub(" ", compose(text))


def clean_field(value: str | None) -> str | None:
    """A stated value on one line, or None where nothing is left of it."""
    return " ".join(clean_text(value).split()) or None if value else None


def count_words(text: str) -> int:
    """Runs of letters and digits; an apostrophe inside a word does not part it."""
    return len(_WORD.findall(text))


def clean_text(text: str) -> str:
    """The text as paragraphs parted by one blank line, each on one line, without outer white space."""
    return PARAGRAPH_BREAK.join(split_paragraphs(normalize_characters(text)))


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs of a text whose characters are normalized.

    A blank line always parts paragraphs. A single line break parts them too, unless the text is wrapped at a fixed
    width or the next line plainly goes on with the sentence.
    """
    blocks = [[line for line in block.split("\n") if line.strip()] for block in split_blocks(text)]
    width = wrap_width(blocks)
    return [" ".join(paragraph.split(" ")) for block in blocks for paragraph in _join_lines(block, width)]


def wrap_width(blocks: list[list[str]]) -> int | None:
    """The column at which a text is wrapped, or None where it is not.

    A wrapped line ends where the next word would not have fitted, and seldom where a sentence does. Of any other text
    that holds by chance for few breaks, so the share of the breaks where it holds decides.
    """
    pairs = [(line.strip(), after.strip()) for block in blocks for line, after in pairwise(block)]
    if len(pairs) < MIN_WRAPPED_BREAKS:
        return None
    width = max(len(line.strip()) for block in blocks for line in block)
    if not MIN_WRAP_COLUMNS <= width <= MAX_WRAP_COLUMNS:
        return None
    n_full = sum(_is_full(line, after, width) for line, after in pairs)
    n_unfinished = sum(not _SENTENCE_END.search(line) for line, _ in pairs)
    is_wrapped = n_full >= MIN_WRAPPED_SHARE * len(pairs) and 2 * n_unfinished >= len(pairs)
    return width if is_wrapped else None


def _is_full(line: str, after: str, width: int) -> bool:
    first_word = after.split(" ", 1)[0]
    return len(line) + 1 + len(first_word) > width - WRAP_SLACK_COLUMNS


def _join_lines(lines: list[str], width: int | None) -> list[str]:
    """The lines of one block as paragraphs."""
    paragraphs: list[list[str]] = []
    for number, line in enumerate(lines):
        bare = line.strip()
        if number and _goes_on(lines[number - 1], line, width):
            paragraphs[-1] += [bare] if _is_split_word(lines[number - 1].rstrip(), bare) else [" ", bare]
        else:
            paragraphs.append([bare])
    return ["".join(pieces) for pieces in paragraphs]


def _goes_on(line: str, after: str, width: int | None) -> bool:
    """Whether ``after`` continues the paragraph of ``line``."""
    if width is not None:
        if _is_indented(after) and not _is_indented(line):
            return False
        is_broken_off = 2 * len(line.strip()) > width and not _SENTENCE_END.search(line.strip())
        return is_broken_off or _is_full(line.strip(), after.strip(), width)
    return after.strip()[0].islower() or line.rstrip()[-1] in ",;"


def _is_indented(line: str) -> bool:
    return line.startswith(" ")


def _is_split_word(left: str, right: str) -> bool:
    """Whether a word goes on behind the line's end: "well-" + "known" does, "1914 -" + "18" does not."""
    return len(left) > 1 and left[-1] == "-" and left[-2].isalpha() and right[:1].islower()
