"""Two texts laid side by side: how many words they share, in runs, wherever those stand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.copies.words import Words, shingle_hashes

# The least number of successive words that count as shared: shorter runs are the language's own.
RUN_WORDS = 5
LEAD_WORDS = 40


class Aligned(NamedTuple):
    """What two texts share: so many words, of so many in the first and in the second.

    ``lead_share`` is how much of the lead of the one or the other stands in both, whichever is more.
    """

    n_shared: int
    n_first: int
    n_second: int
    lead_share: float = 1.0

    @property
    def containment(self) -> float:
        """Shared words as a share of the shorter text's."""
        return self.n_shared / max(1, min(self.n_first, self.n_second))

    @property
    def coverage(self) -> float:
        """Shared words as a share of the longer text's."""
        return self.n_shared / max(1, self.n_first, self.n_second)

    @property
    def similarity(self) -> float:
        """Shared words as a share of all words of the two (Jaccard)."""
        return self.n_shared / max(1, self.n_first + self.n_second - self.n_shared)


class Compared(NamedTuple):
    """The words of a text as they are compared; ``n_headline`` of them stand before its lead."""

    words: Words
    n_headline: int = 0


def align(first: Compared, second: Compared) -> Aligned:
    """Count the words of runs of RUN_WORDS or more that stand in both, in whatever order; log-linear in their length.

    A run that stands twice in one and once in the other counts once.
    """
    texts = (first, second)
    shared = shared_words(first.words, second.words), shared_words(second.words, first.words)
    leads = [found[text.n_headline : text.n_headline + LEAD_WORDS] for text, found in zip(texts, shared, strict=True)]
    lead_share = max(float(lead.mean()) if len(lead) else 1.0 for lead in leads)
    n_shared = min(int(found.sum()) for found in shared)
    return Aligned(n_shared, len(first.words), len(second.words), lead_share)


def shared_words(own: Words, other: Words) -> npt.NDArray[np.bool_]:
    """For each word of the one whether it lies in a run that the other has."""
    hashes, known = shingle_hashes(own, RUN_WORDS), np.sort(shingle_hashes(other, RUN_WORDS))
    is_shared = np.zeros(len(own), np.bool_)
    if len(hashes) and len(known):
        at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
        is_start = known[at] == hashes
        for i in range(RUN_WORDS):
            is_shared[i : i + len(hashes)] |= is_start
    return is_shared
