"""The signatures of all articles in two sorted files, so that a run finds those it needs without opening every part.

One file has the rows of internal/signatures in the order of their sources, the other a row a fingerprint and article,
in the order of fingerprints. Both stay as they are from run to run while parts come and go: rows of parts that are no
more are passed over, and parts that came since are read themselves. Once those are many, both files are made anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from flows.link.database import open_rows
from flows.storage.database import let_read, literal
from flows.store.internal import SIGNATURES_SCHEMA
from flows.store.parquet import open_parquet

# Articles that came since or are no more, as a share of those indexed, from which on an index is made anew.
MAX_STALE_SHARE = 0.1
# Small groups of rows: what is asked for lies in a few of them, and the others are not read.
SIGNATURES_A_GROUP, FINGERPRINTS_A_GROUP = 2_048, 8_192
PARTS = "newsmill.parts"

Parts = Mapping[str, Sequence[str]]


class Index(NamedTuple):
    """Where the two files lie."""

    signatures: str
    fingerprints: str


@dataclass(frozen=True)
class Signed:
    """The parts of internal/signatures of each batch, and what tells two contents of a batch apart."""

    parts: Parts
    digests: Mapping[str, str]


def open_index(con: duckdb.DuckDBPyConnection, signed: Signed, index: Index | None, folder: Path) -> Index:
    """The index given, or one made below ``folder`` where there is none or too much of it is stale.

    Leaves the views ``indexed`` (row, batch, the columns of SIGNATURES_SCHEMA and n_fingerprints), less what is no
    more, ``postings`` (f, row), and ``unindexed``, the same as ``indexed`` of all other articles.
    """
    if index is None or not _use(con, signed, index):
        index = _build(con, signed, folder)
        _use(con, signed, index)
    return index


def _use(con: duckdb.DuckDBPyConnection, signed: Signed, index: Index) -> bool:
    """Open the views over an index; False where it is damaged or stale."""
    let_read(con, [index.signatures, index.fingerprints])
    try:
        known = json.loads(open_parquet(index.signatures).metadata.metadata[PARTS.encode()])
        number_of = {digest: number for number, digest in enumerate(known)}
        _note_live(con, [(number_of.get(signed.digests[batch]), batch) for batch in signed.parts])
        for name, path in (("signatures", index.signatures), ("fingerprints", index.fingerprints)):
            con.execute(f"SET VARIABLE indexed_{name} = $path", {"path": literal(path)})
        con.execute(INDEXED)
        others = {batch: paths for batch, paths in signed.parts.items() if signed.digests[batch] not in number_of}
        _open_others(con, signed.parts, others)
        n_indexed, n_live, n_others = con.execute(STALE).fetchall()[0]
    except (duckdb.Error, OSError, pa.ArrowException, KeyError, ValueError):  # it only saves time
        return False
    return bool(n_indexed - n_live + n_others <= MAX_STALE_SHARE * n_indexed)


def _note_live(con: duckdb.DuckDBPyConnection, numbered: Sequence[tuple[int | None, str]]) -> None:
    """The table ``live``: the number of each part that is still there, in the index, and that of its batch today."""
    live = [(part, batch) for batch, (part, _) in enumerate(numbered) if part is not None]
    columns = {"part": [part for part, _ in live], "batch": [batch for _, batch in live]}
    con.register("live_parts", pa.table({name: pa.array(values, pa.int32()) for name, values in columns.items()}))
    con.execute("CREATE OR REPLACE TABLE live AS FROM live_parts")
    con.unregister("live_parts")


def _open_others(con: duckdb.DuckDBPyConnection, parts: Parts, others: Parts) -> None:
    open_rows(con, "other_signatures", SIGNATURES_SCHEMA, SIGNATURES_SCHEMA.names, others)
    numbers = {batch: number for number, batch in enumerate(parts)}
    con.execute("SET VARIABLE other_batches = $numbers", {"numbers": [numbers[batch] for batch in others]})
    con.execute(UNINDEXED)


def _build(con: duckdb.DuckDBPyConnection, signed: Signed, folder: Path) -> Index:
    index = Index(str(folder / "signatures.parquet"), str(folder / "fingerprints.parquet"))
    open_rows(con, "to_index", SIGNATURES_SCHEMA, SIGNATURES_SCHEMA.names, signed.parts)
    parts = json.dumps([signed.digests[batch] for batch in signed.parts])
    for query, path, group in (
        (BY_SOURCE, index.signatures, SIGNATURES_A_GROUP),
        (BY_FINGERPRINT.format(path=_quoted(literal(index.signatures))), index.fingerprints, FINGERPRINTS_A_GROUP),
    ):
        con.execute(
            f"COPY ({query}) TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group}, "
            f"KV_METADATA {{'{PARTS}': '{_quoted(parts)}'}})"
        )
    return index


def _quoted(text: str) -> str:
    return text.replace("'", "''")


BY_SOURCE = """
    SELECT * EXCLUDE (batch), batch::INTEGER AS part, len(fingerprints)::INTEGER AS n_fingerprints FROM to_index
    ORDER BY source_key, article_id
"""

BY_FINGERPRINT = """
    SELECT unnest(fingerprints) AS f, file_row_number::INTEGER AS row
    FROM read_parquet('{path}', hive_partitioning = false, file_row_number = true) ORDER BY f
"""

_COLUMNS = ", ".join(SIGNATURES_SCHEMA.names)

INDEXED = f"""
    CREATE OR REPLACE VIEW indexed AS
    SELECT file_row_number::INTEGER AS row, batch, {_COLUMNS}, n_fingerprints
    FROM read_parquet(getvariable('indexed_signatures'), hive_partitioning = false, file_row_number = true)
    JOIN live USING (part);
    CREATE OR REPLACE VIEW postings AS
    SELECT f, row FROM read_parquet(getvariable('indexed_fingerprints'), hive_partitioning = false)
"""

# Their rows are numbered on behind those of the index.
UNINDEXED = f"""
    CREATE OR REPLACE TABLE unindexed AS
    SELECT ((SELECT count(*) FROM read_parquet(getvariable('indexed_signatures'), hive_partitioning = false))
           + row_number() OVER () - 1)::INTEGER AS row,
           list_extract(getvariable('other_batches'), batch::BIGINT + 1)::INTEGER AS batch,
           {_COLUMNS}, len(fingerprints)::INTEGER AS n_fingerprints
    FROM other_signatures
"""

STALE = """
    SELECT (SELECT count(*) FROM read_parquet(getvariable('indexed_signatures'), hive_partitioning = false)),
           (SELECT count(*) FROM indexed), (SELECT count(*) FROM unindexed)
"""
