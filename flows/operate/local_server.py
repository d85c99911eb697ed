"""A Prefect server on this machine, started in the background once and found again by every later command.

Who is the server is decided by a file lock that the server process inherits and holds for as long as it lives: a
stale file, a process id that was given to another program, and two commands that start one at once do no harm.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

from flows.errors import UserError

HOST = "127.0.0.1"
DEFAULT_PORT = 4200
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 10.0
POLL_S = 0.1
ATTEMPTS = 2  # the port may be taken by another program between our look and the server's start

# Nothing is sent to anybody; the rest was measured to cut the server's cost of a task run from 38 to about 10 ms.
# What the user's own environment says goes before.
SERVER_ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "50",
    # The slots of the concurrency limit survive a restart of the server.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}


class ServerError(UserError):
    """The Prefect server cannot be reached or started; the message says what to do."""


class ServerGoneError(ServerError):
    """The Prefect server went away, and had not come back by the end; the message says what to do."""


class _State(NamedTuple):
    url: str
    pid: int


def ensure_local_server(say: Callable[[str], None], *, meanwhile: Callable[[], None] = lambda: None) -> str:
    """The API address of the local server, started in the background where it does not run yet.

    ``meanwhile`` is called once where there is something to wait for. ServerError where no server comes up.
    """
    known = _read_state()
    if known and _is_running() and is_healthy(known.url):
        return known.url
    deadline = time.monotonic() + START_TIMEOUT_S
    for attempt in range(ATTEMPTS):
        url = _start_or_find(say, deadline)
        if attempt == 0:
            meanwhile()
        if _wait_until_healthy(url, deadline):
            return url
    raise ServerError(
        f"the local Prefect server does not start; see {_log_file()}, or try `newsmill stop-server` first"
    )


def running_local_server() -> str:
    """The API address of the local server, "" where it does not run."""
    known = _read_state()
    return known.url if known and _is_running() else ""


def stop_local_server() -> bool:
    """Stop the local server that newsmill started, and wait for its end; False where none runs."""
    state = _read_state()
    if state is None or not _is_running():
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(state.pid, number)
        if _wait_until_gone():
            return True
    return True


def is_local(api_url: str) -> bool:
    """Whether the address is that of the local server that newsmill started."""
    known = _read_state()
    return known is not None and known.url == api_url


def is_healthy(api_url: str) -> bool:
    """Whether a Prefect API answers there."""
    try:
        with urllib.request.urlopen(f"{api_url}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _start_or_find(say: Callable[[str], None], deadline: float) -> str:
    """The address of the server that runs, is being started by another command, or has just been started here."""
    while time.monotonic() < deadline:
        with _state_file().open("a+") as file:
            known = _read_state()
            if _lock(file):
                return _start(file, _free_port(known), say)
        if known:
            return known.url
        time.sleep(POLL_S)  # another command holds the lock and has not written the address yet
    raise ServerError(f"another command is starting the local Prefect server and does not get on; see {_log_file()}")


def _start(file: IO[str], port: int, say: Callable[[str], None]) -> str:
    url = f"http://{HOST}:{port}/api"
    wait = "about 5 s" if (_home() / "prefect.db").exists() else "about 10 s the first time, when it makes its database"
    say(f"Starting a Prefect server on http://{HOST}:{port} ({wait}; it stays for the next run)")
    with _log_file().open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # it outlives the run that starts it
            pass_fds=[file.fileno()],  # and holds the lock
            cwd=_home(),
            env={
                **SERVER_ENVIRONMENT,
                **os.environ,
                "PREFECT_SERVER_API_HOST": HOST,
                "PREFECT_SERVER_API_PORT": str(port),
                "PREFECT_UI_URL": f"http://{HOST}:{port}",  # for the links in notifications
            },
        )
    file.seek(0)
    file.truncate()
    json.dump(_State(url, process.pid)._asdict(), file)
    file.flush()
    return url


def _wait_until_healthy(url: str, deadline: float) -> bool:
    """Whether the server answers; False as soon as it is gone."""
    while time.monotonic() < deadline:
        if is_healthy(url):
            return True
        if not _is_running():
            return False
        time.sleep(POLL_S)
    return False


def _wait_until_gone() -> bool:
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while time.monotonic() < deadline:
        if not _is_running():
            return True
        time.sleep(POLL_S)
    return False


def _is_running() -> bool:
    with _state_file().open("a+") as file:
        return not _lock(file)


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _free_port(known: _State | None) -> int:
    """The port of last time, so that bookmarks hold; else Prefect's own; else any."""
    before = [int(known.url.rsplit(":", 1)[1].split("/")[0])] if known else []
    for port in (*before, DEFAULT_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, port))
                return int(probe.getsockname()[1])
    raise ServerError("no free port on this machine")


def _home() -> Path:
    from prefect.settings import get_current_settings

    home = Path(get_current_settings().home)
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServerError(
            f"cannot write to {home}, where Prefect keeps its data: {error.strerror}; set PREFECT_HOME"
        ) from None
    return home


def _state_file() -> Path:
    return _home() / "newsmill-server.json"


def _log_file() -> Path:
    return _home() / "newsmill-server.log"


def _read_state() -> _State | None:
    try:
        raw = json.loads(_state_file().read_text())
        return _State(str(raw["url"]), int(raw["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
