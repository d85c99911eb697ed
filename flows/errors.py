"""What a user can put right: one line that says what to do, and never a traceback."""

from __future__ import annotations

from flows.annotators import AnnotatorError
from flows.catalog import CatalogError
from flows.extract import SeedsError
from flows.server import ServerError
from flows.store.snapshots import SnapshotError
from flows.workers import OutputError


class SettingsError(ValueError):
    """Settings that contradict each other or the machine."""


USER_ERRORS = (SettingsError, SeedsError, CatalogError, AnnotatorError, SnapshotError, ServerError, OutputError)
