"""The Python door: a data set in a notebook, and one text without any data set.

>>> from flows.dataset import analyse, open_dataset
>>> quotes = open_dataset("data").quotes(speaker="Ruth Amsel", since="2024-01-01")  # a pandas DataFrame
>>> found = analyse("“It is late,” said Ada Lind.")
>>> found.quotes[["speaker_name", "text"]]

A frame has Arrow types, so that days are days, lists are lists, and what is not there is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pyarrow as pa

from flows.errors import SettingsError, UserError
from flows.storage.database import rows_of
from flows.store import reach_store
from flows.store.base import Store
from flows.store.parquet import table_paths
from transforms.schema import arrow_schema
from transforms.tables import BY_NAME

if TYPE_CHECKING:
    import polars

Day = str | date
Names = str | Iterable[str]

__all__ = ["Analysis", "Dataset", "Selection", "analyse", "open_dataset"]


def open_dataset(path: str = "data") -> Dataset:
    """The latest snapshot of a data folder; it stays the same one while it is open, whatever runs commit."""
    store = reach_store(path)
    number = store.latest_number()
    if number is None:
        raise SettingsError(f"there is no snapshot in {path} yet; `newsmill run` makes one")
    return Dataset(store, number)


@dataclass(frozen=True)
class Dataset:
    """One snapshot. Each table is a method that gives a pandas DataFrame; ``select`` gives other kinds of frames."""

    _store: Store = field(repr=False)
    number: int

    def articles(self, **which: Any) -> pd.DataFrame:
        """Articles. See ``select`` for what can be asked."""
        return self.select("articles", **which).pandas()

    def quotes(self, **which: Any) -> pd.DataFrame:
        """Quotations, each with day, publisher, section and title of its article. See ``select``.

        All of them: ``attribution_type="statement"`` leaves out what was thought, known or planned.
        """
        return self.select("quotes", **which).pandas()

    def entities(self, **which: Any) -> pd.DataFrame:
        """Entities. See ``select``."""
        return self.select("entities", **which).pandas()

    def mentions(self, **which: Any) -> pd.DataFrame:
        """Mentions of entities in articles. See ``select``."""
        return self.select("entity_mentions", **which).pandas()

    def sentences(self, **which: Any) -> pd.DataFrame:
        """Sentences. See ``select``."""
        return self.select("sentences", **which).pandas()

    def table(self, name: str) -> pd.DataFrame:
        """Any table, whole, as it is stored."""
        return Selection(self, name, [], {}, is_plain=True).pandas()

    def select(
        self,
        table: str,
        *,
        speaker: Names | None = None,
        about: Names | None = None,
        entity: Names | None = None,
        publisher: Names | None = None,
        section: Names | None = None,
        entity_type: Names | None = None,
        quote_type: Names | None = None,
        attribution_type: Names | None = None,
        speaker_status: Names | None = None,
        since: Day | None = None,
        until: Day | None = None,
        min_confidence: float | None = None,
        where: str = "",
    ) -> Selection:
        """Rows of a table for which everything holds that is given.

        ``speaker``, ``about`` and ``entity`` are names, other names (aliases) or ids of entities, whatever their case;
        ``about`` are entities that a quotation mentions, ``entity`` those of an entity table or of mentions. ``since``
        and ``until`` are days, both counted in. Several values may be given for one: any of them will do. ``where`` is
        a condition of SQL. SettingsError where a table has no such column.
        """
        wanted = {
            "entity_type": entity_type,
            "quote_type": quote_type,
            "attribution_type": attribution_type,
            "speaker_status": speaker_status,
            "publisher": publisher,
            "section": section,
        }
        made = _Conditions(table)
        for column, values in wanted.items():
            made.among(column, values)
        made.entity("speaker_entity_id", speaker)
        made.entity("entity_id", entity)
        made.about(about)
        made.compare("published_date", ">=", since)
        made.compare("published_date", "<=", until)
        made.compare("confidence", ">=", min_confidence)
        if where:
            made.conditions.append(f"({where}\n)")
        return Selection(self, table, made.conditions, made.values)

    def sql(self, query: str, **values: object) -> duckdb.DuckDBPyRelation:
        """A question of your own, in which the tables go by their names."""
        return self.connect().sql(query, params=values or None)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection with a view a table."""
        con = duckdb.connect()
        con.execute("SET enable_progress_bar = false")
        for name, table in BY_NAME.items():
            rows = rows_of(con, name, table_paths(self._store, self.number, name), arrow_schema(table))
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM {rows}")
        return con


