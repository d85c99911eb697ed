"""What goes wrong when the data folder is written: one error for it, told in a line."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.errors import SettingsError, UserError
from flows.storage.address import is_remote

UNCHANGED = "no snapshot was changed"  # what a step before the commit may claim

# The disk or its rights are at fault. Any other error there means that files we rely on are gone or damaged.
_CANNOT_WRITE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO, errno.ENODEV}
)


class OutputError(UserError):
    """The output folder cannot be written (disk full, read-only): no document's fault, so the run stops."""


def local_path(given: str, option: str, kind: str) -> Path:
    """The path that an option names; SettingsError where it is an address (``s3://…``), not a path."""
    if is_remote(given):
        raise SettingsError(f"{option} {given}: give the path of a {kind} on this machine")
    return Path(given)


@contextmanager
def writing(folder: Path | str, claim: str | Callable[[], str] = "") -> Iterator[None]:
    """Turn an OSError of the block, which writes below ``folder``, into an OutputError of one line.

    ``claim`` is what the caller knows of the data set by then (UNCHANGED, "snapshot 000004 is committed"): a function
    is asked when the error is there. The line ends with it.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(_describe(error, folder) + _ending(claim)) from error
    except OutputError as error:  # of a step inside, which knew less
        raise OutputError(f"{error}{_ending(claim)}") from error


def raise_if_disk(error: Exception, folder: Path, claim: str | Callable[[], str] = "") -> None:
    """Raise OutputError where a library's own error names one of the system's for a disk that cannot be written."""
    for code in _CANNOT_WRITE:
        if os.strerror(code) in str(error):
            raise OutputError(_cannot_write(code, folder) + _ending(claim)) from error


def _ending(claim: str | Callable[[], str]) -> str:
    text = claim if isinstance(claim, str) else claim()
    return f"; {text}" if text else ""


def _cannot_write(code: int, folder: Path | str) -> str:
    # People know the data folder; where below staging it happened tells them nothing.
    parents = folder.parents if isinstance(folder, Path) else ()
    root = next((path.parent for path in parents if path.name == "staging"), folder)
    return f"cannot write to {root}: {os.strerror(code)}"


def _describe(error: OSError, folder: Path | str) -> str:
    if error.errno is not None and error.errno in _CANNOT_WRITE:
        return _cannot_write(error.errno, folder)
    detail = " ".join(str(error).split())
    return f"{folder} is damaged, or was changed during the run: {detail}; `newsmill check` says more"
