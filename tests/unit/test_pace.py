from __future__ import annotations

import time
from itertools import count

from flows.run.pace import AHEAD, EVERY, Pace


class Server:
    """Has written down what comes before a number."""

    def __init__(self, n_written: float) -> None:
        self.n_written = n_written
        self.asked: list[int] = []

    def is_written(self, number: int) -> bool:
        self.asked.append(number)
        return number < self.n_written


def test_few_are_never_asked_about() -> None:
    server = Server(0)
    pace = Pace(server.is_written, print)
    for number in range(AHEAD + EVERY - 1):
        pace.done(number)
    assert server.asked == []


def test_one_in_so_many_is_asked_about_once_others_are_done() -> None:
    server = Server(float("inf"))
    pace = Pace(server.is_written, print)
    for number in range(AHEAD + 3 * EVERY):
        pace.done(number)
    assert server.asked == [EVERY - 1, 2 * EVERY - 1, 3 * EVERY - 1]


def test_it_waits_for_a_server_that_is_behind() -> None:
    asked: list[int] = []
    told: list[object] = []

    def is_written(number: int) -> bool:
        asked.append(number)
        return len(asked) == 4  # it gets on while it is waited for

    pace = Pace(is_written, lambda *line: told.append(line))
    for number in range(AHEAD + EVERY):
        pace.done(number)
    assert asked == [EVERY - 1] * 4
    assert told == []


def test_a_server_that_stays_behind_is_waited_for_and_told_of_once_and_again_after_it_has_caught_up() -> None:
    server = Server(0)
    told: list[object] = []
    pace, numbers = Pace(server.is_written, lambda *line: told.append(line), patience_s=0.5), count()

    def go_on(n_done: int) -> float:
        started = time.monotonic()
        for _ in range(n_done):
            pace.done(next(numbers))
        return time.monotonic() - started

    assert 0.5 <= go_on(AHEAD + 10 * EVERY) < 1.5  # the first time only
    assert len(told) == 1
    server.n_written = 10 * AHEAD
    assert go_on(2 * AHEAD) < 0.5
    assert len(told) == 1
    server.n_written = 0
    assert go_on(10 * EVERY) >= 0.5
    assert len(told) == 2
