"""What a person sees on the terminal: progress, the closing table, rows of a table, the history."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.errors import SettingsError
from flows.run.progress import subscribe
from flows.run.summary import RunSummary
from flows.settings import Settings
from flows.store.snapshots import Manifest, SnapshotError, Store
from transforms.tables import BY_NAME

# What a reader wants to see first; --all-columns shows the rest.
FIRST_COLUMNS = {
    "articles": ("published_date", "title", "source_uri", "n_words", "n_quotes"),
    "sentences": ("sentence_id", "is_headline", "text"),
    "quotes": ("speaker_name", "speaker_status", "quote_type", "cue_text", "text", "confidence"),
    "entity_mentions": ("text", "entity_type", "mention_type", "entity_id", "confidence"),
    "article_entities": ("article_id", "name", "entity_type", "aliases", "n_mentions", "n_quotes"),
    "entities": ("name", "entity_type", "aliases", "n_mentions", "n_articles", "n_quotes", "external_id"),
    "quarantine": ("source_uri", "record_index", "stage", "reason", "detail"),
    "runs": ("started_at", "annotator", "n_sources", "n_articles", "n_quotes", "n_quarantined"),
}


def run_with_progress(settings: Settings, *, verbose: bool) -> RunSummary:
    """Run the flow under a Prefect server with a progress bar, and print how it ended."""
    started = time.perf_counter()
    console = Console(stderr=True)
    if not verbose:  # the whole log goes to the Prefect server all the same
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "WARNING")
    from flows.operate.api import server, ui_address

    check_inputs(settings)
    with server(lambda text: console.print(text, highlight=False, soft_wrap=True), may_be_ephemeral=True) as url:
        from prefect import tags
        from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

        from flows.etl import newsmill, run_tags

        if not verbose:
            _hush_prefect()
        # The heartbeat costs up to a second at the end, and whoever looks at the terminal needs none.
        no_heartbeat = temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})
        with no_heartbeat, _progress_bar(console), tags(*run_tags(settings)):
            state: Any = newsmill(settings, return_state=True)
        summary = state.result(raise_on_failure=False)
        if not isinstance(summary, RunSummary):
            raise SettingsError(f"the run ended as {state.name}: {state.message}")
        watch = f"{ui_address(url)}/runs/flow-run/{state.state_details.flow_run_id}" if url else None
        _print_summary(summary, time.perf_counter() - started, watch)
    return summary


def _hush_prefect() -> None:
    """Keep Prefect's own remarks on how a run ended off the terminal: the last lines say it once, and in full."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(lambda record: not record.module.endswith("_engine"))


# Text order, which is key order, is what a reader wants elsewhere.
ORDER = {"entities": "ORDER BY n_mentions DESC, name", "runs": "ORDER BY started_at DESC"}


def print_rows(table: str, out: str, rows: int, *, all_columns: bool) -> None:
    """The first rows of a table of the latest snapshot."""
    if table not in BY_NAME:
        raise SettingsError(f"there is no table {table!r}; there are {', '.join(BY_NAME)}")
    data = _first_rows(_latest(out) / table, rows, ORDER.get(table, ""))
    console = Console(width=None if sys.stdout.isatty() else 140)
    if all_columns:
        for row in data:
            console.rule(str(next(iter(row.values()))))
            for name, value in row.items():
                console.print(f"[bold]{name}[/bold] ", end="")
                console.print(str(value), markup=False, highlight=False)
        return
    grid = Table(box=None, header_style="bold", pad_edge=False)
    for name in FIRST_COLUMNS[table]:
        is_text = name in ("text", "title", "detail", "aliases")
        grid.add_column(name, ratio=3 if is_text else None, overflow="fold")
    for row in data:
        grid.add_row(*(_cell(row[name]) for name in FIRST_COLUMNS[table]))
    console.print(grid)


def print_history(out: str) -> None:
    """One line a snapshot, oldest first, the latest marked."""
    store = Store(Path(out))
    latest = store.latest_number()
    grid = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("", "snapshot", "created (UTC)", "articles", "quotes", "entities", "quarantined", "changes"):
        grid.add_column(name, justify="right" if name in ("articles", "quotes", "entities", "quarantined") else "left")
    for number in store.numbers():
        manifest = Manifest.load(store.folder(number))
        counts = [f"{manifest.counts[t]:,}" for t in ("articles", "quotes", "entities", "quarantine")]
        changes = ", ".join(f"{n} {kind}" for kind, n in manifest.changes.items() if n and kind != "changed_duplicates")
        mark = "latest" if number == latest else ""
        grid.add_row(mark, f"{number:06d}", manifest.created_at[:19].replace("T", " "), *counts, changes)
    Console(width=None if sys.stdout.isatty() else 140).print(grid)


def check_inputs(settings: Settings) -> None:
    """Find a user's mistake before anything is waited for."""
    from flows.etl import prepare_output
    from flows.link.catalog_files import load_catalog
    from flows.sources.read import find_files

    find_files(settings.seeds)
    prepare_output(settings)
    load_catalog(
        Path(settings.gazetteer) if settings.gazetteer else None,
        Path(settings.corrections) if settings.corrections else None,
    )


def _first_rows(folder: Path, rows: int, order: str) -> list[dict[str, Any]]:
    with duckdb.connect() as database:
        found = database.execute(f"SELECT * FROM read_parquet(?) {order} LIMIT ?", [f"{folder}/*.parquet", rows])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _latest(out: str) -> Path:
    store = Store(Path(out))
    number = store.latest_number()
    if number is None:
        raise SnapshotError(f"there is no snapshot in {out} yet; `newsmill run` makes one")
    return store.folder(number)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).replace("\n\n", " ¶ ")


@contextmanager
def _progress_bar(console: Console) -> Iterator[None]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        line = bar.add_task("looking for sources", total=1.0)
        stop = subscribe(lambda share, what: bar.update(line, completed=share, description=what))
        try:
            yield
        finally:
            stop()


def _print_summary(summary: RunSummary, elapsed_s: float, watch: str | None) -> None:
    if summary.snapshot is None:
        told = Console(stderr=summary.status in ("failed", "error"))
        told.print(f"newsmill: {summary.message}", highlight=False, markup=False, soft_wrap=True)
        return
    console = Console(width=None if sys.stdout.isatty() else 140)
    grid = Table(box=None, show_header=False, pad_edge=False)
    grid.add_column(style="bold")
    grid.add_column(justify="right")
    for name, count in (
        ("files in", summary.n_files),
        ("articles", summary.counts["articles"]),
        ("sentences", summary.counts["sentences"]),
        ("quotes", summary.counts["quotes"]),
        ("entities", summary.counts["entities"]),
        ("quarantined", summary.counts["quarantine"]),
    ):
        grid.add_row(name, f"{count:,}")
    grid.add_row("seconds", f"{elapsed_s:.1f}")
    console.print(f"{summary.message}", highlight=False, markup=False)
    console.print(grid)
    console.print(f"\nOpen   {Path(summary.out) / 'latest'}", highlight=False, soft_wrap=True)
    if watch:
        console.print(f"Watch  {watch}", highlight=False, soft_wrap=True)
