"""When a process is given up: by what it uses, so that one that waits for its turn on a busy machine is not."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flows.engine.processes import IDLE_FACTOR, _Watch

LIMIT_S = 0.4
# One tenth of a processor, as a worker gets it where ten want one.
STARVED = """
import time
while True:
    until = time.process_time() + 0.01
    while time.process_time() < until:
        pass
    time.sleep(0.09)
"""


@contextmanager
def process(code: str) -> Iterator[_Watch]:
    child = subprocess.Popen([sys.executable, "-c", f"print(flush=True)\n{code}"], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        yield _Watch(child.pid, LIMIT_S)
    finally:
        child.kill()
        child.communicate()


def test_a_process_that_waits_for_its_turn_is_not_idle() -> None:
    with process(STARVED) as watch:
        time.sleep(LIMIT_S * (IDLE_FACTOR + 0.5))
        assert watch.is_over() is None


def test_a_process_that_sleeps_is_given_up() -> None:
    with process("import time; time.sleep(60)") as watch:
        assert watch.is_over() is None
        time.sleep(LIMIT_S * (IDLE_FACTOR + 0.5))
        told = watch.is_over()
    assert told is not None and "no sign of life" in told


def test_a_process_that_works_on_and_on_is_given_up() -> None:
    with process("while True: pass") as watch:
        deadline = time.monotonic() + 60
        while (told := watch.is_over()) is None and time.monotonic() < deadline:
            time.sleep(0.05)
    assert told is not None and "of processor time" in told
