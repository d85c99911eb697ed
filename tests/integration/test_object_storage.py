"""Data sets and seeds in object storage, on a moto server: the same as on a disk."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli.history import print_history
from flows.cli.show import print_rows
from flows.errors import UserError
from flows.operate.check import check_snapshot, roll_back
from flows.operate.inputs import check_inputs
from flows.settings import Settings
from flows.sources.files import SeedsError, find_files
from flows.storage import client
from flows.store import open_store
from tests.flow_runs import ROOT, run_flow
from tests.integration.conftest import Faults
from tests.object_folder import ObjectFolder
from tests.pieces import all_rows, refresh
from tests.seed_folder import SeedFolder, story

LEFT = ["latest.json", "lock.json"]


def outside_snapshots(address: str) -> list[str]:
    return [name for name in ObjectFolder(address).names() if not name.startswith("snapshots/")]


@pytest.fixture
def seeds(tmp_path: Path) -> SeedFolder:
    folder = SeedFolder(tmp_path / "seeds")
    folder.write_stories(range(4))
    folder.write_records("feed.jsonl", [{"title": f"Record {n}", "text": story(20 + n)} for n in range(3)])
    return folder


def test_a_data_set_is_the_same_there_as_on_a_disk(storage: str, seeds: SeedFolder, tmp_path: Path) -> None:
    refresh(seeds.root, storage)
    seeds.write("more.txt", story(9))
    seeds.delete("story-0002.txt")
    assert refresh(seeds.root, storage).is_new
    refresh(seeds.root, tmp_path / "full")
    assert all_rows(storage) == all_rows(tmp_path / "full")
    assert check_snapshot(storage, None) == (2, [])
    assert outside_snapshots(storage) == LEFT
    assert not refresh(seeds.root, storage).is_new


def test_a_run_under_prefect_writes_there_and_says_what_to_open(
    prefect_api: str, storage: str, seeds: SeedFolder
) -> None:
    summary, _ = run_flow(seeds.root, storage)
    assert (summary.status, summary.counts["articles"]) == ("completed", 7)
    assert open_store(storage).locate(1, "").startswith(f"{storage}/snapshots/000001-")


def test_seeds_there_give_the_rows_of_the_same_files_on_a_disk(
    faults: Faults, seeds: SeedFolder, tmp_path: Path
) -> None:
    there = ObjectFolder(faults.address)
    there.upload(seeds.root)
    there.write("sub/a#b 100% [ü].txt", story(50))
    seeds.write("sub/a#b 100% [ü].txt", story(50))
    for name in (".hidden/x.txt", "README.md", "sub/.x.txt", "table.css"):
        there.write(name, "not to be read")
    refresh(faults.address, tmp_path / "there")
    refresh(seeds.root, tmp_path / "here")
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


def test_nothing_there_and_a_mixture_are_refused(storage: str, seeds: SeedFolder) -> None:
    with pytest.raises(SeedsError, match="no such object or prefix"):
        find_files([f"{storage}/none"])
    ObjectFolder(storage).write("a.txt", story(1))
    with pytest.raises(SeedsError, match="cannot be read in one run"):
        find_files([storage, str(seeds.root)])


def test_snapshots_are_rolled_back_pruned_listed_and_shown(
    storage: str, seeds: SeedFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(5):
        seeds.write(f"new-{number}.txt", story(30 + number))
        refresh(seeds.root, storage, keep_snapshots=2)
    store = open_store(storage)
    assert (store.numbers(), store.latest_number()) == ([4, 5], 5)
    assert {name.split("/")[1][:6] for name in ObjectFolder(storage).names() if "snapshots/" in name} == {
        "000004",
        "000005",
    }
    assert roll_back(storage, None) == 4
    assert open_store(storage).latest_number() == 4
    print_history(storage)
    print_rows("quotes", storage, 1, all_columns=False)
    told = capsys.readouterr().out
    assert "latest  000004" in told
    assert "Anna Smith" in told


def test_damage_is_found(storage: str, seeds: SeedFolder) -> None:
    refresh(seeds.root, storage)
    there = ObjectFolder(storage)
    parts = [name for name in there.names() if "/quotes/" in name or "/sentences/" in name]
    there.write(parts[0], b"PAR1 damaged")
    there.delete(parts[1])
    problems = check_snapshot(storage, None)[1]
    assert len(problems) == 2
    assert "checksum differs" in problems[0]
    assert "is missing" in problems[1]


def test_uploads_that_a_dead_run_did_not_finish_are_ended(storage: str, seeds: SeedFolder) -> None:
    import boto3

    refresh(seeds.root, storage)
    client = boto3.client("s3")
    there = ObjectFolder(storage)
    for name in ("staging/dead/spool/x.bin", "other/y.bin"):
        client.create_multipart_upload(Bucket="news-test", Key=there.key(name))
    there.write("staging/dead/index/x.parquet", b"x")
    refresh(seeds.root, storage)
    left = client.list_multipart_uploads(Bucket="news-test", Prefix=there.key("")).get("Uploads", [])
    assert [upload["Key"] for upload in left] == [there.key("other/y.bin")]
    assert outside_snapshots(storage) == LEFT


def test_a_large_file_shows_whole_or_not_at_all(
    faults: Faults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MULTIPART_BYTES", 0)
    monkeypatch.setattr(client, "CHUNK_BYTES", 5 * 1024 * 1024)  # the least that S3 takes
    there = ObjectFolder(faults.address)
    path = tmp_path / "large"
    path.write_bytes(bytes(11 * 1024 * 1024))
    there.bucket.put(there.key("large"), path)
    assert there.bucket.head(there.key("large")).size == path.stat().st_size
    faults.start({"do": "503", "method": "PUT", "path": "partNumber=3", "times": -1})
    with pytest.raises(UserError, match="answers 503"):
        there.bucket.put(there.key("again"), path)
    assert there.names() == ["large"]


READ = """
import duckdb, fsspec, json, pandas, polars, sys
from obstore.fsspec import register

