"""What does the jobs: processes of this machine, or those of a Dask cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.engine.base import Engine
from flows.engine.local import LocalEngine
from flows.engine.processes import start_ahead
from flows.errors import SettingsError

if TYPE_CHECKING:  # the processes load this module too, and need no settings
    from flows.settings import Settings


BYTES_A_PROCESS = 50_000  # where there is less to read, one more takes longer to start than it saves


def start_early(settings: Settings, n_bytes: int) -> None:
    """Start the processes of this machine that a run over seeds of so many bytes needs, ahead of its engine."""
    if settings.engine == "local":
        start_ahead(min(settings.n_workers, 1 + n_bytes // BYTES_A_PROCESS), settings.annotator)


def start_engine(settings: Settings) -> Engine:
    """The engine that the settings name; its workers start when first needed.

    Raises SettingsError where what it needs is not installed, or not said.
    """
    if settings.engine == "local":
        if settings.engine_address:
            raise SettingsError("--engine-address says where a Dask cluster is; give --engine dask with it")
        return LocalEngine(settings.n_workers, settings.document_timeout_s)
    try:
        from flows.engine.dask_engine import DaskEngine
    except ImportError as error:
        raise SettingsError(f"--engine dask needs newsmill[dask] ({error}): pip install 'newsmill[dask]'") from error
    return DaskEngine(settings.engine_address, settings.workers, settings.n_workers, settings.document_timeout_s)
