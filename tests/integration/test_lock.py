"""One writer a data folder, whoever comes second and however the first one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from flows.store.lock import BusyError, write_lock
from tests.flow_runs import ROOT, run_flow
from tests.pieces import rows_of
from tests.seed_folder import SeedFolder

HOLD = """
import sys, time
from pathlib import Path
from flows.store.lock import write_lock
with write_lock(Path(sys.argv[1]), "the other run", wait=True, on_wait=print):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold_elsewhere(out: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that has the lock when this returns."""
    out.mkdir(exist_ok=True)
    command = [sys.executable, "-c", HOLD, str(out), str(seconds)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_second_is_told_who_writes(tmp_path: Path) -> None:
    other = hold_elsewhere(tmp_path, 60)
    with (
        pytest.raises(BusyError, match=rf"run the other run \(process {other.pid} on .+\) is writing to"),
        write_lock(tmp_path, "mine", wait=False, on_wait=print),
    ):
        pass
    other.kill()
    other.wait()


def test_killed_holders_lock_is_free_at_once(tmp_path: Path) -> None:
    other = hold_elsewhere(tmp_path, 60)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    with write_lock(tmp_path, "mine", wait=False, on_wait=print):
        assert '"run": "mine"' in (tmp_path / ".lock-holder.json").read_text()
    assert not (tmp_path / ".lock-holder.json").exists()


def test_waiting_run_goes_on_when_the_other_is_done(tmp_path: Path) -> None:
    other = hold_elsewhere(tmp_path, 1)
    told: list[str] = []
    with write_lock(tmp_path, "mine", wait=True, on_wait=told.append):
        assert other.wait(timeout=5) == 0
    assert len(told) == 1


def test_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), write_lock(tmp_path, "mine", wait=False, on_wait=print):
        raise ZeroDivisionError
    with write_lock(tmp_path, "again", wait=False, on_wait=print):
        pass


def test_second_run_is_skipped_where_told(prefect_api: str, seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(2))
    other = hold_elsewhere(tmp_path / "out", 60)
    summary, state = run_flow(seeds.root, tmp_path / "out", when_busy="skip")
    other.kill()
    other.wait()
    assert (summary.status, state.name) == ("skipped", "Skipped")
    assert f"process {other.pid}" in summary.message
    assert not (tmp_path / "out" / "latest").exists()


def test_second_run_waits_and_finds_the_firsts_work(
    prefect_api: str, seeds: SeedFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seeds.write_stories(range(2))
    out = tmp_path / "out"
    started = time.monotonic()
    run_flow(seeds.root, out)
    unhindered_s = time.monotonic() - started
    seeds.write_stories(range(2, 5))
    other = hold_elsewhere(out, 60)
    ended: list[str] = []
    run = threading.Thread(target=lambda: ended.append(run_flow(seeds.root, out)[0].status))
    run.start()
    try:
        run.join(3 * unhindered_s)  # a run that does not wait is done by then
        assert not ended
        assert len(rows_of(out, "articles")) == 2
    finally:
        other.kill()
        other.wait()
        run.join(60)
    assert ended == ["completed"]
    assert len(rows_of(out, "articles")) == 5
    assert any(f"process {other.pid}" in record.getMessage() for record in caplog.records), "nobody was told why"


TAKE_TURNS = """
import os, sys, time
from pathlib import Path
from flows.store.lock import write_lock
out = Path(sys.argv[1])
for _ in range(5):
    with write_lock(out, "one of several", wait=True, on_wait=lambda _: None):
        (out / "inside").touch(exist_ok=False)
        time.sleep(0.02)
        (out / "inside").unlink()
"""


def test_no_two_hold_it_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TAKE_TURNS, str(tmp_path)]
    processes = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in processes] == [("", 0)] * 3
