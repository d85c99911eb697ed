"""``newsmill view``: serve the pages until Ctrl-C."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from urllib.parse import quote

import uvicorn

from flows.errors import SettingsError
from flows.link.corrections_file import CorrectionsFile
from flows.store.disk import local_path
from flows.view.app import make_app, prepare
from flows.view.site import Site
from flows.view.snapshot import Latest

LOCAL = "127.0.0.1"
MIN_TOKEN_CHARS = 16


def view(
    out: str,
    host: str,
    port: int,
    token: str,
    *,
    corrections: str = "",
    opens_browser: bool,
    say: Callable[[str], None],
) -> None:
    """Serve the latest snapshot of ``out``; whoever asks from another machine needs the token.

    ``corrections`` is the path of the file that readers may add to; "" where nothing can be changed.
    """
    token = _token_for(host, token)
    file = CorrectionsFile(local_path(corrections, "--corrections", "CSV file")) if corrections else None
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    latest = Latest(out, say, prepare)
    try:
        site = Site(latest, corrections=file)
        threading.Thread(target=_find_prefect, args=(site,), daemon=True).start()
        address = f"http://{LOCAL if host == LOCAL else _shown_host(host)}:{port}/" + (
            f"?token={quote(token)}" if token else ""
        )
        listening.listen()  # from here on whoever comes waits, rather than being turned away
        say(f"Read   {address}  (Ctrl-C ends it)")
        if opens_browser:
            threading.Timer(0.3, webbrowser.open, [address]).start()
        # No access log: addresses hold what was searched for, and the first one the token.
        config = uvicorn.Config(make_app(site, port, token), log_level="warning", access_log=False, server_header=False)
        uvicorn.Server(config).run([listening])
    finally:
        latest.close()


def has_screen() -> bool:
    """Whether there is a screen for a browser to be seen on."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _token_for(host: str, token: str) -> str:
    if host in (LOCAL, "localhost"):
        return token
    if token and len(token) < MIN_TOKEN_CHARS:
        raise SettingsError(f"--token: give at least {MIN_TOKEN_CHARS} characters, or none and one is made")
    return token or secrets.token_urlsafe(24)


def _shown_host(host: str) -> str:
    name = socket.gethostname() if host in ("0.0.0.0", "::") else host
    return f"[{name}]" if ":" in name else name


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOCAL if host == "localhost" else host, port))
    except OSError as error:
        listening.close()
        raise SettingsError(f"cannot listen on {host}, port {port}: {error.strerror}; give another --port") from error
    return listening


def _find_prefect(site: Site) -> None:
    """The address of the UI, found while the first page is read: Prefect takes a second or two to import."""
    from flows.operate.api import known_ui

    site.prefect = known_ui()
