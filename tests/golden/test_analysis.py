"""The recipes of docs/analysis.md and docs/readers.md run as they stand there, on the data set `make run` makes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from flows.dataset import analyse, open_dataset
from flows.errors import SettingsError, UserError
from flows.export.delta import export_delta
from flows.jobs.annotators import load_annotator
from flows.store import open_store
from tests.pieces import refresh

ROOT = Path(__file__).parents[2]
PAGES = [(ROOT / "docs" / name).read_text("utf-8") for name in ("analysis.md", "readers.md")]
RECIPE = re.compile(r"(?:## ([^\n]*)\n(?:(?!## ).)*?)?```python\n(.*?)```", re.DOTALL)
RECIPES = [recipe for page in PAGES for recipe in RECIPE.findall(page)]
LARGE = ("pyspark", "datasets")  # not installed for the tests: see docs/readers.md


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """The folder of a run on seeds/ with the product's own annotator."""
    folder = tmp_path_factory.mktemp("analysis")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    refresh(folder / "seeds", folder / "data", annotator=load_annotator("model"))
    export_delta(open_store(str(folder / "data")))
    return folder


@pytest.mark.parametrize("recipe", [code for _, code in RECIPES], ids=[name or "the door" for name, _ in RECIPES])
def test_recipe_runs_and_finds_something(dataset, monkeypatch, capsys, recipe):
    monkeypatch.chdir(dataset)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    for library in LARGE:
        if f"from {library}" in recipe:
            pytest.importorskip(library)
    exec(compile(recipe, "recipe", "exec"), {})
    out = capsys.readouterr().out
    assert len(out.splitlines()) >= 2
    assert "Empty DataFrame" not in out
    for image in re.findall(r'savefig\("(.*?)"', recipe):
        assert (dataset / image).stat().st_size > 5_000  # more than empty axes
        assert f"](images/{image})" in PAGES[0]
        assert (ROOT / "docs" / "images" / image).is_file()


def test_a_person_goes_by_any_name(dataset):
    news = open_dataset(str(dataset / "data"))
    full = news.quotes(speaker="Ruth Amsel")
    assert len(full) >= 3
    assert set(full["speaker_name"]) == {"Ruth Amsel"}
    assert full["published_date"].dtype == "date32[day][pyarrow]"
    for same in ("amsel", full["speaker_entity_id"].iloc[0], ["Amsel", "nobody"]):
        assert news.quotes(speaker=same).equals(full)
    assert len(news.quotes(speaker="it's nobody' OR 1=1 --")) == 0


def test_what_is_asked_together_holds_together(dataset):
    news = open_dataset(str(dataset / "data"))
    found = news.quotes(quote_type="direct", since="2024-03-10", until="2024-03-20", min_confidence=0.9)
    every = news.quotes()
    days = every["published_date"].astype(str)
    in_time = (days >= "2024-03-10") & (days <= "2024-03-20")
    wanted = every[(every["quote_type"] == "direct") & in_time & (every["confidence"] >= 0.9)]
    assert found["quote_id"].tolist() == wanted["quote_id"].tolist() != []
    n_ferries = every["text"].str.lower().str.contains("ferry").sum()
    assert news.select("quotes", where="text ILIKE '%ferry%'").arrow().num_rows == n_ferries > 0
    assert news.select("quotes", quote_type="direct").polars().height == (every["quote_type"] == "direct").sum()


def test_what_cannot_be_asked_is_told_in_one_line(dataset, tmp_path):
    news = open_dataset(str(dataset / "data"))
    for ask in (
        lambda: news.articles(speaker="x"),
        lambda: news.select("speeches"),
        lambda: open_dataset(str(tmp_path)),
    ):
        with pytest.raises(SettingsError):
            ask()
    with pytest.raises(UserError, match="no words"):
        analyse("")


def test_one_text_is_analysed_as_a_file_of_it_would_be(dataset):
    article = open_dataset(str(dataset / "data")).articles(where="title LIKE 'Government survives%'").iloc[0]
    text = (ROOT / "seeds" / "2024-03-12_budget-vote.txt").read_text("cp1252")
    found = analyse(text)
    assert found.text == article["text"]
    assert len(found.quotes) == article["n_attributions"]
    assert len(found.sentences) == article["n_sentences"]
