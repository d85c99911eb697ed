"""What the README says is so: its queries run as they stand there, on the data set `make run` makes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
QUERIES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory, prefect_api):
    """The folder of a first run on seeds/, made by the flow as the command line calls it."""
    from flows.etl import newsmill
    from flows.settings import Settings

    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    state = newsmill(Settings(seeds=(str(folder / "seeds"),), out=str(folder / "data")), return_state=True)
    assert state.is_completed(), state.message
    return folder


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q.split()[1])
def test_query_runs_and_finds_something(dataset, query):
    done = subprocess.run(
        [sys.executable, "-c", query], cwd=dataset, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 3
    assert "Empty DataFrame" not in done.stdout
    assert "(0, " not in done.stdout
    assert "0 rows" not in done.stdout


def test_there_is_a_query_for_each_reader():
    assert [name for q in QUERIES for name in ("duckdb", "pandas", "polars") if f"import {name}" in q] == [
        "duckdb",
        "pandas",
        "polars",
    ]


@pytest.mark.parametrize("table", ["articles", "sentences", "quotes", "entity_mentions", "entities", "quarantine"])
def test_every_reader_counts_the_same_rows(dataset, table):
    folder = dataset / "data" / "latest" / table
    counted = duckdb.sql(f"SELECT count(*) FROM '{folder}/*.parquet'").fetchall()[0][0]
    assert counted == len(pd.read_parquet(folder)) == pl.read_parquet(f"{folder}/*.parquet").height > 0


def test_every_seed_file_is_accounted_for(dataset):
    run = pd.read_parquet(dataset / "data" / "latest" / "runs").iloc[0]
    files = [p for p in (ROOT / "seeds").iterdir() if p.name != "SOURCES.md"]
    assert run.n_sources == len(files)
    assert run.n_sources == run.n_sources_with_articles + run.n_sources_duplicate + run.n_sources_quarantined
