"""``newsmill show``: rows of a table of the latest snapshot, as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from flows.cli.terminal import open_console, open_grid, shown
from flows.errors import SettingsError
from flows.storage.database import fetch_rows, let_read, open_database
from flows.store import reach_store
from flows.store.base import latest_of
from flows.store.parquet import table_paths
from transforms.tables import BY_NAME

# What a reader wants to see first; --all-columns shows the rest.
FIRST_COLUMNS = {
    "articles": ("published_date", "title", "source_uri", "n_words", "n_quotes"),
    "sentences": ("sentence_id", "is_headline", "text"),
    "quotes": ("speaker_name", "speaker_status", "quote_type", "cue_text", "text", "confidence"),
    "entity_mentions": ("text", "entity_type", "mention_type", "entity_id", "confidence"),
    "article_entities": ("article_id", "name", "entity_type", "aliases", "n_mentions", "n_quotes"),
    "offset_map": ("article_id", "char_start", "char_end", "byte_start", "byte_end", "bytes_per_char", "written"),
    "entities": ("name", "entity_type", "aliases", "n_mentions", "n_articles", "n_quotes", "external_id"),
    "article_duplicates": ("kept_article_id", "article_id", "kind", "similarity", "shared_words", "method"),
    "sayings": ("speaker_name", "speaker_agreement", "n_articles", "first_published_date", "first_publisher", "text"),
    "quote_reuse": ("reuse_cluster_id", "quote_id", "form", "is_first", "is_copy"),
    "boilerplate": ("article_id", "char_start", "char_end", "n_articles"),
    "quarantine": ("source_uri", "record_index", "stage", "reason", "detail"),
    "runs": ("started_at", "annotator", "n_sources", "n_articles", "n_quotes", "n_quarantined"),
}
# Text order, which is key order, is what a reader wants elsewhere.
ORDER = {
    "entities": "ORDER BY n_mentions DESC, name",
    "sayings": "ORDER BY n_articles_without_copies DESC, n_articles DESC, reuse_cluster_id",
    "article_duplicates": "ORDER BY count(*) OVER (PARTITION BY kept_article_id) DESC, kept_article_id, article_id",
    "runs": "ORDER BY started_at DESC",
}
STATEMENTS = "WHERE attribution_type = 'statement'"
WIDE_COLUMNS = ("text", "title", "detail", "aliases")
INDENT = "\n    "


def print_rows(table: str, out: str, rows: int, *, all_columns: bool, all_types: bool = False) -> None:
    """The first rows of a table of the latest snapshot; of quotes the statements, unless ``all_types``."""
    if table not in BY_NAME:
        raise SettingsError(f"there is no table {table!r}; there are {', '.join(BY_NAME)}")
    store = reach_store(out)
    all_types = all_types or table != "quotes"
    which = ORDER.get(table, "") if all_types else STATEMENTS
    data = _first_rows(table_paths(store, latest_of(store, out), table), rows, which)
    columns = (*FIRST_COLUMNS[table], "attribution_type") if table == "quotes" and all_types else FIRST_COLUMNS[table]
    _print_all_columns(data) if all_columns else _print_grid(columns, data)


def _print_all_columns(data: list[dict[str, Any]]) -> None:
    console = open_console()
    for row in data:
        console.rule(shown(next(iter(row.values()))))
        for name, value in row.items():
            text = shown(value, keep="\n" if name == "text" else "")
            lines = Text(INDENT).join(text.split("\n"))  # no line of a text passes for a column
            console.print(Text.assemble((name, "bold"), " ", lines), soft_wrap=True)


def _print_grid(columns: Sequence[str], data: list[dict[str, Any]]) -> None:
    grid = open_grid()
    for name in columns:
        grid.add_column(name, ratio=3 if name in WIDE_COLUMNS else None, overflow="fold")
    for row in data:
        grid.add_row(*(_cell(name, row[name]) for name in columns))
    open_console().print(grid)


def _first_rows(parts: list[str], rows: int, which: str) -> list[dict[str, Any]]:
    if not parts:
        return []
    with open_database() as database:
        let_read(database, parts)
        query = f"SELECT * FROM read_parquet(?) {which} LIMIT ?"
        found = database.execute(query, [parts, rows])
        return fetch_rows(found)


def _cell(name: str, value: Any) -> Text:
    if value is None:
        return shown("–")
    if isinstance(value, float):
        return shown(f"{value:.2f}")
    if isinstance(value, list):
        return shown(", ".join(map(str, value)))
    return shown(str(value).replace("\n\n", " ¶ "), keep="\n" if name == "text" else "")
