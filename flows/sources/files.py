"""Which files a run reads: arguments to a sorted list of files, each with its uri."""

from __future__ import annotations

import glob
import hashlib
import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flows.errors import UserError
from flows.formats.registry import is_supported_name, suffixes

NOTES = ("readme.md", "sources.md")  # about the seeds, not of them: skipped unless named as an argument


class SeedsError(UserError):
    """The seeds cannot be used at all; the message is one line and says what to do."""


@dataclass(frozen=True)
class FoundFile:
    """One file to read: ``uri`` names it on every machine, ``path`` opens it on this one.

    A folder that cannot be listed and a link that leads nowhere are found as well, with size 0, so that they end in
    the quarantine and not in silence.
    """

    uri: str
    path: str
    size: int
    mtime_ns: int


def find_files(seeds: Sequence[str]) -> list[FoundFile]:
    """The files that the arguments stand for (files, folders, globs), sorted by uri, each file once.

    A uri is the path below the seeds root in Unicode NFC: the folder given, the folder of a file, the fixed part of
    a glob, and for several arguments the folder that all of them share. Hidden files, files of other kinds and the
    notes (README.md, SOURCES.md) in a folder are passed over. Raises SeedsError where nothing is left.
    """
    if not seeds:
        raise SeedsError("no seeds given: name a file, a folder or a glob")
    roots, entries = [], []
    for seed in seeds:
        root, found = _expand(seed)
        roots.append(root)
        entries.extend(found)
    if not entries:
        raise SeedsError(f"nothing to read in {', '.join(seeds)}: looked for {_supported()}")
    return _with_uris(entries, os.path.commonpath(roots))


def hash_file(path: str) -> str:
    """SHA-256 of the file's bytes in hexadecimal; raises OSError where it cannot be read."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _supported() -> str:
    return f"{' '.join(suffixes())} (also with .gz)"


def _expand(seed: str) -> tuple[str, list[FoundFile]]:
    """The root folder of one argument and the files it stands for, their uris still to be made."""
    if "://" in seed:
        raise SeedsError(f"{seed}: only local files and folders can be read; copy it here first")
    path = os.path.abspath(os.path.expanduser(seed))  # noqa: PTH100, PTH111 - Path would drop a trailing slash's meaning
    if os.path.isdir(path):  # noqa: PTH112
        return path, list(_walk(path, ancestors=()))
    if os.path.lexists(path):
        if not is_supported_name(os.path.basename(path)):  # noqa: PTH119
            raise SeedsError(f"{seed}: cannot read this kind of file; supported are {_supported()}")
        return os.path.dirname(path), [_found(path)]  # noqa: PTH120
    if glob.has_magic(seed):
        return _expand_glob(seed, path)
    raise SeedsError(f"{seed}: no such file or folder")


def _expand_glob(seed: str, pattern: str) -> tuple[str, list[FoundFile]]:
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - it keeps names that are not valid UTF-8
    if not matches:
        raise SeedsError(f"{seed}: no file matches; quote the pattern and check it")
    files: list[FoundFile] = []
    for match in matches:
        if os.path.isdir(match):  # noqa: PTH112
            files.extend([] if "**" in pattern else _walk(match, ancestors=()))
        elif _is_wanted(os.path.basename(match)):  # noqa: PTH119
            files.append(_found(match))
    return _fixed_part(pattern), files


def _fixed_part(pattern: str) -> str:
    """The folder of a pattern before its first part with a wildcard."""
    fixed = []
    for part in Path(pattern).parts[:-1]:
        if glob.has_magic(part):
            break
        fixed.append(part)
    return os.path.join(*fixed)  # noqa: PTH118


def _is_wanted(name: str) -> bool:
    return not name.startswith(".") and is_supported_name(name) and name.lower() not in NOTES


def _walk(folder: str, *, ancestors: tuple[tuple[int, int], ...]) -> Iterator[FoundFile]:
    """The files below a folder. Links are followed, except one that leads back to a folder it lies in."""
    try:
        status = os.stat(folder)  # noqa: PTH116
        identity = (status.st_dev, status.st_ino)
        if identity in ancestors:
            return
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        yield FoundFile("", folder, 0, 0)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry.path, ancestors=(*ancestors, identity))
        elif _is_wanted(entry.name) and (entry.is_file() or _leads_nowhere(entry)):
            yield _found(entry.path)


def _leads_nowhere(entry: os.DirEntry[str]) -> bool:
    """A dangling link; one to a pipe or a device is no file, and opening it could wait for ever."""
    return entry.is_symlink() and not os.path.exists(entry.path)  # noqa: PTH110


def _found(path: str) -> FoundFile:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return FoundFile("", path, 0, 0)
    return FoundFile("", path, status.st_size, status.st_mtime_ns)


def _with_uris(entries: list[FoundFile], root: str) -> list[FoundFile]:
    named = {entry.path: _displayable(os.path.relpath(entry.path, root).replace(os.sep, "/")) for entry in entries}
    own_names = set(named.values())
    files = []
    for entry in {entry.path: entry for entry in entries}.values():
        name = named[entry.path]
        uri = unicodedata.normalize("NFC", name)
        # Two names that differ in their normal form alone: the odd one keeps its own spelling, lest one is lost.
        files.append(replace(entry, uri=name if uri in own_names else uri))
    return sorted(files, key=lambda file: file.uri)


def _displayable(name: str) -> str:
    r"""The name with bytes that are not UTF-8 written as \xe9, as a string that every format can store."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
