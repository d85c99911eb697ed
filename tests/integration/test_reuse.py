"""Sayings that travel from article to article, through whole runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.operate.check import check_snapshot
from flows.store import open_store
from flows.store.base import latest_manifest
from tests.pieces import refresh, rows_of
from tests.seed_folder import SeedFolder, story

WHOLE = "The harbour wall will be rebuilt in granite before the winter storms, and the town will pay for it"
SHORT = "The harbour wall will be rebuilt in granite ... and the town will pay for it"
CHANGED = "The harbour wall will be rebuilt in marble before the winter storms, and the town will pay for it"


def article(title: str, quotation: str, speaker: str) -> str:
    return f"{title}\n\nCouncillors met until late. “{quotation},” said {speaker}. Then they went home.\n"


@pytest.fixture
def seeds(tmp_path: Path) -> SeedFolder:
    return SeedFolder(tmp_path / "seeds")


def by_source(out: Path, table: str = "quotes") -> dict[str, dict[str, Any]]:
    """The one row of each source."""
    sources = {row["article_id"]: row["source_uri"] for row in rows_of(out, "articles")}
    return {sources[row["article_id"]]: row for row in rows_of(out, table)}


def stored(out: Path, table: str) -> dict[str, str]:
    """The checksum of each part of a table."""
    manifest = latest_manifest(open_store(str(out)))
    assert manifest is not None
    return {file.name: file.sha256 for file in manifest.parts(table)}


def test_a_saying_is_followed_through_its_forms(seeds: SeedFolder, tmp_path: Path) -> None:
    out = tmp_path / "out"
    seeds.write("2021-05-03 first.txt", article("Wall", SHORT, "Ada Lind"))
    seeds.write("2021-05-04 whole.txt", article("Granite", WHOLE, "Ada Lind"))
    seeds.write("2021-05-06 changed.txt", article("Marble", CHANGED, "Ada Lind"))
    seeds.write("other.txt", story(3))
    refresh(seeds.root, out)
    (saying,) = rows_of(out, "sayings")
    forms = by_source(out, "quote_reuse")
    assert {name[11:-4]: row["form"] for name, row in forms.items()} == {
        "first": "shortened",
        "whole": "whole",
        "changed": "changed",
    }
    first = forms["2021-05-03 first.txt"]
    assert (first["is_first"], saying["first_quote_id"]) == (True, first["quote_id"])
    assert saying["text"].startswith(WHOLE)
    assert (saying["speaker_name"], saying["speaker_agreement"]) == ("Ada Lind", "agreed")
    assert (saying["n_quotes"], saying["n_articles"]) == (3, 3)
    assert [str(saying[f"{end}_published_date"]) for end in ("first", "last")] == ["2021-05-03", "2021-05-06"]
    clusters = {name: row["reuse_cluster_id"] for name, row in by_source(out).items() if name != "other.txt"}
    assert set(clusters.values()) == {saying["reuse_cluster_id"]}
    assert {row["reuse_cluster_id"] for row in rows_of(out, "quotes")} == {None, saying["reuse_cluster_id"]}
    assert check_snapshot(str(out), None)[1] == []


def test_what_two_outlets_give_to_two_people_is_disputed(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write("a.txt", article("Wall", WHOLE, "Ada Lind"))
    seeds.write("b.txt", article("Granite", WHOLE, "Bo Reyes"))
    refresh(seeds.root, tmp_path / "out")
    (saying,) = rows_of(tmp_path / "out", "sayings")
    assert saying["speaker_agreement"] == "disputed"
    speakers = {row["speaker_entity_id"] for row in rows_of(tmp_path / "out", "quotes")}
    assert set(saying["speaker_entity_ids"]) == speakers
    assert len(speakers) == 2


def test_speakers_that_linking_makes_one_agree(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write("a.txt", article("Wall", WHOLE, "Mike Okoro"))
    seeds.write("b.txt", article("Granite", WHOLE, "Michael Okoro"))
    refresh(seeds.root, tmp_path / "out")
    (saying,) = rows_of(tmp_path / "out", "sayings")
    assert (saying["speaker_agreement"], len(saying["speaker_entity_ids"])) == ("agreed", 1)


def test_a_saying_that_one_article_has_twice_is_none(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write("a.txt", article("Wall", WHOLE, "Ada Lind") + f"\n“{WHOLE},” said Ada Lind.\n")
    refresh(seeds.root, tmp_path / "out")
    assert rows_of(tmp_path / "out", "sayings") == []
    assert {row["reuse_cluster_id"] for row in rows_of(tmp_path / "out", "quotes")} == {None}


def test_a_saying_ends_with_the_article_that_shared_it(seeds: SeedFolder, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        seeds.write(name, article(name, WHOLE, "Ada Lind"))
    refresh(seeds.root, tmp_path / "out")
    assert len(rows_of(tmp_path / "out", "quote_reuse")) == 2
    seeds.delete("b.txt")
    refresh(seeds.root, tmp_path / "out", allow_gone=True)
    assert rows_of(tmp_path / "out", "quote_reuse") == rows_of(tmp_path / "out", "sayings") == []
    assert {row["reuse_cluster_id"] for row in rows_of(tmp_path / "out", "quotes")} == {None}


def test_only_parts_whose_sayings_changed_are_written(seeds: SeedFolder, tmp_path: Path) -> None:
    out = tmp_path / "out"
    seeds.write("2021-05-03 a.txt", article("Wall", WHOLE, "Ada Lind"))
    seeds.write("2021-05-04 b.txt", article("Granite", WHOLE, "Ada Lind"))
    refresh(seeds.root, out)
    first = stored(out, "quotes")
    seeds.write("2021-05-05 c.txt", article("Again", SHORT, "Ada Lind"))  # joins, and leaves the others as they were
    refresh(seeds.root, out)
    second = stored(out, "quotes")
    assert {name: second.get(name) for name in first} == first
    assert len(second) == len(first) + 1
    assert rows_of(out, "sayings")[0]["n_quotes"] == 3
    seeds.write("2021-05-01 d.txt", article("Before", WHOLE, "Ada Lind"))  # is the first now
    refresh(seeds.root, out)
    assert all(stored(out, "quotes")[name] != checksum for name, checksum in second.items())


def test_a_damaged_file_of_pairs_costs_time_alone(seeds: SeedFolder, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name in ("a.txt", "b.txt"):
        seeds.write(name, article(name, WHOLE, "Ada Lind"))
    refresh(seeds.root, out)
    (out / "latest" / "internal" / "saying_pairs.parquet").write_bytes(b"nonsense")
    seeds.write("c.txt", article("c", SHORT, "Ada Lind"))
    refresh(seeds.root, out)
    assert len(rows_of(out, "quote_reuse")) == 3
