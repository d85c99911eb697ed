"""Text on a terminal: what comes from data or from the file system never steers it."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from transforms.visible import visible

PIPED_WIDTH = 140


def open_console(*, stderr: bool = False) -> Console:
    """The terminal as wide as it is; into a pipe or a file, lines of a fixed width."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else PIPED_WIDTH)


def shown(value: Any, *, keep: str = "", style: str = "") -> Text:
    """A value as Rich text: no markup, no emoji codes, no colours by guess, no control characters (see ``visible``)."""
    return Text(visible(str(value), keep=keep), style=style)


def open_grid(*, has_header: bool = True) -> Table:
    """A table without lines."""
    return Table(box=None, show_header=has_header, header_style="bold", pad_edge=False)


def say(console: Console, text: str) -> None:
    """One line, not broken however long it is, so that paths and addresses can be copied."""
    console.print(shown(text), soft_wrap=True)
