"""What a user's own files add to the built-in lists: entities to link to, and corrections."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from transforms import ids
from transforms.resolve.keys import canonical_key
from transforms.resolve.names import normal_name

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
    """One line of the corrections file; what each action needs is told in docs/resolution.md.

    ``name`` is a name or an entity id; ``article`` the article_id or source_uri that a split is for.
    """

    action: str
    entity_type: str
    name: str
    target: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that the linking step knows beyond the data: gazetteer rows and corrections, in file order.

    ``fingerprint`` changes whenever either does, and with it the links of a data set must be made anew.
    """

    gazetteer: tuple[GazetteerRow, ...] = ()
    corrections: tuple[Correction, ...] = ()
    fingerprint: str = field(default="")

    def __post_init__(self) -> None:
        if not self.fingerprint:
            content = repr((self.gazetteer, self.corrections)).encode()
            object.__setattr__(self, "fingerprint", hashlib.sha256(content).hexdigest()[:16])


def entity_id_of(entity_type: str, name: str) -> str:
    """The id of an entity known by its full name (or the id itself, where one is given)."""
    return name if is_entity_id(name) else ids.entity_id(entity_type, canonical_key(entity_type, name))


def is_entity_id(text: str) -> bool:
    """Whether a text is an entity id and no name."""
    return text.startswith("e-") and len(text) == 18 and text[2:].isalnum()


def gazetteer_links(catalog: Catalog) -> dict[tuple[str, str], GazetteerRow]:
    """The row that a normal name of a type stands for; a name that two rows share links to neither."""
    found: dict[tuple[str, str], GazetteerRow | None] = {}
    for row in catalog.gazetteer:
        for name in dict.fromkeys(normal_name(text) for text in (row.name, *row.aliases)):
            key = (row.entity_type, name)
            found[key] = row if found.get(key, row) == row else None
    return {key: row for key, row in found.items() if row is not None}
