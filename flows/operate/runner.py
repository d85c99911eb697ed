"""Prefect's runner with an orderly end, and with an eye on its server."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from typing import Any

from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner

from flows.operate.api import is_outage

POLL_SECONDS = 5  # how soon a run asked for in the UI starts; Prefect's own default is 10
WATCH_SECONDS = 3
PATIENCE = 2  # one unanswered question may be a busy machine
_ASYNCIO_LOG = logging.getLogger("asyncio")


class OrderlyRunner(Runner):
    """A runner that ends well.

    On SIGTERM as on Ctrl-C it cancels the run in hand and pauses the schedule; Prefect's own handler leaves the event
    loop by an exception, in the middle of whatever it does. When the server goes away an idle runner ends too, with
    ``has_lost_server`` set: Prefect's would print three tracebacks and, where the server comes back in time, go on
    without ever seeing a cancellation again. A run in hand gets ``bring_back`` called instead.
    """

    _stop_task: asyncio.Task[None] | None = None
    has_lost_server = False

    def __init__(self, *, is_server_there: Callable[[], bool], bring_back: Callable[[], None], **options: Any) -> None:
        super().__init__(**options)
        self._is_server_there = is_server_there
        self._bring_back = bring_back

    async def start(self, run_once: bool = False, webserver: bool | None = None) -> None:
        """Run what is scheduled until stopped."""
        watcher = asyncio.create_task(self._watch())
        try:
            await super().start(run_once, webserver)
        finally:
            watcher.cancel()

    def handle_sigterm(self, *_: Any, **__: Any) -> None:
        """Stop as soon as the event loop gets to it; a second signal stops at once."""
        loop = self._loop
        if loop is None or not self.started or self._stop_task is not None:
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(self._begin_stop)

    def _begin_stop(self) -> None:
        self._stop_task = asyncio.ensure_future(self.astop())

    async def _watch(self) -> None:
        n_unanswered = 0
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            n_unanswered = 0 if await asyncio.to_thread(self._is_server_there) else n_unanswered + 1
            if n_unanswered < PATIENCE or not self.started:
                continue
            if self._process_manager.flow_run_ids():
                await asyncio.to_thread(self._bring_back)
                continue
            self.has_lost_server, self.pause_on_shutdown = True, False
            _ASYNCIO_LOG.setLevel(logging.CRITICAL)  # Prefect's observers stumble over the lost connection
            self._begin_stop()
            return


def run_until_stopped(
    deployment: RunnerDeployment, *, is_server_there: Callable[[], bool], bring_back: Callable[[], None]
) -> bool:
    """Register the deployment and run what is scheduled, in the main thread.

    True where a signal ended it, False where the server went away.
    """
    poll_seconds = float(os.environ.get("PREFECT_RUNNER_POLL_FREQUENCY", POLL_SECONDS))
    runner = OrderlyRunner(
        is_server_there=is_server_there, bring_back=bring_back, name=deployment.name, query_seconds=poll_seconds
    )
    before = signal.signal(signal.SIGINT, runner.handle_sigterm)
    try:
        runner.add_deployment(deployment)
        asyncio.run(runner.start())
    except Exception as error:
        if not is_outage(error):
            raise
        return False
    finally:
        signal.signal(signal.SIGINT, before)
        _ASYNCIO_LOG.setLevel(logging.NOTSET)
    return not runner.has_lost_server
