"""Candidates compared by their words: what they propose, the texts decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.link.by_batch import tables_by_batch
from flows.link.database import ROWS_AS_OBJECTS, read_batches
from flows.store.parquet import open_parquet
from transforms.copies.alignment import Aligned, Compared, align
from transforms.copies.clusters import Pair, are_copies
from transforms.copies.words import without_spans, word_numbers

WORD_BYTES = 4
# Articles come in the order of keeping: whatever is compared with many comes up again soon.
TEXTS_HELD = 4_000
# So many articles' candidates are looked up at a time, to keep within the memory.
NUMBERS_AT_ONCE = 50_000


def compare_candidates(
    con: duckdb.DuckDBPyConnection, articles: Sequence[Sequence[str]], scratch: Path
) -> Iterator[Pair]:
    """The candidates that are copies. Reads the tables ``candidates``, ``numbered`` and ``spans``.

    ``articles`` are the parts of the batches, in the order of their numbers.

    The words of the texts wait in a file, so that memory does not grow with them.
    """
    with _Texts(con, articles, scratch / "words.bin") as texts:
        for start in range(0, texts.n_all + 1, NUMBERS_AT_ONCE):
            con.execute(AT_HAND.format(first=start, last=start + NUMBERS_AT_ONCE - 1))
            for batch in read_batches(con, COMPARABLE, ROWS_AS_OBJECTS):
                for row in batch.to_pylist():
                    if (pair := _compared(row, texts)) is not None:
                        yield pair


def _compared(row: Mapping[str, Any], texts: _Texts) -> Pair | None:
    same_address, n_words = row["has_same_address"], row["n_words"]
    if row["has_same_text"]:
        return Pair(row["first_id"], row["second_id"], Aligned(n_words, n_words, n_words), True, same_address)
    aligned = align(texts.find(row["first"]), texts.find(row["second"]))
    if not are_copies(aligned, has_same_address=same_address, days_apart=row["days_apart"]):
        return None
    return Pair(row["first_id"], row["second_id"], aligned, False, same_address)


class _Texts:
    """The words of all candidates, less boilerplate, in a file of their own."""

    def __init__(self, con: duckdb.DuckDBPyConnection, articles: Sequence[Sequence[str]], path: Path) -> None:
        self.n_all = int(con.execute("SELECT coalesce(max(n), 0) FROM numbered").fetchall()[0][0])
        self._starts = np.zeros(self.n_all + 1, np.int64)
        self._lengths, self._headlines = (np.zeros(self.n_all + 1, np.int32) for _ in range(2))
        self._file = path.open("w+b")
        for batch, wanted in _wanted_by_batch(con):
            self._add(articles[batch], wanted)
        self.find = lru_cache(TEXTS_HELD)(self._read)

    def __enter__(self) -> _Texts:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _add(self, paths: Sequence[str], wanted: Mapping[str, _Wanted]) -> None:
        for path in paths:
            rows = open_parquet(path).read(columns=["article_id", "text", "body_char_start"])
            for row in rows.filter(pc.is_in(rows["article_id"], value_set=pa.array(wanted, pa.string()))).to_pylist():
                own = wanted[row["article_id"]]
                self._append(own.n, row["text"], row["body_char_start"], own.spans)

    def _append(self, number: int, text: str, body_start: int, flagged: Sequence[tuple[int, int]]) -> None:
        words = word_numbers(without_spans(text, flagged))
        self._starts[number], self._lengths[number] = self._file.tell(), len(words)
        self._headlines[number] = len(word_numbers(text[:body_start]))
        self._file.write(words.tobytes())

    def _read(self, number: int) -> Compared:
        self._file.seek(self._starts[number])
        words = np.frombuffer(self._file.read(int(self._lengths[number]) * WORD_BYTES), np.uint32)
        return Compared(words, int(self._headlines[number]))


class _Wanted(NamedTuple):
    """The number of an article, and where the boilerplate in its text is."""

    n: int
    spans: list[tuple[int, int]]


def _wanted_by_batch(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, Mapping[str, _Wanted]]]:
    """The number of each batch that holds candidates, with the articles wanted from it."""
    for batch, rows in tables_by_batch(con, TO_READ):
        wanted: dict[str, _Wanted] = {}
        for row in rows.to_pylist():
            own = wanted.setdefault(row["article_id"], _Wanted(row["n"], []))
            if row["char_start"] is not None:
                own.spans.append((row["char_start"], row["char_end"]))
        yield batch, wanted


TO_READ = """
    WITH wanted AS (
        SELECT batch, article_id, n FROM numbered
        SEMI JOIN (SELECT first AS n FROM candidates UNION SELECT second FROM candidates) USING (n)
    )
    SELECT batch, article_id, n, char_start, char_end FROM wanted LEFT JOIN spans USING (article_id)
    ORDER BY batch, article_id, char_start
"""

# The database builds its joins of these, and only reads what it knows of all articles.
AT_HAND = (
    "CREATE OR REPLACE TABLE at_hand AS SELECT first, second FROM candidates WHERE second BETWEEN {first} AND {last}"
)

COMPARABLE = """
    SELECT c.first, c.second, a.article_id AS first_id, b.article_id AS second_id, a.n_words,
           a.text_key = b.text_key AS has_same_text, list_has_any(a.address_keys, b.address_keys) AS has_same_address,
           abs(date_diff('day', a.day, b.day)) AS days_apart
    FROM at_hand c JOIN numbered a ON a.n = c.first JOIN numbered b ON b.n = c.second ORDER BY c.second, c.first
"""
