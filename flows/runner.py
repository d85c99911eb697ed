"""Prefect's runner with an orderly end: SIGTERM, like Ctrl-C, cancels the run in hand and pauses the schedule."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner

POLL_SECONDS = 5  # how soon a run asked for in the UI starts; Prefect's own default is 10


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


def run_until_stopped(deployment: RunnerDeployment) -> None:
    """Register the deployment and run what is scheduled, until a signal ends it. Only in the main thread."""
    poll_seconds = float(os.environ.get("PREFECT_RUNNER_POLL_FREQUENCY", POLL_SECONDS))
    runner = OrderlyRunner(name=deployment.name, query_seconds=poll_seconds)
    runner.add_deployment(deployment)
    before = signal.signal(signal.SIGINT, runner.handle_sigterm)
    try:
        asyncio.run(runner.start())
    finally:
        signal.signal(signal.SIGINT, before)
