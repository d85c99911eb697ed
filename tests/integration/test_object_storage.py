"""Data sets and seeds in object storage, on a moto server: the same as on a disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.errors import UserError
from flows.operate.check import check_snapshot
from flows.operate.inputs import check_inputs
from flows.settings import Settings
from flows.sources.files import SeedsError, find_files
from tests.object_folder import ObjectFolder
from tests.pieces import all_rows, refresh, rows_of
from tests.seed_folder import SeedFolder, story
from tests.storage_fixtures import Faults

LEFT = ["latest.json", "lock.json"]


def outside_snapshots(address: str) -> list[str]:
    return [name for name in ObjectFolder(address).names() if not name.startswith("snapshots/")]


def test_a_data_set_is_the_same_there_as_on_a_disk(storage: str, mixed_seeds: SeedFolder, tmp_path: Path) -> None:
    refresh(mixed_seeds.root, storage)
    mixed_seeds.write("more.txt", story(9))
    mixed_seeds.write("again.txt", f"In brief\n\n{story(9)}")
    mixed_seeds.delete("story-0002.txt")
    assert refresh(mixed_seeds.root, storage).is_new
    refresh(mixed_seeds.root, tmp_path / "full")
    assert all_rows(storage) == all_rows(tmp_path / "full")
    assert rows_of(storage, "sayings")
    assert check_snapshot(storage, None) == (2, [])
    assert outside_snapshots(storage) == LEFT
    assert not refresh(mixed_seeds.root, storage).is_new


def test_seeds_there_give_the_rows_of_the_same_files_on_a_disk(
    faults: Faults, mixed_seeds: SeedFolder, tmp_path: Path
) -> None:
    there = ObjectFolder(faults.address)
    there.upload(mixed_seeds.root)
    there.write("sub/a#b 100% [ü].txt", story(50))
    mixed_seeds.write("sub/a#b 100% [ü].txt", story(50))
    for name in (".hidden/x.txt", "README.md", "sub/.x.txt", "table.css"):
        there.write(name, "not to be read")
    refresh(faults.address, tmp_path / "there")
    refresh(mixed_seeds.root, tmp_path / "here")
    assert all_rows(tmp_path / "there") == all_rows(tmp_path / "here")

    faults.start()
    assert not refresh(faults.address, tmp_path / "there").is_new
    assert [line for line in faults.log() if "list-type=2" not in line] == []
    there.write("story-0001.txt", story(51))
    faults.start()
    assert refresh(faults.address, tmp_path / "there").is_new
    assert len([line for line in faults.log() if "list-type=2" not in line]) == 1


def test_a_large_source_is_read_a_block_at_a_time(faults: Faults, tmp_path: Path) -> None:
    lines = [json.dumps({"id": str(n), "text": story(n), "ballast": "x" * 400_000}) for n in range(12)]
    ObjectFolder(faults.address).write("feed.jsonl", "\n".join(lines))
    faults.start()
    outcome = refresh(faults.address, tmp_path / "out")
    assert outcome.manifest.counts["articles"] == 12
    assert 4 < len([line for line in faults.log() if "feed.jsonl" in line]) < 60


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.txt", ["a.txt", "b.txt"]),
        ("**/*.txt", ["a.txt", "b.txt", "x/c.txt", "x/y/d.txt"]),
        ("x/*", ["c.txt", "y/d.txt"]),
        ("?.txt", ["a.txt", "b.txt"]),
        ("a.txt", ["a.txt"]),
        ("x", ["c.txt", "y/d.txt"]),
    ],
)
def test_patterns_prefixes_and_single_objects(storage: str, pattern: str, names: list[str]) -> None:
    there = ObjectFolder(storage)
    for name in ("a.txt", "b.txt", "x/c.txt", "x/y/d.txt", "xx.css"):
        there.write(name, story(1))
    assert [file.uri for file in find_files([f"{storage}/{pattern}"]).files] == names


def test_two_addresses_share_their_root(storage: str) -> None:
    there = ObjectFolder(storage)
    there.write("x/a.txt", story(1))
    there.write("y/a.txt", story(2))
    listing = find_files([f"{storage}/x", f"{storage}/y/a.txt"])
    assert [file.uri for file in listing.files] == ["x/a.txt", "y/a.txt"]


def test_nothing_there_and_a_mixture_are_refused(storage: str, mixed_seeds: SeedFolder) -> None:
    with pytest.raises(SeedsError, match="no such object or prefix"):
        find_files([f"{storage}/none"])
    ObjectFolder(storage).write("a.txt", story(1))
    with pytest.raises(SeedsError, match="cannot be read in one run"):
        find_files([storage, str(mixed_seeds.root)])


def test_damage_is_found(storage: str, mixed_seeds: SeedFolder) -> None:
    refresh(mixed_seeds.root, storage)
    there = ObjectFolder(storage)
    parts = [name for name in there.names() if "/quotes/" in name or "/sentences/" in name]
    there.write(parts[0], b"PAR1 damaged")
    there.delete(parts[1])
    problems = check_snapshot(storage, None)[1]
    assert len(problems) == 2
    assert "checksum differs" in problems[0]
    assert "is missing" in problems[1]


@pytest.mark.parametrize(
    ("address", "variables", "told"),
    [
        ("s3://no-such-bucket/x", {}, "there is no bucket s3://no-such-bucket: make it"),
        ("s3://news-test/x", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "does not answer: check"),
        ("s3://news-test/x", {"AWS_ENDPOINT_URL": "localhost:9"}, "it must look like https://host"),
        ("s3://news-test/x", {"AWS_ACCESS_KEY_ID": ""}, "no credentials for s3://news-test: set AWS_ACCESS_KEY_ID"),
        ("s3://key:secret@bucket/x", {}, "credentials belong in the environment"),
        ("ftp://bucket/x", {}, "give a path, or an address like s3://bucket/prefix"),
        ("s3://bucket//x", {}, "no part of the address may be empty"),
    ],
)
@pytest.mark.parametrize("option", ["out", "seeds"])
def test_what_is_wrong_is_one_line(
    storage: str,
    mixed_seeds: SeedFolder,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    variables: dict[str, str],
    told: str,
    option: str,
) -> None:
    for name, value in {"AWS_METADATA_ENDPOINT": "http://169.254.0.9:1", **variables}.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    given = {"seeds": (str(mixed_seeds.root),), "out": "out", option: (address,) if option == "seeds" else address}
    with pytest.raises(UserError) as error:
        check_inputs(Settings(**given))
    assert told in str(error.value)
    assert "\n" not in str(error.value)
