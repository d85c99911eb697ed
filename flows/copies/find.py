"""Which articles of the data set are copies of which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from transforms.schema import arrow_schema
from transforms.tables import ARTICLE_DUPLICATES, BOILERPLATE


@dataclass(frozen=True)
class Copies:
    """What was found: the tables ``article_duplicates`` and ``boilerplate`` as files, and the copies of each batch.

    ``kept_by_batch`` maps each copy of a batch to the article that is kept.
    """

    duplicates: Path
    boilerplate: Path
    n_duplicates: int
    kept_by_batch: Mapping[str, Mapping[str, str]]
    digests: Mapping[str, str]

    def kept(self, batch: str) -> Mapping[str, str]:
        """The copies among the articles of a batch, each with the article that is kept."""
        return self.kept_by_batch.get(batch, {})

    def digest(self, batch: str) -> str:
        """One value for equal copies: where it is as before, so is the part of articles. Empty without any copy."""
        return self.digests.get(batch, "")


def find_copies(scratch: Path) -> Copies:
    """Skeleton: finds none."""
    files = {table.name: scratch / f"{table.name}.parquet" for table in (ARTICLE_DUPLICATES, BOILERPLATE)}
    for table in (ARTICLE_DUPLICATES, BOILERPLATE):
        pq.write_table(arrow_schema(table).empty_table(), files[table.name])
    return Copies(files["article_duplicates"], files["boilerplate"], 0, {}, {})
