"""Runs in processes of their own, and ways to end them hard: what the tests of crash safety are made of.

The process that calls ``start`` has imported everything and started nothing, so that a copy of it (fork) is a run
without the seconds of start-up. The copy is the leader of a process group, which its workers belong to.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

CHANGING_EVENTS = frozenset({"os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"})
CHANGING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT
GROUP_END_S = 10.0


def start(run: Callable[[], None], log: Path) -> int:
    """Have a copy of this process call ``run``; its process id. It exits with 0, or 1 after an exception."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        run()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def finish(pid: int) -> int:
    """Wait for a process from ``start``; its exit code, negative for the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def has_ended(pid: int) -> bool:
    """Whether the process has ended and waits for ``finish``."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def on_nth_change(root: Path, n: int, act: Callable[[], None]) -> list[str]:
    """Call ``act`` right before this process changes something below ``root`` for the n-th time.

    The list returned grows with every change, by what is changed: the path relative to ``root``.

    Python tells an audit hook of every rename, link, open and so on before it is done; hooks stay until the end of
    the process. What Arrow and DuckDB write by themselves is not seen.
    """
    prefix = str(root.resolve())
    changes: list[str] = []

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int):
            is_change = bool(arguments[2] & CHANGING_FLAGS)
        else:
            is_change = event in CHANGING_EVENTS
        paths = [str(a)[len(prefix) + 1 :] for a in arguments[:2] if str(a).startswith(prefix)] if is_change else []
        if paths:
            changes.append(paths[-1])
            if len(changes) == n:
                act()

    sys.addaudithook(hook)
    return changes


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def workers_of(pid: int) -> list[int]:
    """The worker processes that a run has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and b"spawn_main" in (stat.parent / "cmdline").read_bytes():
                found.append(int(stat.parent.name))
    return found


def wait_for_group_end(pid: int) -> bool:
    """Whether all processes of the run's group are gone within some seconds."""
    deadline = time.monotonic() + GROUP_END_S
    while time.monotonic() < deadline:
        try:
            os.killpg(pid, 0)
        except (ProcessLookupError, PermissionError):
            return True
        time.sleep(0.02)
    return False