class _Conditions:
    """Conditions of SQL over one table, with their values."""

    def __init__(self, table: str) -> None:
        if table not in BY_NAME:
            raise SettingsError(f"there is no table {table!r}; there are {', '.join(BY_NAME)}")
        self._table = table
        self._columns = {column.name for column in BY_NAME[table].columns}
        if table == "quotes":
            self._columns |= set(OF_ARTICLES)
        self.conditions: list[str] = []
        self.values: dict[str, object] = {}

    def among(self, column: str, values: Names | None) -> None:
        if values is not None:
            self._require(column)
            self.conditions.append(f"{column} IN (SELECT unnest({self._bound(_listed(values))}))")

    def compare(self, column: str, sign: str, value: Day | float | None) -> None:
        if value is not None:
            self._require(column)
            kind = "DATE" if column == "published_date" else "DOUBLE"
            self.conditions.append(f"{column} {sign} CAST({self._bound(value)} AS {kind})")

    def entity(self, column: str, names: Names | None) -> None:
        if names is not None:
            self._require(column)
            self.conditions.append(f"{column} IN ({self._named(names)})")

    def about(self, names: Names | None) -> None:
        if names is not None:
            self._require("quote_id")
            self.conditions.append(
                f"quote_id IN (SELECT quote_id FROM entity_mentions WHERE entity_id IN ({self._named(names)}))"
            )

    def _named(self, names: Names) -> str:
        name = self._bound([name.lower() for name in _listed(names)])
        return (
            f"SELECT e.entity_id FROM entities e WHERE lower(e.name) IN (SELECT unnest({name})) "
            f"OR lower(e.entity_id) IN (SELECT unnest({name})) "
            f"OR list_has_any(list_transform(e.aliases, lambda a: lower(a)), {name})"
        )

    def _bound(self, value: object) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    def _require(self, column: str) -> None:
        if column not in self._columns:
            raise SettingsError(f"{self._table} has no {column}; it has {', '.join(sorted(self._columns))}")


OF_ARTICLES = ("published_date", "publisher", "section", "title")


@dataclass(frozen=True)
class Selection:
    """Rows that were asked for, in key order, read when a frame of some kind is asked for."""

    dataset: Dataset
    table: str
    _conditions: Sequence[str] = field(repr=False)
    _values: dict[str, object] = field(repr=False)
    is_plain: bool = False

    def duckdb(self) -> duckdb.DuckDBPyRelation:
        """A relation of DuckDB, to ask on."""
        source = self.table
        if self.table == "quotes" and not self.is_plain:
            columns = ", ".join(f"a.{name}" for name in OF_ARTICLES)
            source = f"(SELECT q.*, {columns} FROM quotes q JOIN articles a USING (article_id))"
        where = f" WHERE {' AND '.join(self._conditions)}" if self._conditions else ""
        key = BY_NAME[self.table].key
        order = f" ORDER BY {key}" if key else ""
        con = self.dataset.connect()
        return con.sql(f"SELECT * FROM {source}{where}{order}", params=self._values or None)

    def arrow(self) -> pa.Table:
        """An Arrow table."""
        return self.duckdb().to_arrow_table()

    def pandas(self) -> pd.DataFrame:
        """A pandas DataFrame with Arrow types."""
        return _frame(self.arrow())

    def polars(self) -> polars.DataFrame:
        """A Polars DataFrame; Polars has to be installed."""
        import polars

        frame = polars.from_arrow(self.arrow())
        assert isinstance(frame, polars.DataFrame)
        return frame


@dataclass(frozen=True)
class Analysis:
    """What was found in one text, as frames of the tables' columns. ``text`` is the cleaned text offsets lie in."""

    text: str
    sentences: pd.DataFrame
    quotes: pd.DataFrame
    mentions: pd.DataFrame
    entities: pd.DataFrame


def analyse(text: str, *, title: str = "", annotator: str = "model") -> Analysis:
    """Sentences, quotations with their speakers, mentions and entities of one text, read as a file of it would be.

    The text is taken to be in the annotator's language. The first call loads the model (a second or two). Entities are
    those of the text: nobody is looked up elsewhere. UserError where the text has no words.
    """
    from flows.jobs.annotators import load_annotator
    from flows.settings import Settings
    from transforms.articles import build_article
    from transforms.document import document_rows
    from transforms.records import RawDocument, Reject
    from transforms.schema import conform

    fields = {"title": title} if title else {}
    raw = RawDocument("text", 0, "", "text/plain", "utf-8", text, fields)
    article = build_article(raw)
    if isinstance(article, Reject):
        raise UserError(f"nothing to analyse: {article.detail}")
    found = load_annotator(annotator).annotate([article.text])[0]
    tables = conform(document_rows(article, found, min_confidence=Settings().min_confidence))
    names = ("sentences", "quotes", "entity_mentions", "article_entities")
    return Analysis(article.text, *(_frame(tables[name]) for name in names))


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _listed(values: Names) -> list[str]:
    return [values] if isinstance(values, str) else list(values)
