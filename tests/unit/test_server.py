"""The local server's bookkeeping, with a program that only holds the lock and answers in the server's place."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

from flows.errors import UserError
from flows.operate.api import server
from flows.operate.local_server import (
    _free_port,
    _is_running,
    _read_state,
    _State,
    ensure_local_server,
    is_healthy,
    is_local,
    stop_local_server,
)

HOLD = "import fcntl, sys, time; f = open(sys.argv[1], 'a'); fcntl.flock(f, 2); print(flush=True); time.sleep(60)"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with temporary_settings({PREFECT_HOME: tmp_path}):
        yield tmp_path


@pytest.fixture
def healthy() -> Iterator[str]:
    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/health" else 404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Health) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{web.server_port}/api"
        web.shutdown()


def hold(home: Path, url: str) -> subprocess.Popen[bytes]:
    file = home / "newsmill-server.json"
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    file.write_text(json.dumps({"url": url, "pid": process.pid}))
    return process


def test_a_running_server_is_found_again_and_stopped(home: Path, healthy: str) -> None:
    process = hold(home, healthy)
    said: list[str] = []
    assert ensure_local_server(said.append) == healthy
    assert is_local(healthy)
    assert not said
    assert stop_local_server()
    assert process.wait(10) < 0
    assert not stop_local_server()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": 1}', '{"url": "x", "pid": "y"}'])
def test_a_damaged_state_file_is_no_server(home: Path, text: str) -> None:
    (home / "newsmill-server.json").write_text(text)
    assert _read_state() is None
    assert not stop_local_server()


def test_a_stale_state_file_names_nobody(home: Path) -> None:
    (home / "newsmill-server.json").write_text(json.dumps({"url": "http://127.0.0.1:1/api", "pid": os.getpid()}))
    assert not _is_running()
    assert not stop_local_server()  # or this test would end here


def test_the_port_of_last_time_unless_another_program_has_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert _free_port(_State(f"http://127.0.0.1:{port}/api", 1)) != port
    assert _free_port(_State(f"http://127.0.0.1:{port}/api", 1)) == port


def test_health(healthy: str) -> None:
    assert is_healthy(healthy)
    assert not is_healthy("http://127.0.0.1:1/api")
    assert not is_healthy("nonsense")


@pytest.mark.parametrize(("path", "says"), [("/elsewhere", "usually ends in /api"), (None, "does not answer")])
def test_a_configured_server_that_is_none_is_told_in_one_line(healthy: str, path: str | None, says: str) -> None:
    url = healthy.replace("/api", path) if path else "http://127.0.0.1:1/api"
    with temporary_settings({PREFECT_API_URL: url}), pytest.raises(UserError, match=says) as error, server(print):
        pass
    assert "\n" not in str(error.value)
