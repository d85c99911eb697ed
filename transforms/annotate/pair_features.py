"""What the pairing sees of a pair of segments besides their meaning: where one stands to the other."""

from __future__ import annotations

import numpy as np

from transforms.annotate.wordpieces import IntArray

# Signed distance in wordpieces, cut at these bounds; paragraphs and cues between, cut at small numbers.
DISTANCE_BOUNDS = np.array([1, 2, 3, 5, 8, 12, 18, 26, 40, 60, 90, 140, 220], dtype=np.int64)
N_DISTANCES = 2 * (len(DISTANCE_BOUNDS) + 1)
MAX_PARAGRAPHS = 2
N_PARAGRAPHS = 2 * MAX_PARAGRAPHS + 1
MAX_CUES = 3
N_CUES = 2 * MAX_CUES + 1
N_PAIR_FEATURES = N_DISTANCES + N_PARAGRAPHS + N_CUES


def pair_features(
    cue_spans: IntArray, other_spans: IntArray, cue_index: IntArray, other_index: IntArray, paragraphs: IntArray
) -> IntArray:
    """Three feature rows a pair (shape [P, 3], below ``N_PAIR_FEATURES``).

    ``cue_spans`` [C, 2] and ``other_spans`` [N, 2] are wordpiece ranges in text order, ``cue_index`` and
    ``other_index`` [P] name the pairs, ``paragraphs`` [T] the paragraph of each wordpiece.
    """
    cue, other = cue_spans[cue_index], other_spans[other_index]
    is_after = other[:, 0] >= cue[:, 1]
    distance = np.where(is_after, other[:, 0] - cue[:, 1], cue[:, 0] - other[:, 1])
    bucket = np.searchsorted(DISTANCE_BOUNDS, distance, side="right") + is_after * (len(DISTANCE_BOUNDS) + 1)
    apart = np.clip(paragraphs[other[:, 0]] - paragraphs[cue[:, 0]], -MAX_PARAGRAPHS, MAX_PARAGRAPHS)
    rank = np.searchsorted(cue_spans[:, 0], other[:, 0], side="right")
    # The number of other cues between the two: none between a segment and the cue right before or after it.
    between = np.where(is_after, rank - 1 - cue_index, rank - cue_index)
    between = np.clip(between, -MAX_CUES, MAX_CUES)
    return np.stack(
        [bucket, N_DISTANCES + apart + MAX_PARAGRAPHS, N_DISTANCES + N_PARAGRAPHS + between + MAX_CUES], axis=1
    ).astype(np.int64)
