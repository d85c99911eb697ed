"""Fixtures of the tests that need object storage; the folders' conftest.py takes them from here."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from flows.storage import client
from flows.storage.client import open_bucket
from tests import storage_servers
from tests.seed_folder import SeedFolder, story


@pytest.fixture(scope="session")
def moto_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with storage_servers.moto(tmp_path_factory.mktemp("moto")) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def proxy_endpoint(moto_endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with storage_servers.proxy(moto_endpoint, tmp_path_factory.mktemp("proxy")) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def seaweed_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with storage_servers.seaweed(tmp_path_factory.mktemp("seaweed")) as endpoint:
        yield endpoint


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Have all requests go to an endpoint; an address there that nothing else uses."""

    def start(endpoint: str) -> str:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in storage_servers.environment(endpoint).items():
            monkeypatch.setenv(name, value)
        open_bucket.cache_clear()
        return f"s3://{storage_servers.BUCKET}/{uuid.uuid4().hex[:12]}"

    yield start
    open_bucket.cache_clear()


@pytest.fixture
def storage(moto_endpoint: str, use: Callable[[str], str]) -> str:
    return use(moto_endpoint)


class Faults:
    """The proxy's rules and its log."""

    def __init__(self, endpoint: str, address: str) -> None:
        self._endpoint = endpoint
        self.address = address

    def start(self, *rules: dict[str, object]) -> None:
        httpx.post(f"{self._endpoint}/__rules", json=list(rules)).raise_for_status()

    def log(self) -> list[str]:
        requests: list[str] = httpx.get(f"{self._endpoint}/__log").raise_for_status().json()
        return requests


@pytest.fixture
def faults(proxy_endpoint: str, use: Callable[[str], str]) -> Iterator[Faults]:
    found = Faults(proxy_endpoint, use(proxy_endpoint))
    found.start()
    yield found
    found.start()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same client with less patience."""
    monkeypatch.setattr(client, "SILENCE_S", 1)
    monkeypatch.setattr(client, "TRIES", 3)
    open_bucket.cache_clear()


@pytest.fixture
def mixed_seeds(tmp_path: Path) -> SeedFolder:
    """Files, and a feed."""
    folder = SeedFolder(tmp_path / "seeds")
    folder.write_stories(range(4))
    folder.write_records("feed.jsonl", [{"title": f"Record {n}", "text": story(20 + n)} for n in range(3)])
    return folder
