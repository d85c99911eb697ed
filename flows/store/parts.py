"""Parts before linking: which file, where it lies now, and the batch it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flows.store.parquet import WrittenFile


@dataclass(frozen=True, slots=True)
class BasePart:
    """One part as its batch wrote it, with the entity ids of its articles alone."""

    file: WrittenFile
    path: Path
    batch: str


def part_batch(name: str) -> str:
    """The batch id inside a part's file name, ``part-<batch>[-<piece>].parquet``."""
    return name.removeprefix("part-").removesuffix(".parquet").split("-")[0]
