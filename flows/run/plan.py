"""What a run has to do with each file: today's files against those the latest snapshot was made from.

A file that looks as it did (size and time of change, or the tag in object storage) is not opened. All others are
indexed: what their records are, and which of those are new, is decided in ``todo.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.errors import UserError
from flows.sources.files import FoundFile
from transforms.ids import short_hash

# A file written in the same tick as it was hashed may change again without a change of its time stamp.
UNSETTLED_NS = 2_000_000_000
FileRow = Mapping[str, Any]  # a row of FILES_SCHEMA
_EMPTY = hashlib.sha256(b"").hexdigest()  # two empty files are two faults, not one document twice


class VanishedError(UserError):
    """So much of the input is gone that a mistake is likelier than a wish."""


@dataclass(frozen=True)
class FilePlan:
    """Today's files: what is known of each, whose bytes another one has, and how they differ from before.

    ``read`` are the files whose records are listed anew; every other file's rows stay. ``gone`` are known no more.
    """

    rows: Mapping[str, FileRow]
    read: frozenset[str]
    duplicates: Mapping[str, str]
    gone: frozenset[str]
    changes: Mapping[str, int]
    n_hashed: int = 0

    @property
    def primary_read(self) -> list[str]:
        """The files whose records are to be compared with those of the snapshot."""
        return sorted(uri for uri in self.read if uri not in self.duplicates)

    @property
    def primary_kept(self) -> list[str]:
        """The files that were not opened and keep their rows."""
        return sorted(uri for uri in self.rows if uri not in self.read and uri not in self.duplicates)


def files_to_read(
    found: Sequence[FoundFile], known: Mapping[str, Mapping[str, Any]], to_retry: Iterable[str], *, rebuild: bool
) -> list[FoundFile]:
    """The files that have to be opened; with ``rebuild`` all, for whoever asks for it trusts no time stamp either."""
    again = set(to_retry)
    return [f for f in found if rebuild or f.uri in again or not _looks_unchanged(known.get(f.uri), f)]


def plan_files(
    found: Sequence[FoundFile],
    known: Mapping[str, Mapping[str, Any]],
    read: Mapping[str, FileRow],
) -> FilePlan:
    """The plan of files, given what reading some of them gave (a row of FILES_SCHEMA each)."""
    rows = {file.uri: _file_row(file, known.get(file.uri), read.get(file.uri)) for file in found}
    duplicates = _duplicates({uri: row["sha256"] for uri, row in rows.items()})
    gone = frozenset(known) - frozenset(rows)
    return FilePlan(rows, frozenset(read), duplicates, gone, _count_changes(rows, known, duplicates), len(read))


def promoted(plan: FilePlan, known: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Files that were duplicates, were not opened, and now stand for themselves: they have to be read after all."""
    was = {uri for uri, row in known.items() if row["outcome"] == "duplicate"}
    return [uri for uri in plan.primary_kept if uri in was]


def refuse_vanished(plan: FilePlan, known: Mapping[str, Mapping[str, Any]], max_gone_share: float) -> None:
    """Raise VanishedError where more than the share of the known files is gone, or all files of a root.

    A file found under another name is not gone.
    """
    here = {row["sha256"] for row in plan.rows.values()}
    lost = {uri for uri in plan.gone if known[uri]["sha256"] is None or known[uri]["sha256"] not in here}
    if not lost:
        return
    advice = "nothing was changed. If they are meant to be gone, run again with --allow-gone"
    by_root: dict[str, list[str]] = defaultdict(list)
    for uri, row in known.items():
        by_root[row["root"]].append(uri)
    for root, uris in by_root.items():
        if len(by_root) > 1 and lost.issuperset(uris):
            raise VanishedError(f"all {len(uris):,} files known from {root} are gone; {advice}")
    if len(lost) > max_gone_share * len(known):
        raise VanishedError(
            f"{len(lost):,} of {len(known):,} known files are gone, more than max_gone_share = {max_gone_share:g}"
            f" allows; {advice}"
        )


def versions(
    annotator: str, schema_version: str, code_version: str, row_settings: Mapping[str, object]
) -> dict[str, str]:
    """What the rows of a part depend on besides its records; any change rebuilds the data set."""
    settings = json.dumps(row_settings, sort_keys=True)
    return {"annotator": annotator, "schema": schema_version, "code": code_version, "row_settings": settings}


def fingerprint(version: Mapping[str, str]) -> str:
    """One short value for all versions together."""
    return short_hash(*(f"{key}={value}" for key, value in sorted(version.items())))


def _looks_unchanged(row: Mapping[str, Any] | None, file: FoundFile) -> bool:
    if row is None or row["sha256"] is None:
        return False
    if file.e_tag:  # another content has another tag, whatever the clock says
        return bool((row["size"], row.get("e_tag")) == (file.size, file.e_tag))
    settled = bool(row["mtime_ns"] < row["hashed_at_ns"] - UNSETTLED_NS)
    return settled and (row["size"], row["mtime_ns"]) == (file.size, file.mtime_ns)


def _file_row(file: FoundFile, before: Mapping[str, Any] | None, now: FileRow | None) -> FileRow:
    listed = {"uri": file.uri, "root": file.root, "size": file.size, "mtime_ns": file.mtime_ns, "e_tag": file.e_tag}
    if now is not None:
        return {**listed, **now}
    assert before is not None  # a file that is not known is read
    return {**listed, "hashed_at_ns": before["hashed_at_ns"], "sha256": before["sha256"]}


def _duplicates(sha256: Mapping[str, str | None]) -> dict[str, str]:
    """Each file whose bytes another file has too, with that file: the one whose uri sorts first."""
    same: dict[str, list[str]] = defaultdict(list)
    for uri, digest in sha256.items():
        if digest is not None and digest != _EMPTY:
            same[digest].append(uri)
    return {uri: min(uris) for uris in same.values() if len(uris) > 1 for uri in uris if uri != min(uris)}


def _count_changes(
    rows: Mapping[str, FileRow], known: Mapping[str, Mapping[str, Any]], duplicates: Mapping[str, str]
) -> dict[str, int]:
    fresh = [uri for uri in rows if uri not in known]
    gone = [uri for uri in known if uri not in rows]
    fresh_hashes = Counter(digest for uri in fresh if (digest := rows[uri]["sha256"]))
    n_moved = (fresh_hashes & Counter(known[uri]["sha256"] for uri in gone)).total()
    was_duplicate = {uri: row["duplicate_of"] for uri, row in known.items() if row["outcome"] == "duplicate"}
    return {
        "new": len(fresh) - n_moved,
        "changed": sum(1 for uri, row in rows.items() if uri in known and known[uri]["sha256"] != row["sha256"]),
        "moved": n_moved,
        "gone": len(gone) - n_moved,
        "changed_duplicates": int(was_duplicate != dict(duplicates)),
    }