address = sys.argv[1]
register("s3")
storage = fsspec.filesystem("s3", client_options={"allow_http": True})
latest = f"{address}/{json.loads(storage.cat_file(f'{address}/latest.json'))['path']}"

database = duckdb.connect()
database.register_filesystem(storage)
quotes = database.sql(f"SELECT count(*) FROM '{latest}/quotes/*.parquet'").fetchall()[0][0]
articles = polars.read_parquet(f"{latest}/articles/*.parquet").height
entities = len(pandas.read_parquet(f"{latest}/entities"))
print(json.dumps([quotes, articles, entities]))
"""


def test_readers_open_one_whole_snapshot(storage: str, seeds: SeedFolder) -> None:
    refresh(seeds.root, storage)
    seeds.write("more.txt", story(9))
    counts = refresh(seeds.root, storage).manifest.counts
    told = subprocess.run(
        [sys.executable, "-c", READ, storage], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert told.returncode == 0, told.stderr[-1000:]
    assert json.loads(told.stdout) == [counts[table] for table in ("quotes", "articles", "entities")]


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
    seeds: SeedFolder,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    variables: dict[str, str],
    told: str,
    option: str,
) -> None:
    for name, value in {"AWS_METADATA_ENDPOINT": "http://169.254.0.9:1", **variables}.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    given = {"seeds": (str(seeds.root),), "out": "out", option: (address,) if option == "seeds" else address}
    with pytest.raises(UserError) as error:
        check_inputs(Settings(**given))
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_refused_secret_is_told_by_a_real_server(
    seaweed_endpoint: str, use: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = use(seaweed_endpoint)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(UserError, match=r"refuses access \(SignatureDoesNotMatch\): set AWS_ACCESS_KEY_ID"):
        check_inputs(Settings(seeds=(address,), out="out"))
