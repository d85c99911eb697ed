"""Where a data set lies: snapshots, stages, and one writer at a time."""

from __future__ import annotations

from pathlib import Path

from flows.storage.address import is_remote
from flows.store.base import Store
from flows.store.local import LocalStore


def open_store(address: str) -> Store:
    """The store at an address: ``s3://bucket/prefix``, or the path of a local folder, made absolute."""
    if is_remote(address):
        from flows.store.objects import ObjectStore

        return ObjectStore(address)
    return LocalStore(Path(address).absolute())


def reach_store(address: str) -> Store:
    """The same for somebody who waits: StorageError within seconds where object storage cannot be reached."""
    if not is_remote(address):
        return open_store(address)
    from flows.store.objects import ObjectStore

    store = ObjectStore(address)
    store.probe()
    return store
