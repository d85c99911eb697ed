"""Who is who across the whole data set: article entities become entities, in DuckDB and out of memory.

Every step reads each row a fixed number of times, so time is linear in mentions; what does not fit in
``memory_limit`` spills to disk beside the output. The rules are SQL in flows/link/rules.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.link import rules as link_rules
from flows.store.parquet import write_table
from transforms import ids
from transforms.catalog import Catalog, entity_id_of, gazetteer_links
from transforms.resolve.countries import printed_names
from transforms.resolve.keys import name_form
from transforms.resolve.names import normal_name
from transforms.schema import arrow_schema
from transforms.tables import BY_NAME, ENTITIES

ID_COLUMNS = {"quotes": "speaker_entity_id", "entity_mentions": "entity_id", "article_entities": "entity_id"}
BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class LinkResult:
    """What linking did: the part files it wrote anew, as (table, file name) with their rows, and counts."""

    rewritten: tuple[tuple[str, str], ...]
    n_rows: Mapping[tuple[str, str], int] = field(default_factory=dict)
    n_local: int = 0
    n_entities: int = 0
    n_by_rule: Mapping[str, int] = field(default_factory=dict)


def link_parts(
    parts: Mapping[str, Sequence[Path]], catalog: Catalog, out_dir: Path, *, memory_limit: str = "1GB"
) -> LinkResult:
    """Write ``out_dir/entities`` and every part in which an entity id changes; the rest is the caller's to keep.

    ``parts`` names the base parts (article-local ids) of articles, quotes, entity_mentions and article_entities.
    The result depends on their rows alone, not on their order or number.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    scratch = out_dir / ".link"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        with duckdb.connect(str(scratch / "link.duckdb")) as con:
            con.execute(f"SET memory_limit = '{memory_limit}'; SET threads = 2; SET preserve_insertion_order = false")
            con.execute("SET enable_progress_bar = false")
            con.execute(f"SET temp_directory = '{scratch}'")
            return link(con, parts, catalog, out_dir)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def link(
    con: duckdb.DuckDBPyConnection, parts: Mapping[str, Sequence[Path]], catalog: Catalog, out_dir: Path
) -> LinkResult:
    """All steps of ``link_parts`` on one open database."""
    open_parts(con, parts)
    read_forms(con)
    add_catalog(con, catalog)
    link_rules.apply(con)
    write_entities(con, out_dir)
    n_rows = {(table, path.name): n for table, path, n in rewrite_parts(con, parts, out_dir)}
    n_local = count(con, "(SELECT DISTINCT entity_id FROM forms)")
    n_entities = count(con, "entities")
    by_rule = dict(con.execute("SELECT rule, count(*) FROM links GROUP BY rule ORDER BY rule").fetchall())
    return LinkResult(tuple(sorted(n_rows)), n_rows, n_local, n_entities, by_rule)


def open_parts(con: duckdb.DuckDBPyConnection, parts: Mapping[str, Sequence[Path]]) -> None:
    """One view a table over its part files; an empty table where there are none."""
    for table in ("articles", *ID_COLUMNS):
        paths = [str(path) for path in parts.get(table, ())]
        if paths:
            listed = ", ".join("'" + path.replace("'", "''") + "'" for path in sorted(paths))
            con.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{listed}], filename = true)")
        else:
            empty = arrow_schema(BY_NAME[table]).empty_table()
            con.register(f"no_{table}", empty)
            con.execute(f"CREATE VIEW {table} AS SELECT *, '' AS filename FROM no_{table}")


def read_forms(con: duckdb.DuckDBPyConnection) -> None:
    """The table ``forms``: every name of every local entity once, with the parts the rules compare."""
    con.execute(
        "CREATE TABLE names AS SELECT entity_id, entity_type, name, count(*) AS n_articles "
        "FROM article_entities GROUP BY ALL"
    )
    con.execute(
        "CREATE TABLE forms (entity_id VARCHAR, entity_type VARCHAR, name VARCHAR, n_articles BIGINT, "
        "normal VARCHAR, first VARCHAR, last VARCHAR, middle VARCHAR, first_group VARCHAR, n_words INTEGER)"
    )
    for batch in read_batches(con, "SELECT entity_id, entity_type, name, n_articles FROM names"):
        con.register("batch", with_forms(batch))
        con.execute("INSERT INTO forms SELECT * FROM batch")
        con.unregister("batch")


