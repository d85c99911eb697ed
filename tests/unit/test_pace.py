from __future__ import annotations

import time

from flows.run.pace import EVERY, Pace


class Server:
    """Writes down at once, or up to a number and no further."""

    def __init__(self, n_written: int | None) -> None:
        self.n_written = n_written
        self.asked: list[int] = []

    def is_written(self, number: int) -> bool:
        self.asked.append(number)
        return self.n_written is None or number < self.n_written


def test_few_are_never_asked_about() -> None:
    server = Server(0)
    pace = Pace(server.is_written, print)
    for number in range(2 * EVERY - 1):
        pace.done(number)
    assert server.asked == []


def test_of_many_one_in_so_many_is_asked_about_once_the_next_is_done() -> None:
    server = Server(None)
    pace = Pace(server.is_written, print)
    for number in range(4 * EVERY):
        pace.done(number)
    assert server.asked == [EVERY - 1, 2 * EVERY - 1, 3 * EVERY - 1]


def test_it_waits_for_a_server_that_is_behind() -> None:
    asked: list[int] = []
    told: list[object] = []

    def is_written(number: int) -> bool:
        asked.append(number)
        return len(asked) == 4  # it gets on while it is waited for

    pace = Pace(is_written, lambda *line: told.append(line))
    for number in range(2 * EVERY):
        pace.done(number)
    assert asked == [EVERY - 1] * 4
    assert told == []


def test_a_server_that_stays_behind_is_waited_for_and_told_of_once_and_again_after_it_has_caught_up() -> None:
    server = Server(0)
    told: list[object] = []
    pace = Pace(server.is_written, lambda *line: told.append(line), patience_s=0.5)
    started = time.monotonic()
    for number in range(4 * EVERY):
        pace.done(number)
    assert len(told) == 1
    assert 0.5 <= time.monotonic() - started < 1.5  # the first time only
    server.n_written = 10 * EVERY
    for number in range(4 * EVERY, 6 * EVERY):
        pace.done(number)
    assert len(told) == 1
    server.n_written = 0
    for number in range(6 * EVERY, 8 * EVERY):
        pace.done(number)
    assert len(told) == 2
