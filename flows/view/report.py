"""The overview as one file to mail: style, fonts and pictures stand in it, and it loads nothing from anywhere."""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
from markupsafe import Markup

from flows.errors import SettingsError
from flows.storage.database import fetch_rows, open_database
from flows.store import open_store, reach_store
from flows.store.base import Store, latest_of
from flows.store.disk import local_path, writing
from flows.store.manifest import Manifest
from flows.view.facts import MEMORY_LIMIT, view_facts
from flows.view.glance import Row, glance_at
from flows.view.rendering import render, static_files

FONT = re.compile(r"@font-face \{[^}]*url\(([\w.-]+)\)[^}]*\}\n?")
LEFT_OUT = "italic"  # a font that only articles use


class _Tables:
    """A snapshot's facts in a database of this moment."""

    def __init__(self, con: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
        self._con = con
        self.manifest = manifest

    def rows(self, query: str, values: Mapping[str, object] | None = None) -> list[Row]:
        """The rows of a query with bound values."""
        return fetch_rows(self._con.execute(query, values or {}))


def write_report(out: str, to: str) -> Path:
    """Write the report of the latest snapshot of ``out`` to a file, whole or not at all; its path."""
    path = local_path(to, "--to", "file")
    if path.is_dir():
        raise SettingsError(f"--to {to}: is a folder; name a file in it, like {path / 'report.html'}")
    store = reach_store(out)
    page = report_page(store, latest_of(store, out), out)
    with writing(path.parent):
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_text(page, "utf-8")
        fresh.replace(path)
    return path


def report_at(address: str, number: int, out: str) -> str:
    """The report of a snapshot of the data set at an address."""
    return report_page(open_store(address), number, out)


def report_page(store: Store, number: int, out: str) -> str:
    """The report of a snapshot, named like the folder or the prefix that the data set lies in."""
    manifest = store.manifest(number)
    with tempfile.TemporaryDirectory(prefix="newsmill-") as spill:
        config = {"memory_limit": MEMORY_LIMIT, "threads": 2, "temp_directory": spill}
        with open_database(**config) as con:
            view_facts(con, store, manifest)
            glance = glance_at(_Tables(con, manifest))
    name = out.rstrip("/").rpartition("/")[2] or out
    return render(
        "report.html", {**glance, "name": name, "number": number, "style": _style(), "prefect": "", "is_file": True}
    )


def _style() -> Markup:
    """The page's style with its fonts inside."""
    style = static_files()["style.css"][0].decode()
    return Markup(FONT.sub(_with_font, style))


def _with_font(face: re.Match[str]) -> str:
    if LEFT_OUT in face[1]:
        return ""
    data = base64.b64encode(static_files()[face[1]][0]).decode()
    return face[0].replace(f"url({face[1]})", f"url(data:font/woff2;base64,{data})")
