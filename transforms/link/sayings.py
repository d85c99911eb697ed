"""What of an article's quotations can be found again elsewhere: their own words, and prints to find candidates by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from transforms.link.same_saying import Saying, is_same_saying
from transforms.link.saying_words import saying_words, weights
from transforms.marks import quoted_mask
from transforms.records import Span
from transforms.resolve.names import SUFFIXES, normal_name

# Words that hang together in this number tell a saying from others, by themselves or of one speaker's.
PRINT_WORDS, PRINT_WEIGHT = 4, 3
SPEAKER_PRINT_WORDS = 3
# Of each so many prints in a row one is kept, the smallest: "winnowing" (Schleimer, Wilkerson, Aiken, SIGMOD 2003).
# Two texts that share PRINT_WORDS + WINDOW - 1 words in a row share a print.
WINDOW = 4
SHORT_WORDS = 12  # all prints of such a saying are kept: one word changed leaves few
# The words in marks stand for themselves, in a quotation only partly in marks, where they are so many and tell so much.
MIN_QUOTED_WORDS, MIN_QUOTED_WEIGHT = 4, 6
MAX_WORDS = 1_000

KEPT = ("quote_type", "char_start", "char_end", "speaker_entity_id")

Row = Mapping[str, Any]


def saying_rows(text: str, quotes: Sequence[Row], entity_types: Mapping[str, str]) -> list[dict[str, Any]]:
    """One row a quotation of an article that has a print, with the columns of SAYINGS_SCHEMA.

    ``quotes`` are the article's rows of that table in order, ``entity_types`` the types of its entities. ``node`` is
    one value for equal sayings, where being equal is enough to be one saying.
    """
    mask = quoted_mask(text) if quotes else bytearray()
    rows = []
    for number, quote in enumerate(quotes):
        saying = read_saying(text, quote, _inside(quotes, number), mask, entity_types)
        prints = find_prints(saying)
        if prints:
            apart = "" if is_same_saying(saying, saying) else quote["quote_id"]
            rows.append(
                {
                    "quote_id": quote["quote_id"],
                    "article_id": quote["article_id"],
                    "node": _hash(
                        "saying", saying.speaker, str(saying.is_reported), apart, *saying.words, "|", *saying.quoted
                    ),
                    "words": " ".join(saying.words),
                    "quoted": " ".join(saying.quoted),
                    "wording": _hash("words", *saying.words),
                    "n_words": len(saying.words),
                    "speaker": saying.speaker,
                    "is_named": quote["speaker_mention_type"] == "name",
                    "prints": prints,
                    **{name: quote[name] for name in KEPT},
                }
            )
    return rows


def read_saying(
    text: str, quote: Row, inside: Sequence[Span], mask: bytes | bytearray, entity_types: Mapping[str, str]
) -> Saying:
    """The saying of one quotation; ``inside`` are the segments of quotations in it: somebody else's words."""
    own = list(_without([Span(s["char_start"], s["char_end"]) for s in quote["segments"]], inside))
    words = saying_words(" ".join(text[start:end] for start, end in own))[:MAX_WORDS]
    quoted: tuple[str, ...] = ()
    if quote["quote_type"] == "mixed":
        quoted = saying_words(" ".join(_in_marks(text, own, mask)))[:MAX_WORDS]
        if len(quoted) < MIN_QUOTED_WORDS or sum(weights(quoted)) < MIN_QUOTED_WEIGHT:
            quoted = ()
    return Saying(words, speaker_key(quote, entity_types), quote["quote_type"] == "indirect", quoted)


def speaker_key(quote: Row, entity_types: Mapping[str, str]) -> str:
    """What two namings of one speaker share within a data set, near enough; "" where none is named."""
    names = normal_name(quote["speaker_name"] or "").split()
    if entity_types.get(quote["speaker_entity_id"]) != "person":
        return " ".join(names)
    return next((name for name in reversed(names) if name not in SUFFIXES), "")


def find_prints(saying: Saying) -> list[int]:
    """Hashes of runs of words, sorted; two versions of a saying share one at least, but for the shortest.

    Words that are rare enough together tell the saying by themselves; others do with their speaker.
    """
    return sorted({*_prints(saying.words, saying.speaker), *_prints(saying.quoted, saying.speaker)})


def _prints(words: Sequence[str], speaker: str) -> list[int]:
    told, is_short, found = weights(words), len(words) <= SHORT_WORDS, []
    for start in range(len(words) - SPEAKER_PRINT_WORDS + 1):
        run = words[start : start + PRINT_WORDS]
        is_telling = len(run) == PRINT_WORDS and sum(told[start : start + PRINT_WORDS]) >= PRINT_WEIGHT
        if is_telling:
            found.append(_hash("print", *run))
        if speaker and (is_short or not is_telling) and any(told[start : start + SPEAKER_PRINT_WORDS]):
            found.append(_hash("said", speaker, *run[:SPEAKER_PRINT_WORDS]))
    if is_short or not found:
        return found
    return [min(found[at : at + WINDOW]) for at in range(max(1, len(found) - WINDOW + 1))]


def _inside(quotes: Sequence[Row], number: int) -> list[Span]:
    """The segments of the quotations that lie within a quotation and are less than all of it."""
    outer, found = quotes[number], []
    for other in quotes[number + 1 :]:  # the outer of two that start together comes first
        if other["char_start"] >= outer["char_end"]:
            break
        if other["char_end"] <= outer["char_end"] and other["segments"] != outer["segments"]:
            found += [Span(s["char_start"], s["char_end"]) for s in other["segments"]]
    return sorted(found)


def _without(spans: Sequence[Span], holes: Sequence[Span]) -> Iterator[Span]:
    for start, end in spans:
        at = start
        for hole in holes:
            if hole.char_start < end and hole.char_end > at:
                if hole.char_start > at:
                    yield Span(at, hole.char_start)
                at = hole.char_end
        if at < end:
            yield Span(at, end)


def _in_marks(text: str, spans: Sequence[Span], mask: bytes | bytearray) -> Iterator[str]:
    for start, end in spans:
        at = mask.find(1, start, end)
        while at >= 0:
            stop = mask.find(0, at, end)
            stop = end if stop < 0 else stop
            yield text[at:stop]
            at = mask.find(1, stop, end)


def _hash(*parts: str) -> int:
    """64 bits, the same on every machine."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest())
