"""Every kind of file holds the table that was asked for, whole or not at all."""

from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from flows.errors import UserError
from flows.export.export import export
from tests.integration.view_site import write_news
from tests.pieces import refresh, rows_of
from tests.seed_folder import SeedFolder
from transforms.tables import BY_NAME


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    seeds = SeedFolder(folder / "seeds")
    write_news(seeds)
    refresh(seeds.root, folder / "out")
    return folder / "out"


def ids_in(path: Path) -> list[str]:
    """The quote_ids in a file of any kind."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row["quote_id"] for row in csv.DictReader(file)]
    if path.suffix == ".xlsx":
        return list(pd.read_excel(path, engine="openpyxl")["quote_id"])
    if path.suffix == ".jsonl":
        return [json.loads(line)["quote_id"] for line in path.read_text("utf-8").splitlines()]
    if path.suffix == ".parquet":
        return list(pd.read_parquet(path)["quote_id"])
    if path.suffix == ".sqlite":
        with closing(sqlite3.connect(path)) as con:
            return [row[0] for row in con.execute("SELECT quote_id FROM quotes")]
    with duckdb.connect(str(path), read_only=True) as con:
        return [row[0] for row in con.execute("SELECT quote_id FROM quotes").fetchall()]


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "parquet", "sqlite", "duckdb"])
def test_every_kind_of_file_holds_the_rows(out: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"quotes.{form}"
    path.write_text("what was there before")
    rows = rows_of(out, "quotes")
    assert export(str(out), "quotes", str(path)) == len(rows) > 0
    assert sorted(ids_in(path)) == [row["quote_id"] for row in rows]
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_rows_and_columns_are_chosen(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "said.csv"
    n_rows = export(str(out), "quotes", str(path), where="speaker_name = 'Anna Smith'", columns=["text", "quote_id"])
    with path.open(encoding="utf-8-sig") as file:
        assert file.readline().strip() == "text,quote_id"
        assert len(file.readlines()) == n_rows == 2


def test_types_and_descriptions_are_kept(out: Path, tmp_path: Path) -> None:
    export(str(out), "quotes", str(tmp_path / "q.parquet"))
    schema = pq.read_schema(tmp_path / "q.parquet")
    assert schema.field("segments").type.value_type.names == ["char_start", "char_end"]
    assert schema.field("text").metadata[b"description"]
    export(str(out), "quotes", str(tmp_path / "q.jsonl"))
    first = json.loads((tmp_path / "q.jsonl").read_text("utf-8").splitlines()[0])
    assert first["segments"][0].keys() == {"char_start", "char_end"}


@pytest.mark.parametrize("form", ["sqlite", "duckdb"])
def test_one_file_holds_all_tables(out: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"news.{form}"
    assert export(str(out), "all", str(path)) == sum(len(rows_of(out, name)) for name in BY_NAME)
    query = "SELECT count(*) FROM quotes JOIN articles USING (article_id)"
    with sqlite3.connect(path) if form == "sqlite" else duckdb.connect(str(path)) as con:
        assert con.execute(query).fetchall()[0][0] == len(rows_of(out, "quotes"))


def test_no_text_becomes_a_formula(out: Path, tmp_path: Path) -> None:
    export(str(out), "articles", str(tmp_path / "a.xlsx"), columns=["title", "published_date"])
    sheet = zipfile.ZipFile(tmp_path / "a.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "=HYPERLINK(1)" in sheet and "<f>" not in sheet
    export(str(out), "articles", str(tmp_path / "a.csv"), columns=["title"])
    assert "\n'=HYPERLINK(1)" in (tmp_path / "a.csv").read_text("utf-8").replace("\r", "")


@pytest.mark.parametrize(
    ("table", "name", "options", "told"),
    [
        ("speeches", "x.csv", {}, "there is no table"),
        ("quotes", "x.docx", {}, "end it in one of"),
        ("quotes", "x", {}, "end it in one of"),
        ("all", "x.csv", {}, "holds one table"),
        ("all", "x.sqlite", {"where": "true"}, "are for one table"),
        ("quotes", "x.csv", {"where": "nobody = 1"}, "nobody"),
        ("quotes", "x.csv", {"where": "text::INTEGER = 1"}, "--where"),
        ("quotes", "x.csv", {"where": "(("}, "--where"),
        ("quotes", "x.csv", {"columns": ["title"]}, "no 'title'"),
        ("quotes", "no/such/folder/x.csv", {}, "no folder"),
    ],
)
def test_what_cannot_be_is_told_in_one_line_and_leaves_nothing(
    out: Path, tmp_path: Path, table: str, name: str, options: dict[str, object], told: str
) -> None:
    with pytest.raises(UserError, match=told) as error:
        export(str(out), table, str(tmp_path / name), **options)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []
