"""Libraries that only some formats need: taken where they are installed, else the file says what to install."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flows.formats.base import FormatError


def needs(module: str, extra: str, what: str) -> Any:
    """A module of an extra; raises FormatError("needs_extra"), which names the extra, where it is not installed."""
    try:
        return import_module(module)
    except ImportError:
        raise FormatError("needs_extra", f"to read {what}: pip install 'newsmill[{extra}]'") from None
