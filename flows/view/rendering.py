"""Templates to pages. Whatever comes from data is made harmless here, in one place for all templates.

Every value that a template writes goes through ``shown`` (control and invisible characters are written out, see
transforms/visible.py) and is then escaped. Only ``Markup``, which the code itself made of escaped pieces, goes through
as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from flows.view.charts import counted, long_day, share_bar, spark
from flows.view.quote_filter import NONE
from transforms.visible import visible

HERE = Path(__file__).parent
CONTENT_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".woff2": "font/woff2",
                 ".svg": "image/svg+xml"}  # fmt: skip


def shown(value: Any) -> Any:
    """What a template writes for a value."""
    if isinstance(value, Markup):
        return value
    if value is None:
        return ""
    if isinstance(value, str):
        return visible(value, keep="\n")
    if isinstance(value, datetime):
        return f"{long_day(value.date())}, {value:%H:%M}"
    return long_day(value) if isinstance(value, date) else value


def web_address(address: str | None) -> str | None:
    """An article's own address where a browser may follow it: http and https only."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return None
    return (
        address if parts.scheme in ("http", "https") and parts.hostname and visible(address or "") == address else None
    )


def named(value: object) -> object:
    """A value of a facet as a person reads it."""
    return "not stated" if value == NONE else value


@cache
def environment() -> Environment:
    """The templates."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"web": web_address, "named": named, "n": lambda number: f"{number:,}"}
    made.globals |= {"share_bar": share_bar, "spark": spark, "counted": counted}
    return made


def render(template: str, values: Mapping[str, object]) -> str:
    """A page."""
    return environment().get_template(template).render(**values)


@cache
def static_files() -> Mapping[str, tuple[bytes, str]]:
    """The style, script and fonts by name, read once, so that no request names a path."""
    files = (path for path in (HERE / "static").rglob("*") if path.suffix in CONTENT_TYPES)
    return {path.name: (path.read_bytes(), CONTENT_TYPES[path.suffix]) for path in files}
