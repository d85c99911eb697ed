"""A Dask cluster as one run sees it: found again after its scheduler was restarted, given up where it stays away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from distributed import Client, LocalCluster

from flows.engine.base import EngineClosedError, EngineError
from flows.engine.dask_worker import TOPIC, end_processes

CONNECT_S = 10
WORKERS_S = 30  # how long a run waits for its first worker
LOST_S = 300  # how long for a scheduler or workers to come back: whatever runs them has to start them again
CHECK_S = 5.0
POLL_S = 0.5

Listener = Callable[[dict[str, Any]], None]


class Cluster:
    """The cluster at ``address``, or one of this process with ``n_local`` threads where that is ""; thread-safe.

    ``listen`` hears what workers tell of their jobs.
    """

    def __init__(self, address: str, n_local: int, listen: Listener) -> None:
        self._address = address
        self._n_local = n_local
        self._listen = listen
        self._local: LocalCluster | None = None
        self._client: Client | None = None
        self._closed = threading.Event()
        self._connecting, self._asking = threading.Lock(), threading.Lock()
        self._n_threads = 0
        self._asked_at = self._seen_at = 0.0

    def client(self) -> Client:
        """A client that is connected, of a cluster that has workers.

        Raises EngineError where there is none within the time allowed, EngineClosedError once ``close`` was called.
        """
        with self._connecting:
            self.check_open()
            if self._client is None or self._client.status != "running":
                self._drop()
                self._client = self._connect()
            return self._client

    def lose(self, client: Client) -> None:
        """Take it that the client's scheduler is gone with all that it knew."""
        with self._connecting:
            if client is self._client:
                self._drop()

    def n_threads(self) -> int:
        """How many jobs the workers do at once, as they were some seconds ago; at least 1."""
        client = self.client()
        if self._asking.acquire(blocking=False):
            try:
                if time.monotonic() - self._asked_at >= CHECK_S:
                    self._ask(client)
            finally:
                self._asking.release()
        if time.monotonic() - self._seen_at > LOST_S:
            raise EngineError(f"the Dask cluster {self._name} has had no worker for {LOST_S} s; nothing was committed")
        return max(1, self._n_threads)

    def check_open(self) -> None:
        """Raise EngineClosedError once ``close`` was called."""
        if self._closed.is_set():
            raise EngineClosedError

    def close(self) -> None:
        """Leave the cluster; one of this process ends."""
        self._closed.set()
        with self._connecting:
            self._drop()
            if self._local is not None:
                self._local.close()
                end_processes()

    @property
    def _name(self) -> str:
        return f"at {self._address}" if self._address else "of this machine"

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # whatever it says of a connection that is lost
                client.close(timeout=CHECK_S)

    def _connect(self) -> Client:
        is_first = not self._seen_at
        give_up_at = time.monotonic() + (CONNECT_S if is_first else LOST_S)
        while True:
            try:
                client = Client(self._target(), timeout=CHECK_S, set_as_default=False, name="newsmill")
                break
            except (OSError, ValueError, ImportError) as error:
                if time.monotonic() >= give_up_at or not isinstance(error, OSError):
                    raise EngineError(self._unreachable()) from error
            self._sleep()
        # Its reconnecting would leave it without the subscription, and us without word of a new scheduler.
        client.subscribe_topic(TOPIC, lambda event: self._listen(event[1]))
        self._await_workers(client, WORKERS_S if is_first else LOST_S)
        return client

    def _target(self) -> Any:
        _hush()
        if self._address:
            return self._address
        if self._local is None:
            self._local = LocalCluster(
                n_workers=1,
                threads_per_worker=self._n_local,
                processes=False,  # the work is done in processes anyway, below the worker
                dashboard_address="127.0.0.1:0",  # or Dask asks for 8787, and says aloud that it is taken
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
        return self._local

    def _unreachable(self) -> str:
        return f"no Dask scheduler answers at {self._address}; start one with `dask scheduler`, and give its address"

    def _await_workers(self, client: Client, patience_s: float) -> None:
        give_up_at = time.monotonic() + patience_s
        while not self._ask(client):
            if time.monotonic() >= give_up_at:
                raise EngineError(
                    f"the Dask cluster {self._name} has no worker after {patience_s:g} s; "
                    f"start some with `dask worker {self._address}`"
                )
            self._sleep()

    def _ask(self, client: Client) -> int:
        """The threads that there are now; 0 where the scheduler does not say."""
        self._asked_at = time.monotonic()
        n_threads = 0
        with suppress(Exception):  # a connection that is being lost fails in many ways; time tells
            n_threads = sum(client.sync(client.scheduler.ncores, callback_timeout=CHECK_S).values())
        if n_threads:
            self._n_threads, self._seen_at = n_threads, time.monotonic()
        return n_threads

    def _sleep(self) -> None:
        self._closed.wait(POLL_S)
        self.check_open()


def _hush() -> None:
    """What Dask has to say of lost connections is said by the run, in one line."""
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
