"""What goes wrong when the data folder is written: one error for it, told in a line."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.errors import UserError

# The disk or its rights are at fault. Any other error there means that files we rely on are gone or damaged.
_CANNOT_WRITE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO, errno.ENODEV}
)


class OutputError(UserError):
    """The output folder cannot be written (disk full, read-only): no document's fault, so the run stops."""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn an OSError of the block, which writes below ``folder``, into an OutputError of one line."""
    try:
        yield
    except OSError as error:
        raise OutputError(_describe(error, folder)) from error


def raise_if_disk(error: Exception, folder: Path) -> None:
    """Raise OutputError where a library's own error names one of the system's for a disk that cannot be written."""
    for code in _CANNOT_WRITE:
        if os.strerror(code) in str(error):
            raise OutputError(_cannot_write(code, folder)) from error


def _cannot_write(code: int, folder: Path) -> str:
    # People know the data folder; where below staging it happened tells them nothing.
    root = next((path.parent for path in folder.parents if path.name == "staging"), folder)
    return f"cannot write to {root}: {os.strerror(code)}; no snapshot was changed"


def _describe(error: OSError, folder: Path) -> str:
    if error.errno is not None and error.errno in _CANNOT_WRITE:
        return _cannot_write(error.errno, folder)
    detail = " ".join(str(error).split())
    return f"{folder} is damaged, or was changed during the run: {detail}; `newsmill check` says more"
