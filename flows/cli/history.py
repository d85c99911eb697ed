"""``newsmill history``: the snapshots and what is in them."""

from __future__ import annotations

from flows.cli.terminal import open_console, open_grid, shown
from flows.store import reach_store
from flows.store.base import SnapshotError
from flows.store.manifest import Manifest

COUNTED = {"articles": "articles", "quotes": "quotes", "entities": "entities", "quarantined": "quarantine"}


def print_history(out: str) -> None:
    """One line a snapshot, oldest first, the latest marked; a damaged one is one too."""
    store = reach_store(out)
    latest = store.latest_number()
    grid = open_grid()
    for name in ("", "snapshot", "created (UTC)", *COUNTED, "changes"):
        grid.add_column(name, justify="right" if name in COUNTED else "left")
    for number in store.numbers():
        try:
            cells = _describe(store.manifest(number))
        except SnapshotError:
            cells = ["?", *["–"] * len(COUNTED), "damaged: its manifest cannot be read"]
        grid.add_row("latest" if number == latest else "", f"{number:06d}", *map(shown, cells))
    open_console().print(grid)


def _describe(manifest: Manifest) -> list[str]:
    counts = [f"{manifest.counts.get(table, 0):,}" for table in COUNTED.values()]
    changes = ", ".join(f"{n} {kind}" for kind, n in manifest.changes.items() if n and kind != "changed_duplicates")
    return [manifest.created_at[:19].replace("T", " "), *counts, changes]
