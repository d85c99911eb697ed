"""Python imports this at its start, where PYTHONPATH names this folder: a process that sees no other machine's files.

Of what lies below the folder APART_IN it may open, list, make and move only what lies in its own HOME.
"""

from __future__ import annotations

import os
import sys

ALL, OWN = (os.path.realpath(os.environ[name]) for name in ("APART_IN", "HOME"))
EVENTS = frozenset({"open", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "os.link", "os.symlink", "os.remove"})


def _look(event: str, arguments: tuple[object, ...]) -> None:
    if event not in EVENTS:
        return
    for path in arguments[:2]:
        if isinstance(path, str) and path.startswith(f"{ALL}/") and not f"{path}/".startswith(f"{OWN}/"):
            raise PermissionError(13, "another machine's file", path)


sys.addaudithook(_look)
