"""Whether places go by the right GeoNames id: ``python -m benchmarks.places DATASET``.

benchmarks/places.tsv holds 200 place mentions of plain news that were read by hand, by the key of their record and
their offset in ``articles.text``, and no text; DATASET is a data set made of those records. Of the mentions found there
it prints how many have the right id, another one, or none, and what share of all mentions of places has one.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import duckdb

LABELS = Path(__file__).with_name("places.tsv")

JUDGED = """
    SELECT count(*) FILTER (l.external_id = e.external_id) AS n_right,
           count(*) FILTER (l.external_id <> e.external_id) AS n_wrong,
           count(*) FILTER (e.external_id IS NULL) AS n_without
    FROM read_csv($labels, delim = '\t', header = true) l
    JOIN read_parquet($articles) a USING (record_key)
    JOIN read_parquet($mentions) m ON m.article_id = a.article_id AND m.char_start = l.char_start
    JOIN read_parquet($entities) e USING (entity_id)
"""
SHARES = """
    SELECT count(*) AS n_mentions, avg((external_id LIKE 'iso3166:%')::INTEGER) AS countries,
           avg((external_id LIKE 'geonames:%')::INTEGER) AS cities_and_regions
    FROM (SELECT coalesce(e.external_id, '') AS external_id FROM read_parquet($mentions) m
          JOIN read_parquet($entities) e USING (entity_id)
          WHERE e.entity_type = 'place' AND m.mention_type = 'name')
"""


def main() -> None:
    """Print the counts as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    latest = parser.parse_args().dataset / "latest"
    files = {table: f"{latest}/{table}/*.parquet" for table in ("articles", "entities")}
    files["mentions"] = f"{latest}/entity_mentions/*.parquet"
    judged = duckdb.sql(JUDGED, params={"labels": str(LABELS), **files}).df().to_dict("records")[0]
    shares = duckdb.sql(SHARES, params={k: files[k] for k in ("mentions", "entities")}).df().to_dict("records")[0]
    print(json.dumps({"judged": judged, "shares": shares}, indent=1))


if __name__ == "__main__":
    main()
