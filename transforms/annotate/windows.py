"""Cutting an encoded text into windows that fit the model, with context to spare at every cut."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from transforms.annotate.wordpieces import IntArray


class Window(NamedTuple):
    """Wordpieces ``start:stop`` are read together; the results of ``keep_start:keep_stop`` are kept."""

    start: int
    stop: int
    keep_start: int
    keep_stop: int


def plan_windows(paragraphs: IntArray, *, max_pieces: int, context: int) -> list[Window]:
    """Windows whose kept parts follow each other without gap or overlap; a short text is one window.

    Every kept part is read with at least ``context`` pieces before it. Cuts fall between paragraphs where one ends
    in the second half of a window, as they do in training; a cut within a paragraph has ``context`` after it too.
    """
    n_pieces = len(paragraphs)
    size = max_pieces - 2
    if n_pieces <= size:
        return [Window(0, n_pieces, 0, n_pieces)] if n_pieces else []
    windows: list[Window] = []
    keep_start = 0
    while keep_start < n_pieces:
        start = max(0, keep_start - context)
        stop = min(n_pieces, start + size)
        keep_stop = n_pieces
        if stop < n_pieces:
            cut = last_paragraph_start(paragraphs, (keep_start + stop) // 2, stop)
            keep_stop, stop = (stop - context, stop) if cut is None else (cut, cut)
        windows.append(Window(start, stop, keep_start, keep_stop))
        keep_start = keep_stop
    return windows


def last_paragraph_start(paragraphs: IntArray, start: int, stop: int) -> int | None:
    """The last place after ``start``, up to ``stop``, where a paragraph begins; None where none does."""
    begins = np.flatnonzero(np.diff(paragraphs[start : stop + 1]))
    return start + int(begins[-1]) + 1 if len(begins) else None
