"""Cues: the words that report, and what kind of attribution they make."""

from transforms.cues.types import CueReading, read_cue

__all__ = ["CueReading", "read_cue"]
