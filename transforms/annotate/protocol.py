"""What every annotator offers; the rest of the project knows no more of it than this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from transforms.records import Annotation


class Annotator(Protocol):
    """Finds sentences, mentions and attributions in cleaned texts."""

    @property
    def name(self) -> str:
        """The annotator's name, recorded in every run."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same text could be annotated differently; a new version rebuilds the data set."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """The ISO 639-1 codes of the languages it reads; texts in others are not put before it."""
        ...

    def annotate(self, texts: Sequence[str]) -> list[Annotation]:
        """One Annotation a text, in order; the same for a text whatever stands beside it in the batch."""
        ...
