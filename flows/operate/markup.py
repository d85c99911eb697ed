r"""Text of articles, file names and errors inside Prefect's pages, where it must never become markup.

What the pages make of it (Prefect 3.8, both of its interfaces): the first one reads every string in a cell of a table
artifact as Markdown of its own (marked, GFM): links keep any address, ``javascript:`` too, images are fetched, HTML is
cleaned of scripts but not of pictures, and bare addresses become links. The second shows cells as they are and reads
only Markdown artifacts and descriptions, where it makes links of bare addresses even behind a backslash. So a cell is
escaped, which the second interface shows as a backslash before the rare odd character, and whatever goes into Markdown
stands in a code span, which both leave alone. Names, messages and logs are plain text in both.
"""

from __future__ import annotations

import re
from typing import Any

from transforms.visible import visible

MAX_CELL_CHARS = 500  # a page is for reading; the table in the data set has all of it

_MARKUP = re.compile(
    r"""[\\`*\[\]<>|~@&]                    # emphasis, code, links, HTML, tables, e-mail addresses, entities
    |(?<![^\W_])_ | _(?![^\W_])             # an underscore that is not inside a word: emphasis
    |:(?=//) | (?<=www)\.                   # bare addresses
    |^[\#+=-](?=[\#+=-]*(?:\s|\Z))          # headings, rules and lists
    |^([0-9]{1,10})(?=[.)](?:\s|\Z))
    """,
    re.VERBOSE | re.IGNORECASE,
)


def plain(text: str) -> str:
    """The text escaped so that it reads as itself on one line of Markdown."""
    return _MARKUP.sub(_escaped, _cut(visible(text).strip()))


def safe_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a table artifact with every string made safe; the columns' names are the program's own."""
    return [{name: plain(value) if isinstance(value, str) else value for name, value in row.items()} for row in rows]


def code(text: str, *, in_table: bool = False) -> str:
    """The text as a code span of a Markdown artifact or description; a cell of a table there wants ``in_table``."""
    shown = _cut(visible(text))
    shown = shown.replace("|", "\\|") if in_table else shown
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) or not shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _escaped(match: re.Match[str]) -> str:
    return f"{match[1]}\\" if match[1] else f"\\{match[0]}"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CELL_CHARS else text[: MAX_CELL_CHARS - 1] + "…"
