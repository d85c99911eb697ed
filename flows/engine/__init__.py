"""What does the jobs: processes of this machine."""

from __future__ import annotations

from flows.engine.base import Engine
from flows.engine.local import LocalEngine
from flows.settings import Settings


def start_engine(settings: Settings) -> Engine:
    """The engine that the settings name; its workers start when first needed."""
    return LocalEngine(settings.n_workers, settings.document_timeout_s)
