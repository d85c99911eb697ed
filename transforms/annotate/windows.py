"""Cutting an encoded text into windows that fit the model, with context to spare at every cut."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from transforms.annotate.encoding import IntArray

MAX_PIECES = 384


class Window(NamedTuple):
    """Wordpieces ``start:stop`` are read together; the results of ``keep_start:keep_stop`` are kept."""

    start: int
    stop: int
    keep_start: int
    keep_stop: int


def plan_windows(paragraphs: IntArray, *, max_pieces: int = MAX_PIECES, context: int = 48) -> list[Window]:
    """Windows whose kept parts follow each other without gap or overlap; a short text is one window.

    Cuts fall between paragraphs where one lies in the second half of a window, and every cut is read with at
    least ``context`` pieces on both sides.
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
        keep_stop = n_pieces if stop == n_pieces else last_cut(paragraphs, keep_start, stop - context)
        windows.append(Window(start, stop, keep_start, keep_stop))
        keep_start = keep_stop
    return windows


def last_cut(paragraphs: IntArray, start: int, limit: int) -> int:
    """The last paragraph start in the second half of ``start:limit``, or ``limit`` where there is none."""
    middle = (start + limit) // 2
    changes = np.flatnonzero(paragraphs[middle : limit + 1][1:] != paragraphs[middle : limit + 1][:-1])
    return middle + int(changes[-1]) + 1 if len(changes) else limit
