"""trafilatura's finding as lines: one a paragraph, heading, item or row, white space as a browser shows it.

Not its text: that keeps the line breaks of the source, which mean nothing in HTML, and draws tables with bars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from typing import Any

from lxml import etree

from flows.formats.html.structured import Stated
from flows.formats.html.title import folded

MIN_CHARS = 600  # below which trafilatura's stricter way may have missed the article
MAX_GROWTH = 4.0  # of a text by its looser way, beyond which it took the whole page
KEY_CHARS = 40  # of a summary, by which it is known again
MAX_CELL_CHARS = 100  # of a cell of figures; a table with longer ones lays out prose
BETWEEN_CELLS = "; "
_BLOCKS = frozenset(["p", "head", "quote", "item", "list", "table", "row", "cell", "ab", "fw"])
_EDGE, _BREAK = "\x01", "\x02"  # control characters, which no HTML parser lets through
# A break before a small letter stands in the middle of a sentence: the lines of the source were wrapped by hand.
_INNER_BREAK = re.compile(r"\x02(?=[ \t\r\n]*[a-zà-öø-þ])")


def extracted_lines(tree: Any, stated: Stated) -> list[str]:
    """Of trafilatura's stricter and looser way, the stricter one's lines unless it misses the article."""
    import trafilatura

    strict = _lines(trafilatura.bare_extraction(copy(tree), include_comments=False, fast=True))
    n_strict = sum(map(len, strict))
    summary = folded(stated.first("og:description", "description", "twitter:description"))[:KEY_CHARS]
    is_without_start = len(summary) == KEY_CHARS and summary not in folded(" ".join(strict))
    if n_strict >= MIN_CHARS and not (is_without_start and summary in folded(_seen(tree))):
        return strict
    loose = _lines(trafilatura.bare_extraction(copy(tree), include_comments=False))
    n_loose = sum(map(len, loose))
    if is_without_start and summary in folded(" ".join(loose)):
        return loose
    if n_strict >= MIN_CHARS or n_loose <= n_strict or (not is_without_start and n_loose > MAX_GROWTH * n_strict):
        return strict
    return loose


def _seen(tree: Any) -> str:
    return "".join(tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]"))


def _lines(found: Any) -> list[str]:
    body = getattr(found, "body", None)
    return [*_blocks(body)] if body is not None else []


def _blocks(body: Any) -> Iterator[str]:
    for row in body.iter("row"):
        cells = [" ".join(" ".join(cell.itertext()).split()) for cell in row.iter("cell")]
        if all(len(cell) <= MAX_CELL_CHARS for cell in cells):
            tail = row.tail
            row.clear()
            row.text, row.tail = BETWEEN_CELLS.join(filter(None, cells)), tail
    pieces: list[str] = []
    for event, node in etree.iterwalk(body, events=("start", "end")):
        edge = _EDGE if node.tag in _BLOCKS else _BREAK if node.tag == "lb" and event == "start" else ""
        pieces += [edge, (node.text if event == "start" else node.tail) or ""]
    text = _INNER_BREAK.sub(" ", "".join(pieces)).replace(_BREAK, _EDGE)
    for block in text.split(_EDGE):
        if line := " ".join(block.split()):
            yield line
