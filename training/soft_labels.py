"""What finished readers think of every wordpiece, for another to learn from (Hinton et al., 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from transforms.annotate.sequence import Chain, decode_sequences
from transforms.annotate.wordpieces import EncodedText, IntArray


@dataclass(frozen=True, slots=True)
class SoftTable:
    """The scores of the wordpieces of all texts, one text after the other: ``roles`` [R, K], ``entities`` [R, E]."""

    roles: Tensor
    entities: Tensor

    def to(self, device: torch.device) -> SoftTable:
        """The same scores on ``device``."""
        return SoftTable(self.roles.to(device), self.entities.to(device))


@dataclass(frozen=True, slots=True)
class SoftLabels:
    """Where one text's T wordpieces stand in a table: by their ``starts``, from ``row`` on.

    ``path`` is the best label of each wordpiece, where somebody asked for it.
    """

    starts: IntArray
    row: int
    path: npt.NDArray[np.int8] | None = None

    def rows_of(self, encoded: EncodedText) -> IntArray:
        """The table's row of each wordpiece of another encoding of the text, -1 where there is none."""
        rows = np.searchsorted(self.starts, encoded.starts)
        rows[rows == len(self.starts)] = 0
        known = self.starts[rows] == encoded.starts if len(self.starts) else np.zeros(len(rows), dtype=bool)
        return np.where(known, rows + self.row, -1)


def mean_table(tables: Sequence[SoftTable], weights: Sequence[float]) -> SoftTable:
    """The weighted mean of several readers' log-probabilities, in half precision.

    Networks of different kinds err in different places: together they know more than the best one alone.
    """

    def mean(name: str) -> Tensor:
        shares = [weight / sum(weights) for weight in weights]
        scores = [torch.log_softmax(getattr(table, name).float(), -1) for table in tables]
        return torch.stack([share * score for share, score in zip(shares, scores, strict=True)]).sum(0).half()

    return SoftTable(mean("roles"), mean("entities"))


def text_labels(encoded: Sequence[EncodedText], table: SoftTable, chain: Chain) -> list[SoftLabels]:
    """The labels of each text that ``table`` holds the scores of, in order, with the best path under ``chain``."""
    labels, row = [], 0
    for text in encoded:
        roles = table.roles[row : row + len(text.ids)].float().cpu().numpy()
        parts = decode_sequences(text.by_paragraph(roles), chain)
        path = np.concatenate([np.zeros(0, dtype=np.int64), *parts]).astype(np.int8)
        labels.append(SoftLabels(text.starts, row, path))
        row += len(text.ids)
    return labels


def save_table(table: SoftTable, path: Path) -> None:
    """The scores as one file, which appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    torch.save({"roles": table.roles.cpu(), "entities": table.entities.cpu()}, fresh)
    fresh.replace(path)


def load_table(path: Path) -> SoftTable:
    """The inverse of ``save_table``."""
    return SoftTable(**torch.load(path, map_location="cpu", weights_only=True))
