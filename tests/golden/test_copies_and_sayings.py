"""Which articles are copies, and whose words travel: storm.yaml, through a whole run.

``copies`` names every article that is a copy, the one that is kept, and the kind; all others are none. ``sayings`` are
all that recur: the fullest text, the article that has it first, who is given it (the first in most articles), and the
form in each article.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pieces import refresh, rows_of
from tests.seed_folder import SeedFolder

GOLDEN: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "storm.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("storm")
    seeds = SeedFolder(folder / "seeds")
    seeds.write_records("storm.jsonl", [article | {"language": "en"} for article in GOLDEN["articles"]])
    refresh(seeds.root, folder / "out")
    names = ("articles", "article_duplicates", "sayings", "quote_reuse", "entities")
    return {name: rows_of(folder / "out", name) for name in names}


def names_of(found: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    return {row["article_id"]: row["record_key"].removeprefix("id:") for row in found["articles"]}


def test_copies(found: dict[str, list[dict[str, Any]]]) -> None:
    names = names_of(found)
    given = {names[r["article_id"]]: (names[r["kept_article_id"]], r["kind"]) for r in found["article_duplicates"]}
    assert given == {name: (copy["of"], copy["kind"]) for name, copy in GOLDEN["copies"].items()}


def test_sayings(found: dict[str, list[dict[str, Any]]]) -> None:
    names, people = names_of(found), {row["entity_id"]: row["name"] for row in found["entities"]}
    given = []
    for saying in found["sayings"]:
        of_it = [row for row in found["quote_reuse"] if row["reuse_cluster_id"] == saying["reuse_cluster_id"]]
        told = {name: saying[name] for name in ("text", "speaker_agreement", "n_articles_without_copies")}
        speakers = [people[entity] for entity in saying["speaker_entity_ids"]]
        quoted = {names[row["article_id"]]: row["form"] for row in of_it}
        given.append({**told, "first": names[saying["first_article_id"]], "speakers": speakers, "quoted": quoted})
    assert sorted(given, key=lambda row: -len(row["quoted"])) == GOLDEN["sayings"]
