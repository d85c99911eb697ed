"""The Prefect server a run reports to: the configured one, or a local one that newsmill starts and leaves running.

Prefect's own ephemeral server is not used: it starts anew with every run (8 to 16 s) and stops before it has
written the history down.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HOST = "127.0.0.1"
DEFAULT_PORT = 4200
START_TIMEOUT_S = 90

# Measured: these cut the server's cost of a task run from 38 to about 10 ms; nothing is sent to anybody.
SERVER_ENVIRONMENT = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}


class _State(NamedTuple):
    url: str
    pid: int


class ServerError(RuntimeError):
    """The Prefect server cannot be reached or started; the message says what to do."""


@contextmanager
def server(say: Callable[[str], None]) -> Iterator[str]:
    """Have a Prefect API for as long as the block runs; yields its address. ``say`` hears what is waited for."""
    from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings

    configured = get_current_settings().api.url
    if configured:
        _require_configured(configured)
        yield configured
        return
    url = ensure_local_server(say)
    os.environ["PREFECT_API_URL"] = url  # for the flow-run processes of `newsmill serve`
    with temporary_settings({PREFECT_API_URL: url}):
        yield url


def ensure_local_server(say: Callable[[str], None]) -> str:
    """The API address of the local server, started in the background where it does not run yet."""
    known = _read_state()
    if known and is_healthy(known.url):
        return known.url
    port = _free_port()
    url = f"http://{HOST}:{port}/api"
    say(f"Starting a Prefect server on {ui_address(url)} (first use takes some seconds; it stays for the next run)")
    log = _home() / "newsmill-server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # it outlives the run that starts it
            env={
                **SERVER_ENVIRONMENT,
                **os.environ,
                "PREFECT_SERVER_API_HOST": HOST,
                "PREFECT_SERVER_API_PORT": str(port),
            },
        )
    _wait_until_healthy(url, process, log)
    _state_file().write_text(json.dumps({"url": url, "pid": process.pid}))
    return url


def stop_local_server() -> bool:
    """Stop the local server that newsmill started; False where none runs."""
    known = _read_state()
    if known is None:
        return False
    was_running = is_healthy(known.url)
    if was_running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(known.pid, signal.SIGTERM)
    _state_file().unlink(missing_ok=True)
    return was_running


def ui_address(api_url: str) -> str:
    """The address of the pages that belong to an API address."""
    return api_url.removesuffix("/").removesuffix("/api")


def is_healthy(api_url: str) -> bool:
    """Whether a Prefect API answers there."""
    try:
        with urllib.request.urlopen(f"{api_url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _require_configured(url: str) -> None:
    # An address in the cloud wants a key at /health; only silence means that nothing is there.
    try:
        urllib.request.urlopen(f"{url}/health", timeout=10).close()
    except urllib.error.HTTPError:
        return
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise ServerError(
            f"the configured Prefect server {url} does not answer ({reason}); start it, or unset PREFECT_API_URL"
        ) from error


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not is_healthy(url):
        if process.poll() is not None:
            raise ServerError(f"the Prefect server stopped while starting; its log is {log}")
        if time.monotonic() > deadline:
            process.kill()
            raise ServerError(f"the Prefect server did not answer within {START_TIMEOUT_S} s; its log is {log}")
        time.sleep(0.2)


def _free_port() -> int:
    for port in (DEFAULT_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, port))
                return int(probe.getsockname()[1])
    raise ServerError("no free port on this machine")


def _home() -> Path:
    from prefect.settings import get_current_settings

    home = Path(get_current_settings().home)
    home.mkdir(parents=True, exist_ok=True)
    return home


def _state_file() -> Path:
    return _home() / "newsmill-server.json"


def _read_state() -> _State | None:
    try:
        raw = json.loads(_state_file().read_text())
        return _State(str(raw["url"]), int(raw["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
