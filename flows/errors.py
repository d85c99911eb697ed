"""What a user can put right: one line that says what to do, and never a traceback."""

from __future__ import annotations


class UserError(ValueError):
    """A mistake in the command, the settings, the files named or the machine; the message says what to do."""


class SettingsError(UserError):
    """Settings that contradict each other or the machine."""
