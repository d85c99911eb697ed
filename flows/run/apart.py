"""A step of a run in a process of its own, whose memory goes back to the system when it ends."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar, cast

from flows.engine.processes import CONTEXT, STOP_TIMEOUT_S, die_with_parent, how_it_ended, sigint_blocked
from flows.errors import UserError
from flows.pandas_unloaded import leave_pandas_unloaded

T = TypeVar("T")


# From so many articles on, what reads them all is done in a process of its own: DuckDB and the allocators keep of what
# they took as long as their process lives.
MANY_ARTICLES = 30_000


class Do(Protocol):
    """How a step is done: in a process of its own, or here."""

    def __call__(self, work: Callable[..., T], *given: Any) -> T:
        """The result of ``work(*given)``."""
        ...


class ApartError(UserError):
    """The process of a step was ended from outside."""


def do_apart(work: Callable[..., T], *given: Any) -> T:
    """The result of ``work(*given)``, all of which travels by pickle; raises what it raises."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_do, args=(theirs,), name="newsmill-step", daemon=True)
    with sigint_blocked():
        process.start()
    theirs.close()
    try:
        ours.send((work, given))
        outcome, error = ours.recv()
    except (EOFError, OSError):
        process.join(STOP_TIMEOUT_S)
        told = how_it_ended(process.exitcode)
        raise ApartError(f"{told}; is there memory enough? Nothing was committed: run again") from None
    finally:  # it has ended, or the run is being stopped
        process.kill()
        process.join(STOP_TIMEOUT_S)
        ours.close()
    if error is not None:
        raise error
    return cast(T, outcome)


def do_here(work: Callable[..., T], *given: Any) -> T:
    """The result of ``work(*given)``."""
    return work(*given)


def _do(connection: Connection) -> None:
    leave_pandas_unloaded()  # before what was sent has its modules loaded
    threading.Thread(target=die_with_parent, daemon=True).start()
    try:
        work, given = connection.recv()
        connection.send((work(*given), None))
    except Exception as error:
        if not isinstance(error, UserError):  # a defect: where it was raised is lost on the way
            error.add_note(traceback.format_exc())
        connection.send((None, error))
