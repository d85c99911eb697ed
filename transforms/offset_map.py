"""From ``articles.text`` back to the bytes of the record: the rows of ``offset_map``."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.alignment import Aligner, Match
from transforms.paragraphs import PARAGRAPH_BREAK
from transforms.records import Article
from transforms.source_text import PLAIN, SourceText
from transforms.tables import WRITTEN

Row = dict[str, Any]


def offset_rows(article: Article, source: SourceText) -> list[Row]:
    """One row for each run of characters whose bytes are known, in the order of the text.

    Within a row the bytes of each character follow from its place alone, see ``tables.OFFSET_MAP``.
    """
    edges = _edges(source)
    runs = [run for match in _matches(article, source) for run in _runs(match, edges)]
    return [_row(article.article_id, run, source) for run in _merged(runs, source)]


def _matches(article: Article, source: SourceText) -> list[Match]:
    """The headline may have a field of its own, anywhere in the record; else it stands before the body."""
    aligner, found = Aligner(article.text, source.text), list[Match]()
    of_title, of_text = source.fields.get("title"), source.fields.get("text", (0, len(source.text)))
    if article.body_char_start:
        found = aligner.matches((0, article.body_char_start - len(PARAGRAPH_BREAK)), of_title or of_text)
    if found and not of_title:
        of_text = (found[-1].source_at + found[-1].n_source, of_text[1])
    return aligner.joined([*found, *aligner.matches((article.body_char_start, len(article.text)), of_text)])


def _edges(source: SourceText) -> list[int]:
    """Where characters of the source cannot stand in one row with those before them."""
    widths: NDArray[np.int64] = np.diff(source.byte_starts)
    if source.has_varied_width:
        widths[source.written == PLAIN] = 0
    keys = widths * len(WRITTEN) + source.written
    edges: list[int] = (np.flatnonzero(np.diff(keys)) + 1).tolist()
    return edges


def _runs(match: Match, edges: list[int]) -> Iterator[Match]:
    """The match in pieces that may be rows; a letter that was written otherwise is one, several at once are none."""
    if match.written != PLAIN:
        if match.n == 1:
            yield match
        return
    shift, end = match.at - match.source_at, match.source_at + match.n
    inner = edges[bisect_right(edges, match.source_at) : bisect_left(edges, end)]
    for first, last in pairwise([match.source_at, *inner, end]):
        yield Match(first + shift, first, last - first, last - first)


def _merged(runs: list[Match], source: SourceText) -> list[Match]:
    """Letters that were written otherwise, with as many bytes each, as one run."""
    merged: list[Match] = []
    for run in runs:
        last = merged[-1] if merged else run
        is_next = (last.at + last.n, last.source_at + last.n_source) == (run.at, run.source_at)
        if (
            is_next
            and run.written == last.written != PLAIN
            and _n_bytes(last, source) == last.n * _n_bytes(run, source)
        ):
            merged[-1] = last._replace(n=last.n + 1, n_source=last.n_source + run.n_source)
        else:
            merged.append(run)
    return merged


def _n_bytes(run: Match, source: SourceText) -> int:
    return int(source.byte_starts[run.source_at + run.n_source] - source.byte_starts[run.source_at])


def _row(article_id: str, run: Match, source: SourceText) -> Row:
    byte_start, n_bytes = int(source.byte_starts[run.source_at]), _n_bytes(run, source)
    written = run.written or int(source.written[run.source_at])
    is_varied = source.has_varied_width and written == PLAIN and run.n != 1 and n_bytes != run.n
    return {
        "article_id": article_id,
        "char_start": run.at,
        "char_end": run.at + run.n,
        "byte_start": byte_start,
        "byte_end": byte_start + n_bytes,
        "bytes_per_char": None if is_varied else n_bytes // run.n,
        "written": WRITTEN[written],
    }
