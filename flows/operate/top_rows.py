"""What the articles of a run say most of: who is quoted, who is mentioned, which stories have most copies."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from flows.storage.database import fetch_rows, let_read, open_database

TOP_ROWS = 20
MEMORY_LIMIT = "200MB"

TOP_SPEAKERS = """
    SELECT name AS speaker, entity_type AS type, count(*) AS quotes, count(DISTINCT article_id) AS articles
    FROM read_parquet($rows) AS quotes JOIN read_parquet($entities) ON speaker_entity_id = entity_id
    WHERE attribution_type = 'statement'
    GROUP BY entity_id, speaker, type ORDER BY quotes DESC, articles DESC, speaker LIMIT $limit
"""
TOP_ENTITIES = """
    SELECT entities.name AS entity, entities.entity_type AS type, count(*) AS mentions,
           count(DISTINCT article_id) AS articles
    FROM read_parquet($rows) AS mentions JOIN read_parquet($entities) AS entities USING (entity_id)
    GROUP BY entity_id, entity, type ORDER BY mentions DESC, articles DESC, entity LIMIT $limit
"""
# The clusters that articles of this run belong to, whenever the others came.
LARGEST_COPIES = """
    WITH clusters AS (
        SELECT kept_article_id AS article_id, count(*) AS copies, count(*) FILTER (kind = 'exact') AS exact,
               count(*) FILTER (kind = 'contained') AS contained
        FROM read_parquet($duplicates)
        WHERE kept_article_id IN (SELECT copy_cluster_id FROM read_parquet($rows))
        GROUP BY ALL ORDER BY copies DESC, article_id LIMIT $limit
    )
    SELECT coalesce(title, left(text, 80)) AS kept, publisher, published_date::VARCHAR AS day, copies, exact, contained,
           source_uri AS source
    FROM read_parquet($articles) JOIN clusters USING (article_id) ORDER BY copies DESC, article_id
"""


def top_rows(query: str, paths: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """The first rows of one of the queries; ``paths`` are the files of each table in it, ``rows`` those of the run."""
    with tempfile.TemporaryDirectory(prefix="newsmill-") as spill:
        config = {"memory_limit": MEMORY_LIMIT, "threads": 1, "temp_directory": spill}
        with open_database(**config) as database:
            let_read(database, [path for located in paths.values() for path in located])
            return fetch_rows(database.execute(query, {**paths, "limit": TOP_ROWS}))
