"""Every name of the data set with the parts that the rules compare, remembered from run to run."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from flows.link.database import ROWS_AS_OBJECTS, read_batches
from flows.storage.database import let_read, literal, quoted
from transforms.resolve.keys import NAME_FORM_VERSION, name_form

FORM_COLUMNS = ("normal", "first", "last", "middle", "first_group", "n_words", "core", "short", "letters")
FORM_TYPES = (
    "normal VARCHAR, first VARCHAR, last VARCHAR, middle VARCHAR, first_group VARCHAR, n_words INTEGER, core VARCHAR, "
    "short VARCHAR, letters VARCHAR"
)
NAMED_COLUMNS = "entity_id, entity_type, name, n_articles, n_pronouns"
FORMS_OF = f"""
    SELECT {NAMED_COLUMNS}, {", ".join(FORM_COLUMNS)}
    FROM {{}} LEFT JOIN known USING (entity_type, name)
"""
# How often pronouns and titles refer to a local entity: only people are referred to so.
REFERRED = "(SELECT *, he + she + mr + ms AS n_pronouns FROM named)"
# The file of names is written anew once it lacks one name in so many; until then the few are worked out again.
STALE_SHARE = 100


def read_forms(con: duckdb.DuckDBPyConnection, known: str | None, scratch: Path) -> Path | None:
    """The table ``forms``: every name of every local entity once, with the parts the rules compare.

    ``known`` is the file of names that an earlier run left; one of another version, or that cannot be read, counts
    as none. Returns the file to keep in its place, or None where the old one still serves.
    """
    n_known = read_known(con, known) if known else 0
    con.execute(f"CREATE TABLE IF NOT EXISTS known (entity_type VARCHAR, name VARCHAR, {FORM_TYPES})")
    con.execute(f"CREATE TABLE forms AS {FORMS_OF.format(REFERRED)}")
    con.execute(f"CREATE TABLE unread AS SELECT {NAMED_COLUMNS} FROM forms WHERE normal IS NULL")
    n_new = 0
    for batch in read_batches(con, "SELECT DISTINCT entity_type, name FROM unread", ROWS_AS_OBJECTS):
        con.register("batch", with_forms(batch))
        con.execute("INSERT INTO known SELECT * FROM batch")
        con.unregister("batch")
        n_new += batch.num_rows
    con.execute("DELETE FROM forms WHERE normal IS NULL")
    con.execute(f"INSERT INTO forms {FORMS_OF.format('unread')}")
    kept = write_known(con, scratch / "names.parquet") if n_new * STALE_SHARE > n_known else None
    con.execute("DROP TABLE known")
    return kept


def read_known(con: duckdb.DuckDBPyConnection, path: str) -> int:
    """Fill the table ``known`` from the file; the number of names."""
    columns = ", ".join(FORM_COLUMNS)
    let_read(con, [path])
    try:
        con.execute(
            f"CREATE TABLE known AS SELECT entity_type, name, {columns} FROM read_parquet($path, "
            "hive_partitioning = false) WHERE version = $version",
            {"path": [literal(path)], "version": NAME_FORM_VERSION},
        )
    except duckdb.Error:  # no more than time is lost
        return 0
    return int(con.execute("SELECT count(*) FROM known").fetchall()[0][0])


def write_known(con: duckdb.DuckDBPyConnection, path: Path) -> Path:
    """Write the names in use."""
    con.execute(
        f"COPY (SELECT {NAME_FORM_VERSION} AS version, k.* FROM known k SEMI JOIN named USING (entity_type, name)) "
        f"TO '{quoted(str(path))}' (FORMAT parquet, COMPRESSION zstd)"
    )
    return path


def with_forms(names: pa.Table) -> pa.Table:
    """The same rows with the parts of each name."""
    forms = [
        name_form(entity_type, name)
        for entity_type, name in zip(names["entity_type"].to_pylist(), names["name"].to_pylist(), strict=True)
    ]
    for column in FORM_COLUMNS:
        names = names.append_column(column, pa.array([getattr(form, column) for form in forms]))
    return names
