"""Lists of known entities: the built-in countries and territories, and what a user's own files add."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

ACTIONS = ("merge", "split", "rename", "never")


@dataclass(frozen=True, slots=True)
class GazetteerRow:
    """One entity of the user's list."""

    name: str
    entity_type: str
    aliases: tuple[str, ...] = ()
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of the corrections file; what each action needs is told in docs/resolution.md."""

    action: str
    entity_type: str
    name: str
    target: str = ""
    article_id: str = ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that the linking step knows beyond the data: gazetteer rows and corrections, in file order."""

    gazetteer: tuple[GazetteerRow, ...] = ()
    corrections: tuple[Correction, ...] = ()
    fingerprint: str = field(default="")

    def __post_init__(self) -> None:
        if not self.fingerprint:
            content = repr((self.gazetteer, self.corrections)).encode()
            object.__setattr__(self, "fingerprint", hashlib.sha256(content).hexdigest()[:16])
