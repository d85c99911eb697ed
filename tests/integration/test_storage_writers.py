"""Two writers at once, and one that was thought dead: never do both win, and no snapshot is a mixture."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from flows.operate.check import check_snapshot
from flows.storage.client import Bucket
from flows.storage.errors import ConflictError, StorageError
from flows.store import lease as leases
from flows.store.base import BusyError, Origin
from flows.store.manifest import Manifest, StoredFile
from flows.store.objects import ObjectStore
from tests.flow_runs import ROOT
from tests.object_folder import ObjectFolder
from tests.pieces import all_rows, refresh
from tests.seed_folder import SeedFolder, story


def no_wait(_: str) -> None:
    raise AssertionError("it must not wait")


def publish(store: ObjectStore, run_id: str) -> None:
    """Commit one file that says whose it is."""
    number = max([0, *store.numbers()]) + 1
    stage = store.open_stage(run_id)
    stage.write("new/x", run_id.encode())
    file = StoredFile("articles", "part-x.parquet", 0, len(run_id), "")
    manifest = Manifest(number, store.latest_number(), run_id, "", {}, "", {}, {}, (file,))
    store.publish(stage, manifest, {file.path: Origin(None, "new/x")})
    stage.remove()


def owner(address: str) -> str:
    """Whose file the latest snapshot holds."""
    store = ObjectStore(address)
    number = store.latest_number()
    assert number is not None
    folder = ObjectFolder(store.locate(number, "").rstrip("/"))
    assert folder.names() == ["articles/part-x.parquet", "manifest.json"]
    found = folder.bucket.read(folder.key("articles/part-x.parquet")).decode()
    assert found == store.manifest(number).run_id
    return found


def test_the_second_is_told_who_writes(storage: str) -> None:
    with (
        ObjectStore(storage).hold("first", wait=False, on_wait=no_wait),
        pytest.raises(BusyError, match=rf"run first \(process {os.getpid()} on .+\) is writing to {storage}"),
        ObjectStore(storage).hold("second", wait=False, on_wait=no_wait),
    ):
        pass
    with ObjectStore(storage).hold("third", wait=False, on_wait=no_wait):
        pass


def test_a_lease_is_free_after_an_error(storage: str) -> None:
    with pytest.raises(ZeroDivisionError), ObjectStore(storage).hold("first", wait=False, on_wait=no_wait):
        raise ZeroDivisionError
    with ObjectStore(storage).hold("second", wait=False, on_wait=no_wait):
        pass


HOLD = """
import sys, time
from flows.store.objects import ObjectStore
with ObjectStore(sys.argv[1]).hold("the other run", wait=True, on_wait=print):
    print("held", flush=True)
    time.sleep(60)
"""


def hold_elsewhere(address: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, address], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_killed_holder_of_this_machine_is_succeeded_at_once(storage: str) -> None:
    other = hold_elsewhere(storage)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    with ObjectStore(storage).hold("mine", wait=False, on_wait=no_wait):
        pass


def test_a_holder_of_another_machine_is_succeeded_when_it_gives_no_sign_of_life(
    storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = ObjectFolder(storage)
    there.write("lock.json", json.dumps({"run": "far away", "pid": 1, "host": "elsewhere", "machine": "another"}))
    with pytest.raises(BusyError, match="run far away"), ObjectStore(storage).hold("x", wait=False, on_wait=no_wait):
        pass
    monkeypatch.setattr(leases, "LEASE_S", 1.0)
    monkeypatch.setattr(leases, "POLL_S", 0.2)
    told: list[str] = []
    with ObjectStore(storage).hold("mine", wait=True, on_wait=told.append):
        assert told == [f"run far away (process 1 on elsewhere) is writing to {storage}"]


def test_a_holder_that_lives_is_not_succeeded(storage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_S", 2.0)
    monkeypatch.setattr(leases, "RENEW_S", 0.3)
    monkeypatch.setattr(leases, "_machine", lambda: "")  # as if they were on two machines
    with ObjectStore(storage).hold("first", wait=False, on_wait=no_wait):
        time.sleep(3)
        with pytest.raises(BusyError), ObjectStore(storage).hold("second", wait=False, on_wait=no_wait):
            pass


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases lapse at once and nobody renews one: every holder but the last is one that was frozen."""
    monkeypatch.setattr(leases, "LEASE_S", -10.0)
    monkeypatch.setattr(leases, "RENEW_S", 3600.0)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_frozen_run_that_wakes_cannot_commit(storage: str, frozen: None, is_first: bool) -> None:
    if not is_first:
        store = ObjectStore(storage)
        with store.hold("before", wait=False, on_wait=no_wait):
            publish(store, "before")
    asleep, successor = ObjectStore(storage), ObjectStore(storage)
    with ExitStack() as stack:
        stack.enter_context(asleep.hold("asleep", wait=False, on_wait=no_wait))
        stack.enter_context(successor.hold("successor", wait=False, on_wait=no_wait))
        with pytest.raises(StorageError, match="run again"):  # before the successor has committed
            publish(asleep, "asleep")
        publish(successor, "successor")
        with pytest.raises(StorageError, match="run again"):
            publish(asleep, "asleep")
        assert owner(storage) == "successor"


def test_a_frozen_run_that_wakes_in_the_middle_of_its_commit_loses(
    storage: str, frozen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asleep, successor = ObjectStore(storage), ObjectStore(storage)
    copy = Bucket.copy

    def copy_slowly(bucket: Bucket, pairs: list[tuple[str, str]]) -> None:
        monkeypatch.setattr(Bucket, "copy", copy)
        copy(bucket, pairs)
        with successor.hold("successor", wait=False, on_wait=no_wait):
            successor.recover()
            publish(successor, "successor")

    with asleep.hold("asleep", wait=False, on_wait=no_wait):
        monkeypatch.setattr(Bucket, "copy", copy_slowly)
        with pytest.raises(ConflictError, match="this one has changed nothing: run again"):
            publish(asleep, "asleep")
    assert owner(storage) == "successor"
    with successor.hold("next", wait=False, on_wait=no_wait):
        successor.recover()
    assert len({name.split("/")[1] for name in ObjectFolder(f"{storage}/snapshots").names()}) == 2
    assert len(ObjectFolder(f"{storage}/snapshots").names()) == 2


def test_a_frozen_run_that_wakes_does_not_clean_up_its_successors_work(storage: str, frozen: None) -> None:
    asleep, successor = ObjectStore(storage), ObjectStore(storage)
    with asleep.hold("asleep", wait=False, on_wait=no_wait):
        publish(asleep, "asleep")
        with successor.hold("successor", wait=False, on_wait=no_wait):
            stage = successor.open_stage("successor")
            stage.write("index/x", b"x")
            with pytest.raises(StorageError, match="another run has taken over"):
                asleep.clean_stages("asleep")
            with pytest.raises(ConflictError, match="run again"):
                asleep.point_latest(1)
            assert stage.names("index/*") == ["index/x"]


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
