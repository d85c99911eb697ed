"""What does the jobs: processes of this machine, or those of a Dask cluster."""

from __future__ import annotations

from flows.engine.base import Engine
from flows.engine.local import LocalEngine
from flows.errors import SettingsError
from flows.settings import Settings


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