def read_batches(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[pa.Table]:
    """The rows of a query, a bounded number at a time, over a cursor of its own."""
    with con.cursor() as cursor:
        for batch in cursor.sql(query).to_arrow_reader(BATCH_ROWS):
            yield pa.Table.from_batches([batch])


def with_forms(names: pa.Table) -> pa.Table:
    """The same rows with the parts of each name."""
    forms = [
        name_form(entity_type, name)
        for entity_type, name in zip(names["entity_type"].to_pylist(), names["name"].to_pylist(), strict=True)
    ]
    for column in ("normal", "first", "last", "middle", "first_group", "n_words"):
        names = names.append_column(column, pa.array([getattr(form, column) for form in forms]))
    return names


def add_catalog(con: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Tables of what is known beyond the data: ``gazetteer``, ``printed`` names, ``corrections``.

    The printed name of lowest priority wins: the last correction, then the first row of the gazetteer, then ISO's.
    """
    con.execute("CREATE TABLE gazetteer (entity_type VARCHAR, normal VARCHAR, to_id VARCHAR)")
    con.execute("CREATE TABLE printed (entity_id VARCHAR, name VARCHAR, external_id VARCHAR, priority INTEGER)")
    con.execute(
        "CREATE TABLE corrections (number INTEGER, action VARCHAR, entity_type VARCHAR, normal VARCHAR, "
        "from_id VARCHAR, to_id VARCHAR, target VARCHAR, article VARCHAR)"
    )
    links = gazetteer_links(catalog)
    insert(con, "gazetteer", [(t, normal, entity_id_of(t, row.name)) for (t, normal), row in links.items()])
    rows = [(entity_id_of(r.entity_type, r.name), r.name, r.external_id) for r in dict.fromkeys(links.values())]
    rows += [(ids.entity_id("place", f"iso3166:{c}"), name, f"iso3166:{c}") for c, name in printed_names().items()]
    insert(con, "printed", [(*row, number) for number, row in enumerate(rows, start=1)])
    insert(
        con,
        "corrections",
        [
            (
                number,
                c.action,
                c.entity_type,
                normal_name(c.name),
                entity_id_of(c.entity_type, c.name),
                entity_id_of(c.entity_type, c.target) if c.action in ("merge", "split") else None,
                c.target,
                c.article,
            )
            for number, c in enumerate(catalog.corrections)
        ],
    )


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Add rows to a table."""
    if rows:
        columns = {f"c{number}": list(values) for number, values in enumerate(zip(*rows, strict=True))}
        con.register("new_rows", pa.table(columns))
        con.execute(f"INSERT INTO {table} SELECT * FROM new_rows")
        con.unregister("new_rows")


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """The number of rows of a table."""
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def write_entities(con: duckdb.DuckDBPyConnection, out_dir: Path) -> None:
    """Write the table ``entities`` as one part, ordered by its key."""
    schema = arrow_schema(ENTITIES)
    path = out_dir / "entities" / "part-0.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ", ".join(schema.names)
    with pq.ParquetWriter(path, schema, compression="zstd", write_page_index=True) as writer:
        for batch in read_batches(con, f"SELECT {columns} FROM entities ORDER BY entity_id"):
            writer.write_table(batch.cast(schema))
        if not count(con, "entities"):
            writer.write_table(schema.empty_table())


def rewrite_parts(
    con: duckdb.DuckDBPyConnection, parts: Mapping[str, Sequence[Path]], out_dir: Path
) -> Iterator[tuple[str, Path, int]]:
    """Write anew each part that holds an id that changed; yields table, path and rows."""
    for table, column in ID_COLUMNS.items():
        con.execute(
            f"CREATE OR REPLACE TABLE hits AS SELECT DISTINCT p.filename, m.article_id, m.local_id, m.final_id "
            f"FROM {table} p JOIN changes m ON p.{column} = m.local_id "
            f"AND (m.article_id IS NULL OR m.article_id = p.article_id) ORDER BY p.filename"
        )
        by_path = {str(path): path for path in parts.get(table, ())}
        for (filename,) in con.execute("SELECT DISTINCT filename FROM hits ORDER BY filename").fetchall():
            path = by_path[filename]
            rows = con.execute("SELECT article_id, local_id, final_id FROM hits WHERE filename = ?", [filename])
            data = with_final_ids(pq.ParquetFile(path).read(), column, rows.fetchall())
            write_table(out_dir, table, path.name, data)
            yield table, path, data.num_rows


def with_final_ids(data: pa.Table, column: str, changes: Sequence[tuple[str | None, str, str | None]]) -> pa.Table:
    """The part with each changed id replaced; a row whose id must not be null goes with its entity."""
    index = data.schema.get_field_index(column)
    place = data.schema.field(index)
    old = data[column]
    new = replaced(old, [(local, final) for article, local, final in changes if article is None])
    for article, local, final in changes:
        if article is not None:
            here = pc.and_(pc.equal(data["article_id"], article), pc.equal(old, local))
            new = pc.if_else(pc.fill_null(here, False), pa.scalar(final, place.type), new)
    if not place.nullable:
        data, new = data.filter(pc.is_valid(new)), new.filter(pc.is_valid(new))
    return data.set_column(index, place, new)


def replaced(values: pa.ChunkedArray, pairs: Sequence[tuple[str, str | None]]) -> pa.ChunkedArray:
    """The column with the first of each pair replaced by the second."""
    if not pairs:
        return values
    before, after = zip(*pairs, strict=True)
    found = pc.index_in(values, value_set=pa.array(before, values.type))
    return pc.if_else(pc.is_valid(found), pa.array(after, values.type).take(found), values)
