"""Worker processes: each computes on one thread, whatever libraries it loads, and some start before they are needed."""

from __future__ import annotations

import os
from multiprocessing import active_children
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
import pytest

from flows.engine.processes import CONTEXT, THREAD_VARIABLES, Processes, start_ahead
from flows.jobs.specs import IndexResult, IndexSpec
from flows.store.local import LocalStore
from tests.seed_folder import story


def send_n_threads_of_numpy(connection: Connection) -> None:
    n_before = psutil.Process().num_threads()
    import numpy  # only here: the library decides when it is loaded

    numpy.ones((500, 500)) @ numpy.ones((500, 500))
    connection.send(psutil.Process().num_threads() - n_before)


@pytest.mark.parametrize(("set_by_user", "expected"), [(None, 0), ("2", min(2, os.cpu_count() or 1) - 1)])
def test_worker_takes_one_core(monkeypatch: pytest.MonkeyPatch, set_by_user: str | None, expected: int) -> None:
    for name in THREAD_VARIABLES:
        monkeypatch.setenv(name, "")  # so that what the pool sets is undone afterwards
        monkeypatch.delenv(name)
    if set_by_user:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", set_by_user)
    Processes(1)
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=send_n_threads_of_numpy, args=(theirs,))
    process.start()
    assert ours.poll(60)
    assert ours.recv() == expected
    process.join(10)


def workers() -> set[BaseProcess]:
    return {process for process in active_children() if process.name == "newsmill-worker"}


def index_one(processes: Processes, folder: Path) -> IndexResult:
    (folder / "a.txt").write_text(story(1))
    (folder / "out").mkdir(exist_ok=True)
    stage = LocalStore(folder / "out").open_stage("run")
    spec = IndexSpec("job", str(folder / "out"), stage.run_id, (("a.txt", str(folder / "a.txt")),))
    result = processes.do(spec, 60, lambda _: None)
    assert isinstance(result, IndexResult)
    return result


def test_processes_started_ahead_are_the_first_that_work_and_end_with_the_engine(tmp_path: Path) -> None:
    start_ahead(2, "fast")
    ahead = workers()
    assert len(ahead) == 2
    processes = Processes(3)
    assert index_one(processes, tmp_path).n_entries == 1
    assert workers() == ahead
    processes.close()
    assert not workers()


def test_one_started_ahead_that_has_died_is_replaced(tmp_path: Path) -> None:
    start_ahead(1, "no such annotator")
    [ahead] = workers()
    ahead.kill()
    ahead.join(10)
    processes = Processes(1)
    assert index_one(processes, tmp_path).n_entries == 1
    assert workers() != {ahead}
    processes.close()
    assert not workers()
