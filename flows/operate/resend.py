"""Task runs told again to a Prefect server that was killed in the middle of a run and is there again.

Prefect's client sends anew what its server had not taken in. A server takes in more than it has written down, though,
and loses that with its process: the task runs would stay Running for ever, or never show. So the ends of as many task
runs as a run may be ahead of its server (see run/pace.py) are kept, and sent anew too. A server that has them already
passes them over.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from prefect.client.schemas.objects import TERMINAL_STATES
from prefect.events import utilities, worker
from prefect.events.clients import PrefectEventsClient
from prefect.events.schemas.events import Event

from flows.run.pace import AHEAD, EVERY

KEPT = AHEAD + 4 * EVERY  # some more, since task runs do not end in the order that they are counted in; 8 kB each
LAST_WORD_S = 20.0  # at the end of the process, for a server that takes nothing in


def resend_after_a_break() -> None:
    """Have the task runs of this process told by a client that tells again.

    Prefect takes a client for its events, but then passes over all that is not of its own classes: so ours goes by
    the name of one.
    """
    worker.PrefectEventsClient = utilities.PrefectEventsClient = ResendingClient  # type: ignore[attr-defined]


class ResendingClient(PrefectEventsClient):
    """Keeps the ends of KEPT task runs when the server has taken them in, and sees to it at the end that it has all.

    For the client of Prefect 3.8: its ``_unconfirmed_events`` are what it sends where it connects again.
    """

    _n_kept = 0

    async def __aexit__(self, *error: Any) -> None:
        with suppress(Exception):  # who does not answer now is not waited for
            async with asyncio.timeout(LAST_WORD_S):
                try:
                    await self._force_checkpoint()
                except Exception:
                    await self._reconnect()
        await super().__aexit__(*error)

    async def _checkpoint(self) -> None:
        if len(self._unconfirmed_events) >= self._n_kept + self._checkpoint_every:
            await self._force_checkpoint()

    async def _force_checkpoint(self) -> None:
        ends = [event for event in self._unconfirmed_events if _is_end(event)][-KEPT:]
        await super()._force_checkpoint()
        self._unconfirmed_events = ends + self._unconfirmed_events
        self._n_kept = len(ends)


def _is_end(event: Event) -> bool:
    return event.payload.get("validated_state", {}).get("type") in TERMINAL_STATES
