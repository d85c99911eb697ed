"""Two writers at once, and one that was thought dead: never do both win, and no snapshot is a mixture."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest

from flows.storage.client import Bucket
from flows.storage.errors import ConflictError, StorageError
from flows.store import lease as leases
from flows.store.base import BusyError, Origin
from flows.store.manifest import Manifest, StoredFile
from flows.store.objects import ObjectStore
from tests.flow_runs import ROOT
from tests.object_folder import ObjectFolder


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
