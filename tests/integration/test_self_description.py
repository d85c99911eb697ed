"""A snapshot says by itself what it is: datapackage.json and README.md, here and in object storage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from frictionless import FrictionlessException, Package, Report

from flows.operate.check import check_snapshot
from flows.storage.files import open_file
from flows.store import open_store
from tests.pieces import refresh
from tests.seed_folder import SeedFolder, story
from transforms.tables import TABLES


def read(out: Path | str, name: str) -> str:
    store = open_store(str(out))
    with open_file(store.locate(store.latest_number() or 0, name)) as file:
        return file.read().decode()


def package_with_rows(folder: Path) -> dict[str, Any]:
    """The descriptor with the rows in it: frictionless reads Parquet through pandas, which makes nan of null integers
    and arrays of lists, and then refuses both."""
    package: dict[str, Any] = json.loads((folder / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        paths = resource.pop("path")
        for name in ("format", "mediatype"):
            del resource[name]
        listed = paths if isinstance(paths, list) else [paths]
        rows = [row for path in listed for row in pq.read_table(folder / path).to_pylist()]
        resource["data"] = rows or [[field["name"] for field in resource["schema"]["fields"]]]  # a header of no rows
    return package


def validate(package: dict[str, Any]) -> Report:
    return Package.from_descriptor(package).validate()


@pytest.fixture(scope="module")
def latest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second snapshot, of two batches and something in quarantine; the seeds are beside the data set."""
    folder = tmp_path_factory.mktemp("described")
    seeds = SeedFolder(folder / "seeds")
    seeds.write_stories(range(2))
    refresh(seeds.root, folder / "out")
    seeds.write("broken.jsonl", "{not json\n")
    seeds.write("story-0002.txt", story(2))
    refresh(seeds.root, folder / "out")
    return folder / "out" / "latest"


def test_every_row_keeps_what_the_package_says_of_it(latest: Path) -> None:
    package = package_with_rows(latest)
    counted = {
        resource["name"]: sum(isinstance(row, dict) for row in resource["data"]) for resource in package["resources"]
    }
    assert counted == {resource["name"]: resource["rows"] for resource in package["resources"]}
    assert counted["articles"] == 3
    assert counted["quarantine"] == 1
    report = validate(package)
    assert report.valid, report.flatten(["type", "message"])


def test_a_row_that_does_not_is_found_by_it(latest: Path) -> None:
    package = package_with_rows(latest)
    rows = {resource["name"]: resource["data"] for resource in package["resources"]}
    wrong = {
        ("quotes", "quote_type"): "shouted",
        ("quotes", "text"): None,
        ("quotes", "segments"): 7,
        ("sentences", "char_start"): "early",
        ("articles", "published_date"): "yesterday",
    }
    for (table, column), value in wrong.items():
        rows[table][0][column] = value
    rows["entity_mentions"][0]["article_id"] = "nowhere"
    rows["entity_mentions"][1]["mention_id"] = rows["entity_mentions"][0]["mention_id"]
    report = validate(package)
    found = {(task.name, getattr(error, "field_name", error.type)) for task in report.tasks for error in task.errors}
    assert found == {*wrong, ("entity_mentions", "foreign-key"), ("entity_mentions", "primary-key")}


def test_the_package_names_every_part_and_nothing_else(latest: Path) -> None:
    package = Package(str(latest / "datapackage.json"))
    named = {name for resource in package.resources for name in [resource.path, *resource.extrapaths]}
    there = {path.relative_to(latest).as_posix() for table in TABLES for path in (latest / table.name).iterdir()}
    assert named == there
    assert len([name for name in named if str(name).startswith("articles/")]) == 2
    assert package.custom["newsmill"]["snapshot"] == 2


def test_a_snapshot_stays_as_it_is(latest: Path) -> None:
    first = latest.parent / "snapshots" / "000001"
    before = {path: path.read_bytes() for folder in (first, latest) for path in folder.rglob("*") if path.is_file()}
    assert not refresh(latest.parents[1] / "seeds", latest.parent).is_new
    assert {path: path.read_bytes() for path in before} == before
    assert json.loads((first / "datapackage.json").read_text("utf-8"))["newsmill"]["snapshot"] == 1


def test_the_page_tells_counts_and_tables_to_people_and_to_hugging_face(latest: Path) -> None:
    import yaml

    _, head, page = (latest / "README.md").read_text("utf-8").split("---\n", 2)
    configs = yaml.safe_load(head)["configs"]
    assert [config["config_name"] for config in configs] == [table.name for table in TABLES]
    assert all(list(latest.glob(config["data_files"])) for config in configs)
    assert "| `articles` | one document | `article_id` | 3 | 2 |" in page
    assert "their publishers'" in page


@pytest.mark.parametrize("name", ["datapackage.json", "README.md"])
def test_check_covers_both(latest: Path, name: str) -> None:
    file = latest / name
    text = file.read_text("utf-8")
    file.write_text(text.replace("articles", "artikels"), "utf-8")
    assert f"{name} is damaged" in "\n".join(check_snapshot(str(latest.parent), None)[1])
    file.unlink()
    assert f"{name} is missing" in "\n".join(check_snapshot(str(latest.parent), None)[1])
    file.write_text(text, "utf-8")
    assert check_snapshot(str(latest.parent), None) == (2, [])


def test_in_object_storage_it_says_the_same(latest: Path, storage: str) -> None:
    refresh(latest.parents[1] / "seeds", storage)
    assert check_snapshot(storage, None) == (1, [])
    package = json.loads(read(storage, "datapackage.json"))
    assert [resource["name"] for resource in package["resources"]] == [table.name for table in TABLES]
    here = json.loads((latest / "datapackage.json").read_text("utf-8"))
    same = [(resource["name"], resource["schema"]) for resource in package["resources"]]
    assert same == [(resource["name"], resource["schema"]) for resource in here["resources"]]
    assert "| `articles` | one document | `article_id` | 3 | 1 |" in read(storage, "README.md")


def test_a_descriptor_that_the_standard_does_not_know_is_refused(latest: Path) -> None:
    package = json.loads((latest / "datapackage.json").read_text("utf-8"))
    package["resources"][0]["schema"]["fields"][0]["type"] = "str"
    with pytest.raises(FrictionlessException):
        Package.from_descriptor(package)
