"""What a finished reader thinks of every wordpiece, for another to learn from (Hinton et al., 2015)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.gold import GoldText
from transforms.annotate.encoding import EncodedText, IntArray
from transforms.annotate.model import ModelAnnotator
from transforms.annotate.sequence import decode_sequences

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
        paths = decode_sequences(encoded.by_paragraph(scores.roles), annotator.heads.role_chain)
        roles, entities = scores.roles.astype(np.float16), scores.entities.astype(np.float16)
        found.append(SoftLabels(encoded.starts, roles, entities, np.concatenate(paths)))
    return found


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
