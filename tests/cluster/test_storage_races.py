"""Many writers at the very same moment, on a real server: one wins, and no snapshot is a mixture."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flows.operate.check import check_snapshot
from flows.storage.client import Bucket
from flows.storage.errors import ConflictError, StorageError
from flows.store import lease as leases
from flows.store.objects import ObjectStore
from tests.object_folder import ObjectFolder
from tests.pieces import all_rows, refresh
from tests.seed_folder import SeedFolder, story


@pytest.fixture
def real(seaweed_endpoint: str, use: Callable[[str], str]) -> str:
    """An address on SeaweedFS: of writers at the very same moment moto lets several win."""
    return use(seaweed_endpoint)


def test_of_many_that_write_on_condition_one_wins(real: str) -> None:
    folder = ObjectFolder(real)
    n_rounds, n_writers = 5, 8
    barrier = threading.Barrier(n_writers)

    def count(writer: int) -> int:
        bucket, n_won = Bucket(folder.bucket.address), 0
        for number in range(n_rounds):
            barrier.wait()
            try:
                bucket.put_if(folder.key(f"new-{number}"), f"{writer} {number}".encode(), None)
                n_won += 1
            except ConflictError:
                pass
        return n_won

    with ThreadPoolExecutor(n_writers) as pool:
        assert sum(pool.map(count, range(n_writers))) == n_rounds


def test_counting_by_conditional_writes_loses_nothing(real: str) -> None:
    folder = ObjectFolder(real)
    folder.write("count", "0 start")

    def count(writer: int) -> None:
        bucket = Bucket(folder.bucket.address)
        for number in range(5):
            while True:
                data, entry = bucket.read_tagged(folder.key("count"))
                found = int(data.split()[0])
                try:
                    bucket.put_if(folder.key("count"), f"{found + 1} {writer} {number}".encode(), entry.e_tag)
                    break
                except ConflictError:
                    continue

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count, range(6)))
    assert folder.bucket.read(folder.key("count")).split()[0] == b"30"


def test_no_two_hold_the_lease_at_once(real: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "POLL_S", 0.05)
    inside: list[int] = []

    def take_turns(writer: int) -> None:
        store = ObjectStore(real)
        for number in range(3):
            with store.hold(f"{writer}-{number}", wait=True, on_wait=lambda _: None):
                inside.append(writer)
                assert len(inside) == 1
                time.sleep(0.01)
                inside.pop()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(take_turns, range(4)))


def test_runs_that_race_leave_one_sound_data_set(real: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Both take the other for dead all the time; whoever loses says so and changes nothing."""
    address = real
    monkeypatch.setattr(leases, "LEASE_S", -10.0)
    monkeypatch.setattr(leases, "RENEW_S", 3600.0)
    seeds = [SeedFolder(tmp_path / str(n)) for n in range(2)]
    for number, folder in enumerate(seeds):
        folder.write("story.txt", story(number))
    outcomes: list[str] = []

    def run(number: int) -> None:
        for _ in range(2):
            try:
                refresh(seeds[number].root, address, allow_gone=True, rebuild=True)
                outcomes.append("committed")
            except (StorageError, FileNotFoundError) as error:
                outcomes.append(type(error).__name__)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    store = ObjectStore(address)
    assert outcomes.count("committed") >= 1
    assert store.latest_number() is not None
    for number in store.numbers():
        assert check_snapshot(address, number) == (number, [])
    refresh(seeds[1].root, address, allow_gone=True)
    refresh(seeds[1].root, tmp_path / "full")
    assert all_rows(address) == all_rows(tmp_path / "full")
