"""From texts to wordpiece scores: windows through the network, and their kept parts side by side again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from transforms.annotate.pairing import Hidden
from transforms.annotate.sequence import ENTITY_LABELS, ROLE_LABELS
from transforms.annotate.windows import plan_windows
from transforms.annotate.wordpieces import EncodedText, FloatArray, IntArray

CLS, SEP = 101, 102
MANY_PIECES = 5_000

# Wordpiece ids and feature codes of one window ([N] each, special pieces included) to hidden states
# [N, width], role emissions [N, K] and entity scores [N, E].
Reader = Callable[[IntArray, IntArray], tuple[FloatArray, FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True)
class PieceScores:
    """What the network says of each wordpiece of one text (T rows each)."""

    hidden: Hidden
    roles: FloatArray
    entities: FloatArray


def score_pieces(encoded: EncodedText, read: Reader, *, max_pieces: int, context: int) -> PieceScores:
    """Read one text window by window, each alone and unpadded, so that no text's scores depend on another's.

    Dynamic quantisation takes the range of its integers from all that is read at once; a window read alone gives
    the same result whatever else stands in the batch.
    """
    if not len(encoded.ids):
        return no_scores()
    # The pairs need no more than half precision, which halves what a long text keeps in memory.
    is_long = len(encoded.ids) > MANY_PIECES
    parts: list[tuple[Hidden, FloatArray, FloatArray]] = []
    for window in plan_windows(encoded.paragraphs, max_pieces=max_pieces, context=context):
        ids = np.concatenate([[CLS], encoded.ids[window.start : window.stop], [SEP]])
        codes = np.concatenate([[0], encoded.features[window.start : window.stop], [0]])
        kept = slice(1 + window.keep_start - window.start, 1 + window.keep_stop - window.start)
        hidden, roles, entities = read(ids, codes)
        kept_hidden = hidden[kept].astype(np.float16) if is_long else hidden[kept]
        parts.append((kept_hidden, roles[kept], entities[kept]))
    hiddens, role_parts, entity_parts = zip(*parts, strict=True)
    return PieceScores(np.concatenate(hiddens), np.concatenate(role_parts), np.concatenate(entity_parts))


def no_scores() -> PieceScores:
    """The scores of a text without a wordpiece."""
    roles, entities = (np.zeros((0, len(labels)), dtype=np.float32) for labels in (ROLE_LABELS, ENTITY_LABELS))
    return PieceScores(np.zeros((0, 1), dtype=np.float16), roles, entities)
