"""Reading the folder of gold data: one JSON line a text, its spans half-open code-point offsets."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Segment = tuple[int, int]

# Newswire's labels as ours; dates and amounts are no entities of the data set.
ENTITY_TYPE_OF = {
    "Person": "person",
    "Organization": "organization",
    "Location": "place",
    "Facility": "place",
    "NORP": "group",
    "Product": "product",
    "Misc": "misc",
}


@dataclass(frozen=True, slots=True)
class GoldAttribution:
    """Who (``source``, may be empty) is reported by which words (``cue``) to say what (``content``)."""

    source: tuple[Segment, ...]
    cue: tuple[Segment, ...]
    content: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class GoldText:
    """One annotated text; a layer that nobody annotated is None, which is not the same as an empty one."""

    text_id: str
    text: str
    attributions: tuple[GoldAttribution, ...] | None = None
    entities: tuple[tuple[int, int, str], ...] | None = None
    sentences: tuple[Segment, ...] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether nobody annotated anything in it."""
        return self.attributions is None and self.entities is None


def read_gold(path: Path) -> list[GoldText]:
    """All texts of one JSON-lines file, gzipped or not; raises KeyError or ValueError on a line of another shape."""
    with gzip.open(path, "rt", encoding="utf8") if path.suffix == ".gz" else path.open(encoding="utf8") as lines:
        return [gold_text(json.loads(line)) for line in lines if line.strip()]


def gold_text(record: dict[str, Any]) -> GoldText:
    """One line of a gold file as a value."""
    attributions, entities, sentences = (record.get(key) for key in ("attributions", "entities", "sentences"))
    return GoldText(
        text_id=record["id"],
        text=record["text"],
        attributions=None if attributions is None else tuple(gold_attribution(item) for item in attributions),
        entities=None if entities is None else tuple(known_entities(entities)),
        sentences=None if sentences is None else tuple((start, end) for start, end in sentences),
    )


def gold_attribution(item: dict[str, Any]) -> GoldAttribution:
    """One attribution of a gold line, its spans in text order."""
    source, cue, content = (
        tuple(sorted((start, end) for start, end in item[role])) for role in ("source", "cue", "content")
    )
    return GoldAttribution(source, cue, content)


def known_entities(items: list[Any]) -> list[tuple[int, int, str]]:
    """The entities whose label has a type of ours."""
    return [(start, end, ENTITY_TYPE_OF[label]) for start, end, label in items if label in ENTITY_TYPE_OF]
