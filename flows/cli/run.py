"""``newsmill run`` on a terminal: progress, and how the run ended."""

from __future__ import annotations

import gc
import itertools
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from flows.cli.terminal import open_console, open_grid, say, shown
from flows.engine import start_early
from flows.errors import SettingsError, UserError
from flows.operate.inputs import check_inputs
from flows.run.progress import subscribe
from flows.run.summary import RunSummary
from flows.settings import Settings, mask_secrets
from flows.storage.address import is_remote
from flows.store import open_store

# It costs up to a second at the end, and whoever looks at the terminal needs none.
NO_HEARTBEAT = {"flows.heartbeat_frequency": None}


def run_with_progress(settings: Settings, *, verbose: bool) -> RunSummary:
    """Run the flow under a Prefect server with a progress bar, and print how it ended."""
    started = time.perf_counter()
    console = Console(stderr=True)
    if not verbose:  # the whole log goes to the Prefect server all the same
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "WARNING")
    n_bytes = check_inputs(settings)
    with telling_if_stopped(settings) as before:
        if settings.rebuild or before is None:  # all there is will be read, and the workers are needed
            start_early(settings, n_bytes)
        from flows.operate.api import server, ui_address

        with server(lambda text: say(console, text), may_be_ephemeral=True, settings=NO_HEARTBEAT) as url:
            from prefect import tags

            from flows.etl import newsmill, run_tags

            gc.enable()
            if not verbose:
                _hush_prefect()
            with _progress_bar(console), tags(*run_tags(settings)):
                state: Any = newsmill(settings, return_state=True)
            summary = state.result(raise_on_failure=False)
            if not isinstance(summary, RunSummary):
                raise SettingsError(f"the run ended as {state.name}: {state.message}")
            watch = f"{ui_address(url)}/runs/flow-run/{state.state_details.flow_run_id}" if url else None
            _print_summary(summary, time.perf_counter() - started, watch)
    return summary


@contextmanager
def telling_if_stopped(settings: Settings) -> Iterator[int | None]:
    """Have a KeyboardInterrupt say what became of the data set, and the loss of the server too.

    Yields the number of the snapshot that is the latest now; None where there is none.
    """
    from flows.operate.api import ServerGoneError

    before = _latest_number(settings)
    try:
        yield before
    except (KeyboardInterrupt, ServerGoneError) as error:
        now = _latest_number(settings)
        is_committed = now is not None and now != before
        became = f"snapshot {now:06d} is committed" if is_committed else "nothing was committed"
        if isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt(became) from None
        raise ServerGoneError(f"{error}; {became}") from None


def _latest_number(settings: Settings) -> int | None:
    with suppress(UserError):
        return open_store(settings.out).latest_number()
    return None


def _hush_prefect() -> None:
    """Keep Prefect's own remarks on how a run ended off the terminal: the last lines say it once, and in full.

    That its events do not get through it would say again with each of them, and print it.
    """
    n_told = itertools.count()
    logging.getLogger("prefect.events.clients").addFilter(lambda _: next(n_told) == 0)
    services = logging.getLogger("prefect._internal.concurrency")
    services.addFilter(lambda record: "EventsWorker" not in record.getMessage())
    for handler in logging.getLogger().handlers:
        handler.addFilter(lambda record: not record.module.endswith("_engine"))


@contextmanager
def _progress_bar(console: Console) -> Iterator[None]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%", markup=False),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        line = bar.add_task("looking for sources", total=1.0)
        stop = subscribe(lambda share, what: bar.update(line, completed=share, description=what))
        try:
            yield
        finally:
            stop()


def _what_to_open(out: str, number: int) -> str:
    """What a reader opens: the link to the latest snapshot, or, where there are no links, the folder of this one."""
    return open_store(out).locate(number, "").rstrip("/") if is_remote(out) else str(Path(out) / "latest")


def _print_summary(summary: RunSummary, elapsed_s: float, watch: str | None) -> None:
    if summary.snapshot is None:
        say(Console(stderr=summary.status in ("failed", "error")), f"newsmill: {summary.message}")
        return
    console = open_console()
    grid = open_grid(has_header=False)
    grid.add_column(style="bold")
    grid.add_column(justify="right")
    for name, count in (
        ("files in", summary.n_files),
        ("articles", summary.counts["articles"]),
        ("copies among them", summary.counts.get("article_duplicates", 0)),
        ("sentences", summary.counts["sentences"]),
        ("quotes", summary.counts["quotes"]),
        ("entities", summary.counts["entities"]),
        ("quarantined", summary.counts["quarantine"]),
    ):
        grid.add_row(name, f"{count:,}")
    grid.add_row("seconds", f"{elapsed_s:.1f}")
    console.print(shown(summary.message))
    console.print(grid)
    console.print()
    say(console, f"Open   {_what_to_open(summary.out, summary.snapshot)}")
    if summary.passed_over:
        say(console, f"Note   {summary.passed_over}")
    if watch:
        say(console, f"Watch  {mask_secrets(watch)}")
