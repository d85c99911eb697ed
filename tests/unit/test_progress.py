from __future__ import annotations

import logging

import pytest

from flows.run.progress import RunProgress, subscribe


def test_a_listener_that_fails_hurts_neither_the_batch_nor_the_others(caplog: pytest.LogCaptureFixture) -> None:
    told: list[float] = []

    def fails(share: float, what: str) -> None:
        raise TimeoutError("the server is away")

    stops = [subscribe(fails), subscribe(lambda share, what: told.append(share))]
    progress = RunProgress(10, 1)
    with caplog.at_level(logging.WARNING):
        progress.advance("a", 5, limit=10)
        progress.finish("a", 10)
    for stop in stops:
        stop()
    assert told == [0.5, 1.0]
    assert [record.message for record in caplog.records] == ["Progress is no longer shown: the server is away"]
