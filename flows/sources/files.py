"""Which files a run reads: arguments to a sorted list of files, each with its uri, and a count of what is left out."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from flows.errors import UserError
from flows.formats.compressed import bare_name
from flows.formats.registry import is_supported_name, suffixes
from flows.settings import mask_secrets
from flows.sources.judging import is_to_read
from flows.storage.address import is_remote

NOTES = (
    "readme.md",
    "source.md",
    "sources.md",
    "license.md",
)  # about the seeds, not of them: skipped unless named as an argument
NO_SUFFIX, NO_FILE, OTHER = "without a suffix", "no regular file", "of other kinds"
OUTSIDE = "behind links out of the seeds (--follow-links)"
MAX_KINDS_TOLD = 6

# What is shown of a suffix is letters and digits alone; anything else after a dot is no kind of file.
_SUFFIX = re.compile(r"\.[^\W_]{1,10}(\.gz)?\Z")


class SeedsError(UserError):
    """The seeds cannot be used at all; the message is one line and says what to do."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file to read: ``uri`` names it on every machine, ``path`` opens it on this one.

    ``root`` is the argument it was first found by, without secrets. A folder that cannot be listed and a link that
    leads nowhere are found as well, with size 0, so that they end in the quarantine and not in silence. ``e_tag`` is
    what object storage tells a version by, "" of a local file.
    """

    uri: str
    path: str
    size: int
    mtime_ns: int
    root: str = ""
    e_tag: str = ""


@dataclass(frozen=True)
class Listing:
    """What the arguments stand for: ``files`` sorted by uri, and what was passed over.

    ``passed_over`` maps a kind (".xml", NO_SUFFIX, NO_FILE, OTHER) to how many there were and the uri of one of them.
    Hidden files and the notes are meant to be left out, and are not counted.
    """

    files: tuple[FoundFile, ...]
    passed_over: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def find_files(seeds: Sequence[str], *, follow_links: bool = False) -> Listing:
    """The files that the arguments stand for (files, folders, globs), each file once.

    A uri is the path below the seeds root in Unicode NFC: the folder given, the folder of a file, the fixed part of
    a glob, and for several arguments the folder that all of them share. Hidden files, files of other kinds and the
    notes (README.md, SOURCES.md) in a folder are passed over. Links inside a root are followed, but never round a
    loop; those that lead out of it only with ``follow_links``. Raises SeedsError where nothing is left.
    """
    if not seeds:
        raise SeedsError("no seeds given: name a file, a folder or a glob")
    roots: list[str] = []
    found: dict[str, FoundFile] = {}
    passed_over: dict[str, str] = {}
    for seed in seeds:
        root, entries = _expand(seed, follow_links=follow_links)
        roots.append(root)
        shown = mask_secrets(seed)
        for entry in entries:
            if isinstance(entry, _PassedOver):
                passed_over[entry.path] = entry.kind
            else:
                found.setdefault(entry.path, replace(entry, root=shown))
    shared = _shared_root(roots)
    listing = Listing(_with_uris(found.values(), shared), _count(passed_over, shared))
    if not listing.files:
        told = describe_passed_over(listing)
        raise SeedsError(f"nothing to read in {', '.join(seeds)}: looked for {_supported()}{told and f'; {told}'}")
    return listing


def describe_passed_over(listing: Listing) -> str:
    """Like "6 files passed over: 3 .xml, 2 .csv, 1 .zip", the most frequent kinds first; "" where there are none."""
    counts = Counter({kind: count for kind, (count, _) in listing.passed_over.items()})
    if not counts:
        return ""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    kinds = [f"{count:,} {kind}" for kind, count in ranked[:MAX_KINDS_TOLD]]
    rest = sum(count for _, count in ranked[MAX_KINDS_TOLD:])
    if rest:
        kinds.append(f"{rest:,} of {len(ranked) - MAX_KINDS_TOLD} kinds more")
    return f"{counts.total():,} {'file' if counts.total() == 1 else 'files'} passed over: {', '.join(kinds)}"


def _supported() -> str:
    return f"{' '.join(dict.fromkeys(suffixes()))} (also compressed)"


# From an argument to what it stands for


@dataclass(frozen=True, slots=True)
class _PassedOver:
    path: str
    kind: str


_Entry = FoundFile | _PassedOver
_Identity = tuple[int, int]  # of a folder, whatever name or link it is reached by


def _expand(seed: str, *, follow_links: bool) -> tuple[str, Iterable[_Entry]]:
    """The root folder of one argument and what it stands for, the uris still to be made."""
    if is_remote(seed):
        return _expand_address(seed)
    path = os.path.abspath(os.path.expanduser(seed))  # noqa: PTH100, PTH111 - Path would drop a trailing slash's meaning
    if os.path.isdir(path):  # noqa: PTH112
        return path, _walk(path, _Scope(path, follow_links))
    if os.path.lexists(path):
        if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
            raise SeedsError(f"{seed}: no regular file: pipes and devices are not read")
        if os.path.isfile(path) and not is_to_read(path, is_named=True):  # noqa: PTH113
            raise SeedsError(f"{seed}: cannot read this kind of file; supported are {_supported()}")
        return os.path.dirname(path), [_found(path)]  # noqa: PTH120
    if glob.has_magic(seed):
        root, entries = _expand_glob(path, follow_links=follow_links)
        if not entries:
            raise SeedsError(f"{seed}: no file matches; quote the pattern and check it")
        return root, entries
    raise SeedsError(f"{seed}: no such file or folder")


def _expand_address(seed: str) -> tuple[str, list[_Entry]]:
    """The same for an address of object storage, by one listing."""
    from flows.sources.objects import list_objects

    root, objects = list_objects(seed)
    if [found.path for found in objects] == [seed]:
        if not is_supported_name(seed):
            raise SeedsError(f"{seed}: cannot read this kind of file; supported are {_supported()}")
        return root, list(objects)
    entries: list[_Entry] = []
    for found in objects:
        below = found.path.removeprefix(f"{root}/").split("/")
        if not any(part.startswith(".") for part in below[:-1]):
            entries += _judge_name(below[-1], found)
    if not objects:
        raise SeedsError(f"{seed}: no such object or prefix")
    return root, entries


def _shared_root(roots: Sequence[str]) -> str:
    """The folder or prefix that all roots share; local and remote ones share none."""
    if not any(map(is_remote, roots)):
        return os.path.commonpath(roots)
    schemes = {root.partition("://")[0] if is_remote(root) else "" for root in roots}
    if len(schemes) > 1:
        raise SeedsError("seeds on this machine and in object storage cannot be read in one run; give either")
    shared = os.path.commonpath([f"/{root.partition('://')[2]}" for root in roots])
    return f"{schemes.pop()}:/{shared}"


def _expand_glob(pattern: str, *, follow_links: bool) -> tuple[str, list[_Entry]]:
    """The folder of a pattern before its first part with a wildcard, and what matches, folders with all they hold."""
    parts = Path(pattern).parts
    n_fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    root = os.path.join(*parts[:n_fixed])  # noqa: PTH118
    return root, list(dict.fromkeys(_match(root, parts[n_fixed:], _Scope(root, follow_links))))


def _match(
    folder: str, parts: tuple[str, ...], scope: _Scope, ancestors: tuple[_Identity, ...] = ()
) -> Iterator[_Entry]:
    """What below a folder matches the parts of a pattern. ``**`` is any number of folders, as in ``glob``.

    ``glob`` itself follows a link that leads back to its own folder until the system refuses, forty levels on.
    """
    first, rest = parts[0], parts[1:]
    try:
        entries, inner = _list(folder, ancestors)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        yield FoundFile("", folder, 0, 0)
        return
    if first == "**" and rest:
        yield from _match(folder, rest, scope, ancestors)
    for entry in entries:
        if scope.leads_out(entry):
            yield from _outside(entry)
        elif first == "**" and not entry.name.startswith("."):
            if entry.is_dir():
                yield from _match(entry.path, parts, scope, inner)
            elif not rest:
                yield from _judge(entry)
        elif first != "**" and _fits(entry.name, first):
            if rest:
                yield from _match(entry.path, rest, scope, inner) if entry.is_dir() else ()
            else:
                yield from _walk(entry.path, scope, inner) if entry.is_dir() else _judge(entry)


def _fits(name: str, pattern: str) -> bool:
    """A wildcard does not stand for the dot of a hidden name."""
    return (pattern.startswith(".") or not name.startswith(".")) and fnmatch.fnmatchcase(name, pattern)


def _walk(folder: str, scope: _Scope, ancestors: tuple[_Identity, ...] = ()) -> Iterator[_Entry]:
    """What lies below a folder. Links are followed within the scope, except back to a folder they lie in."""
    try:
        entries, inner = _list(folder, ancestors)
    except OSError:
        yield FoundFile("", folder, 0, 0)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if scope.leads_out(entry):
            yield from _outside(entry)
        elif entry.is_dir():
            yield from _walk(entry.path, scope, inner)
        else:
            yield from _judge(entry)


class _Scope:
    """How far links may lead: within the root of an argument, or anywhere."""

    def __init__(self, root: str, follow_links: bool) -> None:
        self._root = os.path.join(os.path.realpath(root), "")  # noqa: PTH118
        self._follow_links = follow_links

    def leads_out(self, entry: os.DirEntry[str]) -> bool:
        """Whether an entry is a link that must not be followed."""
        if self._follow_links or not entry.is_symlink():
            return False
        return not os.path.join(os.path.realpath(entry.path), "").startswith(self._root)  # noqa: PTH118


def _outside(entry: os.DirEntry[str]) -> Iterator[_Entry]:
    if not entry.name.startswith("."):
        yield _PassedOver(entry.path, OUTSIDE)


def _judge(entry: os.DirEntry[str]) -> Iterator[_Entry]:
    """One file: to be read, to be passed over, or, for hidden files and notes, neither."""
    if entry.name.startswith(".") or entry.name.lower() in NOTES:  # before anything of it is looked at
        return
    if not (entry.is_file() or _leads_nowhere(entry)):
        yield _PassedOver(entry.path, NO_FILE)
    else:
        yield _found(entry.path) if is_to_read(entry.path) else _PassedOver(entry.path, _kind(entry.name))


def _judge_name(name: str, found: FoundFile) -> Iterator[_Entry]:
    """The same of an object, by its name alone: to open each would cost a request."""
    if name.startswith(".") or name.lower() in NOTES:
        return
    yield found if is_supported_name(name) else _PassedOver(found.path, _kind(name))


def _kind(name: str) -> str:
    if "." not in name[1:]:
        return NO_SUFFIX
    bare = bare_name(name)
    suffix = os.path.splitext(bare)[1] + name.lower()[len(bare) :]  # noqa: PTH122
    return suffix if _SUFFIX.match(suffix) else OTHER


def _list(folder: str, ancestors: tuple[_Identity, ...]) -> tuple[list[os.DirEntry[str]], tuple[_Identity, ...]]:
    """What a folder holds, by name, and the folders that this lies in; nothing where a folder lies in itself."""
    status = os.stat(folder)  # noqa: PTH116
    identity = (status.st_dev, status.st_ino)
    if identity in ancestors:
        return [], ancestors
    with os.scandir(folder) as listing:
        return sorted(listing, key=lambda entry: entry.name), (*ancestors, identity)


def _leads_nowhere(entry: os.DirEntry[str]) -> bool:
    """A dangling link; one to a pipe or a device is no file, and opening it could wait for ever."""
    return entry.is_symlink() and not os.path.exists(entry.path)  # noqa: PTH110


def _found(path: str) -> FoundFile:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return FoundFile("", path, 0, 0)
    return FoundFile("", path, status.st_size, status.st_mtime_ns)


# Names


def _with_uris(entries: Iterable[FoundFile], root: str) -> tuple[FoundFile, ...]:
    """Each file with a uri of its own: in NFC, but for names that differ in their form alone, which keep their own."""
    by_uri: dict[str, list[tuple[str, FoundFile]]] = defaultdict(list)
    for entry in entries:
        name = _name(entry.path, root)
        by_uri[unicodedata.normalize("NFC", name)].append((name, entry))
    files: list[FoundFile] = []
    for uri, same in by_uri.items():
        if len(same) == 1:
            files.append(replace(same[0][1], uri=uri))
            continue
        n_seen: Counter[str] = Counter()
        for name, entry in sorted(same, key=lambda pair: (pair[0], os.fsencode(pair[1].path))):
            n_seen[name] += 1  # a byte that is not UTF-8, and a name that spells out its escape
            files.append(replace(entry, uri=name if n_seen[name] == 1 else f"{name}~{n_seen[name]}"))
    return tuple(sorted(files, key=lambda file: file.uri))


def _count(passed_over: Mapping[str, str], root: str) -> dict[str, tuple[int, str]]:
    counts = Counter(passed_over.values())
    examples: dict[str, str] = {}
    for path, kind in sorted(passed_over.items(), reverse=True):
        examples[kind] = path
    return {kind: (counts[kind], _name(path, root)) for kind, path in sorted(examples.items())}


def _name(path: str, root: str) -> str:
    r"""The path below the root, bytes that are not UTF-8 written as \xe9, as a string that every format can store."""
    relative = path[len(root) :].lstrip("/") if is_remote(path) else os.path.relpath(path, root).replace(os.sep, "/")
    return os.fsencode(relative).decode("utf-8", "backslashreplace")
