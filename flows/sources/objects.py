"""What the addresses among the seeds stand for, by listings alone: sizes, times and tags come with them."""

from __future__ import annotations

import fnmatch
import glob
from collections.abc import Sequence

from flows.sources.files import FoundFile
from flows.storage.address import parse_address
from flows.storage.client import Bucket, Entry, open_bucket


def list_objects(seed: str) -> tuple[str, list[FoundFile]]:
    """The root of an address and all objects it stands for: itself, what lies below it, or what fits a pattern."""
    bucket_address, key = parse_address(seed)
    bucket = open_bucket(bucket_address)
    parts = key.split("/") if key else []
    n_fixed = next((n for n, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    prefix = "/".join(parts[:n_fixed])
    entries = list(bucket.entries(prefix))
    if n_fixed < len(parts):
        entries = [entry for entry in entries if _fits(_below(entry.key, prefix), parts[n_fixed:])]
    elif not entries and key and (single := _single(bucket, key)):
        entries, prefix = [single], key.rpartition("/")[0]
    root = f"{bucket_address}/{prefix}".rstrip("/")
    return root, [_found(bucket_address, entry) for entry in entries]


def check_reachable(seed: str) -> None:
    """Raise StorageError where the bucket of an address cannot be listed, without the patience of a run."""
    bucket, key = parse_address(seed)
    next(Bucket(bucket, tries=2).entries(key.partition("*")[0].rpartition("/")[0], limit=1), None)


def _single(bucket: Bucket, key: str) -> Entry | None:
    try:
        return bucket.head(key)
    except FileNotFoundError:
        return None


def _found(bucket: str, entry: Entry) -> FoundFile:
    return FoundFile("", f"{bucket}/{entry.key}", entry.size, entry.mtime_ns, e_tag=entry.e_tag)


def _below(key: str, prefix: str) -> list[str]:
    return key.removeprefix(f"{prefix}/" if prefix else "").split("/")


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path fits a pattern, or lies below one that does; ``**`` is any number of folders, as in ``glob``."""
    if not pattern:
        return True
    if not parts:
        return False
    first, rest = pattern[0], pattern[1:]
    if first == "**":
        if not rest:
            return True
        return _fits(parts, rest) or (not parts[0].startswith(".") and _fits(parts[1:], pattern))
    is_hidden = parts[0].startswith(".") and not first.startswith(".")
    return not is_hidden and fnmatch.fnmatchcase(parts[0], first) and _fits(parts[1:], rest)
