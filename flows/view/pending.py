"""What the corrections file says that the snapshot does not know yet, and the other way round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flows.link.catalog_files import CatalogError
from flows.link.corrections_file import CorrectionsFile, Line
from flows.store.manifest import CORRECTIONS
from flows.store.parquet import open_parquet
from flows.view.snapshot import Row, Snapshot
from transforms.catalog import Correction, entity_id_of, is_entity_id

PENDING, IN_FORCE, TAKEN_BACK = "pending", "in force", "taken back"


@dataclass(frozen=True, slots=True)
class Told:
    """One correction as a page tells of it.

    ``state`` is what the snapshot knows of it; ``key`` takes it back, "" where it is not this page's to take back.
    ``name`` and ``target`` are what is written, or the name of the entity whose id that is; the ids are of entities
    that the snapshot has, else None. ``article`` is its row there, or None.
    """

    correction: Correction
    state: str
    number: int
    key: str
    name: str
    target: str
    name_id: str | None
    target_id: str | None
    article: Row | None


@dataclass(frozen=True)
class Corrections:
    """The file's lines and those that were taken back since; ``fault`` says why the file cannot be read, else ""."""

    told: Sequence[Told] = ()
    fault: str = ""

    @property
    def pending(self) -> list[Told]:
        """What the next run will change."""
        return [told for told in self.told if told.state != IN_FORCE]

    def of(self, entity_id: str) -> list[Told]:
        """What is pending of one entity."""
        return [told for told in self.pending if entity_id in (told.name_id, told.target_id)]


def read_pending(snapshot: Snapshot, file: CorrectionsFile) -> Corrections:
    """What the file says now, held against the snapshot."""
    try:
        lines = file.lines()
    except CatalogError as error:
        return Corrections(fault=str(error))
    gone = Counter(applied(snapshot)) - Counter(line.correction for line in lines)
    taken_back = [Line(0, correction) for correction in gone.elements()]
    unknown = Counter(line.correction for line in lines) - Counter(applied(snapshot))
    told = []
    for line in reversed(lines):  # of two that are the same the later one is the new one
        state = PENDING if unknown[line.correction] > 0 else IN_FORCE
        unknown[line.correction] -= 1
        told.append((line, state))
    every = [*told[::-1], *((line, TAKEN_BACK) for line in taken_back)]
    known = _known(snapshot, [line.correction for line, _ in every])
    return Corrections([_told(line, state, known) for line, state in every])


def not_yet_applied(snapshot: Snapshot, file: CorrectionsFile) -> list[Correction]:
    """The corrections of the file that the next run will add to those of the snapshot, in their order."""
    return [told.correction for told in read_pending(snapshot, file).told if told.state == PENDING]


def applied(snapshot: Snapshot) -> list[Correction]:
    """The corrections that the snapshot was linked with, in their order."""
    return snapshot.keep("corrections", lambda: _read_applied(snapshot))


def merged_into(snapshot: Snapshot, entity_id: str) -> str | None:
    """The entity that one which is gone has become by a correction, so that its old address leads on; None for none."""
    into = {
        entity_id_of(fix.entity_type, fix.name): entity_id_of(fix.entity_type, fix.target)
        for fix in applied(snapshot)
        if fix.action == "merge"
    }
    for _ in into:  # a ring ends too
        if entity_id not in into:
            break
        entity_id = into[entity_id]
    found = snapshot.row("SELECT entity_id FROM entity WHERE entity_id = $id", {"id": entity_id})
    return entity_id if found else None


def _read_applied(snapshot: Snapshot) -> list[Correction]:
    if not any(file.path == CORRECTIONS for file in snapshot.manifest.files):
        return []
    rows = open_parquet(snapshot.store.locate(snapshot.number, CORRECTIONS)).read().to_pylist()
    return [Correction(**row) for row in rows]


def _known(snapshot: Snapshot, corrections: Sequence[Correction]) -> dict[str, Row]:
    """The rows of entities and articles that corrections name, by id; of articles also by source_uri."""
    if not corrections:
        return {}
    ids = {entity_id_of(c.entity_type, name) for c in corrections for name in (c.name, c.target) if name}
    articles = [c.article for c in corrections if c.article]
    entities = snapshot.rows(
        "SELECT entity_id, name FROM entity WHERE entity_id IN (SELECT unnest($ids))", {"ids": sorted(ids)}
    )
    found = snapshot.rows(
        "SELECT article_id, source_uri, title FROM article "
        "WHERE article_id IN (SELECT unnest($given)) OR source_uri IN (SELECT unnest($given))",
        {"given": articles},
    )
    by_uri = {row["source_uri"]: row for row in found}
    return by_uri | {row["entity_id"]: row for row in entities} | {row["article_id"]: row for row in found}


def _told(line: Line, state: str, known: dict[str, Row]) -> Told:
    fix = line.correction

    def named(name: str) -> tuple[str, str | None]:
        entity_id = entity_id_of(fix.entity_type, name) if name else ""
        row = known.get(entity_id)
        return (row["name"] if row and is_entity_id(name) else name), (entity_id if row else None)

    name, name_id = named(fix.name)
    # What a rename says is no entity, though another may go by that name.
    target, target_id = (fix.target, None) if fix.action == "rename" else named(fix.target)
    return Told(fix, state, line.number, line.key, name, target, name_id, target_id, known.get(fix.article))
