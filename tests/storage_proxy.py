"""A proxy before object storage that does harm on demand: ``python -m tests.storage_proxy PORT UPSTREAM``.

``POST /__rules`` takes a list of rules and clears the log; ``GET /__log`` gives the requests seen since, as "PUT key".
A rule is {"do": ..., "method": regex, "path": regex, "skip": n, "times": n}: it lets ``skip`` fitting requests pass and
then does its harm ``times`` times (-1 for ever). What it does:

- "503": says that it is too busy
- "reset": breaks the connection before the request goes on
- "lose": lets the request through and breaks the connection in the place of an answer
- "cut": sends half of the answer's body and breaks the connection
- "hang": answers nothing for ``seconds``
- "kill": ends the process ``pid``, itself where none is named, before the request goes on, "kill-after" once it was
  answered
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

CLOSE_HARD = struct.pack("ii", 1, 0)
BUSY = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream = ""
    rules: list[dict[str, Any]] = []  # noqa: RUF012 - replaced as a whole
    log: list[str] = []  # noqa: RUF012
    lock = threading.Lock()

    def log_message(self, *_: Any) -> None:
        pass

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/__"):
            return self._control(body)
        rule = self._rule()
        action = rule["do"] if rule else ""
        if action == "503":
            return self._answer(503, [], BUSY)
        if action == "hang":
            time.sleep(rule["seconds"])
        if action == "kill":
            os.kill(rule.get("pid", os.getpid()), signal.SIGKILL)
        if action in ("reset", "hang", "kill"):
            return self._break()
        status, headers, answer = self._forward(body)
        if action == "kill-after":
            os.kill(rule["pid"], signal.SIGKILL)
        if action in ("lose", "kill-after"):
            return self._break()
        self._answer(status, headers, answer, n_sent=len(answer) // 2 if action == "cut" else None)
        return self._break() if action == "cut" else None

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = do_HEAD = _handle  # noqa: N815 - what the library calls

    def _control(self, body: bytes) -> None:
        with self.lock:
            if self.command == "POST":
                Proxy.rules, Proxy.log = json.loads(body), []
            answer = json.dumps(self.log).encode()
        self._answer(200, [], answer)

    def _rule(self) -> dict[str, Any] | None:
        with self.lock:
            self.log.append(f"{self.command} {self.path}")
            for rule in self.rules:
                fits = re.search(rule.get("method", ""), self.command) and re.search(rule.get("path", ""), self.path)
                if not fits or rule.get("times", 1) == 0:
                    continue
                if rule.get("skip", 0) > 0:
                    rule["skip"] -= 1
                    continue
                rule["times"] = rule.get("times", 1) - 1
                return rule
        return None

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.upstream).netloc, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)  # the host too, since it is signed
        connection.endheaders(body)
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, response.getheaders(), answer

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, n_sent: int | None = None) -> None:
        self.send_response_only(status)
        told = [(n, v) for n, v in headers if n.lower() not in ("connection", "transfer-encoding")]
        if not any(name.lower() == "content-length" for name, _ in told):
            told.append(("Content-Length", str(len(body))))
        for name, value in told:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:n_sent])

    def _break(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CLOSE_HARD)
            self.connection.close()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        pass  # whoever was cut off says so itself


if __name__ == "__main__":
    Proxy.upstream = sys.argv[2]
    Server(("127.0.0.1", int(sys.argv[1])), Proxy).serve_forever()
