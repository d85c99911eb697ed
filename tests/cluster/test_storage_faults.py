"""Object storage that fails for a while or for good under whole runs, and runs that die."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from flows.errors import UserError
from flows.operate.check import check_snapshot
from flows.store import open_store
from tests.integration.test_crash import run_module
from tests.object_folder import ObjectFolder
from tests.pieces import all_rows, refresh
from tests.seed_folder import SeedFolder, story
from tests.storage_fixtures import Faults

HARMS = ("503", "lose", "cut", "reset", "hang")


@pytest.mark.parametrize("shift", range(int(os.environ.get("STORAGE_FAULTS", "1"))))
def test_a_run_gets_over_what_passes(
    shift: int, faults: Faults, hasty: None, seeds: SeedFolder, tmp_path: Path
) -> None:
    """Requests of every kind meet a fault; nothing is lost and nothing is there twice. STORAGE_FAULTS=5 tries all."""
    seeds.write_stories(range(3))
    there, out = ObjectFolder(f"{faults.address}/seeds"), f"{faults.address}/out"
    there.upload(seeds.root)
    requests = [
        ("GET", "story-0001", 0),
        ("PUT", "latest.json", 0),
        ("GET", "list-type", 2),
        ("PUT", "snapshots/.*quotes", 0),
        ("GET", "todo.parquet", 0),
        ("PUT", "manifest.json", 0),
        ("GET", "spool", 0),
        ("PUT", "lock.json$", 0),
        ("PUT", "staging", 3),
        ("POST", "delete", 0),
    ]
    rules = [
        {"do": HARMS[(number + shift) % len(HARMS)], "method": method, "path": path, "skip": skip, "seconds": 3}
        for number, (method, path, skip) in enumerate(requests)
    ]
    faults.start(*rules)
    refresh(there.address, out)
    refresh(seeds.root, tmp_path / "full")
    faults.start()
    assert all_rows(out) == all_rows(tmp_path / "full")
    assert check_snapshot(out, None) == (1, [])
    assert [name for name in ObjectFolder(out).names() if not name.startswith("snapshots/")] == [
        "latest.json",
        "lock.json",
    ]


def test_storage_that_goes_away_for_good_ends_the_run_in_one_line(
    faults: Faults, hasty: None, seeds: SeedFolder
) -> None:
    seeds.write_stories(range(2))
    refresh(seeds.root, faults.address)
    seeds.write("more.txt", story(9))
    for path, harm in (("/staging/", "503"), ("manifest.json", "reset"), ("/internal/records/", "503")):
        faults.start({"do": harm, "path": path, "times": -1})
        with pytest.raises(UserError) as error:
            refresh(seeds.root, faults.address)
        assert "answers 503" in str(error.value) or "does not answer" in str(error.value)
        assert "\n" not in str(error.value)
        faults.start()
        assert open_store(faults.address).latest_number() == 1
        assert check_snapshot(faults.address, None) == (1, [])
    assert refresh(seeds.root, faults.address).manifest.number == 2


@pytest.mark.parametrize("harm", ["503", "cut"])
def test_an_object_that_cannot_be_read_is_tried_again_by_the_next_run(
    harm: str, faults: Faults, hasty: None, tmp_path: Path
) -> None:
    """A large one, which is read while its records are found: it is never remembered as damaged."""
    records = [{"id": str(n), "text": story(n), "ballast": "x" * 600_000} for n in range(3)]
    lines = "\n".join(map(json.dumps, records))
    ObjectFolder(faults.address).write("feed.jsonl", lines)
    faults.start({"do": harm, "method": "GET", "path": "feed", "skip": 1, "times": -1})
    refresh(faults.address, tmp_path / "out")
    assert [row["reason"] for row in all_rows(tmp_path / "out")["quarantine"]] == ["unreadable"]
    faults.start()
    assert refresh(faults.address, tmp_path / "out").manifest.counts["articles"] == 3
    assert all_rows(tmp_path / "out")["quarantine"] == []


def test_nothing_is_lost_where_a_run_is_killed_at_its_commit(prefect_api: str) -> None:
    """All other requests: ``python -m tests.storage_steps``."""
    outcome = run_module(prefect_api, "tests.storage_steps", "--only", "manifest.json")
    assert outcome["failures"] == []
    assert outcome["tried"] == 2
