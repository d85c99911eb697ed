"""Prefect's runner with an orderly end: SIGTERM, like Ctrl-C, cancels the run in hand and pauses the schedule."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner


class OrderlyRunner(Runner):
    """Prefect's own handler of SIGTERM leaves the event loop by an exception, in the middle of whatever it does."""

    _stop_task: asyncio.Task[None] | None = None

    def handle_sigterm(self, *_: Any, **__: Any) -> None:
        """Stop as soon as the event loop gets to it; a second signal stops at once."""
        loop = self._loop
        if loop is None or not self.started or self._stop_task is not None:
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(self._begin_stop)

    def _begin_stop(self) -> None:
        self._stop_task = asyncio.ensure_future(self.astop())


def run_until_stopped(deployment: RunnerDeployment, *, name: str, query_seconds: float) -> None:
    """Register the deployment and run what is scheduled, until a signal ends it. Only in the main thread."""
    runner = OrderlyRunner(name=name, query_seconds=query_seconds)
    runner.add_deployment(deployment)
    before = signal.signal(signal.SIGINT, runner.handle_sigterm)
    try:
        asyncio.run(runner.start())
    finally:
        signal.signal(signal.SIGINT, before)
