"""Data sets in object storage: what costs more time than the tests of tests/integration/test_object_storage.py."""

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
from flows.operate.check import roll_back
from flows.operate.inputs import check_inputs
from flows.settings import Settings
from flows.storage import client
from flows.store import open_store
from tests.flow_runs import ROOT, run_flow
from tests.object_folder import ObjectFolder
from tests.pieces import refresh
from tests.seed_folder import SeedFolder, story
from tests.storage_fixtures import Faults


def test_a_run_under_prefect_writes_there_and_says_what_to_open(
    prefect_api: str, storage: str, mixed_seeds: SeedFolder
) -> None:
    summary, _ = run_flow(mixed_seeds.root, storage)
    assert (summary.status, summary.counts["articles"]) == ("completed", 7)
    assert open_store(storage).locate(1, "").startswith(f"{storage}/snapshots/000001-")


def test_snapshots_are_rolled_back_pruned_listed_and_shown(
    storage: str, mixed_seeds: SeedFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(5):
        mixed_seeds.write(f"new-{number}.txt", story(30 + number))
        refresh(mixed_seeds.root, storage, keep_snapshots=2)
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
    assert "Peter Novak" in told


def test_uploads_that_a_dead_run_did_not_finish_are_ended(storage: str, mixed_seeds: SeedFolder) -> None:
    import boto3

    refresh(mixed_seeds.root, storage)
    client = boto3.client("s3")
    there = ObjectFolder(storage)
    for name in ("staging/dead/spool/x.bin", "other/y.bin"):
        client.create_multipart_upload(Bucket="news-test", Key=there.key(name))
    there.write("staging/dead/index/x.parquet", b"x")
    refresh(mixed_seeds.root, storage)
    left = client.list_multipart_uploads(Bucket="news-test", Prefix=there.key("")).get("Uploads", [])
    assert [upload["Key"] for upload in left] == [there.key("other/y.bin")]
    assert [name for name in there.names() if not name.startswith("snapshots/")] == ["latest.json", "lock.json"]


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


def test_readers_open_one_whole_snapshot(storage: str, mixed_seeds: SeedFolder) -> None:
    refresh(mixed_seeds.root, storage)
    mixed_seeds.write("more.txt", story(9))
    counts = refresh(mixed_seeds.root, storage).manifest.counts
    told = subprocess.run(
        [sys.executable, "-c", READ, storage], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert told.returncode == 0, told.stderr[-1000:]
    assert json.loads(told.stdout) == [counts[table] for table in ("quotes", "articles", "entities")]


def test_a_refused_secret_is_told_by_a_real_server(
    seaweed_endpoint: str, use: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = use(seaweed_endpoint)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(UserError, match=r"refuses access \(SignatureDoesNotMatch\): set AWS_ACCESS_KEY_ID"):
        check_inputs(Settings(seeds=(address,), out="out"))
