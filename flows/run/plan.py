"""What a run has to do: today's files against the ones the latest snapshot was made from."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.sources.read import FoundFile, hash_file
from transforms.ids import short_hash
from transforms.records import Source

# A file written in the same tick as it was hashed may change again without a change of its time stamp.
UNSETTLED_NS = 2_000_000_000
MIN_SHARED_CHARS = 50_000
GZIP_GROWTH = 3  # plain text is about this many times the size of its gzip


@dataclass(frozen=True)
class Plan:
    """Every file found is in exactly one of ``pending``, ``carried`` and ``duplicates``.

    ``dropped`` are uris whose rows in the previous snapshot must go; ``carried`` maps a uri to its row there.
    """

    files: Mapping[str, FoundFile]
    sha256: Mapping[str, str | None]
    hashed_at_ns: Mapping[str, int]
    pending: tuple[Source, ...]
    carried: Mapping[str, Mapping[str, Any]]
    duplicates: Mapping[str, str]
    dropped: frozenset[str]
    changes: Mapping[str, int] = field(default_factory=dict)
    n_hashed: int = 0

    @property
    def has_work(self) -> bool:
        """Whether the data set would differ from the previous snapshot."""
        return bool(self.pending or self.dropped or self.changes["changed_duplicates"])

    def file_rows(self) -> Iterator[dict[str, Any]]:
        """What is known of each file itself, under the names of the snapshot's ``sources``."""
        for uri, file in self.files.items():
            yield {
                "uri": uri,
                "size": file.size,
                "mtime_ns": file.mtime_ns,
                "hashed_at_ns": self.hashed_at_ns[uri],
                "sha256": self.sha256[uri],
            }


def plan_run(files: Sequence[FoundFile], known: Iterable[Mapping[str, Any]], *, rebuild: bool) -> Plan:
    """Compare the files with the previous snapshot's sources (none, or ``rebuild``: all is pending)."""
    before = {row["uri"]: row for row in known}
    found = {file.uri: file for file in files}
    # Whoever asks to rebuild trusts no time stamp either.
    sha256, hashed_at = _hashes(found, {} if rebuild else before)
    n_hashed = sum(1 for uri in found if uri not in before or before[uri]["hashed_at_ns"] != hashed_at[uri])
    duplicates = _duplicates(sha256)
    primary = [uri for uri in found if uri not in duplicates]
    carried = {} if rebuild else {uri: before[uri] for uri in primary if _is_same(before.get(uri), sha256[uri])}
    pending = tuple(_source(found[uri], sha256[uri]) for uri in primary if uri not in carried)
    had_rows = {uri for uri, row in before.items() if row["outcome"] != "duplicate"}
    changes = _count_changes(found, before, sha256, duplicates)
    dropped = frozenset(had_rows - carried.keys())
    return Plan(found, sha256, hashed_at, pending, carried, duplicates, dropped, changes, n_hashed)


def versions(
    annotator: str, schema_version: str, code_version: str, row_settings: Mapping[str, object]
) -> dict[str, str]:
    """What the rows of a part depend on besides its sources; any change rebuilds the data set."""
    settings = json.dumps(row_settings, sort_keys=True)
    return {"annotator": annotator, "schema": schema_version, "code": code_version, "row_settings": settings}


def fingerprint(version: Mapping[str, str]) -> str:
    """One short value for all versions together."""
    return short_hash(*(f"{key}={value}" for key, value in sorted(version.items())))


def shared_batch_chars(pending: Sequence[Source], batch_chars: int, n_workers: int) -> int:
    """A batch size of at most ``batch_chars`` at which each worker has about two, so that none is idle for long.

    Below ``MIN_SHARED_CHARS`` a second worker takes longer to start than it saves.
    """
    share = -(-sum(_expected_chars(source) for source in pending) // (2 * n_workers))
    return min(batch_chars, max(share, MIN_SHARED_CHARS))


def make_batches(pending: Sequence[Source], batch_chars: int) -> list[tuple[Source, ...]]:
    """Consecutive sources in batches of about ``batch_chars`` characters, judged by file size."""
    batches: list[tuple[Source, ...]] = []
    current: list[Source] = []
    size = 0
    for source in sorted(pending, key=lambda s: s.uri):
        weight = _expected_chars(source)
        if current and size + weight > batch_chars:
            batches.append(tuple(current))
            current, size = [], 0
        current.append(source)
        size += weight
    return [*batches, tuple(current)] if current else batches


def batch_id(sources: Sequence[Source], version_fingerprint: str) -> str:
    """The same sources under the same versions make the same batch."""
    return short_hash("batch", version_fingerprint, *(f"{s.uri}:{s.sha256}" for s in sources))


def _expected_chars(source: Source) -> int:
    return source.size * GZIP_GROWTH if source.path.endswith(".gz") else source.size


def _source(file: FoundFile, sha256: str | None) -> Source:
    return Source(file.uri, file.path, file.size, file.mtime_ns, sha256 or "")


def _is_same(row: Mapping[str, Any] | None, sha256: str | None) -> bool:
    return row is not None and row["outcome"] != "duplicate" and row["sha256"] == sha256


def _hashes(
    found: Mapping[str, FoundFile], before: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, str | None], dict[str, int]]:
    sha256: dict[str, str | None] = {}
    hashed_at: dict[str, int] = {}
    for uri, file in found.items():
        row = before.get(uri)
        if row is not None and _looks_unchanged(row, file):
            sha256[uri], hashed_at[uri] = row["sha256"], row["hashed_at_ns"]
        else:
            hashed_at[uri] = time.time_ns()
            sha256[uri] = _hash_or_none(file.path)
    return sha256, hashed_at


def _looks_unchanged(row: Mapping[str, Any], file: FoundFile) -> bool:
    settled = bool(row["mtime_ns"] < row["hashed_at_ns"] - UNSETTLED_NS)
    return settled and row["sha256"] is not None and (row["size"], row["mtime_ns"]) == (file.size, file.mtime_ns)


def _hash_or_none(path: str) -> str | None:
    try:
        return hash_file(path)
    except OSError:
        return None  # reading it will fail too, and say why in quarantine


def _duplicates(sha256: Mapping[str, str | None]) -> dict[str, str]:
    """Each file whose bytes another file has too, with that file: the one whose uri sorts first."""
    same: dict[str, list[str]] = defaultdict(list)
    for uri, digest in sha256.items():
        if digest is not None and digest != _EMPTY:
            same[digest].append(uri)
    return {uri: min(uris) for uris in same.values() for uri in uris if uri != min(uris)}


_EMPTY = hashlib.sha256(b"").hexdigest()  # two empty files are two faults, not one document twice


def _count_changes(
    found: Mapping[str, FoundFile],
    before: Mapping[str, Mapping[str, Any]],
    sha256: Mapping[str, str | None],
    duplicates: Mapping[str, str],
) -> dict[str, int]:
    fresh = [uri for uri in found if uri not in before]
    gone = [uri for uri in before if uri not in found]
    fresh_hashes = Counter(sha256[uri] for uri in fresh if sha256[uri])
    n_moved = (fresh_hashes & Counter(before[uri]["sha256"] for uri in gone)).total()
    was_duplicate = {uri: row["duplicate_of"] for uri, row in before.items() if row["outcome"] == "duplicate"}
    return {
        "new": len(fresh) - n_moved,
        "changed": sum(1 for uri in found if uri in before and before[uri]["sha256"] != sha256[uri]),
        "moved": n_moved,
        "gone": len(gone) - n_moved,
        "changed_duplicates": int(was_duplicate != duplicates),
    }
