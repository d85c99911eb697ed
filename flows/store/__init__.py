"""Where a data set lies: snapshots, stages, and one writer at a time."""

from __future__ import annotations

from pathlib import Path

from flows.errors import SettingsError
from flows.store.base import Store
from flows.store.local import LocalStore


def open_store(address: str) -> Store:
    """The store at an address: the path of a local folder, absolute so that it means the same to every library."""
    if "://" in address:
        raise SettingsError(f"{address}: object storage is not supported yet; give a folder")
    return LocalStore(Path(address).absolute())
