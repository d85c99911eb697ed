"""What a finished reader thinks of every wordpiece, for another to learn from (Hinton et al., 2015)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.gold import GoldText
from transforms.annotate.model import ModelAnnotator
from transforms.annotate.sequence import Chain, decode_sequences
from transforms.annotate.wordpieces import EncodedText, FloatArray, IntArray

HalfArray = npt.NDArray[np.float16]
FIELDS = ("starts", "roles", "entities", "path")


@dataclass(frozen=True, slots=True)
class SoftLabels:
    """One text's T wordpieces by their ``starts``: role scores [T, K], entity scores [T, E], best role path [T]."""

    starts: IntArray
    roles: HalfArray
    entities: HalfArray
    path: IntArray

    def rows_of(self, encoded: EncodedText) -> IntArray:
        """The row of each wordpiece of another encoding of the text, -1 where there is none."""
        rows = np.searchsorted(self.starts, encoded.starts)
        rows[rows == len(self.starts)] = 0
        known = self.starts[rows] == encoded.starts if len(self.starts) else np.zeros(len(rows), dtype=bool)
        return np.where(known, rows, -1)


def read_soft_labels(annotator: ModelAnnotator, golds: Sequence[GoldText]) -> list[SoftLabels]:
    """The annotator's labels of each text, in order."""
    found = []
    for encoded, scores in ((item.encoded, item.scores) for item in annotator.read([gold.text for gold in golds])):
        path = best_path(encoded, scores.roles, annotator.heads.role_chain)
        roles, entities = scores.roles.astype(np.float16), scores.entities.astype(np.float16)
        found.append(SoftLabels(encoded.starts, roles, entities, path))
    return found


def mean_labels(
    first: Sequence[SoftLabels], second: Sequence[SoftLabels], encoded: Sequence[EncodedText], chain: Chain
) -> list[SoftLabels]:
    """The mean of two readers' scores of each text, and its best path under ``chain``.

    Two networks of different kinds err in different places: together they know more than the better one alone.
    """
    means = []
    for one, other, text in zip(first, second, encoded, strict=True):
        roles, entities = ((getattr(one, name) + getattr(other, name)) / 2 for name in ("roles", "entities"))
        means.append(SoftLabels(one.starts, roles, entities, best_path(text, roles.astype(np.float32), chain)))
    return means


def best_path(encoded: EncodedText, roles: FloatArray, chain: Chain) -> IntArray:
    """The best role label of each wordpiece [T], paragraph by paragraph."""
    return np.concatenate(decode_sequences(encoded.by_paragraph(roles), chain))


def kept_labels(path: Path, golds: Sequence[GoldText], make: Callable[[], ModelAnnotator]) -> list[SoftLabels]:
    """The labels of all texts by the annotator that ``make`` gives, read once and kept in ``path``."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        save_soft_labels(read_soft_labels(make(), golds), path)
    return load_soft_labels(path)


def save_soft_labels(labels: Sequence[SoftLabels], path: Path) -> None:
    """All texts' labels in one file, which appears whole or not at all."""
    arrays = {name: np.concatenate([getattr(item, name) for item in labels]) for name in FIELDS}
    fresh = path.with_suffix(".new.npz")
    np.savez(fresh, lengths=np.array([len(item.starts) for item in labels]), **arrays)
    fresh.replace(path)


def load_soft_labels(path: Path) -> list[SoftLabels]:
    """The inverse of ``save_soft_labels``."""
    with np.load(path) as stored:
        cuts = np.cumsum(stored["lengths"])[:-1]
        return [SoftLabels(*parts) for parts in zip(*(np.split(stored[name], cuts) for name in FIELDS), strict=True)]
