"""Whether two quotations are of one saying, decided on their aligned words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise, product
from typing import NamedTuple

from transforms.link.saying_words import weights


class Saying(NamedTuple):
    """The words of one quotation, in the form of ``saying_words``.

    ``quoted`` are those in marks, of a quotation that is only partly in marks and has enough of them; else none.
    ``speaker`` is the surname of a person or the name of another speaker, folded; "" where none is named.
    ``is_reported`` says that none of the words stand in quotation marks: they are the reporter's too.
    """

    words: tuple[str, ...]
    speaker: str
    is_reported: bool
    quoted: tuple[str, ...] = ()


# Words that stand alone in an alignment are there by chance.
MIN_RUN = 2


class Limits(NamedTuple):
    """What two sayings must share: words, their weights' sum, and a share of the shorter's words and the longer's."""

    n_words: int
    weight: int
    of_shorter: float
    of_longer: float = 0.0


# Of one speaker, who repeats himself and is quoted in pieces, a clause is enough; of two only what is unmistakable.
# Fewer words have to be all that was said: "witch hunt" and "fake news" are said of many things.
ONE_SPEAKER = (Limits(5, 8, 0.7), Limits(5, 6, 0.8), Limits(3, 4, 0.8, 0.8))
TWO_SPEAKERS = (Limits(8, 16, 0.85), Limits(9, 9, 0.9, 0.9))
ANY_SPEAKER = (Limits(7, 13, 0.8), *TWO_SPEAKERS)
# A passage in a row that longer quotations share.
ONE_SPEAKER_PASSAGE, ANY_SPEAKER_PASSAGE = Limits(9, 15, 0.0), Limits(12, 18, 0.3)
# A reporter's words are alike wherever such a thing is reported ("the company expects a loss in the first quarter").
REPORTED_ONE_SPEAKER, REPORTED_ANY_SPEAKER = (Limits(6, 10, 0.8),), (Limits(8, 14, 0.85),)
BOTH_REPORTED_ONE_SPEAKER, BOTH_REPORTED_ANY_SPEAKER = (Limits(6, 10, 0.85, 0.6),), (Limits(9, 16, 0.9, 0.9),)


class Shared(NamedTuple):
    """The words that two sayings share in runs, as an alignment has them."""

    n_words: int
    weight: int
    longest: int
    of_shorter: float
    of_longer: float
    has_other_numbers: bool  # between two runs, each says another number: "district 3" and "district 4"


def is_same_saying(one: Saying, other: Saying) -> bool:
    """Whether two quotations are of one saying: whole, shortened, with words changed, in part or wholly indirect."""
    return any(_is_enough(shared, one, other) for shared in _all_shared(one, other))


def _all_shared(one: Saying, other: Saying) -> Iterator[Shared]:
    """What is shared by the sayings as they are, and by what of them stands in marks."""
    for words, others in product((one.words, one.quoted), (other.words, other.quoted)):
        if words and others:
            yield shared_words(words, others)


def _is_enough(shared: Shared, one: Saying, other: Saying) -> bool:
    if shared.has_other_numbers:
        return False
    is_one_speaker = one.speaker != "" and one.speaker == other.speaker
    if one.is_reported and other.is_reported:
        limits = BOTH_REPORTED_ONE_SPEAKER if is_one_speaker else BOTH_REPORTED_ANY_SPEAKER
        return _keeps_any(shared, limits)
    if one.is_reported or other.is_reported:
        return _keeps_any(shared, REPORTED_ONE_SPEAKER if is_one_speaker else REPORTED_ANY_SPEAKER)
    passage = ONE_SPEAKER_PASSAGE if is_one_speaker else ANY_SPEAKER_PASSAGE
    is_passage = shared.longest >= passage.n_words and _keeps_any(shared, (passage,))
    if is_one_speaker:
        return is_passage or _keeps_any(shared, ONE_SPEAKER)
    return is_passage or _keeps_any(shared, TWO_SPEAKERS if one.speaker and other.speaker else ANY_SPEAKER)


def shared_words(one: Sequence[str], other: Sequence[str]) -> Shared:
    """What an alignment that prefers long runs finds in both."""
    shorter, longer = sorted((one, other), key=len)
    told = weights(shorter)
    if shorter == longer:
        return Shared(len(shorter), sum(told), len(shorter), 1.0, 1.0, False)
    blocks = SequenceMatcher(None, longer, shorter, autojunk=False).get_matching_blocks()
    runs = [block for block in blocks if block.size >= MIN_RUN]
    n_words = sum(run.size for run in runs)
    gaps = [(longer[a.a + a.size : b.a], shorter[a.b + a.size : b.b]) for a, b in pairwise(runs)]
    return Shared(
        n_words,
        sum(sum(told[run.b : run.b + run.size]) for run in runs),
        max((run.size for run in runs), default=0),
        n_words / max(1, len(shorter)),
        n_words / max(1, len(longer)),
        any(_numbers(first) and _numbers(second) and _numbers(first) != _numbers(second) for first, second in gaps),
    )


def is_contained(shorter: Saying, longer: Saying) -> bool:
    """Whether all words of the one stand in the other, which has more."""
    return len(shorter.words) < len(longer.words) and shared_words(shorter.words, longer.words).of_shorter == 1


def _keeps_any(shared: Shared, limits: Sequence[Limits]) -> bool:
    return any(
        shared.n_words >= least.n_words
        and shared.weight >= least.weight
        and shared.of_shorter >= least.of_shorter
        and shared.of_longer >= least.of_longer
        for least in limits
    )


def _numbers(words: Sequence[str]) -> list[str]:
    return [word for word in words if word[0].isdigit()]
