"""A worker process computes on one thread, whatever libraries it loads."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection

import pytest

from flows.engine.processes import CONTEXT, THREAD_VARIABLES, Processes


def send_n_threads_of_numpy(connection: Connection) -> None:
    import psutil

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
