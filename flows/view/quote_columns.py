"""All quotations as columns in memory: which of them fit a question, in which order, and how many have which value.

A quotation's ``place`` is its number in the order in which they are mostly shown: the newest article first, in the
order of its text. Counting is by numpy over small integers: on 1.5 million quotations a question takes tens of
milliseconds, where a database joins and groups for hundreds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows.view.quote_filter import ENTITY_FACETS, FACETS, NONE, Condition

EPOCH = date(1970, 1, 1)
NO_DAY = -(1 << 31)  # an article without a day is in no span of days

Numbers = npt.NDArray[np.integer[Any]]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int32]


class Codes:
    """A column of small numbers from 0 on, and how often each is there."""

    def __init__(self, codes: Numbers, labels: Sequence[str] = ()) -> None:
        self.codes = codes
        self.labels = labels  # what each code stands for, where that is a text: sorted
        self._totals = np.bincount(codes)

    def counts(self, fitting: Mask) -> Numbers:
        """How often each code is there among those that fit; or all less the others, where those are fewer."""
        if 2 * np.count_nonzero(fitting) <= len(fitting):
            return np.bincount(self.codes[fitting], minlength=len(self._totals))
        return self._totals - np.bincount(self.codes[~fitting], minlength=len(self._totals))


class QuoteColumns:
    """The columns of a snapshot's quotations; every array but those of ``about`` is by place."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, columns: set[str]) -> None:
        facets = [facet.column for facet in FACETS.values() if facet.column in columns and facet.name != "speaker"]
        read = cursor.sql(
            f"SELECT row, coalesce(speaker, 0) AS speaker, confidence, is_copy, {', '.join(facets)}, "
            f"coalesce(date_diff('day', DATE '{EPOCH}', published_date), {NO_DAY})::INTEGER AS day FROM quote "
            "ORDER BY place"
        ).to_arrow_table()
        self.n = read.num_rows
        row = _array(read, "row")
        self._by_row = np.argsort(row).astype(np.int32)
        self._rows = row[self._by_row]
        self._day = _array(read, "day")
        self._has_day = self._day != NO_DAY
        self._confidence = _array(read, "confidence")
        self._is_copy = _array(read, "is_copy")
        self._first_day = int(self._day[self._has_day].min(initial=(1 << 31) - 1))
        self._since_first = Codes(np.where(self._has_day, self._day - self._first_day + 1, 0))
        self._speaker = Codes(_array(read, "speaker"))
        self._coded = {column: _coded(read[column]) for column in facets}
        about = cursor.sql("SELECT entity, place FROM about ORDER BY entity, place").to_arrow_table()
        self._about, self._about_place = Codes(_array(about, "entity")), _array(about, "place")

    def places_of(self, rows: Numbers) -> Places:
        """The places of rows of the search index, in the order of the rows."""
        found: Places = self._by_row[np.searchsorted(self._rows, rows)]
        return found

    def fits(self, condition: Condition, entities: Mapping[str, int]) -> Mask:
        """Which quotations fit a condition; ``entities``: the numbers of those that are asked for, by id."""
        wanted = condition.wanted
        if condition.facet == "copies":
            return np.asarray(~self._is_copy)
        if isinstance(wanted, float):
            return np.asarray(self._confidence >= wanted)
        if isinstance(wanted, date):
            day = (wanted - EPOCH).days
            return np.asarray(self._day >= day if condition.facet == "since" else (self._day <= day) & self._has_day)
        if condition.facet in ENTITY_FACETS:
            numbers = [entities[value] for value in wanted if value in entities]
            return self._said_by(numbers) if condition.facet == "speaker" else self._said_about(numbers)
        coded = self._coded[FACETS[condition.facet].column]
        is_wanted = np.array([label in wanted for label in coded.labels] or [False])
        return is_wanted[coded.codes]

    def _said_by(self, numbers: Sequence[int]) -> Mask:
        return np.isin(self._speaker.codes, np.array(numbers, np.int32))

    def _said_about(self, numbers: Iterable[int]) -> Mask:
        fitting = np.zeros(self.n, np.bool_)
        for number in numbers:
            first, last = np.searchsorted(self._about.codes, [number, number + 1])
            fitting[self._about_place[first:last]] = True
        return fitting

    def top_values(self, facet: str, fitting: Mask, most: int) -> list[tuple[str, int]]:
        """The commonest values of a facet among the quotations that fit, and how many have each."""
        coded = self._coded[FACETS[facet].column]
        return [(coded.labels[code], n) for code, n in _commonest(coded.counts(fitting), most)]

    def top_entities(self, facet: str, fitting: Mask, most: int) -> list[tuple[int, int]]:
        """The same for a facet of entities, by their numbers."""
        is_speaker = facet == "speaker"
        counts = self._speaker.counts(fitting) if is_speaker else self._about.counts(fitting[self._about_place])
        counts[:1] = 0  # of nobody
        return _commonest(counts, most)

    def days(self, fitting: Mask) -> list[tuple[date, int]]:
        """How many of the quotations that fit are of each day."""
        counts = self._since_first.counts(fitting)[1:]
        first = EPOCH + timedelta(days=self._first_day) if len(counts) else EPOCH
        return [(first + timedelta(days=int(day)), int(counts[day])) for day in np.flatnonzero(counts)]

    def sort_keys(self, order: str) -> npt.NDArray[Any] | None:
        """What an order sorts by, the smallest first; None where that is the place."""
        if order == "confidence":
            return np.asarray(-self._confidence)
        return np.where(self._has_day, self._day, np.int32((1 << 31) - 1)) if order == "oldest" else None


def first_of(keys: npt.NDArray[Any], n: int) -> npt.NDArray[np.intp]:
    """Where the ``n`` smallest keys stand, sorted; of equal ones the earlier first."""
    among = np.arange(len(keys))
    if n < len(keys):
        among = np.flatnonzero(keys <= np.partition(keys, n - 1)[n - 1])
    return among[np.argsort(keys[among], kind="stable")][:n]


def _commonest(counts: Numbers, most: int) -> list[tuple[int, int]]:
    """The commonest codes with their counts; of equally common ones the smaller first."""
    return [(int(code), int(counts[code])) for code in first_of(-counts, most) if counts[code]]


def _array(table: pa.Table, column: str) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = table[column].to_numpy()
    return found


def _coded(column: pa.ChunkedArray) -> Codes:
    coded = column.fill_null(NONE).dictionary_encode().combine_chunks()
    labels = coded.dictionary.to_pylist()
    order = sorted(range(len(labels)), key=labels.__getitem__)
    codes = np.empty(len(labels), np.min_scalar_type(max(len(labels), 1)))
    codes[order] = np.arange(len(labels))
    return Codes(codes[coded.indices.to_numpy()], [labels[place] for place in order])
