"""One name, one meaning: what a text says of a name in one place helps where it is less clear (Gale et al., 1992).

Both steps look at one text alone. First every word's scores draw nearer to those of the same word elsewhere in the
text. Then the mentions that were found vote on one type a name, and the mentions of a longer name vote for the name it
ends with: where "Harwick Rovers" is an organization, "Rovers" is hardly a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from transforms.annotate.pairing import Segment
from transforms.annotate.sequence import label_probabilities
from transforms.annotate.wordpieces import CASE_MIXED, CASE_TITLE, CASE_UPPER, EncodedText, FloatArray, IntArray

# Chosen on newswire/dev: the share that the same word elsewhere has in a word's scores, and the weight of a longer
# name's votes.
SHARED = 0.4
LONGER_NAME_WEIGHT = 0.6
CAPITALISED = (CASE_TITLE, CASE_UPPER, CASE_MIXED)

Name = tuple[int, ...]
Votes = dict[str, float]


def share_evidence(encoded: EncodedText, scores: FloatArray) -> FloatArray:
    """Scores [T, E] as log probabilities, those of capitalised words that recur mixed with their mean."""
    chances = label_probabilities(scores)
    shared = np.log(chances + 1e-9)
    for places in recurring_words(encoded):
        together = np.log(chances[places].mean(axis=0) + 1e-9)
        shared[places] = (1 - SHARED) * shared[places] + SHARED * together
    return np.asarray(shared, dtype=np.float32)


def recurring_words(encoded: EncodedText) -> Iterable[IntArray]:
    """The wordpieces [places, length] of each word that has a capital and stands in more than one place."""
    ids = encoded.ids.tolist()
    starts, cases = encoded.word_starts(), encoded.cases.tolist()
    places: dict[Name, list[int]] = defaultdict(list)
    for start, stop in pairwise([*starts.tolist(), len(ids)]):
        if cases[start] in CAPITALISED:
            places[tuple(ids[start:stop])].append(start)
    return [np.array(firsts)[:, None] + np.arange(len(word)) for word, firsts in places.items() if len(firsts) > 1]


def agree_on_types(entities: Sequence[tuple[str, Segment]], encoded: EncodedText) -> list[tuple[str, Segment]]:
    """One type for all mentions of a text with the same wordpieces: the one with the most probability behind it."""
    names = [tuple(encoded.ids[segment.start : segment.stop].tolist()) for _, segment in entities]
    own: dict[Name, Votes] = defaultdict(lambda: defaultdict(float))
    for name, (kind, segment) in zip(names, entities, strict=True):
        own[name][kind] += segment.probability
    chosen = most_voted(own)
    return [(chosen[name], segment) for name, (_, segment) in zip(names, entities, strict=True)]


def most_voted(own: dict[Name, Votes]) -> dict[Name, str]:
    """The type of each name, by its own votes and those of the longer names that end with it."""
    totals = {name: defaultdict(float, votes) for name, votes in own.items()}
    for longer, votes in own.items():
        for start in range(1, len(longer)):
            total = totals.get(longer[start:])
            if total is not None:
                for kind, vote in votes.items():
                    total[kind] += LONGER_NAME_WEIGHT * vote
    return {name: max(total, key=lambda kind: total[kind]) for name, total in totals.items()}
