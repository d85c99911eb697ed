"""``latest.json``: which snapshots there are, and the one that readers open. The single truth of a data set."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self


@dataclass(frozen=True)
class Pointer:
    """``folders`` maps the number of each snapshot to its folder; ``latest`` is one of them, or None before the first.

    ``tag`` is that of the object it was read from, None where there was none.
    """

    latest: int | None = None
    folders: Mapping[int, str] = field(default_factory=dict)
    tag: str | None = None

    @classmethod
    def from_json(cls, data: bytes, tag: str) -> Self:
        """Read a pointer; ValueError where it is damaged."""
        try:
            raw = json.loads(data)
            folders = {int(number): str(folder) for number, folder in raw["snapshots"].items()}
            latest = raw["number"]
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(str(error)) from error
        if latest is not None and latest not in folders:
            raise ValueError(f"it names no snapshot {latest}")
        return cls(latest, folders, tag)

    def to_json(self) -> bytes:
        """The pointer as it is stored: never the same bytes twice, so that a writer knows its own."""
        return json.dumps(
            {
                "number": self.latest,
                "path": self.folders[self.latest] if self.latest is not None else None,
                "snapshots": {str(number): folder for number, folder in sorted(self.folders.items())},
                "write": secrets.token_hex(8),
            },
            indent=1,
        ).encode()

    def with_snapshot(self, number: int, folder: str) -> Self:
        """One snapshot more, the latest."""
        return replace(self, latest=number, folders={**self.folders, number: folder})

    def without(self, numbers: list[int]) -> Self:
        """Some snapshots less."""
        return replace(self, folders={n: folder for n, folder in self.folders.items() if n not in numbers})
